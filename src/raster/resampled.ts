/**
 * Resampled: a part of a picture at another size, for what only looks at it.
 *
 * Every pixel is the average of the area it stands for, and at least of one
 * pixel's size around its middle, so that enlarging is bilinear. Encoded values
 * are averaged: good enough for a model, not for a rendition.
 *
 * Pure.
 */
import { clamp, type Region, type Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { still } from './pixels.ts';

/** What stands for pixels outside a picture: black, or its nearest pixel. */
export type Outside = 'black' | 'edge';

/** @param region in pixels of an opaque still, not rounded; may reach beyond it */
export function resampled(
  raster: Raster,
  region: Region,
  { width, height }: Size,
  outside: Outside,
): Raster {
  const columns = weights(region.left, region.width, width, raster.width, outside);
  const rows = weights(region.top, region.height, height, raster.height, outside);
  // Columns first, and of those rows alone that are asked for.
  const from = Math.min(...rows.map(({ first }) => first));
  const to = Math.max(...rows.map(({ first, shares }) => first + shares.length));
  const lines = new Float32Array(Math.max(0, to - from) * width * 3);
  for (let y = from; y < to; y++) {
    for (let x = 0; x < width; x++) {
      const { first, shares } = columns[x]!;
      const at = ((y - from) * width + x) * 3;
      for (let i = 0; i < shares.length; i++) {
        const pixel = (y * raster.width + first + i) * 3;
        for (let c = 0; c < 3; c++) lines[at + c]! += raster.data[pixel + c]! * shares[i]!;
      }
    }
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const { first, shares } = rows[y]!;
    for (let x = 0; x < width * 3; x++) {
      let sum = 0;
      for (let i = 0; i < shares.length; i++) {
        sum += lines[(first - from + i) * width * 3 + x]! * shares[i]!;
      }
      data[y * width * 3 + x] = Math.round(sum);
    }
  }
  return still(width, height, 3, data);
}

/** Which pixels of a side one of the result covers, and how much each counts. */
interface Weights {
  readonly first: number;
  readonly shares: readonly number[];
}

function weights(
  start: number,
  length: number,
  count: number,
  side: number,
  outside: Outside,
): Weights[] {
  const step = length / count;
  const reach = Math.max(1, step);
  return Array.from({ length: count }, (_, i) => {
    const middle = start + (i + 0.5) * step;
    const near = middle - reach / 2;
    const far = middle + reach / 2;
    const first = clamp(Math.floor(near), 0, side - 1);
    const last = clamp(Math.ceil(far), first + 1, side);
    const shares: number[] = [];
    for (let at = first; at < last; at++) {
      shares.push(Math.max(0, Math.min(at + 1, far) - Math.max(at, near)) / reach);
    }
    if (outside === 'edge') {
      shares[0]! += Math.max(0, Math.min(far, 0) - near) / reach;
      shares[shares.length - 1]! += Math.max(0, far - Math.max(near, side)) / reach;
    }
    return { first, shares };
  });
}
