/** What is told and shown of files that libvips does not read: HEIC, JPEG XL, PDF, PSD. */
import sharp from 'sharp';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import Vips from 'wasm-vips';
import { pdf } from '../../../test/support/documents.ts';
import { committed, distance, QUADRANTS } from '../../../test/support/pictures.ts';
import { isFault } from '../../base/fault.ts';
import { bytes32, concat, latin1Bytes } from '../../containers/bytes.ts';
import type { Quality } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { at } from '../../raster/pictures.suite.ts';
import { srgbProfile } from '../color/delivered-color.ts';
import { vipsEncoder } from '../encode.ts';
import { loadStill } from '../load.ts';
import { setUpVips } from '../loader-policy.ts';
import { DEFAULT_PROBE_LIMITS, probe } from '../probe.ts';
import { type RenderInput, render } from '../render.ts';
import { documentReader, readableByVips } from './foreign.ts';

setUpVips({ concurrency: 1 });

const AS_IT_IS: RenderInput = { frames: { first: 0, count: 1 }, color: 'srgb', instructions: [] };

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  );

/** The whole picture of a file as it is shown. */
async function shown(bytes: Uint8Array, input: Partial<RenderInput> = {}): Promise<Raster> {
  return render({ bytes }, await probe({ bytes }), { ...AS_IT_IS, ...input });
}

/** Red, green over blue, yellow, as far as coding left them. */
function expectQuadrants(raster: Raster, off: number) {
  const { width, height } = raster;
  for (const [color, x, y] of [
    ['red', 0.2, 0.2],
    ['green', 0.8, 0.2],
    ['blue', 0.2, 0.8],
    ['yellow', 0.8, 0.8],
  ] as const) {
    const seen = at(raster, Math.floor(x * width), Math.floor(y * height));
    expect(distance(seen, QUADRANTS[color]), color).toBeLessThanOrEqual(off);
  }
}

/** A PSD whose composite is `planes`, one behind another, with an ICC profile where one is given. */
function psd(
  [width, height]: readonly [number, number],
  planes: readonly Uint8Array[],
  { mode = 3, depth = 8, profile }: { mode?: number; depth?: number; profile?: Uint8Array } = {},
): Uint8Array {
  const short = (value: number) => Uint8Array.of(value >> 8, value & 255);
  const colorData =
    mode === 2 ? Uint8Array.from({ length: 768 }, (_, i) => (i % 256) ^ (i >> 8)) : [];
  const resource = profile && [
    latin1Bytes('8BIM'),
    short(1039),
    short(0),
    bytes32(profile.length),
    profile,
    new Uint8Array(profile.length & 1),
  ];
  const resources = concat(resource ?? []);
  return concat([
    latin1Bytes('8BPS'),
    short(1),
    new Uint8Array(6),
    short(planes.length),
    bytes32(height),
    bytes32(width),
    short(depth),
    short(mode),
    bytes32(colorData.length),
    Uint8Array.from(colorData),
    bytes32(resources.length),
    resources,
    bytes32(0),
    short(0),
    ...planes,
  ]);
}

const PLANE = (first: number) => Uint8Array.of(first, first + 10, first + 20, 255, 0, 128);
const SIZE = [3, 2] as const;

describe('a PSD', () => {
  test.each([
    ['RGB', 3, 3, 'rgb'],
    // That a further channel is transparency would be said elsewhere in the file.
    ['RGB with a selection', 4, 3, 'rgb'],
    ['grey', 1, 1, 'grey'],
    ['grey with a selection', 2, 1, 'grey'],
  ])('%s is told', async (_, channels, mode, space) => {
    const bytes = psd(
      SIZE,
      Array.from({ length: channels }, (_, i) => PLANE(30 * i)),
      { mode },
    );
    expect(await probe({ bytes })).toEqual({
      format: 'psd',
      bytes: bytes.length,
      ...{ width: 3, height: 2, orientation: 1, pages: 1, delays: [], loop: 1 },
      ...{ alpha: false, profile: 'none', space, depth: 8, lossless: true },
    });
  });

  test('RGB shows its composite', async () => {
    const raster = await shown(psd(SIZE, [PLANE(10), PLANE(50), PLANE(90)]));
    expect(raster).toMatchObject({ width: 3, height: 2, channels: 3, pages: 1 });
    expect([at(raster, 0, 0), at(raster, 1, 0), at(raster, 2, 1)]).toEqual([
      [10, 50, 90],
      [20, 60, 100],
      [128, 128, 128],
    ]);
  });

  test('grey shows one level in all channels', async () => {
    const raster = await shown(psd(SIZE, [PLANE(10)], { mode: 1 }));
    expect([at(raster, 0, 0), at(raster, 2, 0)]).toEqual([
      [10, 10, 10],
      [30, 30, 30],
    ]);
  });

  test('with a profile says its name and is shown by it', async () => {
    const planes = [PLANE(200), PLANE(20), PLANE(20)];
    const [p3, own] = await Promise.all([p3Profile(), srgbProfile()]);
    const wide = psd(SIZE, planes, { profile: p3 });
    expect(await probe({ bytes: wide })).toMatchObject({
      profile: 'other',
      profileName: expect.stringMatching(/\S/),
    });
    expect(await probe({ bytes: psd(SIZE, planes, { profile: own }) })).toMatchObject({
      profile: 'srgb',
    });
    // The red of Display P3 is more than this of sRGB.
    expect(at(await shown(wide), 0, 0)[0]).toBeGreaterThan(210);
    expect(at(await shown(wide, { color: 'strip' }), 0, 0)).toEqual([200, 20, 20]);
  });

  test('grey has no profile that is used', async () => {
    const bytes = psd(SIZE, [PLANE(10)], { mode: 1, profile: await p3Profile() });
    const info = await probe({ bytes });
    expect(info.profile).toBe('none');
    expect(info).not.toHaveProperty('profileName');
    expect(at(await shown(bytes), 0, 0)).toEqual([10, 10, 10]);
  });

  test.each([
    ['of 32 bits', { depth: 32 }],
    ['of one bit', { depth: 1 }],
    ['in Lab', { mode: 9 }],
    ['in several channels', { mode: 7 }],
  ])('%s is said to be unsupported', async (_, kind) => {
    const bytes = psd(SIZE, [PLANE(0), PLANE(0), PLANE(0), PLANE(0)], kind);
    expect(await codeOf(probe({ bytes }))).toBe('source-unsupported');
    expect(await codeOf(readableByVips(bytes, 'psd', { width: 3, height: 2 }))).toBe(
      'source-unsupported',
    );
  });
});

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function p3Profile(): Promise<Uint8Array> {
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } });
  const { icc } = await sharp(await pixel.withIccProfile('p3').png().toBuffer()).metadata();
  return new Uint8Array(icc!);
}

