/** A color of a request is of sRGB, and is seen as that on a picture that keeps a wider space. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ADOBE_RGB, type Chromaticities } from '../../base/chromaticity.ts';
import type { Color } from '../../base/color.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import { DISPLAY_P3 } from '../../image/code-points.ts';
import type { Raster } from '../../image/raster.ts';
import { ADOBE_RGB_CURVE, power, SRGB_CURVE } from '../../image/source-color.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { picture } from '../../plan/output.ts';
import type { Instruction } from '../../plan/program.ts';
import { at, solid } from '../../raster/pictures.suite.ts';
import { chrm, coloredAvif, coloredPng, gama } from '../colored.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { probe } from '../probe.ts';
import { type RenderInput, render } from '../render.ts';

setUpVips({ concurrency: 1 });

const OUTPUT = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });
const COLOR: Color = { red: 220, green: 70, blue: 30, alpha: 1 };
const GREEN: Color = { red: 20, green: 160, blue: 90, alpha: 1 };
const [WIDTH, HEIGHT] = [24, 16];

const PROPHOTO: Chromaticities = {
  red: [0.734699, 0.265301],
  green: [0.159597, 0.840403],
  blue: [0.036598, 0.000105],
  white: [0.345704, 0.35854],
};

const tagged = (profile: Uint8Array, levels: readonly number[] = [255, 255, 255]) =>
  writeTiff({ ...solid(WIDTH, HEIGHT, levels), profile });

/** White pictures of wide spaces that tell it in different ways. */
const SOURCES: readonly (readonly [string, () => Uint8Array | Promise<Uint8Array>])[] = [
  ['Display P3 by profile', () => tagged(rgbProfile(DISPLAY_P3, SRGB_CURVE)!)],
  ['Adobe RGB by profile', () => tagged(rgbProfile(ADOBE_RGB, ADOBE_RGB_CURVE)!)],
  ['ProPhoto RGB by profile', () => tagged(rgbProfile(PROPHOTO, power(1.8))!)],
  [
    'a gamma of 1.8 by profile, in a JPEG',
    async () => {
      const white = sharp(tagged(rgbProfile(DISPLAY_P3, power(1.8))!));
      return new Uint8Array(await white.keepIccProfile().jpeg({ quality: 100 }).toBuffer());
    },
  ],
  [
    'numbers of a PNG',
    () =>
      coloredPng(
        [1, 1, 1],
        [gama(1 / 2.2), chrm(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)],
        { width: WIDTH, height: HEIGHT },
      ),
  ],
  [
    'code points of an AVIF',
    () => coloredAvif([1, 1, 1], [12, 13], { width: WIDTH, height: HEIGHT }),
  ],
];

async function kept(
  bytes: Uint8Array,
  instructions: readonly Instruction[],
  more: Partial<RenderInput> = {},
): Promise<Raster> {
  return render({ bytes }, await probe({ bytes }), {
    ...{ frames: { first: 0, count: 1 }, color: 'keep', instructions },
    output: { ...OUTPUT, profile: 'keep' },
    ...more,
  });
}

/** A pixel as its profile says that it looks, by a color engine that is not ours. */
async function seen(raster: Raster, x: number, y: number): Promise<number[]> {
  expect(raster.profile).toBeDefined();
  const { data } = await sharp(writeTiff({ ...raster, profile: raster.profile! }))
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const from = (y * raster.width + x) * raster.channels;
  return Array.from(data.subarray(from, from + 3));
}

function expectNear(levels: readonly number[], { red, green, blue }: Color, off = 3): void {
  for (const [c, level] of [red, green, blue].entries()) {
    expect(Math.abs(levels[c]! - level), `${levels} for ${[red, green, blue]}`).toBeLessThan(off);
  }
}

const size = { width: WIDTH, height: HEIGHT };
const wide = { width: WIDTH + 8, height: HEIGHT };
const sides = { top: 0, right: 0, bottom: 0, left: 8 };
const radii = [0, 0, 0, 0] as const;

