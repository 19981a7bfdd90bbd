import { describe, expect, test } from 'vitest';
import { ADOBE_RGB, BT709 } from '../base/chromaticity.ts';
import { power, SRGB_CURVE } from '../image/source-color.ts';
import { matrixProfile } from '../metadata/matrix-profile.ts';
import { rgbProfile } from '../metadata/rgb-profile.ts';
import { still } from './pixels.ts';
import { rgbSpace, srgbSpace, toAdobeRgb } from './to-adobe-rgb.ts';

/** Pixels of levels that are spread over the cube. */
const COLORS = Array.from({ length: 6 ** 3 }, (_, i) =>
  [i % 6, Math.floor(i / 6) % 6, Math.floor(i / 36)].map((step) => step * 51),
);
const raster = still(COLORS.length, 1, 3, Uint8Array.from(COLORS.flat()));

/** By the letter of Adobe RGB (1998), version 2005-05, with its matrices as they are printed. */
function byTheLetter([r = 0, g = 0, b = 0]: readonly number[]): number[] {
  const light = [r, g, b].map((level) => {
    const v = level / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const times = (m: readonly (readonly number[])[], v: readonly number[]) =>
    m.map((row) => row.reduce((sum, share, i) => sum + share * v[i]!, 0));
  const xyz = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    light,
  );
  const adobe = times(
    [
      [2.04159, -0.56501, -0.34473],
      [-0.96924, 1.87597, 0.04156],
      [0.01344, -0.11836, 1.01517],
    ],
    xyz,
  );
  return adobe.map((value) => 255 * Math.min(1, Math.max(0, value)) ** (1 / 2.19921875));
}

describe('sRGB as Adobe RGB (1998)', () => {
  test('has the levels of the specification, within one', () => {
    const { data } = toAdobeRgb(raster, srgbSpace());
    COLORS.forEach((color, i) => {
      byTheLetter(color).forEach((level, c) => {
        expect(Math.abs(data[3 * i + c]! - level), `${color}`).toBeLessThan(1.2);
      });
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
  ] as const)('%s is the same as by its numbers, within one level', (_name, primaries, curve) => {
    const profile = matrixProfile(rgbProfile(primaries, curve)!);
    const one = toAdobeRgb(raster, profile!).data;
    const other = toAdobeRgb(raster, rgbSpace(primaries, curve)).data;
    one.forEach((level, i) => void expect(Math.abs(level - other[i]!)).toBeLessThanOrEqual(1));
  });

  test('Adobe RGB stays what it was', () => {
    const { data } = toAdobeRgb(raster, rgbSpace(ADOBE_RGB, power(563 / 256)));
    data.forEach(
      (level, i) => void expect(Math.abs(level - raster.data[i]!)).toBeLessThanOrEqual(1),
    );
  });
});
