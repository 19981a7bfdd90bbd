import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { guarded } from './guarded.ts';
import type { Metric, Score } from './metric.ts';
import { SmoothGuard } from './smooth-guard.ts';

const SIDE = 128;

/** A picture from a function of place; channels 0..255. */
function painted(
  pixel: (x: number, y: number) => readonly [number, number, number],
  alpha?: number,
): Raster {
  const channels = alpha === undefined ? 3 : 4;
  const data = new Uint8Array(SIDE * SIDE * channels);
  for (let y = 0, i = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      for (const value of pixel(x, y)) data[i++] = Math.max(0, Math.min(255, Math.round(value)));
      if (alpha !== undefined) data[i++] = alpha;
    }
  }
  return { width: SIDE, height: SIDE, channels, data, pages: 1, delays: [], loop: 0 };
}

const gradient = (x: number, y: number) => [x, y, 128] as const;
const texture = (x: number, y: number) => {
  const v = (x * 7919 + y * 104_729) % 256;
  return [v, v, v] as const;
};

function deviation(reference: Raster, candidate: Raster): number {
  const guard = new SmoothGuard();
  guard.setReference(reference);
  return guard.deviation(candidate);
}

describe('SmoothGuard', () => {
  test.each<[string, (x: number, y: number) => readonly [number, number, number], number, string]>([
    ['the same', gradient, 0, 'nothing moved'],
    ['one level up', (x, y) => [x + 1, y + 1, 129], 1, 'a shift is its own size'],
    [
      'flat blocks of 8',
      (x, y) => [(x & ~7) + 4, (y & ~7) + 4, 128],
      2.5,
      'a gradient flattened to steps',
    ],
    ['flat blocks of 32', (x, y) => [(x & ~31) + 16, y, 128], 14.5, 'coarser steps are worse'],
    ['one channel', (x, y) => [x, y, 138], 10, 'color counts as much as light'],
  ])('a gradient against %s', (_, pixel, levels, _why) => {
    expect(deviation(painted(gradient), painted(pixel))).toBeCloseTo(levels, 1);
  });

  test('texture hides what it does', () => {
    expect(
      deviation(
        painted(texture),
        painted((x, y) => [texture(x, y)[0] + 20, 0, 0]),
      ),
    ).toBe(0);
  });

  test('flat areas do not pay for a gradient', () => {
    const half = (x: number, y: number) =>
      y < SIDE / 2 ? ([255, 255, 255] as const) : gradient(x, y);
    const moved = (x: number, y: number) =>
      y < SIDE / 2 ? ([255, 255, 255] as const) : ([x + 12, y, 128] as const);
    expect(deviation(painted(half), painted(moved))).toBeGreaterThan(10);
  });

  test('pixels that are not opaque do not count', () => {
    expect(
      deviation(
        painted(gradient, 120),
        painted((x, y) => [x + 30, y, 0], 120),
      ),
    ).toBe(0);
  });
});

describe('guarded', () => {
  const metric: Metric<'ssimulacra2'> = {
    name: 'ssimulacra2',
    setReference: () => undefined,
    compare: () => ({ score: 70 as Score<'ssimulacra2'>, worst: 65 }),
  };

  test('keeps the score and lowers the worst region where smooth areas moved', () => {
    const wary = guarded(metric);
    wary.setReference(painted(gradient));
    expect(wary.compare(painted(gradient))).toEqual({ score: 70, worst: 65 });
    expect(wary.compare(painted((x, y) => [x + 10, y, 128]))).toEqual({ score: 70, worst: 36 });
  });
});
