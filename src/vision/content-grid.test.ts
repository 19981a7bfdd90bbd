import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeText } from '../base/size.ts';
import type { ContentGrid } from '../image/content-grid.ts';
import type { Raster } from '../image/raster.ts';
import { solid, withBox } from '../raster/pictures.suite.ts';
import { still } from '../raster/pixels.ts';
import { contentGrid, lookedAtSize } from './content-grid.ts';

const MEASURES = ['saliency', 'entropy', 'edges'] as const;

/** The middle of all weight, as shares of the sides. */
function middle({ columns, rows, weights }: ContentGrid): { x: number; y: number } {
  let [x, y, total] = [0, 0, 0];
  weights.forEach((weight, i) => {
    x += weight * ((i % columns) + 0.5);
    y += weight * (Math.floor(i / columns) + 0.5);
    total += weight;
  });
  return { x: x / total / columns, y: y / total / rows };
}

/** Noise of all three channels, from a seed. */
function noise(width: number, height: number, seed: number, channels: 3 | 4 = 3): Raster {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return still(width, height, channels, data);
}

function mirrored(raster: Raster): Raster {
  const { width, height, channels, data } = raster;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      out.set(data.subarray(from, from + channels), (y * width + width - 1 - x) * channels);
    }
  }
  return { ...raster, data: out };
}

