import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ADOBE_RGB, rgbToXyz } from '../base/chromaticity.ts';
import { power, SRGB_CURVE } from '../image/source-color.ts';
import { matrixProfile } from './matrix-profile.ts';
import { rgbProfile } from './rgb-profile.ts';

async function ofSharp(name: string): Promise<Uint8Array> {
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } });
  return new Uint8Array(
    (await sharp(await pixel.withIccProfile(name).tiff().toBuffer()).metadata()).icc!,
  );
}

describe('reads', () => {
  test('the colors and the curve that a profile was made of', () => {
    const found = matrixProfile(rgbProfile(ADOBE_RGB, power(563 / 256), 'name')!);
    expect(found?.curves[0][128]).toBeCloseTo((128 / 255) ** (563 / 256), 4);
    // Its three colors make white together, which is D50.
    const [a, b, c] = found!.toXyz;
    expect(a + b + c).toBeCloseTo(0.9642, 3);
    expect(rgbToXyz(ADOBE_RGB)).toBeDefined();
  });

  test.each(['srgb', 'p3'])('a profile of libvips: %s', async (name) => {
    const found = matrixProfile(await ofSharp(name));
    const { exponent, a, b } = SRGB_CURVE;
    for (const level of [20, 128, 230]) {
      expect(found?.curves[1][level]).toBeCloseTo((a * (level / 255) + b) ** exponent, 3);
    }
  });
});

test('a profile of inks is none, and no bytes are read outside', async () => {
  expect(matrixProfile(await ofSharp('cmyk'))).toBeUndefined();
  const whole = await ofSharp('p3');
  fc.assert(
    fc.property(
      fc.nat(whole.length),
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
      (length, changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const found = matrixProfile(bytes.subarray(0, length));
        for (const curve of found?.curves ?? []) expect(curve.every(Number.isFinite)).toBe(true);
      },
    ),
  );
});
