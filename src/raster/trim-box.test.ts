import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import type { TrimRule } from '../plan/op.ts';
import { card, solid, withBox } from './pictures.suite.ts';
import { findTrim } from './trim-box.ts';

const white = [255, 255, 255];
const exact: TrimRule = { by: 'color', tolerance: 0 };
/** 90 by 60 with a frame: 20 left and right, 10 above, 20 below. */
const framed = withBox(solid(90, 60, white), [20, 10, 50, 30], [10, 20, 30]);
/** A grey frame whose pixels lie so many levels above and below 200 in turn, around a dark box. */
function ribbed(levels: number): Raster {
  let frame = solid(30, 20, [200 - levels, 200 - levels, 200 - levels]);
  for (let y = 0; y < 20; y++) {
    for (let x = y % 2; x < 30; x += 2) {
      const light = 200 + levels;
      frame = withBox(frame, [x, y, 1, 1], [light, light, light]);
    }
  }
  return withBox(frame, [10, 5, 8, 9], [20, 20, 20]);
}
const inner = { left: 20, top: 10, width: 50, height: 30 };

describe('findTrim', () => {
  test.each<[string, Raster, TrimRule, ReturnType<typeof findTrim>]>([
    // why, picture, rule, box
    ['the color of the corner', framed, exact, inner],
    [
      'the color asked for',
      framed,
      { by: 'color', color: { red: 255, green: 255, blue: 255, alpha: 1 }, tolerance: 0 },
      inner,
    ],
    [
      'another color than the frame',
      framed,
      { by: 'color', color: { red: 0, green: 0, blue: 0, alpha: 1 }, tolerance: 0 },
      { left: 0, top: 0, width: 90, height: 60 },
    ],
    ['one color everywhere', solid(30, 20, [9, 9, 9]), exact, undefined],
    ['tolerance 1 takes everything', framed, { by: 'color', tolerance: 1 }, undefined],
    [
      'a frame a little off, within tolerance',
      withBox(framed, [0, 0, 90, 1], [250, 250, 250]),
      { by: 'color', tolerance: 0.05 },
      inner,
    ],
    [
      'a tenth of the longest distance, 51 levels',
      withBox(framed, [0, 0, 90, 1], [204, 255, 255]),
      { by: 'color', color: { red: 255, green: 255, blue: 255, alpha: 1 }, tolerance: 0.1 },
      inner,
    ],
    [
      'and one level more',
      withBox(framed, [0, 0, 90, 1], [203, 255, 255]),
      { by: 'color', color: { red: 255, green: 255, blue: 255, alpha: 1 }, tolerance: 0.1 },
      { left: 0, top: 0, width: 90, height: 40 },
    ],
    [
      'a frame a little off, exact',
      withBox(framed, [40, 0, 1, 1], [254, 255, 255]),
      exact,
      { left: 20, top: 0, width: 50, height: 40 },
    ],
    [
      'clear edges',
      withBox(solid(20, 20, [0, 0, 0, 0]), [5, 6, 7, 8], [1, 1, 1, 255]),
      { by: 'alpha', alpha: 0, tolerance: 0 },
      { left: 5, top: 6, width: 7, height: 8 },
    ],
    [
      'no alpha channel',
      framed,
      { by: 'alpha', alpha: 0, tolerance: 0 },
      { left: 0, top: 0, width: 90, height: 60 },
    ],
    [
      'alpha before color',
      withBox(solid(20, 20, [0, 0, 0, 0]), [5, 6, 7, 8], [255, 255, 255, 255]),
      { by: 'alpha-or-color', tolerance: 0 },
      { left: 5, top: 6, width: 7, height: 8 },
    ],
    [
      'alpha off by a twentieth of its range, within tolerance',
      withBox(solid(20, 20, [0, 0, 0, 12]), [5, 6, 7, 8], [0, 0, 0, 255]),
      { by: 'alpha-or-color', tolerance: 0.05 },
      { left: 5, top: 6, width: 7, height: 8 },
    ],
    [
      'and by one level more',
      withBox(solid(20, 20, [0, 0, 0, 13]), [5, 6, 7, 8], [0, 0, 0, 255]),
      { by: 'alpha-or-color', tolerance: 0.05 },
      { left: 0, top: 0, width: 20, height: 20 },
    ],
    [
      'a clear edge and a faint one, exact',
      withBox(solid(20, 20, [0, 0, 0, 0]), [5, 6, 7, 8], [0, 0, 0, 1]),
      { by: 'alpha-or-color', tolerance: 0 },
      { left: 5, top: 6, width: 7, height: 8 },
    ],
    ['color without alpha', framed, { by: 'alpha-or-color', tolerance: 0 }, inner],
    ['a uniform border by its own color', framed, { by: 'border', mean: 11, deviation: 10 }, inner],
    [
      'a border that deviates by 9 levels',
      ribbed(9),
      { by: 'border', mean: 11, deviation: 10 },
      { left: 10, top: 5, width: 8, height: 9 },
    ],
    [
      'and by 11',
      ribbed(11),
      { by: 'border', mean: 11, deviation: 10 },
      { left: 0, top: 0, width: 30, height: 20 },
    ],
    [
      'nothing but border',
      solid(30, 20, [9, 9, 9]),
      { by: 'border', mean: 11, deviation: 10 },
      undefined,
    ],
  ])('%s', (_why, picture, rule, box) => {
    expect(findTrim(picture, rule)).toEqual(box);
  });

  test('a single pixel anywhere is the box', () => {
    fc.assert(
      fc.property(fc.nat(18), fc.nat(13), (x, y) => {
        // The corner pixel is the color that goes, so the dot stands elsewhere.
        const picture = withBox(solid(20, 15, white), [x + 1, y + 1, 1, 1], [0, 0, 0]);
        expect(findTrim(picture, exact)).toEqual({
          left: x + 1,
          top: y + 1,
          width: 1,
          height: 1,
        });
      }),
    );
  });

  test('a picture without a border keeps all of itself', () => {
    const all = { left: 0, top: 0, width: 40, height: 30 };
    expect(findTrim(card(40, 30), exact)).toEqual(all);
  });

  test('frames of an animation share one box', () => {
    const first = withBox(solid(20, 20, white), [2, 2, 3, 3], [0, 0, 0]);
    const second = withBox(solid(20, 20, white), [10, 12, 4, 4], [0, 0, 0]);
    const data = new Uint8Array([...first.data, ...second.data]);
    const film: Raster = { ...first, pages: 2, data };
    expect(findTrim(film, exact)).toEqual({ left: 2, top: 2, width: 12, height: 14 });
  });
});

