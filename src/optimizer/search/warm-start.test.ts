import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CurveOffset, WarmStart } from '../task.ts';
import { addOffset, mergeWarmStarts, scoreDistance, transferredOffset } from './warm-start.ts';

const shift = (pixels: number, deviation: number, score = 70): CurveOffset => ({
  pixels,
  score,
  deviation,
});
const at = (pixels: number, score = 70) => ({ pixels, score });

describe('carried', () => {
  test('nothing known is nothing carried', () => {
    expect(transferredOffset(undefined, at(1000))).toBeUndefined();
    expect(transferredOffset([], at(1000))).toBeUndefined();
  });

  test('what was seen at this size goes before what was seen elsewhere', () => {
    const shifts = [shift(100_000, 2), shift(400_000, -1)];
    expect(transferredOffset(shifts, at(110_000))).toEqual({ deviation: 2, from: 'this size' });
  });

  test('one other size is carried as it is', () => {
    expect(transferredOffset([shift(400_000, -1)], at(100_000))).toEqual({
      deviation: -1,
      from: 'another size',
    });
  });

  test('between two sizes a line is read, over the logarithm of the pixels', () => {
    const found = transferredOffset([shift(100_000, 2), shift(1_600_000, 0)], at(400_000));
    expect(found?.from).toBe('two sizes');
    expect(found?.deviation).toBeCloseTo(1);
  });

  test('beyond two sizes the line is followed no farther than they lie apart', () => {
    const shifts = [shift(400_000, 1), shift(800_000, 2)];
    expect(transferredOffset(shifts, at(1_600_000))?.deviation).toBeCloseTo(3);
    expect(transferredOffset(shifts, at(25_600_000))?.deviation).toBeCloseTo(3);
    expect(transferredOffset(shifts, at(1_000))?.deviation).toBeCloseTo(0);
  });

  test('shifts near the score go before those far from it', () => {
    const shifts = [shift(100_000, 5, 80), shift(400_000, 1, 55)];
    expect(transferredOffset(shifts, at(100_000, 56))).toEqual({
      deviation: 1,
      from: 'another size',
    });
    expect(scoreDistance(shifts, 56)).toBe(1);
    expect(scoreDistance(undefined, 56)).toBe(Number.POSITIVE_INFINITY);
  });

  const shifts = fc.array(
    fc.record({
      pixels: fc.integer({ min: 1, max: 1e8 }),
      score: fc.integer({ min: 1, max: 99 }),
      deviation: fc.double({ min: -8, max: 8, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  test('a deviation never lies farther off than what was seen allows', () => {
    fc.assert(
      fc.property(shifts, fc.integer({ min: 1, max: 1e8 }), (known, pixels) => {
        const found = transferredOffset(known, at(pixels));
        const seen = known.map(({ deviation }) => deviation);
        const [low, high] = [Math.min(...seen), Math.max(...seen)];
        expect(found!.deviation).toBeGreaterThanOrEqual(low - (high - low) - 1e-9);
        expect(found!.deviation).toBeLessThanOrEqual(high + (high - low) + 1e-9);
      }),
    );
  });

  test('what is remembered is bounded, holds the latest and survives joining', () => {
    fc.assert(
      fc.property(shifts, (known) => {
        let warmStart: WarmStart | undefined;
        for (const one of known) warmStart = addOffset(warmStart, 'jpeg', one);
        const kept = warmStart!.offsets.jpeg!;
        expect(kept.length).toBeLessThanOrEqual(8);
        expect(kept.at(-1)).toEqual(known.at(-1));
        expect(mergeWarmStarts(undefined, warmStart!)).toEqual(warmStart);
      }),
    );
  });
});

test('what was known of other configurations stays', () => {
  const before = addOffset(undefined, 'jpeg', shift(1000, 1));
  const both = mergeWarmStarts(before, addOffset(undefined, 'webp e4', shift(1000, 2)));
  expect(Object.keys(both.offsets)).toEqual(['jpeg', 'webp e4']);
});
