/** What a probe tells of files whose every fact is known, and where it refuses one. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import { joinPng, pngChunks } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import type { Raster } from '../image/raster.ts';
import { card, solid } from '../raster/pictures.suite.ts';
import { srgbProfile } from './color/delivered-color.ts';
import { compareVersions, LEAST_LIBVIPS, setUpVips, useThreads } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { withoutResolution, withPngMetadata } from './png-metadata.ts';
import { DEFAULT_PROBE_LIMITS, type ProbeLimits, probe } from './probe.ts';
import { decoding, decodingFault, readSource, sharpInput } from './source-file.ts';
import { svgSize } from './svg.ts';

setUpVips({ concurrency: 1 });

const codeOf = (bytes: Uint8Array, limits: Partial<ProbeLimits> = {}) =>
  probe({ bytes }, { ...DEFAULT_PROBE_LIMITS, ...limits }).then(
    () => 'fine',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  );

/** A PNG of one color in the header's own words: bits, color type, interlaced. */
function plainPng(
  width: number,
  height: number,
  bits: number,
  type: number,
  interlaced = false,
  extra: [string, Uint8Array][] = [],
) {
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[type]!;
  const row = 1 + Math.ceil((width * samples * bits) / 8);
  const header = concat([
    bytes32(width),
    bytes32(height),
    Uint8Array.of(bits, type, 0, 0, interlaced ? 1 : 0),
  ]);
  return joinPng([
    pngChunk('IHDR', header),
    ...extra.map(([name, data]) => pngChunk(name, data)),
    pngChunk('IDAT', new Uint8Array(deflateSync(new Uint8Array(row * height)))),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

const palette = (colors: number): [string, Uint8Array] => ['PLTE', new Uint8Array(3 * colors)];

describe('a PNG', () => {
  test.each<[string, Uint8Array, object]>([
    [
      'true color',
      plainPng(5, 3, 8, 2),
      { width: 5, height: 3, alpha: false, depth: 8, space: 'rgb', lossless: true },
    ],
    ['with alpha', plainPng(5, 3, 8, 6), { alpha: true, depth: 8 }],
    ['of 16 bits', plainPng(5, 3, 16, 2), { depth: 16, space: 'rgb' }],
    ['grey', plainPng(5, 3, 8, 0), { space: 'grey', depth: 8 }],
    ['grey of 16 bits', plainPng(5, 3, 16, 0), { space: 'grey', depth: 16 }],
    ['of 2 greys', plainPng(5, 3, 1, 0), { space: 'grey', depth: 8, palette: 2 }],
    ['of 4 greys', plainPng(5, 3, 2, 0), { space: 'grey', depth: 8, palette: 4 }],
    ['of 16 greys', plainPng(5, 3, 4, 0), { space: 'grey', depth: 8, palette: 16 }],
    ['of 3 colors', plainPng(5, 3, 8, 3, false, [palette(3)]), { palette: 3 }],
    ['of 200 colors', plainPng(5, 3, 8, 3, false, [palette(200)]), { palette: 200 }],
    [
      'of a dense screen',
      plainPng(5, 3, 8, 2, false, [
        ['pHYs', concat([bytes32(5669), bytes32(5669), Uint8Array.of(1)])],
      ]),
      { density: 144 },
    ],
  ])('%s', async (_, bytes, facts) => {
    expect(await probe({ bytes })).toMatchObject({
      format: 'png',
      pages: 1,
      loop: 1,
      delays: [],
      orientation: 1,
      bytes: bytes.length,
      ...facts,
    });
  });

  test('says no density where its file says none, and no palette where it has none', async () => {
    const info = await probe({ bytes: plainPng(5, 3, 8, 2) });
    expect(await probe({ bytes: plainPng(5, 3, 8, 0) })).not.toHaveProperty('palette');
    for (const name of [
      'density',
      'palette',
      'animated',
      'jpeg',
      'bits',
      'color',
      'profileName',
      'gainMap',
      'uncovered',
    ]) {
      expect(info).not.toHaveProperty(name);
    }
  });

  test('that moves is told by its control chunk', async () => {
    const acTL: [string, Uint8Array] = ['acTL', concat([bytes32(2), bytes32(0)])];
    const fcTL = (n: number) =>
      pngChunk(
        'fcTL',
        concat([
          bytes32(n),
          bytes32(5),
          bytes32(3),
          bytes32(0),
          bytes32(0),
          Uint8Array.of(0, 10, 0, 100, 0, 0),
        ]),
      );
    const [header, control, data, end] = pngChunks(plainPng(5, 3, 8, 2, false, [acTL])).chunks.map(
      ({ whole }) => whole,
    );
    const frame = pngChunk(
      'fdAT',
      concat([bytes32(2), new Uint8Array(deflateSync(new Uint8Array(16 * 3)))]),
    );
    const moving = joinPng([header!, control!, fcTL(0), data!, fcTL(1), frame, end!]);
    expect(await probe({ bytes: moving })).toMatchObject({ pages: 2, delays: [100, 100], loop: 0 });
  });

  /** The header alone counts: its size is put in afterwards. */
  const sized = (bytes: Uint8Array, width: number, height: number) => {
    const out = Buffer.from(bytes);
    out.writeUInt32BE(width, 16);
    out.writeUInt32BE(height, 20);
    out.writeUInt32BE(crc32(out.subarray(12, 29)), 29);
    return out;
  };

  test.each<[string, Uint8Array, number, string]>([
    ['of three channels', plainPng(5, 3, 8, 2, true), 100, 'fine'],
    ['and more', plainPng(5, 3, 8, 2, true), 100.01, 'source-too-many-pixels'],
    ['of four', plainPng(5, 3, 8, 6, true), 75, 'fine'],
    ['and more', plainPng(5, 3, 8, 6, true), 75.01, 'source-too-many-pixels'],
    ['of 16 bits', plainPng(5, 3, 16, 2, true), 50, 'fine'],
    ['and more', plainPng(5, 3, 16, 2, true), 50.01, 'source-too-many-pixels'],
    ['one that is not', plainPng(5, 3, 16, 6), 140, 'fine'],
  ])('interlaced, %s, of %d or so megapixels: %s', async (_, bytes, megapixels, code) => {
    expect(await codeOf(sized(bytes, 10_000, Math.round(megapixels * 100)))).toBe(code);
  });
});

describe('a JPEG', () => {
  const jpeg = (
    options: Parameters<ReturnType<typeof pictureOf>['jpeg']>[0] = {},
    picture: Raster = card(64, 48),
  ) => pictureOf(picture).jpeg(options).toBuffer();

  test.each<[Parameters<typeof jpeg>[0], object]>([
    [{ quality: 60 }, { progressive: false, chroma: '4:2:0', quality: 60 }],
    [
      { quality: 95, chromaSubsampling: '4:4:4' },
      { progressive: false, chroma: '4:4:4', quality: 95 },
    ],
    [
      { quality: 60, progressive: true },
      { progressive: true, chroma: '4:2:0', quality: 60 },
    ],
  ])('by %j', async (options, facts) => {
    expect(await probe({ bytes: await jpeg(options) })).toMatchObject({
      format: 'jpeg',
      lossless: false,
      jpeg: facts,
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('with the orientation %i', async (orientation) => {
    const bytes = await pictureOf(card(12, 8)).withMetadata({ orientation }).jpeg().toBuffer();
    expect(await probe({ bytes })).toMatchObject({ orientation, width: 12, height: 8 });
  });

  test('of many scans has a bound on pixels times scans', async () => {
    const bytes = await jpeg({ progressive: true });
    const scans = (
      Buffer.from(bytes)
        .toString('latin1')
        .match(/\xff\xda/g) ?? []
    ).length;
    expect(scans).toBeGreaterThan(3);
    expect(await codeOf(bytes, { scanPixels: scans * 64 * 48 })).toBe('fine');
    expect(await codeOf(bytes, { scanPixels: scans * 64 * 48 - 1 })).toBe('source-too-many-pixels');
    expect(await codeOf(await jpeg(), { scanPixels: 1 })).toBe('fine');
  });

  test('without its end is read if nothing else is missing, and that is said', async () => {
    for (const progressive of [false, true]) {
      const bytes = await jpeg({ progressive });
      const cut = await probe({ bytes: bytes.subarray(0, -2) });
      expect(cut.jpeg).toMatchObject({ endMissing: true });
      expect((await probe({ bytes })).jpeg).not.toHaveProperty('endMissing');
    }
    const scans = await jpeg({ progressive: true });
    expect(await codeOf(scans.subarray(0, scans.length >> 1))).toBe('source-broken');
  });

  test('of 12 bits per sample is refused', async () => {
    const bytes = Buffer.from(await jpeg());
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes[frame + 4] = 12;
    expect(await codeOf(bytes)).toBe('source-unsupported');
  });

  test('of inks with a profile of light has no profile', async () => {
    const cmyk = await pictureOf(card(16, 16)).toColorspace('cmyk').jpeg().toBuffer();
    const profile = await srgbProfile();
    const segment = concat([latin1Bytes('ICC_PROFILE\0'), Uint8Array.of(1, 1), profile]);
    const length = segment.length + 2;
    const bytes = concat([
      cmyk.subarray(0, 2),
      Uint8Array.of(0xff, 0xe2, length >> 8, length & 255),
      segment,
      cmyk.subarray(2),
    ]);
    expect(await probe({ bytes })).toMatchObject({ space: 'cmyk', profile: 'none' });
  });
});

describe('other formats', () => {
  test.each<[string, () => Promise<Uint8Array>, object]>([
    ['webp', () => pictureOf(card(9, 7)).webp().toBuffer(), { lossless: false, alpha: false }],
    [
      'webp',
      () =>
        pictureOf(solid(9, 7, [1, 2, 3, 4]))
          .webp({ lossless: true })
          .toBuffer(),
      { lossless: true, alpha: true },
    ],
    [
      'avif',
      () => pictureOf(card(9, 7)).avif({ effort: 0, bitdepth: 12 }).toBuffer(),
      { depth: 16, bits: 12, lossless: false },
    ],
    ['avif', () => pictureOf(card(9, 7)).avif({ effort: 0 }).toBuffer(), { depth: 8 }],
    [
      'tiff',
      () => pictureOf(card(9, 7)).tiff({ compression: 'deflate' }).toBuffer(),
      { lossless: true },
    ],
    [
      'tiff',
      () => pictureOf(card(9, 7)).tiff({ compression: 'none' }).toBuffer(),
      { lossless: true },
    ],
    [
      'tiff',
      () => pictureOf(card(16, 16)).tiff({ compression: 'webp' }).toBuffer(),
      { lossless: false },
    ],
    [
      'tiff',
      () => pictureOf(card(9, 7)).tiff({ compression: 'lzw', xres: 4, yres: 4 }).toBuffer(),
      { density: 102 },
    ],
    ['gif', () => pictureOf(card(9, 7)).gif().toBuffer(), { lossless: true, palette: 64 }],
    [
      'gif',
      () =>
        pictureOf(solid(9, 7, [1, 2, 3, 0]))
          .gif()
          .toBuffer(),
      { alpha: true },
    ],
  ])('%s', async (format, make, facts) => {
    expect(await probe({ bytes: await make() })).toMatchObject({
      format,
      width: expect.any(Number),
      pages: 1,
      ...facts,
    });
  });

  test.each([
    [4, 4],
    [16, 16],
    [256, 256],
  ])('a GIF of a table of %i colors has a palette of %i', async (colors, palette) => {
    const bytes = await pictureOf(card(64, 64)).gif({ colors, dither: 0 }).toBuffer();
    expect((await probe({ bytes })).palette).toBe(palette);
    expect(await probe({ bytes })).not.toHaveProperty('density');
  });

  test('a document of several pages tells their number and does not move', async () => {
    const page = await pictureOf(card(8, 8)).png().toBuffer();
    const bytes = await sharp([page, page, page], { join: { animated: true } })
      .tiff()
      .toBuffer();
    expect(await probe({ bytes })).toMatchObject({
      format: 'tiff',
      pages: 3,
      delays: [],
      loop: 1,
      height: 8,
    });
  });

  test('frames have the delays and the plays of their file', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f'].map((background) =>
        sharp({ create: { width: 6, height: 4, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const bytes = await sharp(frames, { join: { animated: true } })
      .webp({ delay: [30, 60, 90], loop: 5 })
      .toBuffer();
    expect(await probe({ bytes })).toMatchObject({
      pages: 3,
      delays: [30, 60, 90],
      loop: 5,
      height: 4,
    });
    expect(await codeOf(bytes, { totalPixels: 72 })).toBe('fine');
    expect(await codeOf(bytes, { totalPixels: 71 })).toBe('source-too-many-pixels');
    expect(await codeOf(bytes, { pixels: 24 })).toBe('fine');
    expect(await codeOf(bytes, { pixels: 23 })).toBe('source-too-many-pixels');
  });
});

describe('a drawing', () => {
  const svg = (root: string, body = '') =>
    `<svg xmlns="http://www.w3.org/2000/svg" ${root}>${body}</svg>`;

  test.each<[string, string, number, number]>([
    ['in pixels', svg('width="300" height="200"'), 300, 200],
    ['rounded', svg('width="10.5" height="10.4"'), 11, 10],
    ['one at least', svg('width="0.2" height="9"'), 1, 9],
    ['in inches', svg('width="2in" height="1in"'), 192, 96],
    ['by its box', svg('viewBox="0 0 40 30"'), 40, 30],
    ['by what is drawn', svg('', '<rect width="50" height="20"/>'), 50, 20],
    ['and where that stands', svg('', '<rect x="30" y="40" width="50" height="20"/>'), 80, 60],
  ])('is measured %s', async (_, text, width, height) => {
    expect(await probe({ bytes: Buffer.from(text) })).toMatchObject({
      format: 'svg',
      width,
      height,
      lossless: true,
      alpha: true,
    });
    expect(await probe({ bytes: Buffer.from(text) })).not.toHaveProperty('density');
    const natural = await svgSize(text);
    expect(Math.abs(natural.width - width)).toBeLessThan(1);
    expect(Math.abs(natural.height - height)).toBeLessThan(1);
  });

  test.each<[string, string, Partial<ProbeLimits>, string]>([
    ['no width', svg('width="0" height="9"'), {}, 'source-broken'],
    ['no height', svg('width="9" height="0"'), {}, 'source-broken'],
    ['as many pixels as allowed', svg('width="10" height="20"'), { pixels: 200 }, 'fine'],
    ['more', svg('width="10" height="20"'), { pixels: 199 }, 'source-too-many-pixels'],
  ])('with %s', async (_, text, limits, code) => {
    expect(await codeOf(Buffer.from(text), limits)).toBe(code);
  });
});

describe('what libvips says', () => {
  test.each([
    ['Input image exceeds pixel limit', 'source-too-many-pixels'],
    ['tiff2vips: too many pixels', 'source-too-many-pixels'],
    ['webp: image width or height is out of range', 'source-too-many-pixels'],
    ['Input buffer contains unsupported image format', 'source-unsupported'],
    ['heif: coding is not supported', 'source-unsupported'],
    ['heif: No decoding plugin installed', 'source-unsupported'],
    ['operation is blocked', 'source-unsupported'],
    ['pngload: libspng read error', 'source-broken'],
    ['', 'source-broken'],
  ])('%j is %s', (message, code) => {
    expect(decodingFault(new Error(message)).code).toBe(code);
  });

  test('is told without paths, in its first line, not without end', () => {
    const detailOf = (message: unknown) => JSON.stringify(decodingFault(message).detail);
    expect(detailOf(new Error('/store/ab/cd: bad data at row 3\nsecond line'))).toContain(
      'bad data at row 3',
    );
    expect(detailOf(new Error('/store/ab/cd: bad data\nsecond line'))).not.toMatch(/store|second/);
    expect(detailOf(new Error('x'.repeat(999))).length).toBeLessThan(240);
    expect(detailOf('a mere text')).toContain('a mere text');
  });

  test('passes where it is a Fault already, and where all went well', async () => {
    const fault = decodingFault(new Error('bad'));
    expect(decodingFault(fault)).toBe(fault);
    expect(await decoding(Promise.resolve(7))).toBe(7);
    await expect(decoding(Promise.reject(new Error('bad')))).rejects.toMatchObject({
      code: 'source-broken',
    });
  });

  test('of a file is read by its path or from its bytes', async () => {
    const bytes = Uint8Array.of(1, 2);
    expect(sharpInput({ path: '/a' })).toBe('/a');
    expect(sharpInput({ bytes })).toBe(bytes);
    expect(await readSource({ bytes })).toBe(bytes);
    await expect(readSource({ path: '/' })).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('versions', () => {
  test.each([
    ['8.18.3', '8.18.3', 0],
    ['8.18.4', '8.18.3', 1],
    ['8.18.10', '8.18.9', 1],
    ['8.17.9', '8.18.0', -1],
    ['9.0.0', '8.99.99', 1],
    ['8.18', '8.18.0', 0],
    ['8.18.3-rc1', '8.18.3', 0],
    ['8', '8.0.1', -1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(-sign + 0);
  });

  test.each([
    [1, 1],
    [2, 2],
    [2.9, 2],
    [0, 1],
    [-3, 1],
  ])('%d threads are %i', (asked, threads) => {
    useThreads(asked);
    expect(sharp.concurrency()).toBe(threads);
    useThreads(1);
  });

  test('the build is new enough', () => {
    expect(compareVersions(sharp.versions.vips, LEAST_LIBVIPS)).toBeGreaterThanOrEqual(0);
  });
});

describe('what a PNG says beside its pixels', () => {
  const names = (png: Uint8Array) => pngChunks(png).chunks.map(({ name }) => name);
  const bare = plainPng(5, 3, 8, 3, false, [palette(2)]);

  test('is a profile and a resolution, before the palette', async () => {
    const profile = await srgbProfile();
    const said = withPngMetadata(bare, { ...card(5, 3), profile, metadata: { density: 300 } });
    expect(names(said)).toEqual(['IHDR', 'iCCP', 'pHYs', 'PLTE', 'IDAT', 'IEND']);
    const header = await sharp(said).metadata();
    expect(header.density).toBe(300);
    expect(new Uint8Array(header.icc!)).toEqual(profile);
    expect(names(withPngMetadata(bare, { ...card(5, 3), profile }))).not.toContain('pHYs');
    expect(
      names(withPngMetadata(bare, { ...card(5, 3), metadata: { density: 72 } })),
    ).not.toContain('iCCP');
  });

  test.each([
    [72, 2835],
    [300, 11_811],
    [0.001, 1],
    [1e12, 0x7fff_ffff],
  ])('%d pixels to the inch are %i to the metre', (density, metre) => {
    const said = withPngMetadata(bare, { ...card(5, 3), metadata: { density } });
    const { data } = pngChunks(said).chunks.find(({ name }) => name === 'pHYs')!;
    expect(data).toEqual(concat([bytes32(metre), bytes32(metre), Uint8Array.of(1)]));
  });

  test('is nothing where there is nothing to say', () => {
    expect(withPngMetadata(bare, card(5, 3))).toBe(bare);
    const said = withPngMetadata(bare, { ...card(5, 3), metadata: { density: 72 } });
    expect(withoutResolution(said)).toEqual(bare);
    const half = said.subarray(0, said.length - 6);
    expect(withoutResolution(half)).toBe(half);
  });
});
