/**
 * How a raster is brought before the metric: extended, reduced, sampled.
 *
 * - A side under 128 pixels is mirrored to the right or downwards until it has
 *   128: below 113 the metric has fewer than six levels, its weights slip, and
 *   the same damage scores 20 points lower or 40 points higher.
 * - A picture above the ceiling of pixels is measured at half its size, or a
 *   quarter and so on, which bounds memory and time. Halving hides part of the
 *   finest damage, as the eye does on a picture that large.
 * - Of an animation a few frames are measured, evenly spread, the first and
 *   the last among them.
 *
 * Pure: sizes in, sizes out.
 */
import type { Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';

/** The least side for which the metric's weights keep their places, with a margin. */
export const LEAST_SIDE = 128;

export interface Geometry extends Size {
  /** The picture is measured at 1:2^shift of this size. */
  readonly shift: number;
}

/**
 * The size a picture is extended to and the reduction it is measured at.
 *
 * Up to `ceiling` pixels as it is; above, at the first halving that leaves no
 * more than half the ceiling, because a reduced picture takes about half as
 * much memory again: 20 megapixels at a ceiling of 16 are measured as 5, 40 as 2.5.
 */
export function geometryOf({ width, height }: Size, ceiling: number): Geometry {
  for (let shift = 0; ; shift++) {
    const least = LEAST_SIDE << shift;
    const extended = { width: Math.max(width, least), height: Math.max(height, least) };
    const measured = (extended.width * extended.height) / 4 ** shift;
    // the smallest picture the metric takes ends the halving, whatever the ceiling
    const done = shift === 0 ? measured <= ceiling : measured <= ceiling / 2;
    if (done || measured <= LEAST_SIDE ** 2) return { ...extended, shift };
  }
}

/** Where pixel `at` of a mirrored line comes from: 0 1 2 2 1 0 0 1 ... for `length` 3. */
export function mirrored(at: number, length: number): number {
  const place = at % (2 * length);
  return place < length ? place : 2 * length - 1 - place;
}

/** Numbers of the frames that are measured: all of them up to `most`, else `most` evenly spread. */
export function framesOf(pages: number, most: number): number[] {
  const count = Math.min(pages, most);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => Math.round((i * (pages - 1)) / (count - 1)));
}

/**
 * The frame of `other` that shows while frame `page` of `raster` does.
 *
 * The middle of the frame's time decides: at 100 ms each, frame 2 shows at
 * 250 ms; where the other has frames of 200 and 100 ms, that is its frame 1.
 */
export function counterpartOf(page: number, raster: Raster, other: Raster): number {
  if (raster.pages === other.pages) return page;
  const delayOf = (of: Raster, frame: number) => of.delays[frame] ?? 100;
  let moment = delayOf(raster, page) / 2;
  for (let before = 0; before < page; before++) moment += delayOf(raster, before);
  let shown = 0;
  for (let end = delayOf(other, 0); end <= moment && shown < other.pages - 1; ) {
    end += delayOf(other, ++shown);
  }
  return shown;
}

/** One frame's bytes. */
export function frameOf(raster: Raster, page: number): Uint8Array {
  const bytes = raster.width * raster.height * raster.channels;
  return raster.data.subarray(page * bytes, (page + 1) * bytes);
}

/** True where any pixel lets something through. */
export function isTransparent(bytes: Uint8Array, channels: 3 | 4): boolean {
  if (channels === 3) return false;
  for (let i = 3; i < bytes.length; i += 4) if (bytes[i] !== 255) return true;
  return false;
}

/** Copies row `y` of the extended picture to `to` at `at`. */
export function copyExtendedRow(
  from: Uint8Array,
  { width, height }: Size,
  channels: number,
  y: number,
  to: Uint8Array,
  at: number,
  extendedWidth: number,
): void {
  const start = mirrored(y, height) * width * channels;
  to.set(from.subarray(start, start + width * channels), at);
  for (let x = width; x < extendedWidth; x++) {
    const source = start + mirrored(x, width) * channels;
    for (let c = 0; c < channels; c++) to[at + x * channels + c] = from[source + c]!;
  }
}
