import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Eye } from '../image/face.ts';
import type { Raster } from '../image/raster.ts';
import { at, solid } from './pictures.suite.ts';
import { withAlpha } from './pixels.ts';
import { findRedEyes, removeRedEyes } from './red-eye.ts';

const SKIN = [205, 160, 140] as const;
const WHITE = [225, 222, 220] as const;
const IRIS = [90, 105, 110] as const;
const RED = [235, 25, 40] as const;
const LIGHT = [250, 245, 250] as const;

/** Discs and ovals of colors, one over another. */
function drawn(
  width: number,
  height: number,
  shapes: readonly (readonly [x: number, y: number, rx: number, ry: number, readonly number[]])[],
): Raster {
  const raster = solid(width, height, SKIN);
  for (const [x, y, rx, ry, color] of shapes) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const inside = ((column + 0.5 - x) / rx) ** 2 + ((row + 0.5 - y) / ry) ** 2 <= 1;
        if (inside) raster.data.set(color, (row * width + column) * 3);
      }
    }
  }
  return raster;
}

/** An eye of 40 pixels at (50, 40), with a pupil of that color and radius. */
function eyeWith(pupil: readonly number[], radius = 7): Raster {
  return drawn(100, 80, [
    [50, 40, 20, 11, WHITE],
    [50, 40, 10, 10, IRIS],
    [50, 40, radius, radius, pupil],
    [52, 37, 1.5, 1.5, LIGHT],
  ]);
}

const EYE: Eye = { x: 50, y: 40, width: 40 };

/** How many pixels two rasters differ in. */
function moved(one: Raster, two: Raster): number {
  let count = 0;
  for (let i = 0; i < one.data.length; i += one.channels) {
    if ([0, 1, 2].some((c) => one.data[i + c] !== two.data[i + c])) count++;
  }
  return count;
}

function corrected(raster: Raster, eyes: readonly Eye[]): Raster {
  const discs = findRedEyes(raster, eyes).map(({ radius, ...place }) => {
    return { ...place, radiusX: radius, radiusY: radius };
  });
  return removeRedEyes(raster, discs);
}

/** Pixels of a red that eyes do not have. */
function redPixels({ data, channels }: Raster): number {
  let count = 0;
  for (let i = 0; i < data.length; i += channels) {
    if (data[i]! > 1.75 * Math.max(data[i + 1]!, data[i + 2]!) && data[i]! > 70) count++;
  }
  return count;
}

describe('a red pupil', () => {
  test('is found where it is', () => {
    const [found, ...more] = findRedEyes(eyeWith(RED), [EYE]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ x: 50, y: 40 });
    expect(found?.radius).toBeCloseTo(1.15 * 7 + 1, 0);
  });

  test('is found though the landmark errs by half an eye', () => {
    expect(findRedEyes(eyeWith(RED), [{ ...EYE, x: 68, y: 46 }])).toHaveLength(1);
  });

  test('is found once, though two eyes lead to it', () => {
    expect(findRedEyes(eyeWith(RED), [EYE, { ...EYE, x: 60 }])).toHaveLength(1);
  });

  test('loses its red, and keeps its catch-light', () => {
    const before = eyeWith(RED);
    const after = corrected(before, [EYE]);
    expect(redPixels(before)).toBeGreaterThan(100);
    expect(redPixels(after)).toBe(0);
    expect(at(after, 51, 36)).toEqual(at(before, 51, 36));
    const [red, green, blue] = at(after, 47, 43);
    expect(Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!)).toBeLessThan(3);
  });

  test('nothing but the eye changes', () => {
    const before = eyeWith(RED);
    const after = corrected(before, [EYE]);
    for (const [x, y] of [
      [50, 20],
      [34, 40],
      [66, 40],
      [5, 5],
      [50, 54],
    ] as const) {
      expect(at(after, x, y)).toEqual(at(before, x, y));
    }
  });

  test('alpha stays', () => {
    const clear = withAlpha(eyeWith(RED));
    for (let i = 3; i < clear.data.length; i += 12) clear.data[i] = 90;
    const after = corrected(clear, [EYE]);
    expect(moved(clear, after)).toBeGreaterThan(100);
    for (let i = 3; i < clear.data.length; i += 4) expect(after.data[i]).toBe(clear.data[i]);
  });
});

describe('what is no red pupil stays to the pixel', () => {
  test.each<[string, Raster]>([
    ['a black pupil', eyeWith([15, 12, 12])],
    ['a brown iris', eyeWith([110, 60, 30], 10)],
    ['an orange one', eyeWith([235, 110, 30])],
    ['a speck', eyeWith(RED, 1)],
    ['lips', drawn(100, 80, [[50, 40, 30, 6, [200, 60, 70]]])],
    ['a bar of red', drawn(100, 80, [[50, 40, 18, 4, RED]])],
    ['red all over', solid(100, 80, RED)],
    [
      'red make-up around an eye',
      drawn(100, 80, [
        [50, 40, 24, 16, RED],
        [50, 40, 20, 12, WHITE],
      ]),
    ],
    ['a red bead far from the eye', drawn(100, 80, [[90, 70, 5, 5, RED]])],
    ['a red spot in skin nearly as red', redInRed()],
  ])('%s', (_name, picture) => {
    expect(moved(picture, corrected(picture, [EYE]))).toBe(0);
  });

  test('without eyes nothing is', () => {
    expect(findRedEyes(eyeWith(RED), [])).toEqual([]);
  });

  test('eyes outside the picture, of no size and of no number are none', () => {
    for (const eye of [
      { x: -200, y: 40, width: 40 },
      { x: 50, y: 40, width: 0 },
      { x: Number.NaN, y: 40, width: 40 },
    ]) {
      expect(findRedEyes(eyeWith(RED), [eye])).toEqual([]);
    }
  });

  test('discs anywhere, of any size, end and stay inside the picture', () => {
    const numbers = fc.double({ min: -300, max: 300, noNaN: true });
    const radii = fc.double({ min: 0.01, max: 400, noNaN: true });
    const discs = fc.record({ x: numbers, y: numbers, radiusX: radii, radiusY: radii });
    fc.assert(
      fc.property(fc.array(discs, { maxLength: 3 }), (some) => {
        const after = removeRedEyes(eyeWith(RED), some);
        expect(after.data.length).toBe(100 * 80 * 3);
      }),
      { numRuns: 30 },
    );
  });
});

function redInRed(): Raster {
  const raster = solid(100, 80, [190, 70, 60]);
  for (let y = 34; y < 46; y++) {
    for (let x = 44; x < 56; x++) raster.data.set([215, 70, 62], (y * 100 + x) * 3);
  }
  return raster;
}

test.each([
  // color in the disc, color after it, why
  [[200, 40, 40], [40, 40, 40], 'red becomes the grey of the others'],
  [[200, 40, 80], [60, 60, 60], 'a little blue lightens it'],
  [[200, 40, 190], [70, 70, 70], 'much blue does not make it bright'],
  [[200, 100, 120], [110, 110, 110], 'a light pupil stays light'],
  [[100, 95, 90], [100, 95, 90], 'what is hardly red stays'],
  [[250, 250, 250], [250, 250, 250], 'the light in the eye stays'],
])('%j in a red eye becomes %j (%s)', (from, to) => {
  const mended = removeRedEyes(solid(21, 21, from), [{ x: 10.5, y: 10.5, radiusX: 8, radiusY: 8 }]);
  expect(at(mended, 10, 10)).toEqual(to);
  expect(at(mended, 0, 0)).toEqual(from);
});
