/** Photoshop files of every color mode and depth that is read, made by the letter of the specification. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type PsdParts, psdFile } from '../../../test/support/documents.ts';
import { Fault } from '../../base/fault.ts';
import type { Raster } from '../../image/raster.ts';
import { deltaE, type Triple } from '../../image/standards.suite.ts';
import { rendered } from '../pictures.suite.ts';
import { probe } from '../probe.ts';

const [WIDTH, HEIGHT] = [40, 24];

/** Left and right half. */
const COLORS: readonly [Triple, Triple] = [
  [200, 60, 40],
  [30, 90, 160],
];
const half = (x: number) => (x < WIDTH / 2 ? 0 : 1);
const rgb = (plane: number, x: number) => COLORS[half(x)]![plane]! / 255;

const base = { width: WIDTH, height: HEIGHT, channels: 3, mode: 3, depth: 8, sample: rgb } as const;

function at({ width, channels, data }: Raster, x: number, y = 10): number[] {
  const i = (y * width + x) * channels;
  return [...data.subarray(i, i + channels)];
}

async function sides(parts: PsdParts): Promise<[number[], number[]]> {
  const { raster } = await rendered(psdFile(parts), []);
  expect([raster.width, raster.height]).toEqual([WIDTH, HEIGHT]);
  return [at(raster, 3), at(raster, WIDTH - 3)];
}

const variants = [8, 16].flatMap((depth) =>
  [false, true].flatMap((runs) =>
    [false, true].map((large) => ({ depth: depth as 8 | 16, runs, large })),
  ),
);

describe.each(variants)('%j', (how) => {
  test('RGB', async () => {
    const shown = await sides({ ...base, ...how });
    shown.forEach((color, i) => void expect(color).toEqual([...COLORS[i]!]));
  });

  test('grey', async () => {
    const sample = (_: number, x: number) => [0.25, 0.75][half(x)]!;
    const shown = await sides({ ...base, ...how, mode: 1, channels: 1, sample });
    expect(shown).toEqual([
      [64, 64, 64],
      [191, 191, 191],
    ]);
  });

  test('inks without a profile, as browsers show them', async () => {
    // Stored is what an ink leaves.
    const left = [0.2, 0.6, 0.9, 1];
    const right = [1, 1, 1, 0.5];
    const sample = (plane: number, x: number) => [left, right][half(x)]![plane]!;
    const shown = await sides({ ...base, ...how, mode: 4, channels: 4, sample });
    const expected = [left, right].map(([c, m, y, k]) =>
      [c, m, y].map((value) => Math.round(255 * value! * k!)),
    );
    shown.forEach((color, i) => {
      color.forEach((level, c) => void expect(Math.abs(level - expected[i]![c]!)).toBeLessThan(2));
    });
  });

  test('transparency, colors freed of the white they lie on', async () => {
    const alphas = [0.4, 1];
    const sample = (plane: number, x: number) => {
      const alpha = alphas[half(x)]!;
      return plane === 3 ? alpha : 1 - alpha * (1 - rgb(plane, x));
    };
    const shown = await sides({ ...base, ...how, channels: 4, transparent: true, sample });
    expect(shown[0]![3]).toBe(102);
    expect(shown[1]).toEqual([...COLORS[1]!, 255]);
    shown[0]!.slice(0, 3).forEach((level, c) => {
      expect(Math.abs(level - COLORS[0]![c]!)).toBeLessThan(3);
    });
  });

  test('a selection is no transparency', async () => {
    const sample = (plane: number, x: number) => (plane === 3 ? 0 : rgb(plane, x));
    const shown = await sides({ ...base, ...how, channels: 4, sample });
    shown.forEach((color, i) => void expect(color).toEqual([...COLORS[i]!]));
  });
});

test('a palette, and its clear color', async () => {
  const palette = new Uint8Array(768);
  for (const [index, color] of COLORS.entries()) {
    for (const [c, level] of color.entries()) palette[256 * c + index + 7] = level;
  }
  const sample = (_: number, x: number) => (half(x) + 7) / 255;
  const parts = { ...base, mode: 2, channels: 1, palette, sample, runs: true };
  expect(await sides(parts)).toEqual(COLORS.map((color) => [...color]));
  const clear = await sides({ ...parts, resources: [[1047, Uint8Array.of(0, 8)]] });
  expect(clear[0]).toEqual([...COLORS[0]!, 255]);
  expect(clear[1]?.[3]).toBe(0);
});

