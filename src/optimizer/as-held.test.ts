/** A picture as a format without alpha holds it: on a background that is a color of sRGB. */
import { expect, test } from 'vitest';
import { ADOBE_RGB } from '../base/chromaticity.ts';
import { DISPLAY_P3 } from '../image/code-points.ts';
import { ADOBE_RGB_CURVE, power, SRGB_CURVE } from '../image/source-color.ts';
import { deltaE, sdr, type Triple } from '../image/standards.suite.ts';
import { rgbProfile } from '../metadata/rgb-profile.ts';
import { at, solid } from '../raster/pictures.suite.ts';
import { asHeld } from './optimize.ts';

const COLOR = { red: 220, green: 70, blue: 30, alpha: 1 };
const clear = solid(2, 2, [1, 1, 1, 0]);

test('a clear picture of sRGB shows the levels of the background', () => {
  const tagged = { ...clear, profile: rgbProfile(DISPLAY_P3, SRGB_CURVE, 'sRGB built-in')! };
  for (const raster of [clear, tagged]) {
    const held = asHeld(raster, 'jpeg', COLOR);
    expect(held.channels).toBe(3);
    expect(at(held, 1, 1)).toEqual([220, 70, 30]);
  }
  expect(asHeld(clear, 'png', COLOR)).toBe(clear);
});

test.each([
  ['srgb', SRGB_CURVE],
  ['gamma18', power(1.8)],
] as const)('one of Display P3 with the curve %s shows its color', (curve, by) => {
  const held = asHeld({ ...clear, profile: rgbProfile(DISPLAY_P3, by)! }, 'jpeg', COLOR);
  const [red, green, blue] = at(held, 1, 1).map((level) => level / 255);
  const shown = sdr('p3', curve, [red!, green!, blue!] as Triple);
  expect(deltaE(shown, [220, 70, 30])).toBeLessThan(0.7);
});

test('white is white in every space, and a profile of tables leaves the levels', () => {
  const white = { red: 255, green: 255, blue: 255, alpha: 1 };
  const profile = rgbProfile(ADOBE_RGB, ADOBE_RGB_CURVE)!;
  expect(at(asHeld({ ...clear, profile }, 'jpeg', white), 0, 0)).toEqual([255, 255, 255]);
  const tables = new Uint8Array(profile);
  tables.set([0x41, 0x32, 0x42, 0x30], 132); // its first tag is called A2B0
  expect(at(asHeld({ ...clear, profile: tables }, 'jpeg', COLOR), 0, 0)).toEqual([220, 70, 30]);
});
