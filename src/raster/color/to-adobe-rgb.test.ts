import { describe, expect, test } from 'vitest';
import { ADOBE_RGB, BT709 } from '../../base/chromaticity.ts';
import { power, SRGB_CURVE } from '../../image/source-color.ts';
import { deltaE, type Triple } from '../../image/standards.suite.ts';
import { matrixProfile } from '../../metadata/matrix-profile.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { still } from '../pixels.ts';
import { rgbSpace, srgbSpace, toAdobeRgb } from './to-adobe-rgb.ts';

/** Pixels of levels that are spread over the cube. */
const COLORS = Array.from({ length: 6 ** 3 }, (_, i) =>
  [i % 6, Math.floor(i / 6) % 6, Math.floor(i / 36)].map((step) => step * 51),
);
const raster = still(COLORS.length, 1, 3, Uint8Array.from(COLORS.flat()));

const times = (m: readonly Triple[], v: Triple): Triple => {
  const row = ([a, b, c]: Triple) => a * v[0] + b * v[1] + c * v[2];
  return [row(m[0]!), row(m[1]!), row(m[2]!)];
};

/** From Adobe RGB back to sRGB 0..255 by the letter of Adobe RGB (1998), version 2005-05, and of IEC 61966-2-1. */
function inSrgb(levels: Triple): Triple {
  const light = levels.map((level) => (level / 255) ** 2.19921875);
  const xyz = times(
    [
      [0.57667, 0.18556, 0.18823],
      [0.29734, 0.62736, 0.07529],
      [0.02703, 0.07069, 0.99134],
    ],
    [light[0]!, light[1]!, light[2]!],
  );
  const linear = times(
    [
      [3.2406255, -1.537208, -0.4986286],
      [-0.9689307, 1.8757561, 0.0415175],
      [0.0557101, -0.2040211, 1.0569959],
    ],
    xyz,
  );
  const level = (v: number) =>
    255 * (v <= 0.0031308 ? 12.92 * Math.max(0, v) : 1.055 * Math.min(1, v) ** (1 / 2.4) - 0.055);
  return [level(linear[0]), level(linear[1]), level(linear[2])];
}

describe('sRGB as Adobe RGB (1998)', () => {
  test('is the same color by the specification: delta E at most 1', () => {
    const { data } = toAdobeRgb(raster, srgbSpace());
    COLORS.forEach(([red = 0, green = 0, blue = 0], i) => {
      const shown = inSrgb([data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!]);
      expect(deltaE(shown, [red, green, blue]), `${red} ${green} ${blue}`).toBeLessThan(1);
    });
  });

  test('keeps white, black and alpha', () => {
    const pixels = still(2, 1, 4, Uint8Array.of(255, 255, 255, 9, 0, 0, 0, 200));
    expect([...toAdobeRgb(pixels, srgbSpace()).data]).toEqual([255, 255, 255, 9, 0, 0, 0, 200]);
  });
});

describe('through a profile', () => {
  test.each([
    ['sRGB', BT709, SRGB_CURVE],
    ['Adobe RGB', ADOBE_RGB, power(563 / 256)],
    ['linear', BT709, power(1)],
  ] as const)('%s is the same as by its numbers, within two levels', (_name, primaries, curve) => {
    const profile = matrixProfile(rgbProfile(primaries, curve)!);
    const one = toAdobeRgb(raster, profile!).data;
    const other = toAdobeRgb(raster, rgbSpace(primaries, curve)).data;
    one.forEach((level, i) => void expect(Math.abs(level - other[i]!)).toBeLessThanOrEqual(2));
  });

  test('Adobe RGB stays what it was', () => {
    const { data } = toAdobeRgb(raster, rgbSpace(ADOBE_RGB, power(563 / 256)));
    data.forEach(
      (level, i) => void expect(Math.abs(level - raster.data[i]!)).toBeLessThanOrEqual(1),
    );
  });
});
