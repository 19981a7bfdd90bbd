import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpus, corpusFile } from '../base/corpus.suite.ts';
import { isFault } from '../base/fault.ts';
import { writeTiff } from '../containers/tiff-writer.ts';
import { card, solid } from '../raster/pictures.suite.ts';
import { srgbProfile } from './color/delivered-color.ts';
import { compareVersions, setUpVips } from './loader-policy.ts';
import { pictureOf, rendered } from './pictures.suite.ts';
import { DEFAULT_PROBE_LIMITS, probe } from './probe.ts';

setUpVips({ concurrency: 1 });

const code = async (bytes: Uint8Array, limits = {}) =>
  probe({ bytes }, { ...DEFAULT_PROBE_LIMITS, ...limits }).then(
    () => 'fine',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  );

/** A small picture whose header states another size. */
async function sized(format: 'png' | 'webp', width: number, height: number) {
  const small = pictureOf(card(8, 8));
  switch (format) {
    case 'png': {
      const bytes = await small.png().toBuffer();
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
      return bytes;
    }
    case 'webp': {
      const bytes = await small.webp({ lossless: true }).toBuffer();
      // VP8L: 14 bits of width - 1, then 14 of height - 1, before its flags
      const rest = bytes.readUInt32LE(21) & 0xf0000000;
      bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14) | rest) >>> 0, 21);
      return bytes;
    }
  }
}

test.each([
  [
    'TIFF',
    () => writeTiff({ width: 65_536, height: 1, channels: 3, data: new Uint8Array(65_536 * 3) }),
  ],
  ['BMP', () => wideBmp(65_536)],
])('a %s has no longer rows than other pictures', async (_, bytes) => {
  expect(await code(bytes())).toBe('source-too-many-pixels');
});

