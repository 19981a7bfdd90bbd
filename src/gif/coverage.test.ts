import { describe, expect, test } from 'vitest';
import { coverage, hasUncovered } from './coverage.ts';
import { type GifPart, gifOf } from './pictures.suite.ts';

const WHOLE = { left: 0, top: 0, width: 4, height: 2 };
const CORNER = { left: 0, top: 0, width: 1, height: 1 };

/** The covered pixels of each frame, as text. */
function drawn(parts: readonly GifPart[], first = 0, count = parts.length): string[] {
  return [...coverage(gifOf(4, 2, parts), first, count)].map((mask) => mask.join(''));
}

describe('coverage', () => {
  test.each<[string, GifPart[], string[]]>([
    ['a frame of all', [WHOLE], ['11111111']],
    ['a corner', [CORNER], ['10000000']],
    [
      'what is beyond the screen is left out',
      [CORNER, { left: 3, top: 1, width: 9, height: 9 }],
      ['10000000', '10000001'],
    ],
    [
      'a frame that is not on the screen',
      [CORNER, { left: 9, top: 9, width: 2, height: 2 }],
      ['10000000', '10000000'],
    ],
    [
      'a first frame beyond the screen makes it larger',
      [{ left: 4, top: 0, width: 2, height: 1 }],
      ['000011000000'],
    ],
    ['frames add up', [CORNER, { ...CORNER, left: 1 }], ['10000000', '11000000']],
    ['what is cleared is gone', [{ ...WHOLE, disposal: 2 }, CORNER], ['11111111', '10000000']],
    [
      'what is restored is as before',
      [CORNER, { ...WHOLE, disposal: 3 }, { ...CORNER, left: 1 }],
      ['10000000', '11111111', '11000000'],
    ],
    [
      'nothing is restored to nothing',
      [{ ...WHOLE, disposal: 3 }, CORNER],
      ['11111111', '10000000'],
    ],
  ])('%s', (_name, parts, masks) => {
    expect(drawn(parts)).toEqual(masks);
    // Any window on the frames shows the same.
    masks.forEach((mask, page) => {
      expect(drawn(parts, page, 1)).toEqual([mask]);
    });
  });

  test.each<[string, GifPart[], boolean]>([
    ['a frame of all', [WHOLE], false],
    ['a corner', [CORNER], true],
    [
      'a corner of a GIF with a clear color, which the decoder knows',
      [{ ...CORNER, clear: true }],
      false,
    ],
    ['a corner on a frame of all', [WHOLE, CORNER], false],
    ['all cleared, and all drawn again', [{ ...WHOLE, disposal: 2 }, WHOLE], false],
    ['all cleared, then a corner', [{ ...WHOLE, disposal: 2 }, CORNER], true],
    ['all cleared at the end, which is not seen', [WHOLE, { ...CORNER, disposal: 2 }], false],
    ['a corner restored to all', [WHOLE, { ...CORNER, disposal: 3 }, CORNER], false],
  ])('%s', (_name, parts, expected) => {
    expect(hasUncovered(gifOf(4, 2, parts))).toBe(expected);
  });

  test('what is no GIF, or cut, is taken for covered', () => {
    expect(hasUncovered(new Uint8Array(20))).toBe(false);
    expect(hasUncovered(gifOf(4, 2, [WHOLE]).subarray(0, 25))).toBe(false);
    expect([...coverage(new Uint8Array(20), 0, 3)]).toEqual([]);
  });
});
