/**
 * Resampled: a part of a picture at another size, for what only looks at it.
 *
 * Every pixel is the average of the area it stands for, and at least of one
 * pixel's size around its middle, so that enlarging is bilinear. Encoded values
 * are averaged, in whole numbers: good enough for a model, not for a rendition.
 *
 * Pure.
 */
import { clamp, type Region, type Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { still } from './pixels.ts';

/** Bits behind the point of shares; and those that sums of a line lose, so that all fits 31 bits. */
const BITS = 14;
const ONE = 2 ** BITS;
const DROPPED = 6;
/** Bits behind the point of what both ways give. */
const DOWN = 2 * BITS - DROPPED;

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
  const length = width * 3;
  const lines = new Int32Array(Math.max(0, to - from) * length);
  for (let y = from; y < to; y++) {
    putLine(raster.data, y * raster.width * 3, columns, lines, (y - from) * length);
  }
  const data = new Uint8Array(length * height);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (DOWN - 1));
    const count = rows.count[y]!;
    for (let i = 0; i < count; i++) {
      addLine(lines, (rows.first[y]! - from + i) * length, rows.shares[y * rows.most + i]!, sums);
    }
    for (let x = 0, at = y * length; x < length; x++, at++) data[at] = sums[x]! >> DOWN;
  }
  return still(width, height, 3, data);
}

/** One line of pixels at the width of the result. */
function putLine(
  source: Uint8Array,
  line: number,
  { first, count, most, shares }: Weights,
  lines: Int32Array,
  to: number,
): void {
  const width = first.length;
  for (let x = 0, at = to; x < width; x++, at += 3) {
    let pixel = line + Math.imul(first[x]!, 3);
    let share = Math.imul(x, most);
    const end = share + count[x]!;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (; share < end; share++, pixel += 3) {
      const by = shares[share]!;
      red = (red + Math.imul(source[pixel]!, by)) | 0;
      green = (green + Math.imul(source[pixel + 1]!, by)) | 0;
      blue = (blue + Math.imul(source[pixel + 2]!, by)) | 0;
    }
    lines[at] = red >> DROPPED;
    lines[at + 1] = green >> DROPPED;
    lines[at + 2] = blue >> DROPPED;
  }
}

function addLine(lines: Int32Array, line: number, share: number, sums: Int32Array): void {
  const length = sums.length;
  for (let x = 0, at = line; x < length; x++, at++) {
    sums[x] = (sums[x]! + Math.imul(lines[at]!, share)) | 0;
  }
}

/**
 * Which pixels of a side each of the result covers, and how much they count: `count[i]` of them from
 * `first[i]` on, with the shares from `i × most` on.
 */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly most: number;
  readonly shares: Int32Array;
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
    shares: new Int32Array(count * most),
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
    // What is covered before each pixel ends, less what was before it began: all shares sum up to `ONE`.
    const upTo = (at: number) => Math.round((clamp(at - near, 0, reach) * ONE) / reach);
    for (let at = first; at < last; at++) of.shares[begin + at - first] = upTo(at + 1) - upTo(at);
    if (outside === 'edge') {
      of.shares[begin]! += upTo(first);
      of.shares[begin + last - first - 1]! += ONE - upTo(last);
    }
  }
  return of;
}
