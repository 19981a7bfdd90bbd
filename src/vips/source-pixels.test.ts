import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpusFile } from '../base/corpus.suite.ts';
import { avifItems, joinAvif } from '../containers/avif.ts';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import { PRIMARIES } from '../image/code-points.ts';
import type { Raster } from '../image/raster.ts';
import { SRGB_CURVE } from '../image/source-color.ts';
import { deltaE, hlg, pq, sdr, type Triple } from '../image/standards.suite.ts';
import { rgbProfile } from '../metadata/rgb-profile.ts';
import {
  type ColorChunk,
  chrm,
  cicp,
  coloredAvif,
  coloredPng,
  gama,
  inkJpeg,
  inkTiff,
  withChunks,
} from './colored.suite.ts';
import { rendered } from './pictures.suite.ts';
import { probe } from './probe.ts';

const MOST = 2;

const PATCHES: readonly Triple[] = [
  [180 / 255, 90 / 255, 60 / 255],
  [60 / 255, 160 / 255, 90 / 255],
  [128 / 255, 128 / 255, 128 / 255],
  [30 / 255, 40 / 255, 120 / 255],
  [1, 1, 1],
  [0, 0, 0],
];

/** The color in the middle. */
function middle({ width, height, channels, data }: Raster): Triple {
  const at = ((height >> 1) * width + (width >> 1)) * channels;
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}

/** How the patch comes out, as it is, made smaller and made larger. */
async function shownAll(bytes: Uint8Array): Promise<Triple[]> {
  const scale = (width: number, height: number) =>
    ({ kind: 'scale', width, height, filter: 'lanczos3' }) as const;
  const all = [[], [scale(20, 15)], [scale(128, 96)]];
  return Promise.all(all.map(async (steps) => middle((await rendered(bytes, steps)).raster)));
}

async function expectAll(bytes: Uint8Array, expected: Triple): Promise<void> {
  for (const color of await shownAll(bytes)) {
    expect(deltaE(color, expected), `${color} for ${expected.map(Math.round)}`).toBeLessThan(MOST);
  }
}

const P3 = chrm(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06);