describe('a PDF', () => {
  const bytes = pdf(96, 64);

  test.each([
    // Two pages; beyond them, the nearest.
    [-1, 96, 64],
    [0, 96, 64],
    [1, 144, 144],
    [2, 144, 144],
    [9, 144, 144],
  ])('has page %i measured and drawn', async (page, width, height) => {
    const info = await probe({ bytes }, DEFAULT_PROBE_LIMITS, page);
    expect(info).toEqual({
      format: 'pdf',
      bytes: bytes.length,
      ...{ width, height, orientation: 1, pages: 2, delays: [], loop: 1 },
      ...{ alpha: false, profile: 'none', space: 'rgb', depth: 8, lossless: true },
    });
    const upright = { mirror: false, turn: 0 } as const;
    const raster = await loadStill({ bytes }, info, { color: 'srgb' }, page, { turn: upright });
    expect(raster).toMatchObject({ width, height, channels: 3 });
    if (page < 1) return expectQuadrants(raster, 2);
    expect(distance(at(raster, 40, 70), QUADRANTS.blue)).toBeLessThanOrEqual(2);
    expect(at(raster, 110, 70)).toEqual([255, 255, 255]);
  });

  test('is drawn at any size up to 50 megapixels', async () => {
    const { draw } = await documentReader();
    const raster = await draw(bytes, 0, { width: 300, height: 20 }, false);
    expect(raster).toMatchObject({ width: 300, height: 20, channels: 3, pages: 1 });
    expectQuadrants(raster, 2);
    expect(await codeOf(draw(bytes, 0, { width: 10_000, height: 5001 }, true))).toBe(
      'source-too-many-pixels',
    );
  });

  test('that is cut off is broken', async () => {
    expect(await codeOf(probe({ bytes: bytes.subarray(0, 60) }))).toBe('source-broken');
  });

  test('of half a point is a pixel', async () => {
    expect(await probe({ bytes: pdf(1.4, 0.5) })).toMatchObject({ width: 1, height: 1 });
    expect(await probe({ bytes: pdf(9.6, 3.4) })).toMatchObject({ width: 10, height: 3 });
  });
});

describe('a HEIC', () => {
  test('is told by its header and shows its pixels', async () => {
    const bytes = committed('quadrants.heic');
    const { width, height } = await sharp(bytes).metadata();
    expect(await probe({ bytes })).toMatchObject({
      ...{ format: 'heic', width, height, pages: 1, alpha: false, lossless: false },
    });
    const raster = await shown(bytes);
    expect(raster).toMatchObject({ width, height, channels: 3 });
    expectQuadrants(raster, 14);
  });

  test('keeps its transparency', async () => {
    const bytes = committed('quadrants-alpha.heic');
    expect(await probe({ bytes })).toMatchObject({ format: 'heic', alpha: true });
    const raster = await shown(bytes);
    const { width, height } = raster;
    expect(raster.channels).toBe(4);
    expect(at(raster, width >> 1, height >> 1)[3]).toBe(0);
    expect(at(raster, Math.floor(width / 10), Math.floor(height / 10))[3]).toBe(255);
    expect(
      distance(at(raster, Math.floor(width / 10), Math.floor(height / 10)), QUADRANTS.red),
    ).toBeLessThanOrEqual(14);
  });

  test('that is cut off is broken', async () => {
    // libheif says so there, too.
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const bytes = committed('quadrants.heic');
    const { width, height } = await probe({ bytes });
    expect(await codeOf(readableByVips(bytes.subarray(0, 430), 'heic', { width, height }))).toBe(
      'source-broken',
    );
  });

  test('of another size than was said is broken', async () => {
    const bytes = committed('quadrants.heic');
    const { width, height } = await probe({ bytes });
    for (const said of [
      { width: width + 1, height },
      { width, height: height - 1 },
    ]) {
      expect(await codeOf(readableByVips(bytes, 'heic', said))).toBe('source-broken');
    }
  });
});