test.each([
  [
    [255, 255, 255, 255],
    [255, 255, 255, 0],
  ],
  [
    [255, 255, 255, 255],
    [0, 0, 0, 0],
  ],
  [
    [245, 245, 255, 255],
    [0, 0, 0, 0],
  ],
  [
    [255, 255, 0, 255],
    [255, 255, 0, 0],
  ],
  [
    [0, 0, 0, 255],
    [255, 255, 255, 0],
  ],
  [
    [0, 0, 0, 255],
    [0, 0, 0, 0],
  ],
  [
    [128, 128, 128, 255],
    [128, 128, 128, 0],
  ],
])('a box of %j on clear %j is told from its border', (color, clear) => {
  const picture = withBox(solid(30, 20, clear), [10, 6, 10, 8], color);
  expect(findTrim(picture, { by: 'border', mean: 11, deviation: 10 })).toEqual({
    left: 10,
    top: 6,
    width: 10,
    height: 8,
  });
});

describe('a frame that is half clear', () => {
  const veil = withBox(solid(30, 20, [10, 10, 10, 100]), [6, 4, 12, 9], [10, 10, 10, 255]);
  const box = { left: 6, top: 4, width: 12, height: 9 };
  const color = (alpha: number) => ({ red: 10, green: 10, blue: 10, alpha });

  test.each<[string, TrimRule, ReturnType<typeof findTrim>]>([
    ['is told by the alpha of its corner', { by: 'color', tolerance: 0 }, box],
    ['by a color with that alpha', { by: 'color', color: color(100 / 255), tolerance: 0 }, box],
    [
      'and is none of a solid color',
      { by: 'color', color: color(1), tolerance: 0 },
      { left: 0, top: 0, width: 30, height: 20 },
    ],
    [
      'but near one, where more is allowed',
      { by: 'color', color: color(1), tolerance: 155 / 510 },
      undefined,
    ],
  ])('%s', (_, rule, found) => {
    expect(findTrim(veil, rule)).toEqual(found);
  });
});
