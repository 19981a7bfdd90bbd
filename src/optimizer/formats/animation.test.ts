import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { sampledFrames } from './animation.ts';

/** Frames of one color each: the frame's number. */
function film(pages: number, height = 2): Raster {
  const data = new Uint8Array(2 * height * 3 * pages);
  for (let page = 0; page < pages; page++) data.fill(page, page * 6 * height);
  const delays = Array.from({ length: pages }, () => 40);
  return { width: 2, height, channels: 3, data, pages, delays, loop: 0 };
}

describe('sampledFrames', () => {
  test.each([
    [1, [0], 'a still is itself'],
    [3, [0, 1, 2], 'few frames are all taken'],
    [4, [0, 1, 2, 3], 'four fit'],
    [12, [0, 3, 6, 9], 'many are spread evenly, the first among them'],
    [13, [0, 3, 6, 9], 'odd counts too'],
  ])('%i frames: %j (%s)', (pages, frames, _why) => {
    const still = sampledFrames(film(pages), 16_383);
    expect(still).toMatchObject({ pages: 1, delays: [], height: 2 * frames.length });
    expect(frames.map((_, i) => still.data[i * 12])).toEqual(frames);
  });

  test('tall frames are fewer, so that the stack stays within what WebP holds', () => {
    expect(sampledFrames(film(6, 8000), 16_383).height).toBe(16_000);
    expect(sampledFrames(film(6, 16_000), 16_383).height).toBe(16_000);
  });
});
