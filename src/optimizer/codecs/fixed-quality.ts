/**
 * Fixed quality: what a picture takes as a JPEG that nobody looked at.
 *
 * It is what results are compared with to say how many bytes they save. Where there is time it is
 * encoded and counted; else it is estimated from an encode that was made for the picture anyhow. A
 * picture that takes more than the mean one in one encoder does so in JPEG: by nearly as much where
 * both are JPEG, by a part of it where they are not. `bench/results/fixed-quality.md` has the errors.
 */
import type { Encoder, Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { isOpaque } from '../../raster/pixels.ts';
import { lnBpp } from '../model/priors.ts';
import { FIXED_QUALITY, type FixedQualityBytes } from '../receipt.ts';
import { type Codecs, wholeQuality } from './codec.ts';
import type { JpegEncoding } from './jpeg.ts';
import { JPEG_CURVES } from './jpeg-curves.ts';

/** As most servers write JPEG: mozjpeg with half the chroma. */
const FIXED: JpegEncoding = {
  format: 'jpeg',
  quality: wholeQuality<'jpeg'>(FIXED_QUALITY),
  chroma: '4:2:0',
  progressive: true,
  effort: 'full',
};

/**
 * How an encoder says what JPEG takes, as natural logarithms of bits per pixel: `share` of how far
 * a picture lies from the mean of the encoder, and `more` where it lies on it. A fit over 32
 * pictures, 480 pixels wide, for a score of 68; the bench tries others. What is not here was not measured.
 */
const LINES: Readonly<Partial<Record<Encoding['format'], { share: number; more: number }>>> = {
  jpeg: { share: 1, more: 0 },
  webp: { share: 0.73, more: -0.03 },
  avif: { share: 0.9, more: 0.065 },
};

/** An encode of a raster. */
export interface Encoded {
  readonly encoding: Encoding;
  readonly bytes: number;
}

/** Whether a JPEG can show a raster. */
function isJpeg(raster: Raster): boolean {
  return raster.pages === 1 && isOpaque(raster);
}

/** A raster at the fixed quality, encoded; undefined where a JPEG cannot show it. */
export async function measuredAtFixedQuality(
  raster: Raster,
  encoder: Encoder,
): Promise<FixedQualityBytes | undefined> {
  if (!isJpeg(raster)) return undefined;
  return { bytes: (await encoder.encode(raster, FIXED)).length, measured: true };
}

/** The same, estimated from encodes of the raster; undefined where none of them says enough. */
export function estimatedAtFixedQuality(
  raster: Raster,
  encodes: readonly Encoded[],
  codecs: Codecs,
): FixedQualityBytes | undefined {
  if (!isJpeg(raster)) return undefined;
  const pixels = raster.width * raster.height;
  const mean = lnBpp(JPEG_CURVES.full, FIXED_QUALITY);
  const found = encodes.flatMap(({ encoding, bytes }) => {
    const line = LINES[encoding.format];
    const lossy = codecs[encoding.format]?.lossy;
    if (line === undefined || lossy === undefined || !('quality' in encoding)) return [];
    const away = Math.log((8 * bytes) / pixels) - lnBpp(lossy.curve(encoding), encoding.quality);
    const off = encoding.format === 'jpeg' ? Math.abs(encoding.quality - FIXED_QUALITY) : 1000;
    return [{ off, lnBpp: mean + line.more + line.share * away }];
  });
  const [best] = found.sort((a, b) => a.off - b.off);
  if (best === undefined) return undefined;
  const bytes = Math.round((pixels * Math.exp(best.lnBpp)) / 8);
  return { bytes: Math.max(1, bytes), measured: false };
}