describe('contentGrid', () => {
  test.each(MEASURES)('%s: a bright thing on a plain ground is where the content is', (by) => {
    const picture = withBox(solid(300, 200, [90, 100, 110]), [210, 30, 40, 40], [250, 220, 30]);
    const { x, y } = middle(contentGrid(picture, by));
    expect(x).toBeCloseTo(230 / 300, 1);
    expect(y).toBeCloseTo(50 / 200, 1);
  });

  test.each(MEASURES)('%s: a plain picture has no content', (by) => {
    const { weights } = contentGrid(solid(120, 80, [200, 10, 10]), by);
    expect(Math.max(...weights)).toBe(0);
  });

  test('saliency: one leaf of another color counts more than the leaves around it', () => {
    const leaves = noise(240, 160, 7);
    const dim = leaves.data.map((value, i) => (i % 3 === 0 ? 90 + value / 8 : 60 + value / 8));
    const plain = still(240, 160, 3, dim);
    const green = plain.data.slice();
    for (let y = 40; y < 100; y++) {
      for (let x = 20; x < 80; x++) {
        const i = (y * 240 + x) * 3;
        green.set([40 + green[i]! / 8, 170 + green[i + 1]! / 8, 60], i);
      }
    }
    const { x, y } = middle(contentGrid(still(240, 160, 3, green), 'saliency'));
    expect(x).toBeLessThan(0.4);
    expect(y).toBeLessThan(0.5);
    expect(middle(contentGrid(plain, 'saliency')).x).toBeCloseTo(0.5, 1);
  });

  test('entropy: many tones count more than the strongest edge, which edges prefer', () => {
    // Black and white stripes at the left, all greys at the right.
    const data = solid(240, 120, [128, 128, 128]).data.slice();
    const greys = noise(240, 120, 3);
    for (let y = 0; y < 120; y++) {
      for (let x = 0; x < 240; x++) {
        const i = (y * 240 + x) * 3;
        if (x < 80) data.fill(x % 4 < 2 ? 0 : 255, i, i + 3);
        if (x >= 160) data.fill(96 + greys.data[i]! / 4, i, i + 3);
      }
    }
    const picture = still(240, 120, 3, data);
    expect(middle(contentGrid(picture, 'edges')).x).toBeLessThan(0.35);
    expect(middle(contentGrid(picture, 'entropy')).x).toBeGreaterThan(0.6);
  });

  test.each(MEASURES)('%s: what clear pixels hide does not count', (by) => {
    const loud = noise(90, 60, 5, 4);
    const hidden = loud.data.map((value, i) => (i % 4 === 3 ? 0 : value));
    const shown = withBox(still(90, 60, 4, hidden), [60, 10, 20, 20], [30, 30, 30, 255]);
    const clear = withBox(solid(90, 60, [0, 0, 0, 0]), [60, 10, 20, 20], [30, 30, 30, 255]);
    expect(contentGrid(shown, by)).toEqual(contentGrid(clear, by));
    const { x, y } = middle(contentGrid(shown, by));
    expect(x).toBeCloseTo(70 / 90, 1);
    expect(y).toBeCloseTo(20 / 60, 1);
  });

  test.each([
    ['a dark thing', [0, 0, 0]],
    ['a white thing', [255, 255, 255]],
    ['a thing in the grey that clear areas are laid on', [128, 128, 128]],
  ])('%s on a clear ground is content inside as well as at its edge', (_, color) => {
    const picture = withBox(
      solid(120, 120, [0, 0, 0, 0]),
      [10, 70, 40, 40],
      [...(color as number[]), 255],
    );
    for (const by of MEASURES) {
      const grid = contentGrid(picture, by);
      const inside =
        grid.weights[
          Math.floor((90 / 120) * grid.rows) * grid.columns + Math.floor((30 / 120) * grid.columns)
        ]!;
      expect(inside, by).toBeGreaterThan(0);
      expect(middle(grid).x, by).toBeCloseTo(30 / 120, 1);
      expect(middle(grid).y, by).toBeCloseTo(90 / 120, 1);
    }
  });

  test('a picture that is clear all over has no content', () => {
    for (const by of MEASURES) {
      expect(Math.max(...contentGrid(solid(40, 30, [255, 0, 0, 0]), by).weights)).toBe(0);
    }
  });

  test.each(MEASURES)('%s: a mirrored picture has the mirrored grid', (by) => {
    const sides = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(
        sides,
        sides,
        fc.nat(),
        fc.constantFrom(3 as const, 4 as const),
        (w, h, seed, n) => {
          const raster = noise(w, h, seed, n);
          const one = contentGrid(raster, by);
          const other = contentGrid(mirrored(raster), by);
          one.weights.forEach((weight, i) => {
            const x = i % one.columns;
            const there = other.weights[i - x + one.columns - 1 - x]!;
            expect(Math.abs(weight - there)).toBeLessThanOrEqual(1);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  test('no side is too small, and no grid has too many cells', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 500],
      [500, 1],
      [2, 3],
      [1024, 9],
      [256, 256],
    ] as const) {
      for (const by of MEASURES) {
        const { columns, rows, weights } = contentGrid(noise(width, height, 1), by);
        expect(weights.length).toBe(columns * rows);
        expect(columns).toBeLessThanOrEqual(width);
        expect(rows).toBeLessThanOrEqual(height);
        expect(weights.length).toBeLessThanOrEqual(2048);
        expect(weights.length).toBeGreaterThan(0);
      }
    }
  });

  test('of one row the content is found too', () => {
    const line = withBox(solid(400, 1, [20, 20, 20]), [300, 0, 20, 1], [240, 240, 240]);
    for (const by of MEASURES) expect(middle(contentGrid(line, by)).x, by).toBeCloseTo(0.775, 1);
  });
});

describe('what is looked at', () => {
  test.each([
    [1024, 683, '313x209', 'a photograph'],
    [1024, 1024, '256x256', 'a square'],
    [1024, 10, '1024x10', 'a very wide one, as it is'],
    [200, 133, '200x133', 'a small one, as it is'],
    [1, 1, '1x1', 'a pixel'],
  ])('of %d x %d is %s (%s)', (width, height, expected) => {
    expect(sizeText(lookedAtSize({ width, height }))).toBe(expected);
  });

  test('a larger copy of a picture has nearly the same grid', () => {
    const small = withBox(solid(300, 200, [90, 100, 110]), [210, 30, 40, 40], [250, 220, 30]);
    const large = withBox(solid(900, 600, [90, 100, 110]), [630, 90, 120, 120], [250, 220, 30]);
    for (const by of MEASURES) {
      const [one, other] = [middle(contentGrid(small, by)), middle(contentGrid(large, by))];
      expect(other.x, by).toBeCloseTo(one.x, 2);
      expect(other.y, by).toBeCloseTo(one.y, 2);
    }
  });
});
