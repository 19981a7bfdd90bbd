import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fewestColors, reaches } from './fewest-colors.ts';

describe('fewestColors', () => {
  test('is the smallest that does, found by halving', async () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 2, max: 256 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 257 }), async (any, least) => {
        const falling = any.sort((a, b) => b - a);
        const tried: number[] = [];
        const found = await fewestColors(falling, async (size) => {
          tried.push(size);
          return size >= least;
        });
        expect(found).toBe(falling.findLast((size) => size >= least));
        expect(tried.length).toBeLessThanOrEqual(Math.ceil(Math.log2(falling.length + 1)));
      }),
    );
  });
});

test.each([
  ['the target', 70, 60, true],
  ['half a point below it, which is the tolerance', 69.5, 60, true],
  ['more than that below it', 69.4, 60, false],
  ['a region far below it', 75, 44, false],
])('reaches: %s', (_name, score, worst, expected) => {
  const attempt = { score, worst, bytes: new Uint8Array(), milliseconds: 1 };
  expect(reaches({ ...attempt, encoding: { format: 'gif', palette: 8 } }, 70)).toBe(expected);
});