describe('a JPEG XL', () => {
  const encoding = {
    ...({ format: 'jxl', mode: 'lossless', effort: 1 } as const),
    quality: 100 as Quality<'jxl'>,
  };

  const library = once(() => Vips({ dynamicLibraries: ['vips-jxl.wasm'] }));

  /** A file of one color in so many channels of 8 or 16 bits, by the library itself. */
  async function written(pixel: readonly number[], bits: 8 | 16) {
    const vips = await library();
    const [width, height] = [5, 4];
    const samples = Array.from({ length: width * height }, () => pixel).flat();
    const data = bits === 8 ? Uint8Array.from(samples) : Uint16Array.from(samples);
    const { uchar, ushort } = vips.BandFormat;
    const { Interpretation } = vips;
    const deep = pixel.length < 3 ? Interpretation.grey16 : Interpretation.rgb16;
    const plain = pixel.length < 3 ? Interpretation.b_w : Interpretation.srgb;
    const image = vips.Image.newFromMemory(
      data,
      width,
      height,
      pixel.length,
      bits === 8 ? uchar : ushort,
    ).copy({ interpretation: bits === 8 ? plain : deep });
    return image.jxlsaveBuffer({ lossless: true, effort: 1 });
  }

  test.each([
    ['grey', [90], 8, [90, 90, 90]],
    ['grey with alpha', [90, 100], 8, [90, 90, 90, 100]],
    ['RGB', [10, 90, 170], 8, [10, 90, 170]],
    ['RGB with alpha', [10, 90, 170, 200], 8, [10, 90, 170, 200]],
    // 257 of 65,535 are one of 255, half up.
    ['RGB of 16 bits', [257 * 10 + 128, 257 * 90 + 129, 257 * 170], 16, [10, 91, 170]],
    ['grey of 16 bits', [65_535], 16, [255, 255, 255]],
  ] as const)('%s shows its pixels', async (_, pixel, bits, seen) => {
    const bytes = await written(pixel, bits);
    expect(await probe({ bytes })).toMatchObject({
      ...{ format: 'jxl', bytes: bytes.length, width: 5, height: 4, orientation: 1, pages: 1 },
      ...{ delays: [], loop: 1, alpha: seen.length === 4, space: 'rgb', depth: 8, lossless: false },
    });
    const raster = await shown(bytes, { color: 'strip' });
    expect(raster).toMatchObject({ width: 5, height: 4, channels: seen.length });
    expect([at(raster, 0, 0), at(raster, 4, 3)]).toEqual([seen, seen]);
  });

  test('plays frames as long as it says, in order', async () => {
    const [width, height] = [8, 6];
    const data = Uint8Array.from(
      { length: width * height * 3 * 3 },
      (_, i) => Math.floor(i / (width * height * 3)) * 60 + (i % 3),
    );
    const delays = [50, 60, 70];
    const film: Raster = { width, height, channels: 3, data, pages: 3, delays, loop: 4 };
    const bytes = await vipsEncoder.encode(film, encoding);
    const info = await probe({ bytes });
    expect(info).toMatchObject({ width, height, pages: 3, delays, loop: 4 });
    const played = await shown(bytes, { frames: { first: 0, count: 3 } });
    expect(played).toMatchObject({ width, height, pages: 3, delays, loop: 4 });
    expect([0, 1, 2].map((page) => at(played, 7, 5, page))).toEqual([
      [0, 1, 2],
      [60, 61, 62],
      [120, 121, 122],
    ]);
  });

  test('is shown by its profile, and says its name', async () => {
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => [200, 20, 20][i % 3]!);
    const still: Raster = {
      ...{ width: 8, height: 8, channels: 3, data, pages: 1, delays: [], loop: 1 },
      profile: await p3Profile(),
    };
    const bytes = await vipsEncoder.encode(still, encoding);
    expect(await probe({ bytes })).toMatchObject({
      profile: 'other',
      profileName: expect.stringMatching(/\S/),
    });
    expect(at(await shown(bytes), 3, 3)[0]).toBeGreaterThan(210);
  });

  test('that is cut off is broken', async () => {
    const bytes = await written([10, 90, 170], 8);
    const cut = bytes.subarray(0, bytes.length >> 1);
    expect(await codeOf(readableByVips(cut, 'jxl', { width: 5, height: 4 }))).toBe('source-broken');
  });
});