/** An instruction, and where its color is seen. */
const STEPS: readonly (readonly [string, Instruction, Color])[] = [
  ['a pad', { kind: 'extend', sides, fill: { kind: 'color', color: COLOR }, ...wide }, COLOR],
  [
    'a gradient',
    {
      ...{ kind: 'extend', sides, ...wide },
      fill: {
        kind: 'gradient',
        shape: { kind: 'linear', x: 0, y: 1 },
        space: 'srgb',
        colors: [COLOR, COLOR],
      },
    },
    COLOR,
  ],
  [
    'a border',
    { kind: 'border', color: COLOR, sides: { ...sides, left: 3 }, ...size } as Instruction,
    COLOR,
  ],
  [
    'a mask',
    { kind: 'mask', shape: 'ellipse', radii, color: COLOR, ...size } as Instruction,
    COLOR,
  ],
  [
    'the corners of a turned picture',
    {
      ...{ kind: 'rotate', degrees: 30, zoom: 1, width: 40, height: 40 },
      fill: { kind: 'color', color: COLOR },
    },
    COLOR,
  ],
  ['one hue', { kind: 'tone', steps: [{ kind: 'monochrome', color: COLOR }], ...size }, COLOR],
  [
    'two hues',
    { kind: 'tone', steps: [{ kind: 'duotone', dark: GREEN, light: COLOR, amount: 1 }], ...size },
    COLOR,
  ],
];

describe.each(SOURCES)('a named color on a picture in %s', (_, source) => {
  test.each(STEPS)('is seen in %s', async (_, step, color) => {
    const raster = await kept(await source(), [step]);
    expectNear(await seen(raster, 0, 0), color);
    // The picture is left what it was.
    const name = step.kind;
    if (name === 'extend' || name === 'border') {
      expectNear(await seen(raster, raster.width - 1, 8), {
        ...{ red: 255, green: 255, blue: 255, alpha: 1 },
      });
    }
  });
});

describe('a clear picture in Display P3', () => {
  const profile = rgbProfile(DISPLAY_P3, SRGB_CURVE)!;
  const clear = tagged(profile, [9, 9, 9, 0]);

  test.each<readonly [string, Instruction]>([
    ['a ground', { kind: 'background', color: COLOR, ...size }],
    ['squares', { kind: 'checker', side: 4, colors: [COLOR, GREEN], ...size }],
  ])('has %s in the color that was named', async (_, step) => {
    const raster = await kept(clear, [step]);
    expect(raster.channels).toBe(3);
    expectNear(await seen(raster, 1, 1), COLOR);
    if (step.kind === 'checker') expectNear(await seen(raster, 5, 1), GREEN);
  });
});

test.each([
  ['linear', 188],
  ['srgb', 128],
] as const)(
  'a gradient in %s between black and white has the middle of sRGB',
  async (space, middle) => {
    const bytes = tagged(rgbProfile(PROPHOTO, power(1.8))!);
    const colors = [
      { red: 0, green: 0, blue: 0, alpha: 1 },
      { red: 255, green: 255, blue: 255, alpha: 1 },
    ] as const;
    const shape = { kind: 'linear', x: 0, y: 1 } as const;
    const fill = { kind: 'gradient', shape, space, colors } as const;
    const raster = await kept(bytes, [{ kind: 'extend', sides, fill, ...wide, height: HEIGHT }]);
    const [above, below] = [await seen(raster, 2, 7), await seen(raster, 2, 8)];
    expect(Math.abs((above[0]! + below[0]!) / 2 - middle)).toBeLessThan(2.5);
  },
);

test('a named color is seen where a wide picture is delivered in Adobe RGB', async () => {
  const bytes = tagged(rgbProfile(PROPHOTO, power(1.8))!, [40, 200, 30]);
  const step = STEPS[0]![1];
  expectNear(await seen(await kept(bytes, [step], { delivered: 'adobe-rgb' }), 0, 0), COLOR);
});

test('levels of a picture whose profile is dropped meet the levels of the color', async () => {
  const bytes = tagged(rgbProfile(PROPHOTO, power(1.8))!, [40, 200, 30]);
  const output = { ...OUTPUT, profile: 'strip' } as const;
  const raster = await kept(bytes, [STEPS[0]![1]], { color: 'strip', output });
  expect(at(raster, 0, 0)).toEqual([220, 70, 30]);
  expect(at(raster, 10, 0)).toEqual([40, 200, 30]);
});