describe('profiles', () => {
  async function profile(name: string, space: 'srgb' | 'cmyk' = 'srgb'): Promise<Uint8Array> {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#a53' } });
    const bytes = await pixel.toColorspace(space).withIccProfile(name).tiff().toBuffer();
    return new Uint8Array((await sharp(bytes).metadata()).icc!);
  }

  test.each([8, 16] as const)('Display P3 of %i bits becomes sRGB', async (depth) => {
    const parts = { ...base, depth, resources: [[1039, await profile('p3')]] as const };
    const shown = await sides(parts);
    expect((await probe({ bytes: psdFile(parts) })).profile).toBe('other');
    // sRGB has less room: the red gets redder.
    expect(shown[0]![0]).toBeGreaterThan(210);
  });

  test.each([8, 16] as const)('inks of %i bits are those of their profile', async (depth) => {
    const icc = await profile('cmyk', 'cmyk');
    const color = { create: { width: 8, height: 8, channels: 3, background: '#aa5533' } } as const;
    const tiff = await sharp(color)
      .toColorspace('cmyk')
      .withIccProfile('cmyk')
      .tiff({ compression: 'none' })
      .toBuffer();
    const inks = await sharp(tiff, { ignoreIcc: true })
      .pipelineColorspace('cmyk')
      .toColorspace('cmyk')
      .raw()
      .toBuffer();
    const sample = (plane: number) => 1 - inks[plane]! / 255;
    const resources = [[1039, icc]] as const;
    const parts = { ...base, depth, mode: 4, channels: 4, sample, resources };
    const [[red = 0, green = 0, blue = 0]] = await sides(parts);
    const said = await probe({ bytes: psdFile(parts) });
    expect([said.space, said.profile]).toEqual(['cmyk', 'other']);
    const [r = 0, g = 0, b = 0] = at((await rendered(tiff, [])).raster, 2, 2);
    expect(deltaE([red, green, blue], [r, g, b])).toBeLessThan(1);
  });

  test('a profile of another color model says nothing', async () => {
    const icc = await profile('cmyk', 'cmyk');
    const parts = { ...base, resources: [[1039, icc]] } as const;
    expect((await probe({ bytes: psdFile(parts) })).profile).toBe('none');
    expect(await sides(parts)).toEqual(COLORS.map((color) => [...color]));
  });
});

test('what another writer makes of a picture with alpha', async () => {
  const { writePsdUint8Array } = createRequire(import.meta.url)('ag-psd') as {
    writePsdUint8Array(psd: object): Uint8Array;
  };
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let i = 0; i < data.length; i += 4)
    data.set([...COLORS[0]!, i < data.length / 2 ? 255 : 0], i);
  const imageData = { width: WIDTH, height: HEIGHT, data };
  const layer = { name: 'a', imageData, left: 0, top: 0 };
  const bytes = writePsdUint8Array({ width: WIDTH, height: HEIGHT, imageData, children: [layer] });
  const { raster } = await rendered(bytes, []);
  expect(at(raster, 5, 2)).toEqual([...COLORS[0]!, 255]);
  expect(at(raster, 5, HEIGHT - 2)[3]).toBe(0);
});

describe('what is not read', () => {
  test.each([
    [{ depth: 32 }, '32 bits in RGB'],
    [{ depth: 1, mode: 0, channels: 1 }, '1 bits in black and white'],
    [{ mode: 9 }, '8 bits in Lab'],
    [{ mode: 7 }, '8 bits in several channels'],
    [{ mode: 77 }, 'another color mode'],
  ] as const)('%j is named: %s', async (parts, words) => {
    await expect(probe({ bytes: psdFile({ ...base, ...parts }) })).rejects.toMatchObject({
      code: 'source-unsupported',
      message: expect.stringContaining(words),
    });
  });

  test('a file without its composite says so', async () => {
    const whole = psdFile(base);
    const bytes = whole.subarray(0, whole.length - 2 - WIDTH * HEIGHT * 3);
    await expect(rendered(bytes, [])).rejects.toMatchObject({ code: 'source-unsupported' });
  });

  test.each([false, true])('a file that was cut is broken (runs: %s)', async (runs) => {
    const whole = psdFile({ ...base, runs });
    for (const part of [0.5, 0.9, 0.99]) {
      const bytes = whole.subarray(0, Math.floor(whole.length * part));
      await expect(rendered(bytes, [])).rejects.toMatchObject({ code: 'source-broken' });
    }
  });

  test('nothing but a Fault comes of bytes that are altered', async () => {
    const whole = psdFile({ ...base, runs: true, channels: 4, transparent: true });
    const place = fc.integer({ min: 12, max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 6 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [index, value] of changes) bytes[index] = value;
          try {
            await rendered(bytes, []);
          } catch (error) {
            expect(error).toBeInstanceOf(Fault);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
