import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region, Size } from '../base/size.ts';
import { faceArea, faceWindow } from './face-window.ts';

const region = (left: number, top: number, width: number, height = width): Region => ({
  ...{ left, top, width, height },
});

const within = (inner: Region, outer: Region) =>
  inner.left >= outer.left &&
  inner.top >= outer.top &&
  inner.left + inner.width <= outer.left + outer.width &&
  inner.top + inner.height <= outer.top + outer.height;

describe('faceWindow', () => {
  const wide: Size = { width: 900, height: 300 };
  const square: Size = { width: 300, height: 300 };

  test.each<[string, Region[], number, number, string]>([
    ['one face', [region(500, 100, 60)], 0, 380, 'in the middle'],
    ['one at the edge', [region(0, 100, 60)], 0, 0, 'as far as the picture goes'],
    [
      'two that fit',
      [region(400, 100, 60), region(560, 100, 40)],
      0,
      348,
      'both heads in the middle',
    ],
    ['two far apart', [region(700, 100, 80), region(20, 100, 40)], 0, 590, 'on the largest'],
    [
      'the other of them',
      [region(700, 100, 80), region(20, 100, 40)],
      1,
      0,
      'on the one that was named',
    ],
    ['a number past the end', [region(700, 100, 80), region(20, 100, 40)], 7, 0, 'the last'],
    [
      'faces that just fit',
      [region(300, 100, 100), region(500, 100, 100)],
      0,
      300,
      'heads would not',
    ],
    ['a face wider than the window', [region(100, 0, 600, 300)], 0, 250, 'its middle'],
  ])('%s: %j, number %i, stands at %i (%s)', (_name, faces, chosen, left) => {
    expect(faceWindow(faces, wide, square, chosen)).toEqual({ left, top: 0, ...square });
  });

  test('a face beside the largest is not cut where moving a little saves it', () => {
    // Centred on the first (left 300) the window would end inside the second.
    const faces = [region(400, 100, 100), region(570, 100, 60), region(0, 100, 50)];
    const window = faceWindow(faces, wide, square, 0);
    expect(faces.slice(0, 2).every((face) => within(face, window))).toBe(true);
  });

  const side = fc.integer({ min: 1, max: 400 });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const sizes = fc.tuple(side, side, part, part).map(([width, height, x, y]) => ({
    picture: { width, height },
    size: {
      width: Math.max(1, Math.round(width * x)),
      height: Math.max(1, Math.round(height * y)),
    },
  }));
  const boxes = fc.array(fc.tuple(part, part, part, part), { minLength: 1, maxLength: 8 });

  test('the window lies inside the picture; all faces are in it where they fit; else the chosen one', () => {
    fc.assert(
      fc.property(sizes, boxes, fc.nat({ max: 9 }), ({ picture, size }, shares, chosen) => {
        const faces = shares.map(([x, y, w, h]) => {
          const left = Math.floor(x * (picture.width - 1));
          const top = Math.floor(y * (picture.height - 1));
          const width = Math.max(1, Math.floor(w * (picture.width - left)));
          return region(left, top, width, Math.max(1, Math.floor(h * (picture.height - top))));
        });
        const window = faceWindow(faces, picture, size, chosen);
        expect(within(window, region(0, 0, picture.width, picture.height))).toBe(true);
        expect([window.width, window.height]).toEqual([size.width, size.height]);
        const right = Math.max(...faces.map((f) => f.left + f.width));
        const bottom = Math.max(...faces.map((f) => f.top + f.height));
        const left = Math.min(...faces.map((f) => f.left));
        const top = Math.min(...faces.map((f) => f.top));
        const one = faces[Math.min(chosen, faces.length - 1)]!;
        if (right - left <= size.width && bottom - top <= size.height) {
          expect(faces.every((face) => within(face, window))).toBe(true);
        } else if (one.width <= size.width && one.height <= size.height) {
          expect(within(one, window)).toBe(true);
        }
      }),
    );
  });
});

describe('faceArea', () => {
  const picture: Size = { width: 400, height: 300 };

  test.each<[string, Region[], number, number | undefined, Region]>([
    // what, faces, factor, ratio, area
    ['one face', [region(100, 90, 40, 60)], 1, undefined, region(100, 90, 40, 60)],
    ['with as much around it', [region(100, 90, 40, 60)], 2, undefined, region(80, 60, 80, 120)],
    ['with half around it', [region(100, 90, 40, 60)], 1.5, undefined, region(90, 75, 60, 90)],
    ['as a square', [region(100, 90, 40, 60)], 1, 1, region(90, 90, 60, 60)],
    ['wide', [region(100, 90, 40, 60)], 2, 2, region(0, 60, 240, 120)],
    ['two', [region(100, 90, 40), region(200, 150, 20)], 1, undefined, region(100, 90, 120, 80)],
    [
      'each with its own room',
      [region(100, 90, 40), region(200, 150, 20)],
      2,
      undefined,
      region(80, 70, 150, 110),
    ],
    ['at the upper edge', [region(5, 0, 40)], 2, undefined, region(0, 0, 80, 80)],
    ['at the lower edge', [region(355, 260, 40)], 2, undefined, region(320, 220, 80, 80)],
    ['larger than the picture', [region(20, 20, 300, 250)], 2, undefined, region(0, 0, 400, 300)],
    ['larger, of a ratio', [region(20, 20, 300, 250)], 2, 1, region(20, 0, 300, 300)],
  ])('%s', (_, faces, factor, ratio, area) => {
    expect(faceArea(faces, picture, factor, ratio)).toEqual(area);
  });
});
