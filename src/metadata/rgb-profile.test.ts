import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { writeTiff } from '../containers/tiff-writer.ts';
import { PRIMARIES, VIDEO_CURVE } from '../image/code-points.ts';
import { power, SRGB_CURVE } from '../image/source-color.ts';
import { type CURVES, deltaE, type Space, sdr, type Triple } from '../image/standards.suite.ts';
import { profileKind, profileName } from './icc.ts';
import { rgbProfile } from './rgb-profile.ts';

describe('rgbProfile', () => {
  const curves = {
    srgb: SRGB_CURVE,
    video: VIDEO_CURVE,
    gamma18: power(1.8),
    gamma22: power(2.2),
    linear: power(1),
  };
  test.each<[Space, number, keyof typeof CURVES & keyof typeof curves]>([
    ['srgb', 1, 'gamma18'],
    ['p3', 12, 'srgb'],
    ['p3', 12, 'gamma22'],
    ['rec2020', 9, 'video'],
    ['rec2020', 9, 'linear'],
  ])('a color engine reads %s (%i) with %s as the standards say', async (space, code, curve) => {
    const profile = rgbProfile(PRIMARIES[code]!, curves[curve])!;
    expect(profileKind(profile)).toBe('other');
    expect(profileName(profile)).toBe('RGB');
    for (const color of [
      [180, 90, 60],
      [60, 160, 90],
      [128, 128, 128],
      [255, 255, 255],
    ] as const) {
      const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => color[i % 3]!);
      const tiff = writeTiff({ width: 16, height: 16, channels: 3, data, profile });
      const shown = await sharp(tiff).toColorspace('srgb').raw().toBuffer();
      const samples = color.map((v) => v / 255) as unknown as Triple;
      expect(deltaE([shown[0]!, shown[1]!, shown[2]!], sdr(space, curve, samples))).toBeLessThan(
        1.5,
      );
    }
  });

  test('colors on one line make none', () => {
    const point = [0.3, 0.3] as const;
    const flat = { red: point, green: point, blue: point, white: point };
    expect(rgbProfile(flat, SRGB_CURVE)).toBeUndefined();
  });
});
