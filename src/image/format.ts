/**
 * Format cards: what each file format can hold.
 *
 * One table for media types, negotiation, lowering and encoders. Side limits
 * are measured on the encoders (docs/spec/http.md 1.11).
 */

export type FormatName =
  | 'jpeg'
  | 'png'
  | 'webp'
  | 'avif'
  | 'gif'
  | 'tiff'
  | 'bmp'
  | 'ico'
  | 'svg'
  | 'jxl'
  | 'heic'
  | 'pdf'
  | 'psd'
  | 'mp4'
  | 'webm';

export interface FormatCard {
  readonly mediaType: string;
  /** File name extension without the dot. */
  readonly extension: string;
  readonly alpha: boolean;
  readonly animation: boolean;
  /** Can hold a still. */
  readonly still: boolean;
  /** Has a lossy mode with a quality knob. */
  readonly lossy: boolean;
  /** Has a mode that keeps every pixel. */
  readonly lossless: boolean;
  /** Longest side the format or its encoder can hold, in pixels. */
  readonly maxSide: number;
  /** Most pixels this build writes, width times height; absent where only the side counts. */
  readonly maxPixels?: number;
  /** Fewest pixels for which the format is negotiated: below, its container outweighs the picture. */
  readonly minNegotiatedPixels?: number;
  /** Place among formats that a client wants equally: 0 is sent first, equal places in the client's order. */
  readonly preference: number;
  /** Whether this build can write it; each such format has a record in `optimizer/codecs/`. */
  readonly encodable: boolean;
  /** Whether this build can draw it after pixels, as paths (`vips/optional/tracer.ts`). */
  readonly traced: boolean;
  /** Whether this build can read it; each such format has a loader in `vips/loader-policy.ts` or a reader in `vips/foreign/`. */
  readonly decodable: boolean;
}

/** Place of formats that are not smaller than the plain ones. */
const NO_PREFERENCE = 2;

/** Written by a back end of `video/` where there is one; the size is that of the highest levels (docs/spec/video.md 2.4). */
const VIDEO = {
  animation: true,
  still: false,
  lossy: true,
  maxSide: 16384,
  maxPixels: 139_264 * 256,
  decodable: false,
} as const;

export const FORMATS = {
  jpeg: card('image/jpeg', 'jpg', { lossy: true, maxSide: 65535 }),
  png: card('image/png', 'png', { alpha: true, lossless: true, maxSide: 65535 }),
  webp: card('image/webp', 'webp', {
    alpha: true,
    animation: true,
    lossy: true,
    lossless: true,
    maxSide: 16383,
    preference: 1,
  }),
  avif: card('image/avif', 'avif', {
    alpha: true,
    lossy: true,
    maxSide: 16384,
    maxPixels: 4096 * 4096, // docs/spec/fastly-io.md 11.3
    minNegotiatedPixels: 2500, // docs/spec/http.md 1.12
    preference: 0,
  }),
  gif: card('image/gif', 'gif', { alpha: true, animation: true, maxSide: 65535 }),
  tiff: card('image/tiff', 'tiff', { alpha: true, lossless: true, encodable: false }),
  bmp: card('image/bmp', 'bmp', { alpha: true, lossless: true, encodable: false }),
  // https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
  ico: card('image/x-icon', 'ico', { alpha: true, lossless: true, encodable: false }),
  svg: card('image/svg+xml', 'svg', { alpha: true, encodable: false, traced: true }),
  jxl: card('image/jxl', 'jxl', {
    alpha: true,
    animation: true,
    lossy: true,
    lossless: true,
    maxPixels: 4096 * 4096, // its encoder takes 60 bytes of memory for each
    preference: 0,
  }),
  heic: card('image/heic', 'heic', { alpha: true, lossy: true, encodable: false }),
  pdf: card('application/pdf', 'pdf', { encodable: false }),
  // https://www.iana.org/assignments/media-types/image/vnd.adobe.photoshop
  psd: card('image/vnd.adobe.photoshop', 'psd', { alpha: true, lossless: true, encodable: false }),
  mp4: card('video/mp4', 'mp4', VIDEO),
  webm: card('video/webm', 'webm', VIDEO),
} as const satisfies Record<FormatName, FormatCard>;

type FormatsWhere<Fact extends 'encodable' | 'decodable'> = {
  [F in FormatName]: (typeof FORMATS)[F][Fact] extends true ? F : never;
}[FormatName];

/** Every format. */
export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

/** Formats this build can write, by their cards. */
export type EncodableFormat = FormatsWhere<'encodable'>;

/** Formats this build can read, by their cards. */
export type DecodableFormat = FormatsWhere<'decodable'>;

/** A card; the type says whether the format is encodable and decodable, so that tables can follow. */
function card<const Facts extends Partial<FormatCard>>(
  mediaType: string,
  extension: string,
  facts: Facts,
): FormatCard & Ability<Facts> {
  const usual: FormatCard = {
    mediaType,
    extension,
    alpha: false,
    animation: false,
    still: true,
    lossy: false,
    lossless: false,
    maxSide: 16384,
    preference: NO_PREFERENCE,
    encodable: true,
    traced: false,
    decodable: true,
  };
  return { ...usual, ...facts } as FormatCard as FormatCard & Ability<Facts>;
}

type Ability<Facts> = {
  readonly encodable: Facts extends { readonly encodable: false } ? false : true;
  readonly decodable: Facts extends { readonly decodable: false } ? false : true;
};

/** The card of a format, with the widened type. */
export function formatCard(name: FormatName): FormatCard {
  return FORMATS[name];
}

/** Whether this build reads files of a format. */
export function isDecodable(name: FormatName): name is DecodableFormat {
  return FORMATS[name].decodable;
}
