import { describe, expect, test } from 'vitest';
import { ADOBE_RGB, BT709 } from '../../base/chromaticity.ts';
import { DISPLAY_P3 } from '../../image/code-points.ts';
import { ADOBE_RGB_CURVE, power, SRGB_CURVE } from '../../image/source-color.ts';
import { deltaE, sdr, type Triple } from '../../image/standards.suite.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { fromSrgb, fromSrgbTo } from './from-srgb.ts';
import { rgbSpace, srgbSpace } from './to-adobe-rgb.ts';

/** Colors that are spread over the cube. */
const COLORS = Array.from({ length: 6 ** 3 }, (_, i) => ({
  red: (i % 6) * 51,
  green: (Math.floor(i / 6) % 6) * 51,
  blue: Math.floor(i / 36) * 51,
  alpha: 0.5,
}));

describe('colors of sRGB in another space', () => {
  test.each([
    ['srgb', SRGB_CURVE],
    ['gamma18', power(1.8)],
    ['gamma22', power(2.2)],
  ] as const)('of Display P3 with the curve %s look as they did', (curve, by) => {
    const convert = fromSrgb(rgbSpace(DISPLAY_P3, by));
    for (const color of COLORS) {
      const { red, green, blue, alpha } = convert(color);
      expect(alpha).toBe(0.5);
      const back = sdr('p3', curve, [red / 255, green / 255, blue / 255] as Triple);
      const wanted: Triple = [color.red, color.green, color.blue];
      expect(deltaE(back, wanted), `${wanted} as ${back}`).toBeLessThan(0.7);
    }
  });

  test('stay what they are in sRGB', () => {
    const convert = fromSrgb(srgbSpace());
    for (const color of COLORS) expect(convert(color)).toEqual(color);
    const gamma = fromSrgb(rgbSpace(BT709, power(2.2)));
    expect(gamma({ red: 255, green: 0, blue: 255, alpha: 1 })).toEqual({
      ...{ red: 255, green: 0, blue: 255, alpha: 1 },
    });
  });

  test('are clipped where a space does not have them', () => {
    const narrow = { ...BT709, red: [0.5, 0.34], green: [0.31, 0.5] } as const;
    const convert = fromSrgb(rgbSpace(narrow, SRGB_CURVE));
    expect(convert({ red: 255, green: 0, blue: 0, alpha: 1 })).toMatchObject({
      ...{ red: 255, green: 0, blue: 0 },
    });
  });

  test('are turned to those of a profile, but not to one of tables', () => {
    const byNumbers = fromSrgb(rgbSpace(ADOBE_RGB, ADOBE_RGB_CURVE));
    const icc = rgbProfile(ADOBE_RGB, ADOBE_RGB_CURVE)!;
    for (const color of COLORS) {
      const [read, wanted] = [fromSrgbTo(icc)!(color), byNumbers(color)];
      // The numbers of a profile are rounded.
      for (const c of ['red', 'green', 'blue'] as const) {
        expect(Math.abs(read[c] - wanted[c])).toBeLessThanOrEqual(1);
      }
    }
    const tables = new Uint8Array(icc);
    tables.set([0x41, 0x32, 0x42, 0x30], 132); // its first tag is called A2B0
    expect(fromSrgbTo(tables)).toBeUndefined();
  });
});
