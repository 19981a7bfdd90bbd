/** Pictures whose profile is one of another color model than theirs. */
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { BT709, D50 } from '../../base/chromaticity.ts';
import { bytes32, concat, latin1Bytes } from '../../containers/bytes.ts';
import { joinPng } from '../../containers/png.ts';
import { pngChunk } from '../../containers/png-chunk.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import { DISPLAY_P3 } from '../../image/code-points.ts';
import { power, SRGB_CURVE } from '../../image/source-color.ts';
import { type CURVES, sdr } from '../../image/standards.suite.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { picture } from '../../plan/output.ts';
import { at, solid } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { rendered } from '../pictures.suite.ts';
import { probe } from '../probe.ts';
import { render } from '../render.ts';

setUpVips({ concurrency: 1 });

const LEVELS = [0, 30, 60, 120, 180, 230, 255];
const [WIDTH, HEIGHT] = [16 * LEVELS.length, 32];
const grey = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => LEVELS[(i % WIDTH) >> 4]!);

/** A JPEG with a profile behind its beginning. */
function tagged(jpeg: Uint8Array, icc: Uint8Array): Uint8Array {
  const length = icc.length + 16;
  const segment = concat([
    Uint8Array.of(0xff, 0xe2, length >> 8, length & 255),
    latin1Bytes('ICC_PROFILE\0'),
    Uint8Array.of(1, 1),
    icc,
  ]);
  return concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

async function greyJpeg(icc: Uint8Array, alter = (pipe: Sharp) => pipe): Promise<Uint8Array> {
  const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const;
  const pipe = alter(sharp(grey, { raw }).toColourspace('b-w'));
  return tagged(new Uint8Array(await pipe.jpeg({ quality: 100 }).toBuffer()), icc);
}

function greyTiff(icc: Uint8Array): Uint8Array {
  const size = { width: WIDTH, height: HEIGHT };
  return writeTiff({ ...size, channels: 1, space: 'grey', data: grey, profile: icc });
}

function greyAlphaTiff(icc: Uint8Array): Uint8Array {
  const data = Uint8Array.from([...grey].flatMap((level) => [level, 90]));
  const size = { width: WIDTH, height: HEIGHT };
  return writeTiff({ ...size, channels: 2, space: 'grey', data, profile: icc });
}

/** Levels as they should be seen by the curve of a profile. */
const shown = (curve: keyof typeof CURVES) => (level: number) =>
  sdr('srgb', curve, [level / 255, level / 255, level / 255])[0];

async function levelsOf(
  file: Uint8Array,
  steps: Parameters<typeof rendered>[1] = [],
  color: 'srgb' | 'strip' = 'srgb',
) {
  const { raster } = await rendered(file, steps, { color });
  const wide = raster.width / LEVELS.length;
  return LEVELS.map((_, i) => at(raster, Math.floor((i + 0.5) * wide), raster.height >> 1));
}

function expectShown(seen: readonly number[][], wanted: (level: number) => number, off = 1.6) {
  for (const [i, pixel] of seen.entries()) {
    for (const value of pixel.slice(0, 3)) {
      expect(Math.abs(value - wanted(LEVELS[i]!)), `${LEVELS[i]} is ${pixel}`).toBeLessThan(off);
    }
  }
}

describe('a grey picture with a profile of RGB', () => {
  test.each([
    ['gamma18', power(1.8)],
    ['gamma28', power(2.8)],
    ['srgb', SRGB_CURVE],
  ] as const)('is shown by its curve, %s', async (curve, by) => {
    const icc = rgbProfile(DISPLAY_P3, by)!;
    expectShown(await levelsOf(await greyJpeg(icc)), shown(curve));
    expectShown(await levelsOf(greyTiff(icc)), shown(curve));
  });

  test('is shown so smaller, larger, cut and turned', async () => {
    const icc = rgbProfile(BT709, power(1.8))!;
    const file = await greyJpeg(icc);
    const scale = (width: number, height: number) =>
      ({ kind: 'scale', width, height, filter: 'lanczos3' }) as const;
    expectShown(await levelsOf(file, [scale(WIDTH / 2, HEIGHT / 2)]), shown('gamma18'), 2.5);
    expectShown(await levelsOf(file, [scale(WIDTH * 2, HEIGHT * 2)]), shown('gamma18'), 2.5);
    const cut = { kind: 'extract', left: 48, top: 8, width: 16, height: 16 } as const;
    const { raster } = await rendered(file, [cut]);
    expect(Math.abs(at(raster, 8, 8)[0]! - shown('gamma18')(120))).toBeLessThan(1.6);
    const turn = { kind: 'orient', turn: 180, mirror: true, width: WIDTH, height: HEIGHT } as const;
    expectShown(await levelsOf(file, [turn, turn]), shown('gamma18'));
  });

  test('keeps its alpha', async () => {
    const seen = await levelsOf(greyAlphaTiff(rgbProfile(BT709, power(1.8))!));
    expectShown(seen, shown('gamma18'));
    expect(seen.map((pixel) => pixel[3])).toEqual(LEVELS.map(() => 90));
  });

  test('keeps its levels where its profile is dropped, and where that is sRGB', async () => {
    const icc = rgbProfile(BT709, power(1.8))!;
    expectShown(await levelsOf(await greyJpeg(icc), [], 'strip'), (level) => level, 1);
    const srgb = rgbProfile(BT709, SRGB_CURVE, 'sRGB built-in')!;
    expectShown(await levelsOf(await greyJpeg(srgb)), (level) => level, 1);
  });
});

/** A profile of greys with a power. */
function greyProfile(exponent: number): Uint8Array {
  const fixed = (value: number) => bytes32(Math.round(value * 65_536));
  const tag = (type: string, ...content: Uint8Array[]) =>
    concat([latin1Bytes(type), bytes32(0), ...content]);
  const tags = [
    ['wtpt', tag('XYZ ', ...D50.map(fixed))],
    ['kTRC', tag('para', bytes32(0), fixed(exponent))],
  ] as const;
  let at = 128 + 4 + 12 * tags.length;
  const entries = tags.map(([name, data]) => {
    const entry = concat([latin1Bytes(name), bytes32(at), bytes32(data.length)]);
    at += data.length;
    return entry;
  });
  const header = rgbProfile(BT709, power(1))!.slice(0, 128);
  header.set(bytes32(at), 0);
  header.set(latin1Bytes('GRAY'), 16);
  return concat([header, bytes32(tags.length), ...entries, ...tags.map(([, data]) => data)]);
}

/** A PNG of greys, with or without alpha, and a profile. */
function greyPng(bits: 8 | 16, alpha: boolean, icc: Uint8Array): Uint8Array {
  const sample = (level: number) => (bits === 8 ? [level] : [level, level]);
  const row = Array.from({ length: WIDTH }, (_, x) => [
    ...sample(LEVELS[x >> 4]!),
    ...(alpha ? sample(90) : []),
  ]).flat();
  const rows = Array.from({ length: HEIGHT }, () => Uint8Array.of(0, ...row));
  const head = Uint8Array.of(bits, alpha ? 4 : 0, 0, 0, 0);
  return joinPng([
    pngChunk('IHDR', concat([bytes32(WIDTH), bytes32(HEIGHT), head])),
    pngChunk('iCCP', concat([latin1Bytes('grey\0\0'), new Uint8Array(deflateSync(icc))])),
    pngChunk('IDAT', new Uint8Array(deflateSync(concat(rows)))),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

describe.each([8, 16] as const)('a grey PNG of %i bits with a profile of greys', (bits) => {
  test.each([false, true])('is shown by its curve at every size, with alpha: %s', async (alpha) => {
    const file = greyPng(bits, alpha, greyProfile(1.8));
    for (const by of [1, 0.5, 2]) {
      const size = { width: WIDTH * by, height: HEIGHT * by };
      const steps = by === 1 ? [] : [{ kind: 'scale', filter: 'lanczos3', ...size } as const];
      const seen = await levelsOf(file, steps);
      expectShown(seen, shown('gamma18'), by === 1 ? 1.6 : 4);
      if (alpha) expect(seen.map((pixel) => pixel[3])).toEqual(LEVELS.map(() => 90));
    }
    expectShown(await levelsOf(file, [], 'strip'), (level) => level, 1);
  });
});

test.each(['GRAY', 'CMYK'])('a picture in colors passes over a profile of %s', async (model) => {
  const icc = rgbProfile(BT709, power(1.8))!;
  icc.set(latin1Bytes(model), 16);
  const bytes = writeTiff({ ...solid(8, 8, [120, 60, 200]), profile: icc });
  const info = await probe({ bytes });
  expect(info.profile).toBe('none');
  const output = {
    ...picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } }),
    profile: 'keep',
  } as const;
  const input = {
    frames: { first: 0, count: 1 },
    color: 'keep',
    instructions: [],
    output,
  } as const;
  const raster = await render({ bytes }, info, input);
  expect(at(raster, 4, 4)).toEqual([120, 60, 200]);
  expect(raster.profile).toBeUndefined();
});