describe('PNG', () => {
  test.each<[string, readonly ColorChunk[], (v: Triple) => Triple]>([
    ['cICP Display P3', [cicp(12, 13)], (v) => sdr('p3', 'srgb', v)],
    ['cICP BT.2020', [cicp(9, 13)], (v) => sdr('rec2020', 'srgb', v)],
    ['cICP with the curve of video', [cicp(1, 1)], (v) => sdr('srgb', 'video', v)],
    ['cICP BT.2020, 10 bits', [cicp(9, 14)], (v) => sdr('rec2020', 'video', v)],
    ['cICP gamma 2.2', [cicp(1, 4)], (v) => sdr('srgb', 'gamma22', v)],
    ['cICP gamma 2.8', [cicp(12, 5)], (v) => sdr('p3', 'gamma28', v)],
    ['cICP linear', [cicp(1, 8)], (v) => sdr('srgb', 'linear', v)],
    ['cICP PQ', [cicp(9, 16)], (v) => pq('rec2020', v)],
    ['cICP PQ in P3', [cicp(12, 16)], (v) => pq('p3', v)],
    ['cICP HLG', [cicp(9, 18)], (v) => hlg('rec2020', v)],
    ['gAMA 1', [gama(1)], (v) => sdr('srgb', 'linear', v)],
    ['gAMA of old Macintoshes', [gama(1 / 1.8)], (v) => sdr('srgb', 'gamma18', v)],
    ['gAMA and cHRM', [gama(1 / 2.2), P3], (v) => sdr('p3', 'gamma22', v)],
    ['cICP before gAMA', [gama(1), cicp(12, 13)], (v) => sdr('p3', 'srgb', v)],
  ])('%s', async (_, chunks, expected) => {
    for (const bits of [8, 16]) {
      for (const color of PATCHES) {
        await expectAll(await coloredPng(color, chunks, { bits }), expected(color));
      }
    }
  });

  test.each<[string, readonly ColorChunk[]]>([
    ['sRGB before gAMA', [['sRGB', Uint8Array.of(0)], gama(1), P3]],
    ['cICP that says sRGB, before gAMA', [cicp(1, 13), gama(1)]],
    ['the gamma that stands for sRGB', [gama(0.45455)]],
    [
      'the same with its primaries',
      [gama(0.45455), chrm(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)],
    ],
    ['primaries without a gamma, as browsers read them', [P3]],
    ['a gamma of 0', [gama(0)]],
    ['code points nobody knows', [cicp(99, 99)]],
    ['narrow range', [['cICP', Uint8Array.of(12, 13, 0, 0)]]],
    ['primaries on one point', [gama(0.45455), chrm(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)]],
  ])('%s is sRGB and nothing is computed', async (_, chunks) => {
    const bytes = await coloredPng([180 / 255, 90 / 255, 60 / 255], chunks);
    expect((await probe({ bytes })).color).toBeUndefined();
    expect(await shownAll(bytes)).toEqual([0, 1, 2].map(() => [180, 90, 60]));
  });

  test.each<[string, ColorChunk, boolean]>([
    // brighter than white is no value of a profile: it is shown as it is without stripping
    ['PQ', cicp(9, 16), true],
    ['HLG', cicp(9, 18), true],
    ['Display P3', cicp(12, 13), false],
    ['gamma 1', gama(1), false],
  ])('%s whose profile is taken off is converted all the same: %s', async (_, chunk, converted) => {
    for (const bits of [8, 16]) {
      const bytes = await coloredPng(PATCHES[0]!, [chunk], { bits });
      const usual = middle((await rendered(bytes, [])).raster);
      const stripped = middle((await rendered(bytes, [], { color: 'strip' })).raster);
      expect(deltaE(stripped, converted ? usual : [180, 90, 60])).toBeLessThan(0.5);
      expect(deltaE(usual, [180, 90, 60])).toBeGreaterThan(2);
    }
  });

  test('a chunk behind the pixels says nothing', async () => {
    const plain = await coloredPng(PATCHES[0]!, []);
    const [chunk] = [gama(1)];
    const { joinPng, pngChunks } = await import('../containers/png.ts');
    const { pngChunk } = await import('../containers/png-chunk.ts');
    const all = pngChunks(plain).chunks.map(({ whole }) => whole);
    const late = joinPng([...all.slice(0, -1), pngChunk(...chunk), all.at(-1)!]);
    expect((await probe({ bytes: late })).color).toBeUndefined();
  });

  test('grey, palette and one bit per pixel are read alike', async () => {
    const raw = { width: 64, height: 48, channels: 1 } as const;
    const flat = sharp(new Uint8Array(64 * 48).fill(128), { raw }).toColorspace('b-w');
    const deep = sharp(new Uint16Array(64 * 48).fill(32_896), { raw }).toColorspace('grey16');
    const kinds = [
      flat.clone().png(),
      deep.png(),
      flat.clone().ensureAlpha().png(),
      flat.clone().toColorspace('srgb').png({ palette: true }),
    ];
    for (const kind of kinds) {
      const file = new Uint8Array(await kind.toBuffer());
      const grey: Triple = [128 / 255, 128 / 255, 128 / 255];
      await expectAll(withChunks(file, [gama(1)]), sdr('srgb', 'linear', grey));
      await expectAll(withChunks(file, [cicp(9, 16)]), pq('rec2020', grey));
    }
  });

  test('a profile goes before gAMA, and cICP before a profile', async () => {
    const base = sharp(await coloredPng(PATCHES[0]!, [])).withIccProfile('p3');
    const file = new Uint8Array(await base.png().toBuffer());
    await expectAll(withChunks(file, [gama(1)]), [180, 90, 60]);
    const [red, green, blue] = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    const stored: Triple = [red! / 255, green! / 255, blue! / 255];
    await expectAll(withChunks(file, [cicp(1, 13)]), sdr('srgb', 'srgb', stored));
    await expectAll(withChunks(file, [cicp(9, 13)]), sdr('rec2020', 'srgb', stored));
  });

  test('a large picture, and a window of one', async () => {
    const size = { width: 2400, height: 1600, bits: 16 };
    const bytes = await coloredPng(PATCHES[0]!, [cicp(12, 8)], size);
    const scale = { kind: 'scale', width: 60, height: 40, filter: 'lanczos3' } as const;
    const window = { kind: 'extract', left: 100, top: 100, width: 2100, height: 1400 } as const;
    for (const steps of [[scale], [window, scale]]) {
      const color = middle((await rendered(bytes, steps)).raster);
      expect(deltaE(color, sdr('p3', 'linear', PATCHES[0]!))).toBeLessThan(MOST);
    }
  });

  test('half-clear pixels stay half clear', async () => {
    const px = Uint16Array.from(
      { length: 64 * 48 * 4 },
      (_, i) => [46_260, 23_130, 15_420, 32_896][i & 3]!,
    );
    const raw = { width: 64, height: 48, channels: 4 } as const;
    const file = await sharp(px, { raw }).toColorspace('rgb16').png().toBuffer();
    const bytes = withChunks(new Uint8Array(file), [cicp(12, 13)]);
    const { raster } = await rendered(bytes, [
      { kind: 'scale', width: 20, height: 15, filter: 'lanczos3' },
    ]);
    expect(raster.data[3]).toBe(128);
    expect(deltaE(middle(raster), sdr('p3', 'srgb', PATCHES[0]!))).toBeLessThan(MOST);
  });

  test('alpha stays what it is', async () => {
    for (const bits of [8, 16]) {
      const bytes = await coloredPng(PATCHES[0]!, [cicp(9, 16)], { bits, alpha: true });
      const { raster } = await rendered(bytes, [
        { kind: 'scale', width: 20, height: 15, filter: 'lanczos3' },
      ]);
      expect(raster.channels === 4 ? raster.data[3] : 255).toBe(255);
      expect(deltaE(middle(raster), pq('rec2020', PATCHES[0]!))).toBeLessThan(MOST);
    }
  });
});

