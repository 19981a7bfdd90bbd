import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { column, drawn, row, runs } from './patterns.suite.ts';
import { ofTiles } from './periods.ts';
import { thinnedBy } from './thinned-by.ts';

const checks = (side: number, square: number) =>
  drawn(side, side, (x, y) => ((Math.floor(x / square) + Math.floor(y / square)) % 2) * 255);
const hatching = drawn(200, 200, (x, y) => ((x + y) % 8 < 3 ? 30 : 250));
const stripes = drawn(120, 90, (x) => (x % 12 < 5 ? 0 : 200));
const ornament = drawn(160, 128, (x, y) => ((x % 16) * (y % 16)) % 7);

/** An ornament whose tile is of so many pixels, and of no fewer. */
const ornamentOf = (wide: number, high: number) =>
  drawn(8 * wide, 8 * high, (x, y) => (11 * (x % wide) + 7 * (y % high)) % 251);

/** Whether every line is that so many before it. */
const repeats = (levels: readonly number[], period: number) =>
  levels.every((level, i) => i < period || level === levels[i - period]);

describe('ofTiles', () => {
  test.each<[string, Raster, number, number]>([
    ['checks', checks(128, 4), 0.9, 8],
    ['hatching', hatching, 0.8, 8],
    ['stripes', stripes, 0.75, 12],
    ['an ornament', ornament, 0.9, 16],
  ])('%s go on in the tile that is nearest', (_, raster, share, period) => {
    const size = {
      width: Math.round(raster.width * share),
      height: Math.round(raster.height * share),
    };
    const made = ofTiles(raster, size, 'near')!;
    expect([made.width, made.height]).toEqual([size.width, size.height]);
    const long = Math.round(period * share);
    expect(repeats(row(made, 3), long)).toBe(true);
    expect(repeats(column(made, 5), long)).toBe(true);
    expect(new Set(row(made, 3)).size).toBeGreaterThan(1);
  });

  test('in their own tile they are the source, as far as it goes', () => {
    const made = ofTiles(hatching, { width: 170, height: 165 }, 'own')!;
    expect(row(made, 7)).toEqual(row(hatching, 7).slice(0, 170));
    expect(column(made, 9)).toEqual(column(hatching, 9).slice(0, 165));
  });

  test.each<[string, Raster, number, number, number]>([
    // share, columns and rows of a tile
    ['a tile of 24 pixels that would be 14 is 16', ornamentOf(24, 24), 0.6, 16, 16],
    ['a tile of 8 pixels that would be 5 is 4, two in a byte', hatching, 0.6, 4, 4],
    ['a tile of 24 by 12 pixels is as much higher', ornamentOf(24, 12), 0.6, 16, 8],
    ['a tile of 16 pixels is no larger than it was', ornamentOf(16, 16), 0.95, 16, 16],
  ])('rows repeat by whole bytes: %s', (_, raster, share, wide, high) => {
    const size = {
      width: Math.round(raster.width * share),
      height: Math.round(raster.height * share),
    };
    const made = ofTiles(raster, size, 'packed')!;
    expect([made.width, made.height]).toEqual([size.width, size.height]);
    const periodOf = (levels: readonly number[]) =>
      Array.from({ length: 64 }, (_, i) => i + 1).find((period) => repeats(levels, period));
    expect([periodOf(row(made, 3)), periodOf(column(made, 3))]).toEqual([wide, high]);
  });

  test('each square of checks has the same side', () => {
    const made = ofTiles(checks(160, 8), { width: 120, height: 120 }, 'near')!;
    expect(new Set(runs(row(made, 0)))).toEqual(new Set([6]));
  });

  test.each<[string, Raster, 'near' | 'own' | 'below', number]>([
    ['nothing repeats', drawn(90, 90, (x, y) => (x * x + y * 31) % 251), 'near', 80],
    ['only columns do', drawn(90, 90, (x, y) => (x % 3) * 50 + y), 'near', 80],
    ['a tile would have to keep its size at half the side', hatching, 'own', 100],
    ['a tile of two pixels would be one', checks(96, 1), 'below', 86],
  ])('is none where %s', (_, raster, tile, side) => {
    expect(ofTiles(raster, { width: side, height: side }, tile)).toBeUndefined();
    const by = tile === 'near' ? 'tiles' : tile === 'own' ? 'own-tiles' : 'small-tiles';
    const other = thinnedBy(raster, { width: side, height: side }, by);
    expect([other.width, other.height]).toEqual([side, side]);
  });
});
