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
  const from = rows.first.reduce((a, b) => Math.min(a, b), raster.height);
  const to = rows.first.reduce((a, b, i) => Math.max(a, b + rows.count[i]!), 0);
  const lines = new Float32Array(Math.max(0, to - from) * width * 3);
  const source = raster.data;
  for (let y = from, at = 0; y < to; y++) {
    const line = y * raster.width;
    for (let x = 0; x < width; x++, at += 3) {
      let pixel = (line + columns.first[x]!) * 3;
      let share = x * columns.most;
      const end = share + columns.count[x]!;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (; share < end; share++, pixel += 3) {
        const by = columns.shares[share]!;
        red += source[pixel]! * by;
        green += source[pixel + 1]! * by;
        blue += source[pixel + 2]! * by;
      }
      lines[at] = red;
      lines[at + 1] = green;
      lines[at + 2] = blue;
    }
  }
  const data = new Uint8Array(width * height * 3);
  const length = width * 3;
  for (let y = 0, at = 0; y < height; y++) {
    const first = (rows.first[y]! - from) * length;
    const count = rows.count[y]!;
    for (let x = 0; x < length; x++, at++) {
      let sum = 0.5;
      for (let i = 0; i < count; i++) {
        sum += lines[first + i * length + x]! * rows.shares[y * rows.most + i]!;
      }
      data[at] = sum;
    }
  }
  return still(width, height, 3, data);
}

/**
 * Which pixels of a side each of the result covers, and how much they count: `count[i]` of them from
 * `first[i]` on, with the shares from `i × most` on.
 */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly most: number;
  readonly shares: Float64Array;
}

function weights(
  start: number,
  length: number,
  count: number,
  side: number,
  outside: Outside,
): Weights {
  const step = length / count;
  const reach = Math.max(1, step);
  const most = Math.min(side, Math.ceil(reach) + 1);
  const of = {
    ...{ first: new Int32Array(count), count: new Int32Array(count), most },
    shares: new Float64Array(count * most),
  };
  for (let i = 0; i < count; i++) {
    const middle = start + (i + 0.5) * step;
    const near = middle - reach / 2;
    const far = middle + reach / 2;
    const first = clamp(Math.floor(near), 0, side - 1);
    const last = clamp(Math.ceil(far), first + 1, Math.min(side, first + most));
    of.first[i] = first;
    of.count[i] = last - first;
    const begin = i * most;
    for (let at = first; at < last; at++) {
      const share = Math.max(0, Math.min(at + 1, far) - Math.max(at, near)) / reach;
      of.shares[begin + at - first] = share;
    }
    if (outside === 'edge') {
      of.shares[begin]! += Math.max(0, Math.min(far, 0) - near) / reach;
      of.shares[begin + last - first - 1]! += Math.max(0, far - Math.max(near, side)) / reach;
    }
  }
  return of;
}