describe('AVIF', () => {
  test.each<[string, readonly [number, number], (v: Triple) => Triple]>([
    ['Display P3', [12, 13], (v) => sdr('p3', 'srgb', v)],
    ['BT.2020', [9, 13], (v) => sdr('rec2020', 'srgb', v)],
    [
      'BT.2020 with a camera curve, shown by that of sRGB',
      [9, 14],
      (v) => sdr('rec2020', 'srgb', v),
    ],
    ['BT.709, shown by the curve of sRGB', [1, 1], (v) => sdr('srgb', 'srgb', v)],
    ['unspecified', [2, 2], (v) => sdr('srgb', 'srgb', v)],
    ['linear', [1, 8], (v) => sdr('srgb', 'linear', v)],
    ['PQ', [9, 16], (v) => pq('rec2020', v)],
    ['HLG', [9, 18], (v) => hlg('rec2020', v)],
  ])('%s', async (_, points, expected) => {
    for (const bits of [8, 10, 12]) {
      for (const color of PATCHES) {
        const most = 2 ** bits - 1;
        const stored = color.map((v) => Math.round(v * most) / most) as unknown as Triple;
        await expectAll(await coloredAvif(color, points, { bits }), expected(stored));
      }
    }
  });
});

test('AVIF: a profile goes before code points that stand beside it', async () => {
  const base = sharp(await coloredPng(PATCHES[0]!, [])).withIccProfile('p3');
  const file = new Uint8Array(await base.avif({ lossless: true, effort: 0 }).toBuffer());
  const clear = {
    width: 64,
    height: 48,
    channels: 4,
    background: { r: 0, g: 0, b: 0, alpha: 0.5 },
  } as const;
  const mask = await sharp({ create: clear }).avif({ lossless: true, effort: 0 }).toBuffer();
  const colors = avifItems(file)!.color;
  const nclx = concat([
    bytes32(19),
    latin1Bytes('colrnclx'),
    Uint8Array.of(0, 9, 0, 16, 0, 0, 128),
  ]);
  const both = { ...colors, properties: [...colors.properties, { box: nclx, essential: false }] };
  const joined = joinAvif(both, avifItems(new Uint8Array(mask))!.alpha!);
  expect((await probe({ bytes: joined })).color).toBeUndefined();
  await expectAll(joined, [180, 90, 60]);
});

test('a dark gradient in linear light has as many steps as its depth gives', async () => {
  // 1 % of light in 12 bits: 41 samples, of which 8 bits would leave 3.
  const shown = await Promise.all(
    Array.from({ length: 16 }, (_, i) =>
      coloredAvif([(i + 1) / 1600, (i + 1) / 1600, (i + 1) / 1600], [1, 8], {
        bits: 12,
        width: 16,
        height: 16,
      }),
    ),
  );
  const levels = await Promise.all(
    shown.map(async (bytes) => middle((await rendered(bytes, [])).raster)[0]),
  );
  expect(new Set(levels).size).toBeGreaterThan(13);
});

