import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { optimize } from '../optimize.ts';
import { asked, graphic, raster, task, tools } from '../simulated.suite.ts';
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

describe('an animation', () => {
  const pages = 12;
  const delays = Array(pages).fill(40);
  const noisy = () => raster({ pages, delays });
  const plain = () => raster({ pages, delays, data: new Uint8Array(200 * 160 * 3 * pages) });

  test.each<['plain' | 'noisy', 'target' | 'quality', number, string, string]>([
    // frames, what is asked for, lossless bytes as a share of the lossy ones, kind, why
    ['plain', 'target', 1, 'lossless', 'no larger'],
    ['plain', 'target', 1.02, 'encoded', 'larger'],
    ['plain', 'quality', 1, 'lossless', 'whatever quality was named'],
    ['plain', 'quality', 1.02, 'encoded', 'larger'],
    ['noisy', 'target', 0.5, 'encoded', 'never tried on noise'],
  ])('of %s frames to a %s, lossless at %f of the bytes: %s (%s)', async (kind, aim, share, as) => {
    const output = asked(
      aim === 'target' ? { kind: 'target', score: 70 } : { kind: 'quality', jpeg: 75 },
    );
    const input = task('webp', { raster: kind === 'plain' ? plain() : noisy(), output });
    const lossy = await optimize(input, tools({ lossless: 1e7 }));
    expect(lossy.receipt.kind).toBe('encoded');
    const lossless = Math.floor(share * lossy.bytes.length);
    const { receipt } = await optimize(input, tools({ lossless }));
    expect(receipt.kind).toBe(as);
    if (as === 'lossless') expect(receipt).toMatchObject({ score: 100, bytes: lossless });
  });

  test('has the score of the frames that were searched, and every trial in its receipt', async () => {
    const made = tools();
    const { receipt } = await optimize(task('webp', { raster: noisy() }), made);
    expect(receipt.trials).toHaveLength(made.encodings.length);
    expect(receipt.score!).toBeGreaterThanOrEqual(69.5);
    expect(receipt.worst!).toBeCloseTo(receipt.score! - 3, 6);
    // The last encoding is of the whole, at the quality that the search ended with.
    const [last] = receipt.trials.slice(-1);
    expect(last!.score).toBeUndefined();
    expect(last!.quality).toBe(receipt.quality);
  });

  test('keeps the efforts of a first answer in the background', async () => {
    const first = graphic();
    const data = new Uint8Array(first.data.length * pages);
    for (let page = 0; page < pages; page++) data.set(first.data, page * first.data.length);
    const made = tools({ lossless: 1e7 });
    const budget = { mode: 'background', milliseconds: 60_000 } as const;
    await optimize(task('webp', { raster: raster({ pages, delays, data }), budget }), made);
    const lossy = made.encodings.filter((e) => e.format === 'webp' && e.mode === 'lossy');
    expect(lossy.length).toBeGreaterThan(1);
    expect(lossy.every((e) => e.format === 'webp' && e.effort === 4 && !e.deblock)).toBe(true);
  });

  test('without a metric, or without time for a search, is a guess', async () => {
    const { metric: _, ...unmeasured } = tools();
    const input = task('webp', { raster: noisy() });
    const blind = await optimize(input, unmeasured);
    const late = await optimize(
      { ...input, budget: { mode: 'online', milliseconds: 35 } },
      tools(),
    );
    for (const { receipt } of [blind, late]) {
      expect(receipt.trials).toHaveLength(1);
      expect(receipt.score).toBeUndefined();
    }
  });
});
