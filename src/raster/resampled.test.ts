import { describe, expect, test } from 'vitest';
import type { Region, Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { still } from './pixels.ts';
import { type Outside, resampled } from './resampled.ts';

const noise = (width: number, height: number): Raster =>
  still(
    ...([width, height, 3] as const),
    Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24),
  );

/** The rule in fractions: every pixel the average of its area, of one pixel's size at least. */
function plainly(raster: Raster, region: Region, size: Size, outside: Outside): number[] {
  const shares = (start: number, length: number, count: number, side: number) =>
    Array.from({ length: count }, (_, i) => {
      const reach = Math.max(1, length / count);
      const near = start + ((i + 0.5) * length) / count - reach / 2;
      const of = new Array<number>(side).fill(0);
      for (let at = Math.floor(near); at < near + reach; at++) {
        const share = (Math.min(at + 1, near + reach) - Math.max(at, near)) / reach;
        if (at >= 0 && at < side) of[at]! += share;
        else if (outside === 'edge') of[at < 0 ? 0 : side - 1]! += share;
      }
      return of;
    });
  const columns = shares(region.left, region.width, size.width, raster.width);
  const rows = shares(region.top, region.height, size.height, raster.height);
  return rows.flatMap((row) =>
    columns.flatMap((column) =>
      [0, 1, 2].map((c) =>
        row.reduce(
          (sum, share, y) =>
            share === 0
              ? sum
              : sum +
                share *
                  column.reduce(
                    (line, by, x) => line + by * raster.data[(y * raster.width + x) * 3 + c]!,
                    0,
                  ),
          0,
        ),
      ),
    ),
  );
}

describe('resampled', () => {
  test.each<[string, Region, Size, Outside]>([
    [
      'a part, smaller',
      { left: 3.4, top: 2.2, width: 30, height: 20.5 },
      { width: 11, height: 9 },
      'black',
    ],
    [
      'a part, larger',
      { left: 5.5, top: 4, width: 7, height: 6 },
      { width: 20, height: 21 },
      'black',
    ],
    ['as it is', { left: 0, top: 0, width: 41, height: 29 }, { width: 41, height: 29 }, 'black'],
    [
      'beyond the rim, black',
      { left: -9, top: -6.5, width: 60, height: 44 },
      { width: 25, height: 17 },
      'black',
    ],
    [
      'beyond the rim, repeated',
      { left: -9, top: -6.5, width: 60, height: 44 },
      { width: 25, height: 17 },
      'edge',
    ],
    ['to one pixel', { left: 0, top: 0, width: 41, height: 29 }, { width: 1, height: 1 }, 'edge'],
    [
      'nothing but what is outside',
      { left: 60, top: 40, width: 9, height: 9 },
      { width: 4, height: 4 },
      'edge',
    ],
  ])('is the average of the area: %s', (_, region, size, outside) => {
    const raster = noise(41, 29);
    const { data, width, height } = resampled(raster, region, size, outside);
    const expected = plainly(raster, region, size, outside);
    expect({ width, height }).toEqual(size);
    const off = [...data].map((value, i) => Math.abs(value - expected[i]!));
    expect(Math.max(...off)).toBeLessThan(0.6);
  });

  test.each([0, 1, 127, 254, 255])('a picture of one value keeps it: %i', (value) => {
    const flat = still(33, 17, 3, new Uint8Array(33 * 17 * 3).fill(value));
    const region = { left: 0.7, top: 0.3, width: 31.1, height: 15.9 };
    const { data } = resampled(flat, region, { width: 13, height: 11 }, 'edge');
    expect(new Set(data)).toEqual(new Set([value]));
  });
});
