/** The map of errors, on sums made by hand and on real pictures by the kernel. */
import { beforeAll, describe, expect, test } from 'vitest';
import { PICTURES } from '../../test/support/golden-pictures.ts';
import { builtMetric, still } from '../../test/support/metric.ts';
import type { Raster } from '../image/raster.ts';
import { lowerMap } from './error-map.ts';
import type { Ssimulacra2 } from './ssimulacra2.ts';

let metric: Ssimulacra2;
beforeAll(async () => {
  metric = await builtMetric();
});

/** A raster of noise about a middle grey, the same each time. */
function grain(width: number, height: number, channels: 3 | 4 = 3): Raster {
  let state = 1;
  const data = new Uint8Array(width * height * channels).map((_, i) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return channels === 4 && i % 4 === 3 ? 255 : 118 + (state % 20);
  });
  return { width, height, channels, data, pages: 1, delays: [], loop: 0 };
}

/** The raster with a square of it, from a corner on, in one color. */
function blotted(raster: Raster, left: number, top: number, side: number): Raster {
  const { width, channels } = raster;
  const data = raster.data.slice();
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) {
      for (let c = 0; c < 3; c++) data[(y * width + x) * channels + c] = 20;
    }
  }
  return { ...raster, data };
}

function mapOf(reference: Raster, candidate: Raster, by = metric) {
  by.setReference(reference);
  return by.errorMap(candidate);
}

describe('the error map', () => {
  test('of the same picture is 100 everywhere', () => {
    for (const picture of Object.values(PICTURES).slice(0, 3)) {
      const raster = still(picture(300, 200));
      const { scores, worst } = mapOf(raster, raster);
      expect(Math.min(...scores)).toBe(100);
      expect(worst.score).toBe(100);
    }
  });

  test.each([
    // size, corner, side, tiles, tile, what it shows
    [512, 384, 330, 200, 40, '8x6', 'in the middle'],
    [512, 384, 0, 0, 30, '8x6', 'in the first corner'],
    [500, 380, 470, 350, 30, '8x6', 'in the last corner of an odd size'],
    [100, 90, 70, 60, 20, '2x2', 'a picture smaller than the metric takes'],
    [640, 64, 520, 10, 40, '10x1', 'one row of tiles'],
  ])(
    '%d x %d: a blot at %d,%d of %d is found (%s, %s %s)',
    (width, height, left, top, side, tiles) => {
      const clean = grain(width, height);
      const { columns, rows, tile, scores, worst } = mapOf(clean, blotted(clean, left, top, side));
      expect(`${columns}x${rows}`).toBe(tiles);
      expect(scores).toHaveLength(columns * rows);
      const lowest = scores.indexOf(Math.min(...scores));
      const [x, y] = [(lowest % columns) * tile, Math.floor(lowest / columns) * tile];
      expect(left + side > x && left < x + tile && top + side > y && top < y + tile).toBe(true);
      expect(worst.left < left + side && worst.left + worst.width > left).toBe(true);
      expect(worst.top < top + side && worst.top + worst.height > top).toBe(true);
      expect(worst.left + worst.width).toBeLessThanOrEqual(width);
      expect(worst.top + worst.height).toBeLessThanOrEqual(height);
      const { score } = metric.compare(blotted(clean, left, top, side));
      expect(worst.score).toBeLessThan(score + 1e-9);
    },
  );

  test('above the ceiling a tile covers as many times the pixels as the picture was halved', async () => {
    const small = await builtMetric({ ceiling: 2 ** 18 });
    const clean = grain(640, 480);
    const map = mapOf(clean, blotted(clean, 400, 300, 60), small);
    expect([map.tile, map.columns, map.rows]).toEqual([128, 5, 4]);
    expect(map.worst.left <= 400 && map.worst.left + map.worst.width >= 400).toBe(true);
  });

  test('with transparency the lower score of both backgrounds counts', () => {
    const clear = grain(256, 256, 4);
    for (let i = 3; i < clear.data.length; i += 4) if (i % 8 === 3) clear.data[i] = 128;
    const { scores } = mapOf(clear, blotted(clear, 128, 128, 50));
    expect(Math.min(...scores)).toBeLessThan(60);
    const one = mapOf(clear, clear);
    expect(lowerMap(one, { ...one, scores: one.scores.map(() => 3) }).scores).toContain(3);
  });
});
