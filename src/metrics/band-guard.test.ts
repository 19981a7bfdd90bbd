import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { BandGuard } from './band-guard.ts';

const SIDE = 128;

type Level = (x: number, y: number) => number;

function painted(level: Level, alpha?: number): Raster {
  const channels = alpha === undefined ? 3 : 4;
  const data = new Uint8Array(SIDE * SIDE * channels);
  for (let y = 0, i = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, i += channels) {
      data.fill(Math.max(0, Math.min(255, Math.round(level(x, y)))), i, i + 3);
      if (alpha !== undefined) data[i + 3] = alpha;
    }
  }
  return { width: SIDE, height: SIDE, channels, data, pages: 1, delays: [], loop: 0 };
}

function deviation(reference: Raster, candidate: Raster): number {
  const guard = new BandGuard();
  guard.setReference(reference);
  return guard.deviation(candidate);
}

/** A level in blocks of 8, in steps of so many levels: what JPEG makes of it at a low quality. */
const blocky =
  (level: Level, step: number): Level =>
  (x, y) =>
    step * Math.round(level((x & ~7) + 3.5, (y & ~7) + 3.5) / step);

const ramp: Level = (x) => 8 + x / 4;
const slow: Level = (_, y) => 20 + y / 12;
const noise = (x: number, y: number) => ((x * 7919 + y * 104_729 + ((x * y) % 17)) % 13) - 6;

describe('BandGuard', () => {
  test.each<[string, Level, Level, number]>([
    ['itself', ramp, ramp, 0],
    ['a picture two levels up', ramp, (x, y) => ramp(x, y) + 2, 0],
    ['steps of one level', slow, blocky(slow, 1), 1],
    ['steps of three levels', slow, blocky(slow, 3), 3],
    ['steps of four levels across', ramp, blocky(ramp, 4), 4],
  ])('a dark gradient against %s', (_, reference, candidate, levels) => {
    expect(deviation(painted(reference), painted(candidate))).toBeCloseTo(levels, 0);
  });

  test.each<[string, Level]>([
    ['a light gradient', (x) => 100 + x / 4],
    ['noise in the dark', (x, y) => ramp(x, y) + noise(x, y)],
    ['a dark ground of one color', () => 12],
    ['a gradient in a corner', (x, y) => (x < 48 && y < 48 ? ramp(x, y) : 200)],
    ['a gradient on a dark ground', (x, y) => (y < 32 ? ramp(x, y) : 12)],
  ])('%s is left to the metric', (_, level) => {
    expect(deviation(painted(level), painted(blocky(level, 6)))).toBe(0);
  });

  test('pixels that are not opaque do not count', () => {
    expect(deviation(painted(ramp, 90), painted(blocky(ramp, 4), 90))).toBe(0);
    expect(deviation(painted(ramp, 255), painted(blocky(ramp, 4), 255))).toBeGreaterThan(3);
  });

  test('a picture without a border has none', () => {
    const small = { ...painted(ramp), width: 1, height: 1, data: new Uint8Array(3) };
    expect(deviation(small, small)).toBe(0);
  });
});
