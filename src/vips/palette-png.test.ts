import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { indexedPicture } from '../raster/palette/indexed-picture.ts';
import { still } from '../raster/pixels.ts';
import { srgbProfile } from './color/delivered-color.ts';
import { vipsEncoder } from './encode.ts';
import { palettePng } from './palette-png.ts';

/** Stripes or, where `busy`, a pattern without runs of `colors` colors. */
function pattern(colors: number, busy: boolean) {
  const data = new Uint8Array(90 * 70 * 4);
  for (let p = 0; p < 90 * 70; p++) {
    const n = busy ? (p * p * 13 + (p >> 3)) % colors : Math.floor(p / 450) % colors;
    data.set([n * 15, 255 - n, 40, n % 3 === 0 ? 255 : 100 + n], 4 * p);
  }
  return still(90, 70, 4, data);
}

describe('palettePng', () => {
  const rows = [2, 3, 5, 16, 17, 200].flatMap((colors) =>
    [true, false].map((busy) => [colors, busy] as const),
  );

  test.each(rows)(
    '%i colors, busy %s: every pixel, in no more bytes than sharp',
    async (n, busy) => {
      const raster = pattern(n, busy);
      const bytes = palettePng(indexedPicture(raster, n));
      expect((await vipsEncoder.decode(bytes, 4)).data).toEqual(raster.data);
      expect((await sharp(bytes).metadata()).isPalette).toBe(true);
      const raw = { width: 90, height: 70, channels: 4 } as const;
      const theirs = sharp(raster.data, { raw }).png({ palette: true, colours: 256, dither: 0 });
      expect(bytes.length).toBeLessThanOrEqual((await theirs.toBuffer()).length);
    },
  );

  test('both depths are met, whichever is smaller', async () => {
    const depths = await Promise.all(
      rows
        .filter(([colors]) => colors <= 16)
        .map(async ([colors, busy]) => {
          const bytes = palettePng(indexedPicture(pattern(colors, busy), colors));
          return bytes[24];
        }),
    );
    expect(new Set(depths).size).toBeGreaterThan(1);
  });

  test.each<[string, number, number, readonly number[], number]>([
    // What it is, its width, its period, its levels of grey, the color type of the file
    ['black and white, with bits left over', 115, 8, [0, 255], 0],
    ['four levels of grey', 61, 5, [0, 85, 170, 255], 0],
    ['a pattern that ends in its middle', 117, 7, [10, 250], 3],
    ['no pattern', 119, 119, [0, 255], 0],
  ])('thoroughly, %s: every pixel in fewer bytes', async (_, width, period, levels, type) => {
    const data = new Uint8Array(width * 90 * 3);
    for (let p = 0; p < width * 90; p++) {
      const [x, y] = [p % width, Math.floor(p / width)];
      const level =
        levels[(((x % period) * 7 + ((y % period) * (x % period)) / 3) % levels.length) | 0]!;
      data.fill(level, 3 * p, 3 * p + 3);
    }
    const raster = still(width, 90, 3, data);
    const picture = indexedPicture(raster, levels.length);
    const bytes = palettePng(picture, true);
    expect((await vipsEncoder.decode(bytes, 3)).data).toEqual(data);
    expect(bytes[25]).toBe(type);
    expect(bytes.length).toBeLessThanOrEqual(palettePng(picture).length);
  });

  test('profile and resolution travel with the pixels', async () => {
    const profile = await srgbProfile();
    const raster = { ...pattern(16, true), profile, metadata: { density: 144 } };
    const encoding = { format: 'png', palette: 16, flat: true, effort: 7 } as const;
    const header = await sharp(await vipsEncoder.encode(raster, encoding)).metadata();
    expect([header.icc?.length, header.density]).toEqual([profile.length, 144]);
  });
});

test.each([
  { format: 'png', effort: 7 },
  { format: 'png', palette: 16, effort: 7 },
  { format: 'png', palette: 16, flat: true, effort: 7 },
] as const)('%j says no resolution that nobody asked for', async (encoding) => {
  const bytes = await vipsEncoder.encode(pattern(16, true), encoding);
  expect(Buffer.from(bytes).includes('pHYs')).toBe(false);
});
