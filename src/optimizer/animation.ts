/**
 * Animation: the quality of a few frames serves them all.
 *
 * Encoding an animation again and again would cost minutes, and its frames are
 * alike. A few, spread evenly, are stacked into one still, the search runs on
 * that, and the whole animation is encoded once at the quality found.
 */
import type { Raster } from '../image/raster.ts';

/** Frames that are looked at. */
const SAMPLES = 4;

/** Longest side of the stacked still: what WebP can hold. */
const LONGEST_SIDE = 16383;

/** A still of up to four frames below one another, evenly spread, the first among them. */
export function sampledFrames(raster: Raster): Raster {
  const fitting = Math.max(1, Math.floor(LONGEST_SIDE / raster.height));
  const count = Math.min(SAMPLES, raster.pages, fitting);
  const frame = raster.width * raster.height * raster.channels;
  const data = new Uint8Array(frame * count);
  for (let i = 0; i < count; i++) {
    const page = Math.floor((i * raster.pages) / count);
    data.set(raster.data.subarray(page * frame, (page + 1) * frame), i * frame);
  }
  const { width, height, channels } = raster;
  return { width, height: height * count, channels, data, pages: 1, delays: [], loop: 1 };
}
