import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withSmoothClear } from './clear-colors.ts';
import { at, solid, withBox } from './pictures.suite.ts';
import { still } from './pixels.ts';

describe('withSmoothClear', () => {
  test('clear pixels take the color of what is seen beside them', () => {
    const shown = withBox(solid(40, 30, [0, 0, 0, 0]), [10, 10, 8, 8], [200, 40, 60, 255]);
    const filled = withSmoothClear(shown);
    for (const [x, y] of [
      [0, 0],
      [9, 12],
      [39, 29],
    ] as const) {
      expect(at(filled, x, y)).toEqual([200, 40, 60, 0]);
    }
  });

  test('between two colors the clear ones run from one to the other', () => {
    const left = withBox(solid(64, 8, [0, 255, 0, 0]), [0, 0, 16, 8], [0, 0, 0, 255]);
    const filled = withSmoothClear(withBox(left, [48, 0, 16, 8], [240, 240, 240, 255]));
    const middle = at(filled, 31, 4)[0]!;
    expect(at(filled, 18, 4)[0]!).toBeLessThan(middle);
    expect(middle).toBeLessThan(at(filled, 45, 4)[0]!);
    expect(Math.abs(middle - 120)).toBeLessThan(40);
  });

  type Box = [left: number, top: number, width: number, height: number, ink: number[]];
  test.each<[Box[], number[], string]>([
    // pixels of 4 x 4 with their colors, what the lower half shows, why
    [
      [
        [0, 0, 2, 2, [255, 0, 0, 255]],
        [2, 0, 1, 1, [0, 0, 255, 255]],
      ],
      [128, 0, 128],
      'one pixel of a square counts as much as four',
    ],
    [
      [
        [0, 0, 2, 2, [255, 0, 0, 255]],
        [2, 0, 1, 1, [0, 0, 255, 85]],
      ],
      [191, 0, 64],
      'a faint one counts as much as it is seen',
    ],
    [
      [
        [0, 0, 2, 2, [255, 0, 0, 51]],
        [2, 0, 2, 2, [0, 0, 255, 51]],
      ],
      [128, 0, 128],
      'four faint ones as four others',
    ],
  ])('%j: %j (%s)', (boxes, color) => {
    let raster = solid(4, 4, [9, 99, 9, 0]);
    for (const [left, top, width, height, ink] of boxes) {
      raster = withBox(raster, [left, top, width, height], ink);
    }
    const filled = withSmoothClear(raster);
    for (const x of [0, 1, 2, 3]) expect(at(filled, x, 3)).toEqual([...color, 0]);
  });

  test('what is seen, and alpha, never change', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.constantFrom(0, 0, 1, 128, 255)),
        (width, height, stream) => {
          const data = new Uint8Array(width * height * 4);
          for (let i = 0; i < data.length; i++) data[i] = stream.next().value;
          const raster = still(width, height, 4, data);
          const filled = withSmoothClear(raster);
          for (let i = 0; i < data.length; i++) {
            if (i % 4 === 3 || data[i | 3] !== 0) expect(filled.data[i]).toBe(data[i]);
          }
        },
      ),
    );
  });

  test('a raster without clear pixels is given back, one without any other too', () => {
    const opaque = solid(3, 3, [1, 2, 3, 255]);
    expect(withSmoothClear(opaque)).toBe(opaque);
    expect(withSmoothClear(solid(5, 4, [9, 9, 9, 0])).data.length).toBe(80);
    const plain = solid(3, 3, [1, 2, 3]);
    expect(withSmoothClear(plain)).toBe(plain);
  });
});
