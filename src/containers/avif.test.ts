import fc from 'fast-check';
import sharp, { type AvifOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import { avifItems, joinAvif } from './avif.ts';

const picture = (alpha: number) =>
  sharp({
    create: { width: 48, height: 32, channels: 4, background: { r: 200, g: 90, b: 30, alpha } },
  });
const file = async (alpha: number, options: AvifOptions = {}) =>
  new Uint8Array(
    await picture(alpha)
      .avif({ quality: 60, effort: 1, ...options })
      .toBuffer(),
  );
const pixel = async (bytes: Uint8Array) => [
  ...(await sharp(bytes).raw().toBuffer()).subarray(0, 4),
];

describe('avifItems and joinAvif', () => {
  test('colors of one file and alpha of another make a third', async () => {
    const [colors, alpha] = [await file(1), await file(0.5, { lossless: true })];
    const color = avifItems(colors)!.color;
    const joined = joinAvif(color, avifItems(alpha)!.alpha!);
    expect(await sharp(joined).metadata()).toMatchObject({
      width: 48,
      height: 32,
      channels: 4,
      hasAlpha: true,
      format: 'heif',
      compression: 'av1',
    });
    const [red, green, blue, shown] = await pixel(joined);
    expect(shown).toBe(128);
    expect(Math.abs(red! - 200) + Math.abs(green! - 90) + Math.abs(blue! - 30)).toBeLessThan(8);
    const again = avifItems(joined)!;
    expect(again.color).toEqual(color);
    expect(again.alpha).toEqual(avifItems(alpha)!.alpha);
  });

  test('a profile stays with the colors', async () => {
    const bytes = await picture(1)
      .removeAlpha()
      .withIccProfile('p3')
      .avif({ effort: 1 })
      .toBuffer();
    const color = avifItems(new Uint8Array(bytes))!.color;
    const joined = joinAvif(color, avifItems(await file(0.5))!.alpha!);
    expect((await sharp(joined).metadata()).icc?.length).toBe(
      (await sharp(bytes).metadata()).icc?.length,
    );
  });

  test('a file without alpha has none, and other files have nothing', async () => {
    const opaque = new Uint8Array(await picture(1).removeAlpha().avif({ effort: 1 }).toBuffer());
    expect(avifItems(opaque)).toMatchObject({ color: expect.anything() });
    expect(avifItems(opaque)?.alpha).toBeUndefined();
    expect(avifItems(new Uint8Array(await picture(1).png().toBuffer()))).toBeUndefined();
  });

  test('damaged files give items within the file, or nothing', async () => {
    const whole = await file(0.5);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(whole.length),
        (changes, end) => {
          const bytes = whole.slice(0, end);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const items = avifItems(bytes);
          for (const item of [items?.color, items?.alpha]) {
            if (item) expect(item.data.length).toBeLessThanOrEqual(bytes.length);
          }
        },
      ),
    );
  });
});
