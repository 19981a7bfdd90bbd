/**
 * Plain samples: AVIF whose samples are stored in a way that libvips 8.18 does not undo.
 *
 * Colors multiplied by their alpha (docs/spec/color.md 1.6): browsers divide; libheif tells, but libvips does
 * not ask, so that half-clear colors come out dark. Greys of limited range (1.7): libheif stretches colors
 * alone, so that black comes out as 16 and white as 235.
 */
import sharp from 'sharp';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { fullRange, unpremultiplied } from '../../raster/pixels.ts';
import { pixels } from '../pipeline.ts';
import { decoding } from '../source-file.ts';

/** Whether an AVIF has to be undone before it is read. */
export function needsPlainSamples({ format, premultiplied, limitedGrey }: SourceInfo): boolean {
  return format === 'avif' && (premultiplied === true || limitedGrey === true);
}

/**
 * The picture as a TIFF of 8 bits a sample with the same profile, from black to white and in straight colors.
 *
 * @throws Fault source-broken
 */
export async function withPlainSamples(
  bytes: Uint8Array,
  { width, height, premultiplied, limitedGrey }: SourceInfo,
): Promise<Uint8Array> {
  const limits = { limitInputPixels: width * height, failOn: 'error' } as const;
  // In the values of the file: what was done to them was done before anybody took them to another space
  const source = sharp(bytes, { ...limits, ignoreIcc: true });
  const { icc } = await decoding(source.metadata());
  const stored = await decoding(pixels(source));
  const stretched = limitedGrey ? fullRange(stored) : stored;
  const straight =
    premultiplied && stretched.channels === 4 ? unpremultiplied(stretched) : stretched;
  return writeTiff({ ...straight, ...(icc ? { profile: new Uint8Array(icc) } : {}) });
}