/** A header that states one row of this many pixels, and a few bytes. */
function wideBmp(width: number): Buffer {
  const file = Buffer.alloc(200);
  file.write('BM');
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(1, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

describe('probe', () => {
  test('tells a JPEG', async () => {
    const bytes = await pictureOf(card(40, 30))
      .withMetadata({ orientation: 6, density: 144 })
      .jpeg({ quality: 82, progressive: true })
      .toBuffer();
    expect(await probe({ bytes })).toEqual({
      format: 'jpeg',
      bytes: bytes.length,
      width: 40,
      height: 30,
      orientation: 6,
      pages: 1,
      delays: [],
      loop: 1,
      alpha: false,
      profile: 'srgb',
      profileName: expect.stringContaining('sRGB'),
      space: 'rgb',
      depth: 8,
      lossless: false,
      density: 144,
      jpeg: { progressive: true, chroma: '4:2:0', quality: 82 },
    });
  });

  test.each([
    ['png', () => pictureOf(card(9, 7)).png(), { format: 'png', lossless: true, profile: 'none' }],
    [
      'palette png',
      () => pictureOf(card(9, 7)).png({ palette: true, colors: 8 }),
      { lossless: true, palette: 16 },
    ],
    ['lossy webp', () => pictureOf(card(9, 7)).webp(), { format: 'webp', lossless: false }],
    ['lossless webp', () => pictureOf(card(9, 7)).webp({ lossless: true }), { lossless: true }],
    ['avif', () => pictureOf(card(9, 7)).avif({ effort: 0 }), { format: 'avif', lossless: false }],
    ['10-bit avif', () => pictureOf(card(9, 7)).avif({ effort: 0, bitdepth: 10 }), { depth: 16 }],
    [
      'lzw tiff',
      () => pictureOf(card(9, 7)).tiff({ compression: 'lzw' }),
      { format: 'tiff', lossless: true },
    ],
    ['jpeg tiff', () => pictureOf(card(16, 16)).tiff({ compression: 'jpeg' }), { lossless: false }],
    ['grey jpeg', () => pictureOf(card(9, 7)).toColorspace('b-w').jpeg(), { space: 'grey' }],
    ['cmyk jpeg', () => pictureOf(card(9, 7)).toColorspace('cmyk').jpeg(), { space: 'cmyk' }],
    ['alpha', () => pictureOf(solid(9, 7, [1, 2, 3, 4])).png(), { alpha: true }],
    ['p3', () => pictureOf(card(9, 7)).withIccProfile('p3').png(), { profile: 'other' }],
  ])('tells a %s', async (_, make, facts) => {
    const info = await probe({ bytes: await make().toBuffer() });
    expect(info).toMatchObject(facts);
  });

  test('the profile that sharp writes is known as sRGB', async () => {
    const bytes = await pictureOf(card(4, 4)).withIccProfile('srgb').png().toBuffer();
    expect((await srgbProfile()).length).toBeGreaterThan(100);
    expect((await probe({ bytes })).profile).toBe('srgb');
  });

  test('tells the frames of an animation, and reads a file by its path', async () => {
    const frame = { create: { width: 5, height: 4, channels: 3 as const, background: '#123' } };
    const other = { create: { ...frame.create, background: '#456' } };
    const pages = await Promise.all([frame, other].map((f) => sharp(f).png().toBuffer()));
    const bytes = await sharp(pages, { join: { animated: true } })
      .gif({ delay: [40, 70] })
      .toBuffer();
    expect(await probe({ bytes })).toMatchObject({
      width: 5,
      height: 4,
      pages: 2,
      delays: [40, 70],
      loop: 0,
    });
    await expect(probe({ path: '/nonexistent' })).rejects.toMatchObject({ code: 'source-lost' });
  });

  test.each([
    // bytes, code, why
    ['', 'source-not-an-image', 'nothing'],
    ['<html>', 'source-not-an-image', 'a page'],
    ['push graphic-context', 'source-not-an-image', 'a script for another decoder'],
    ['%PDF-1.4', 'source-broken', 'a document without a page'],
    ['\0\0\0\x18ftypisom\0\0\0\0isomiso2', 'source-unsupported', 'a film'],
    ['GIF89a', 'source-broken', 'a header and no more'],
    ['\xff\xd8\xff\xe0', 'source-broken', 'a start and no more'],
    ['<svg xmlns="http://www.w3.org/2000/svg"', 'source-broken', 'not well-formed'],
    ['<!DOCTYPE svg [<!ENTITY word "blue">]><svg/>', 'source-unsupported', 'entities'],
    [
      '<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"/>',
      'source-too-many-pixels',
      'giant',
    ],
  ])('%j is %s (%s)', async (text, expected) => {
    expect(await code(Buffer.from(text, 'latin1'))).toBe(expected);
  });

  test.each<['png' | 'webp', number, number, string, string]>([
    ['png', 12_000, 12_000, 'fine', 'the largest source that Fastly documents'],
    ['png', 12_000, 12_001, 'source-too-many-pixels', 'a row more'],
    ['png', 7341, 9177, 'fine', 'a source that imgix was seen to serve'],
    ['webp', 10_000, 7000, 'fine', 'decoded as a whole'],
    ['webp', 10_000, 7001, 'source-too-many-pixels', 'a row more'],
    ['png', 65_535, 40, 'fine', 'as wide as rows may be'],
    ['png', 65_536, 2, 'source-too-many-pixels', 'a row of many is held many times'],
    ['png', 40, 3_000_000, 'fine', 'a tall picture is read row by row'],
  ] as const)(
    'a %s of %i x %i by its header is %s (%s)',
    async (format, width, height, expected) => {
      expect(await code(await sized(format, width, height))).toBe(expected);
    },
  );

  test('more pixels may be configured, but not for what is decoded as a whole', async () => {
    const limits = { pixels: 200_000_000, totalPixels: 200_000_000 };
    expect(await code(await sized('png', 12_000, 12_001), limits)).toBe('fine');
    expect(await code(await sized('webp', 10_000, 7001), limits)).toBe('source-too-many-pixels');
  });

  test('frames count together', async () => {
    const page = await pictureOf(card(100, 100)).png().toBuffer();
    const noise = await pictureOf(solid(100, 100, [9, 9, 9]))
      .png()
      .toBuffer();
    const bytes = await sharp([page, noise, page], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(await code(bytes)).toBe('fine');
    expect(await code(bytes, { totalPixels: 25_000 })).toBe('source-too-many-pixels');
    expect(await code(bytes, { frames: 3 })).toBe('fine');
    expect(await code(bytes, { frames: 2 })).toBe('source-too-many-pixels');
  });

  test('half a picture is no picture, one with an archive behind it is', async () => {
    const bytes = await pictureOf(card(200, 200)).jpeg().toBuffer();
    const half = bytes.subarray(0, bytes.length / 2);
    await expect(rendered(half, [])).rejects.toMatchObject({ code: 'source-broken' });
    const { raster } = await rendered(Buffer.concat([bytes, Buffer.from('PK\x03\x04')]), []);
    expect(raster.width).toBe(200);
  });

  test('any bytes and any damage end in facts or a Fault', async () => {
    const files = await Promise.all([
      pictureOf(card(20, 20)).jpeg().toBuffer(),
      pictureOf(card(20, 20)).png().toBuffer(),
      pictureOf(card(20, 20)).webp().toBuffer(),
      pictureOf(card(20, 20)).gif().toBuffer(),
      pictureOf(card(20, 20)).tiff().toBuffer(),
    ]);
    const damage = fc.record({ file: fc.nat(4), at: fc.nat(), value: fc.nat(255), cut: fc.nat() });
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, at, value, cut }) => {
        const bytes = new Uint8Array(files[file]!);
        bytes[at % bytes.length] = value;
        const end = cut % 3 === 0 ? cut % bytes.length : bytes.length;
        try {
          const info = await probe({ bytes: bytes.subarray(0, end) });
          if (info.width * info.height < 1e6) await rendered(bytes.subarray(0, end), []);
        } catch (error) {
          expect(isFault(error), String(error)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('hostile files', () => {
  test('each file of the corpus is rendered or refused', async ({ skip }) => {
    const files = corpus('hostile');
    if (files.length === 0) return skip('no corpus beside the repository');
    const seen: Record<string, string> = {};
    for (const { name, path } of files) {
      try {
        const bytes = await readFile(path);
        const { raster } = await rendered(bytes, [
          { kind: 'scale', width: 7, height: 5, filter: 'lanczos3' },
        ]);
        seen[name] = `${raster.width}x${raster.height}`;
      } catch (error) {
        seen[name] = isFault(error) ? error.code : `not a Fault: ${error}`;
      }
    }
    expect(seen).toEqual({
      'broken-data-stream.png': 'source-broken',
      'corrupt-header.jpg': 'source-broken',
      'giant-dimensions.jpg': 'source-too-many-pixels',
      'giant.svg': 'source-too-many-pixels',
      'gif-1024-frames.gif': 'source-too-many-pixels',
      'gif-65535-canvas.gif': 'source-broken',
      'html-error-page.jpg': 'source-not-an-image',
      'jpeg-named-webp.webp': '7x5',
      'jpeg-plus-zip.jpg': '7x5',
      'png-16384x16384.png': 'source-too-many-pixels',
      'png-text-chunk.png': '7x5',
      'svg-entity.svg': 'source-unsupported',
      'svg-external-image.svg': '7x5',
      'svg-named-png.png': '7x5',
      'svg-script.svg': '7x5',
      'truncated.jpg': 'source-broken',
      'truncated.png': 'source-broken',
      'zero-bytes.jpg': 'source-not-an-image',
    });
  });

  test('a photograph of 24 megapixels is accepted', async ({ skip }) => {
    const path = corpusFile('photos', 'forest-mist-24mp.jpg');
    if (path === undefined) return skip('the photograph is not beside the repository');
    expect((await probe({ path })).width).toBe(6016);
  });
});

test('versions compare by number', () => {
  expect(compareVersions('8.18.7', '8.18.3')).toBeGreaterThan(0);
  expect(compareVersions('8.9.1', '8.18.3')).toBeLessThan(0);
  expect(compareVersions('8.18.3', '8.18.3')).toBe(0);
});
