import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { contentOf } from './content.ts';

/** A raster from a function of the pixel's place, with 3 or 4 channels as the colors have. */
function draw(width: number, height: number, pixel: (x: number, y: number) => number[]): Raster {
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => pixel(x, y)),
  );
  const channels = rows[0]![0]!.length as 3 | 4;
  const data = Uint8Array.from(rows.flat(2));
  return { width, height, channels, data, pages: 1, delays: [], loop: 0 };
}

const noise = (x: number, y: number) => ((x * 7919 + y * 104729) % 251) + 2;

describe('contentOf', () => {
  test('reads no pixel until a feature is asked for, and each once', () => {
    const drawn = draw(64, 64, (x, y) => [noise(x, y), noise(x, y) - 1, noise(y, x)]);
    let reads = 0;
    const content = contentOf({
      ...drawn,
      get data() {
        reads++;
        return drawn.data;
      },
    });
    expect(reads).toBe(0);
    const { texture } = content;
    const once = reads;
    expect(once).toBeGreaterThan(0);
    expect([content.texture, content.highContrast]).toEqual([texture, content.highContrast]);
    expect(reads).toBe(once);
  });

  test('noise is a photograph', () => {
    const content = contentOf(draw(64, 64, (x, y) => [noise(x, y), noise(x, y) - 1, noise(y, x)]));
    expect(content).toMatchObject({ kind: 'photo', hasAlpha: false });
    expect(content.colors).toBeUndefined();
  });

  test('blocks of color are a graphic, and their colors are counted', () => {
    const content = contentOf(draw(64, 64, (x, y) => [(x >> 4) * 60, (y >> 4) * 60, 9]));
    expect(content).toMatchObject({ kind: 'graphic', colors: 16 });
    expect(content.repeatedShare).toBeGreaterThan(0.9);
  });

  test('one odd pixel in the last row is counted too', () => {
    const content = contentOf(draw(300, 700, (x, y) => [x === 299 && y === 699 ? 1 : 0, 0, 0]));
    expect(content.colors).toBe(2);
  });

  test('red strokes on white are chroma edges, black ones are not', () => {
    const stroke = (color: number[]) => (x: number) => (x % 4 === 0 ? color : [255, 255, 255]);
    expect(contentOf(draw(64, 64, stroke([220, 0, 0]))).chromaEdges).toBeGreaterThan(0.4);
    expect(contentOf(draw(64, 64, stroke([0, 0, 0]))).chromaEdges).toBe(0);
  });

  test.each([
    // levels between neighbours, in a checkerboard: neither row nor column explains twice that
    [0, Math.log(0.5)],
    [3, Math.log(6.5)],
    [10, Math.log(20.5)],
  ])('a checkerboard of %i levels has a texture of %f', (levels, texture) => {
    const board = draw(64, 64, (x, y) => Array(3).fill(100 + ((x + y) % 2) * levels));
    expect(contentOf(board).texture).toBeCloseTo(texture, 9);
  });

  test.each([
    // one color, the other, whether their edge counts, why
    [[200, 100, 100], [50, 100, 100], true, 'red falls and rises'],
    [[100, 100, 200], [100, 100, 50], true, 'so does blue'],
    [[100, 200, 100], [100, 50, 100], true, 'and green, which is both'],
    [[200, 200, 200], [50, 50, 50], false, 'brightness is no color'],
    [[100, 100, 100], [180, 100, 100], false, 'a weak edge'],
  ])('edges of %j and %j count: %s (%s)', (one, other, counts) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ]) {
      const across = contentOf(draw(64, 64, (x) => (x % 2 === 0 ? first! : second!)));
      const down = contentOf(draw(64, 64, (_, y) => (y % 2 === 0 ? first! : second!)));
      expect([across.chromaEdges, down.chromaEdges]).toEqual(counts ? [1, 1] : [0, 0]);
    }
  });

  test.each([
    // pixel  texture  high  low   why
    [() => [90, 90, 90], [-0.7, -0.6], 0, 0, 'nothing happens'],
    [(x: number) => [2 * x, 2 * x, 2 * x], [-0.7, -0.6], 0, 1, 'a slope is smooth, yet it changes'],
    [(x: number) => (x % 8 < 4 ? [0, 0, 0] : [255, 255, 255]), [-0.7, -0.6], 1, 0, 'stripes'],
    [(x: number, y: number) => Array(3).fill(noise(x, y)), [4, 6], 1, 0, 'noise'],
  ] as const)(
    'activity of %s: texture in %j, high contrast %i, low contrast %i (%s)',
    (pixel, texture, highContrast, lowContrast, _why) => {
      const content = contentOf(draw(64, 64, pixel as (x: number, y: number) => number[]));
      expect(content.texture).toBeGreaterThanOrEqual(texture[0]);
      expect(content.texture).toBeLessThanOrEqual(texture[1]);
      expect(content).toMatchObject({ highContrast, lowContrast });
    },
  );

  test('colors that differ only in alpha are different', () => {
    const content = contentOf(draw(8, 8, (x) => [5, 5, 5, x % 2 ? 255 : 0]));
    expect(content).toMatchObject({ colors: 2, hasAlpha: true });
  });

  test.each([
    [1, 1],
    [1, 9],
    [9, 1],
  ])('a raster of %i x %i has an answer', (width, height) => {
    const content = contentOf(draw(width, height, () => [1, 2, 3]));
    expect(content.repeatedShare + content.chromaEdges).toBeGreaterThanOrEqual(0);
    expect(content).toMatchObject({ highContrast: 0, lowContrast: 0 });
    expect(content.texture).toBeLessThan(0);
  });
});
