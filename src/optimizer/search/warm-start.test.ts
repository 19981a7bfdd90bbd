import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CurveOffset, WarmStart } from '../task.ts';
import { addOffset, mergeWarmStarts, scoreDistance, transferredOffset } from './warm-start.ts';

const offset = (pixels: number, deviation: number, score = 70): CurveOffset => ({
  pixels,
  score,
  deviation,
});
const at = (pixels: number, score = 70) => ({ pixels, score });

describe('transferredOffset', () => {
  test('nothing known is nothing transferred', () => {
    expect(transferredOffset(undefined, at(1000))).toBeUndefined();
    expect(transferredOffset([], at(1000))).toBeUndefined();
  });

  test('an offset of this size goes before those of others', () => {
    const offsets = [offset(100_000, 2), offset(400_000, -1)];
    expect(transferredOffset(offsets, at(110_000))).toEqual({ deviation: 2, from: 'this size' });
  });

  test('that of one other size is transferred as it is', () => {
    expect(transferredOffset([offset(400_000, -1)], at(100_000))).toEqual({
      deviation: -1,
      from: 'another size',
    });
  });

  test('between two sizes a line is read, over the logarithm of the pixels', () => {
    const found = transferredOffset([offset(100_000, 2), offset(1_600_000, 0)], at(400_000));
    expect(found?.from).toBe('two sizes');
    expect(found?.deviation).toBeCloseTo(1);
  });

  test('beyond two sizes the line is followed no farther than they lie apart', () => {
    const offsets = [offset(400_000, 1), offset(800_000, 2)];
    expect(transferredOffset(offsets, at(1_600_000))?.deviation).toBeCloseTo(3);
    expect(transferredOffset(offsets, at(25_600_000))?.deviation).toBeCloseTo(3);
    expect(transferredOffset(offsets, at(1_000))?.deviation).toBeCloseTo(0);
  });

  test('offsets near the score go before those far from it', () => {
    const offsets = [offset(100_000, 5, 80), offset(400_000, 1, 55)];
    expect(transferredOffset(offsets, at(100_000, 56))).toEqual({
      deviation: 1,
      from: 'another size',
    });
    expect(scoreDistance(offsets, 56)).toBe(1);
    expect(scoreDistance(undefined, 56)).toBe(Number.POSITIVE_INFINITY);
  });

  const offsets = fc.array(
    fc.record({
      pixels: fc.integer({ min: 1, max: 1e8 }),
      score: fc.integer({ min: 1, max: 99 }),
      deviation: fc.double({ min: -8, max: 8, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  test('a deviation never lies farther off than what was seen allows', () => {
    fc.assert(
      fc.property(offsets, fc.integer({ min: 1, max: 1e8 }), (known, pixels) => {
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
      fc.property(offsets, (known) => {
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
  const before = addOffset(undefined, 'jpeg', offset(1000, 1));
  const both = mergeWarmStarts(before, addOffset(undefined, 'webp e4', offset(1000, 2)));
  expect(Object.keys(both.offsets)).toEqual(['jpeg', 'webp e4']);
});
