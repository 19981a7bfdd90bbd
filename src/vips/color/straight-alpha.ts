/**
 * Straight alpha: pictures that are stored multiplied by their alpha, as libvips expects them.
 *
 * An AVIF may be (docs/spec/color.md 1.6). Browsers divide; libheif tells, but libvips 8.18 does not ask, so that
 * half-clear colors come out dark.
 */
import sharp from 'sharp';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { unpremultiplied } from '../../raster/pixels.ts';
import { pixels } from '../pipeline.ts';
import { decoding } from '../source-file.ts';

/**
 * The picture as a TIFF of the same pixels, 8 bits a sample, and with the same profile, its colors divided by their alpha.
 *
 * @throws Fault source-broken
 */
export async function withStraightAlpha(
  bytes: Uint8Array,
  { width, height }: Pick<SourceInfo, 'width' | 'height'>,
): Promise<Uint8Array> {
  const limits = { limitInputPixels: width * height, failOn: 'error' } as const;
  // In the values of the file: they were multiplied before anybody took them to another space
  const source = sharp(bytes, { ...limits, ignoreIcc: true });
  const { icc } = await decoding(source.metadata());
  const raster = await decoding(pixels(source));
  const straight = raster.channels === 4 ? unpremultiplied(raster) : raster;
  return writeTiff({ ...straight, ...(icc ? { profile: new Uint8Array(icc) } : {}) });
}
