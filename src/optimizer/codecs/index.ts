/**
 * The codecs of this build: one record for every format whose card says that
 * it can be written.
 *
 * The compiler holds the three tables together: a card that is encodable needs
 * a member of `Encoding`, and each of both needs its record here; a member
 * with a quality needs the lossy part.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { EncodableFormat } from '../../image/format.ts';
import { AVIF } from './avif.ts';
import type { Codec, Codecs, LossyCoding } from './codec.ts';
import { GIF } from './gif.ts';
import { JPEG } from './jpeg.ts';
import { JXL } from './jxl.ts';
import { MP4 } from './mp4.ts';
import { PNG } from './png.ts';
import { WEBM } from './webm.ts';
import { WEBP } from './webp.ts';

type EncodingOf<F> = Extract<Encoding, { format: F }>;

/** A record that is complete for a format; `never` where `Encoding` has no member for it. */
type Complete<F> = [EncodingOf<F>] extends [never]
  ? never
  : 'quality' extends keyof EncodingOf<F>
    ? Codec<EncodingOf<F>> & { readonly lossy: LossyCoding<EncodingOf<F>> }
    : Codec<EncodingOf<F>>;

/** A complete record for every format that is encodable by its card or has an encoding. */
export type EveryCodec = {
  readonly [F in EncodableFormat | Encoding['format']]: Complete<F>;
};

export const CODECS = {
  jpeg: JPEG,
  webp: WEBP,
  avif: AVIF,
  jxl: JXL,
  png: PNG,
  gif: GIF,
  mp4: MP4,
  webm: WEBM,
} as const satisfies Codecs & EveryCodec;