test('the light that a PNG says is its brightest decides where white is', async () => {
  const brightest: ColorChunk = ['cLLI', Uint8Array.of(0x02, 0x62, 0x5a, 0x00, 0, 0, 0, 0)]; // 4000 cd/m²
  const color: Triple = [0.7, 0.7, 0.7];
  await expectAll(
    await coloredPng(color, [cicp(9, 16), brightest], { bits: 16 }),
    pq('rec2020', color, 4000),
  );
});

describe('whatever numbers a file has', () => {
  const color: Triple = [0.5, 0.25, 0.125];
  test('code points of any kind give a picture, and unknown ones a remark', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        async (p, t) => {
          const [png, avif] = [
            await coloredPng(color, [cicp(p, t)], { width: 8, height: 8 }),
            await coloredAvif(color, [p, t], { width: 8, height: 8 }),
          ];
          for (const bytes of [png, avif]) {
            const { raster, info } = await rendered(bytes, []);
            expect([raster.width, raster.height]).toEqual([8, 8]);
            const known = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22].includes(p);
            const curve = [1, 2, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18].includes(t);
            expect(info.unknownColor === undefined).toBe(known && curve);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('gamma and primaries of any value give a picture', async () => {
    const any = fc.nat({ max: 0xffffffff }).map((n) => n / 1e5);
    const usual = fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1e5);
    const place = fc.oneof(any, usual);
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.array(place, { minLength: 8, maxLength: 8 }),
        async (g, places) => {
          const bytes = await coloredPng(color, [gama(g), chrm(...places)], {
            width: 8,
            height: 8,
          });
          const { raster } = await rendered(bytes, []);
          expect(raster.data.length).toBe(8 * 8 * 3);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('inks without a profile are multiplied, as browsers do', () => {
  test.each<[string, readonly number[], Triple]>([
    ['red', [0, 255, 255, 0], [255, 0, 0]],
    ['cyan', [255, 0, 0, 0], [0, 255, 255]],
    ['black', [0, 0, 0, 255], [0, 0, 0]],
    ['paper', [0, 0, 0, 0], [255, 255, 255]],
    ['a mix', [64, 128, 32, 51], [153, 102, 178]],
  ])('%s', async (_, inks, expected) => {
    const files = [
      inkTiff(inks),
      inkTiff(inks, 16),
      await inkJpeg(inks),
      await inkJpeg(inks, false),
    ];
    for (const bytes of files) await expectAll(bytes, expected);
  });

  test.each([8, 16] as const)('with alpha, %i bits', async (depth) => {
    const { raster } = await rendered(inkTiff([0, 255, 255, 0, 128], depth), []);
    expect(raster.channels).toBe(4);
    expect([...raster.data.subarray(0, 4)]).toEqual([255, 0, 0, 128]);
  });

  test('a profile of another color model says nothing of them', async () => {
    const rgb = rgbProfile(PRIMARIES[12]!, SRGB_CURVE)!;
    const length = 2 + 14 + rgb.length;
    const segment = concat([
      Uint8Array.of(0xff, 0xe2, length >> 8, length & 255),
      latin1Bytes('ICC_PROFILE\0\x01\x01'),
      rgb,
    ]);
    const file = await inkJpeg([0, 255, 255, 0]);
    const tagged = concat([file.subarray(0, 2), segment, file.subarray(2)]);
    expect((await sharp(tagged).metadata()).icc?.length).toBe(rgb.length);
    await expectAll(tagged, [255, 0, 0]);
  });

  test('a profile of inks counts, also where profiles are taken off', async ({ skip }) => {
    const path = corpusFile('formats', 'jpeg-cmyk-icc.jpg');
    if (path === undefined) return skip('the picture is not beside the repository');
    const bytes = new Uint8Array(await readFile(path));
    const [usual, stripped] = [
      await rendered(bytes, []),
      await rendered(bytes, [], { color: 'strip' }),
    ];
    expect(Buffer.compare(usual.raster.data, stripped.raster.data)).toBe(0);
  });

  test('or printed, where the source is set so', async () => {
    const { raster } = await rendered(await inkJpeg([0, 0, 0, 255]), [], { cmyk: 'press' });
    expect(middle(raster)[0]).toBeGreaterThan(10);
  });
});
