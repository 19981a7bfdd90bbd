/** Pictures of other curves and colors than those of sRGB, made smaller: light is averaged, as their file says it. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  ADOBE_RGB,
  apply,
  BT709,
  type Chromaticities,
  conversion,
} from '../../base/chromaticity.ts';
import { latin1Bytes } from '../../containers/bytes.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import { DISPLAY_P3 } from '../../image/code-points.ts';
import { ADOBE_RGB_CURVE, power, type SampleCurve, SRGB_CURVE } from '../../image/source-color.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { at } from '../../raster/pictures.suite.ts';
import { still } from '../../raster/pixels.ts';
import { chrm, gama, withChunks } from '../colored.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { rendered } from '../pictures.suite.ts';

setUpVips({ concurrency: 1 });

const PROPHOTO: Chromaticities = {
  red: [0.734699, 0.265301],
  green: [0.159597, 0.840403],
  blue: [0.036598, 0.000105],
  white: [0.345704, 0.35854],
};

type Triple = readonly [number, number, number];

/** Two colors that alternate, column by column. */
const PAIRS: readonly (readonly [Triple, Triple])[] = [
  [
    [0, 0, 0],
    [255, 255, 255],
  ],
  [
    [20, 20, 20],
    [230, 230, 230],
  ],
  [
    [255, 0, 0],
    [0, 255, 0],
  ],
  [
    [255, 0, 0],
    [255, 255, 255],
  ],
  [
    [0, 0, 255],
    [0, 0, 0],
  ],
  [
    [200, 30, 60],
    [30, 180, 90],
  ],
];

const SIDE = 64;

function stripes([one, other]: readonly [Triple, Triple]): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const column = Math.floor(i / 3) % SIDE;
    return (column & 1 ? other : one)[i % 3]!;
  });
}

const lightOf = ({ exponent, a, b, slope, from }: SampleCurve, value: number) =>
  value < from ? slope * value : (a * value + b) ** exponent;

/** The light of both halves: a quarter of the columns is the average of both. */
function average([one, other]: readonly [Triple, Triple], curve: SampleCurve): Triple {
  const of = (c: 0 | 1 | 2) => (lightOf(curve, one[c] / 255) + lightOf(curve, other[c] / 255)) / 2;
  return [of(0), of(1), of(2)];
}

/** The level of light by a curve, found by halving. */
function levelOf(light: number, curve: SampleCurve): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (lightOf(curve, middle) < light) low = middle;
    else high = middle;
  }
  return 255 * low;
}

function shownInSrgb(light: Triple, colors: Chromaticities): number[] {
  return apply(conversion(colors, BT709)!, light).map((value) =>
    levelOf(Math.min(1, Math.max(0, value)), SRGB_CURVE),
  );
}

async function smaller(file: Uint8Array, color: 'srgb' | 'keep' | 'strip'): Promise<number[]> {
  const scale = { kind: 'scale', width: 16, height: 16, filter: 'lanczos3' } as const;
  return at((await rendered(file, [scale], { color })).raster, 8, 8);
}

function expectNear(seen: readonly number[], wanted: readonly number[], off: number) {
  for (const [c, level] of wanted.entries()) {
    expect(Math.abs(seen[c]! - level), `${seen} for ${wanted}`).toBeLessThanOrEqual(off);
  }
}

describe.each<readonly [string, Chromaticities, SampleCurve, number]>([
  ['sRGB', BT709, SRGB_CURVE, 1.1],
  ['a gamma of 1.8', BT709, power(1.8), 1.1],
  ['a gamma of 2.8', BT709, power(2.8), 1.1],
  ['Display P3', DISPLAY_P3, SRGB_CURVE, 1.6],
  ['Adobe RGB', ADOBE_RGB, ADOBE_RGB_CURVE, 1.6],
  ['ProPhoto RGB', PROPHOTO, power(1.8), 2.6],
])('a picture in %s, made smaller', (_, colors, curve, off) => {
  const icc = rgbProfile(colors, curve, colors === BT709 && curve === SRGB_CURVE ? 'sRGB' : 'RGB')!;

  test.each(PAIRS)('averages the light of %j and %j', async (...pair) => {
    const file = writeTiff({ ...still(SIDE, SIDE, 3, stripes(pair)), profile: icc });
    const light = average(pair, curve);
    expectNear(await smaller(file, 'srgb'), shownInSrgb(light, colors), off);
    expectNear(
      await smaller(file, 'keep'),
      light.map((value) => levelOf(value, curve)),
      1.1,
    );
    // Levels whose meaning is dropped are those of sRGB.
    const dropped = average(pair, SRGB_CURVE).map((value) => levelOf(value, SRGB_CURVE));
    expectNear(await smaller(file, 'strip'), dropped, 1.1);
  });
});

describe('a PNG whose numbers say its colors, made smaller', () => {
  const places = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06] as const;

  test.each(PAIRS)('averages the light of %j and %j', async (...pair) => {
    const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
    const pipe = sharp(stripes(pair), { raw });
    const light = average(pair, power(1.8));
    for (const palette of [false, true]) {
      const png = new Uint8Array(await pipe.clone().png({ palette }).toBuffer());
      const wide = withChunks(png, [gama(1 / 1.8), chrm(...places)]);
      expectNear(await smaller(wide, 'srgb'), shownInSrgb(light, DISPLAY_P3), 2.1);
      expectNear(
        await smaller(wide, 'keep'),
        light.map((value) => levelOf(value, power(1.8))),
        1.1,
      );
    }
  });

  test('averages the light of greys', async () => {
    const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
    const pipe = sharp(stripes(PAIRS[1]!), { raw }).toColourspace('b-w');
    const png = withChunks(new Uint8Array(await pipe.png().toBuffer()), [gama(1 / 1.8)]);
    const light = average(PAIRS[1]!, power(1.8));
    expectNear(await smaller(png, 'srgb'), shownInSrgb(light, BT709), 1.1);
  });
});

test('alpha is kept, and what is clear lends no color', async () => {
  const icc = rgbProfile(PROPHOTO, power(1.8))!;
  const data = Uint8Array.from({ length: SIDE * SIDE * 4 }, (_, i) => {
    const clear = (Math.floor(i / 4) % SIDE) & 1;
    return [
      [120, 90, 60, 255],
      [255, 0, 255, 0],
    ][clear ? 1 : 0]![i % 4]!;
  });
  const file = writeTiff({ ...still(SIDE, SIDE, 4, data), profile: icc });
  const kept = await smaller(file, 'keep');
  expectNear(kept, [120, 90, 60, 128], 1);
  const light = ([120, 90, 60] as const).map((level) => lightOf(power(1.8), level / 255));
  const shown = await smaller(file, 'srgb');
  expectNear(shown, [...shownInSrgb(light as unknown as Triple, PROPHOTO), 128], 2);
});

test('a profile of other models and one that cannot be read change nothing', async () => {
  const icc = rgbProfile(BT709, power(1.8))!;
  icc.set(latin1Bytes('GRAY'), 16);
  const file = writeTiff({ ...still(SIDE, SIDE, 3, stripes(PAIRS[1]!)), profile: icc });
  const light = average(PAIRS[1]!, SRGB_CURVE);
  expectNear(await smaller(file, 'keep'), shownInSrgb(light, BT709), 1.1);
});
