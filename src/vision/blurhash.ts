/**
 * BlurHash: a picture as some twenty characters, for a placeholder.
 *
 * The picture is averaged down first; a hash of 4 × 3 components sees nothing
 * finer than a dozen pixels across.
 */
import { encode } from 'blurhash';
import type { Raster } from '../image/raster.ts';

/** Longest side that is hashed. */
const SMALL = 64;

/** The hash of the first frame with `x` by `y` components, 1..9; clear areas count as white. */
export function blurhash(raster: Raster, x = 4, y = 3): string {
  const { width, height, data } = averaged(raster);
  return encode(data, width, height, x, y);
}

function averaged(raster: Raster): { width: number; height: number; data: Uint8ClampedArray } {
  const factor = Math.max(1, Math.max(raster.width, raster.height) / SMALL);
  const width = Math.max(1, Math.round(raster.width / factor));
  const height = Math.max(1, Math.round(raster.height / factor));
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * raster.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * raster.height) / height));
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * raster.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * raster.width) / width));
      const mean = meanOn(raster, left, top, right, bottom);
      data.set([...mean, 255], (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

/** The mean color of a rectangle, on white. */
function meanOn(
  { width, channels, data }: Raster,
  left: number,
  top: number,
  right: number,
  bottom: number,
): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i = (y * width + x) * channels;
      const alpha = channels === 4 ? data[i + 3]! / 255 : 1;
      for (let c = 0; c < 3; c++) sums[c] = sums[c]! + 255 + (data[i + c]! - 255) * alpha;
    }
  }
  const count = (right - left) * (bottom - top);
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}
