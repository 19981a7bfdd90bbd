import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import {
  copyExtendedRow,
  counterpartOf,
  framesOf,
  geometryOf,
  isTransparent,
  LEAST_SIDE,
  mirrored,
} from './ssimulacra2-picture.ts';

const MP = 1e6;

describe('geometryOf', () => {
  test.each([
    // size        ceiling    extended       shift  why
    ['768x512', 16 * MP, '768x512', 0, 'an ordinary picture stays as it is'],
    ['280x108', 16 * MP, '280x128', 0, 'a side under 128 is mirrored'],
    ['1x1', 16 * MP, '128x128', 0, 'a pixel becomes a field'],
    ['4000x4000', 16 * MP, '4000x4000', 0, 'the ceiling itself is measured in full'],
    ['5000x4000', 16 * MP, '5000x4000', 1, 'above it at 1:2'],
    ['8000x6000', 16 * MP, '8000x6000', 2, '1:2 would be 12 MP, above half the ceiling'],
    ['60000x300', 16 * MP, '60000x300', 1, 'a strip that still has 128 rows at 1:2'],
    ['90000x200', 16 * MP, '90000x256', 1, 'a strip is extended for what is left after halving'],
    ['4000x4000', 1, '4096x4096', 5, 'no ceiling leads below 128 x 128'],
  ])('%s under %d is %s at 1:2^%i (%s)', (size, ceiling, extended, shift) => {
    const [width, height] = size.split('x').map(Number) as [number, number];
    const got = geometryOf({ width, height }, ceiling);
    expect([`${got.width}x${got.height}`, got.shift]).toEqual([extended, shift]);
  });

  test('what is measured keeps to the ceiling and to 128 pixels a side', () => {
    const side = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 2 ** 16, max: 2 ** 24 }), (width, height, most) => {
        const got = geometryOf({ width, height }, most);
        const [w, h] = [got.width / 2 ** got.shift, got.height / 2 ** got.shift];
        expect(Math.min(w, h)).toBeGreaterThanOrEqual(LEAST_SIDE);
        expect(w * h).toBeLessThanOrEqual(
          got.shift === 0 ? most : Math.max(most / 2, LEAST_SIDE ** 2),
        );
      }),
    );
  });
});

test('mirrored goes back and forth with the edge pixel twice', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((at) => mirrored(at, 3))).toEqual([0, 1, 2, 2, 1, 0, 0, 1]);
  expect([0, 1, 2].map((at) => mirrored(at, 1))).toEqual([0, 0, 0]);
});

test('copyExtendedRow mirrors rows and columns', () => {
  const from = Uint8Array.from([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
  const to = new Uint8Array(12);
  copyExtendedRow(from, { width: 2, height: 2 }, 3, 2, to, 0, 4);
  expect([...to]).toEqual([3, 3, 3, 4, 4, 4, 4, 4, 4, 3, 3, 3]);
});

describe('framesOf', () => {
  test.each([
    [1, [0], 'a still'],
    [3, [0, 1, 2], 'few frames: all'],
    [4, [0, 1, 2, 3], 'as many as allowed'],
    [30, [0, 10, 19, 29], 'many: evenly spread, first and last among them'],
  ])('of %i pages are %j (%s)', (pages, expected) => {
    expect(framesOf(pages, 4)).toEqual(expected);
  });

  test('one frame is the first', () => expect(framesOf(9, 1)).toEqual([0]));
});

describe('counterpartOf', () => {
  const raster = (delays: number[]): Raster => ({
    width: 1,
    height: 1,
    channels: 3,
    data: new Uint8Array(3 * delays.length),
    pages: delays.length,
    delays,
    loop: 0,
  });

  test.each([
    [0, [100, 100, 100], [200, 100], 0, 'the joined frame'],
    [1, [100, 100, 100], [200, 100], 0, 'the joined frame again'],
    [2, [100, 100, 100], [200, 100], 1, 'the one after it'],
    [2, [40, 40, 40], [80], 0, 'all joined into one'],
    [1, [10, 500], [10, 500], 1, 'equal pages are taken by number'],
    [2, [100, 100, 100], [100, 30], 1, 'a shorter animation ends on its last frame'],
  ])('of frame %i of %j in %j is %i (%s)', (page, ours, theirs, expected) => {
    expect(counterpartOf(page, raster(ours), raster(theirs))).toBe(expected);
  });
});

test('isTransparent asks for one pixel that lets light through', () => {
  expect(isTransparent(Uint8Array.from([0, 0, 0, 255, 9, 9, 9, 255]), 4)).toBe(false);
  expect(isTransparent(Uint8Array.from([0, 0, 0, 255, 9, 9, 9, 254]), 4)).toBe(true);
  expect(isTransparent(Uint8Array.from([0, 0, 0]), 3)).toBe(false);
});
