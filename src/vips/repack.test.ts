import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpus, corpusFile } from '../base/corpus.suite.ts';
import {
  joinPng,
  joinWebp,
  pngChunk,
  pngChunks,
  webpChunks,
  webpIsLossless,
} from '../containers/chunks.ts';
import { jpegEnd } from '../containers/jpeg.ts';
import { readCopyright } from '../metadata/copyright.ts';
import { readExif } from '../metadata/exif.ts';
import { profileKind, profileName } from '../metadata/icc.ts';
import { card, solid } from '../raster/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { optimizeJpegLossless, optimizePngLossless, stripMetadata } from './repack.ts';

setUpVips({ concurrency: 1 });

const pixelsOf = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();
const tagged = (orientation: number) =>
  pictureOf(card(64, 48)).withMetadata({ orientation, exif: { IFD0: { Copyright: 'secret' } } });

describe('packing without loss', () => {
  test('a JPEG gets smaller with the same pixels', async () => {
    const bytes = await pictureOf(card(200, 150))
      .jpeg({ quality: 80, optimiseCoding: false })
      .toBuffer();
    const packed = await optimizeJpegLossless(bytes);
    expect(packed!.length).toBeLessThan(bytes.length);
    expect((await pixelsOf(packed!)).equals(await pixelsOf(bytes))).toBe(true);
  });

  test('a PNG gets smaller with the same pixels', async () => {
    const bytes = await pictureOf(solid(90, 90, [10, 20, 30]))
      .png({ compressionLevel: 0 })
      .toBuffer();
    const packed = await optimizePngLossless(bytes);
    expect(packed!.length).toBeLessThan(bytes.length);
    expect((await pixelsOf(packed!)).equals(await pixelsOf(bytes))).toBe(true);
  });

  test.each([
    ['an orientation', () => tagged(6).jpeg({ optimiseCoding: false })],
    [
      'a profile that matters',
      () => pictureOf(card(64, 48)).withIccProfile('p3').jpeg({ optimiseCoding: false }),
    ],
    ['CMYK', () => pictureOf(card(64, 48)).toColorspace('cmyk').jpeg({ optimiseCoding: false })],
  ])('%s keeps a JPEG as it is', async (_, make) => {
    expect(await optimizeJpegLossless(await make().toBuffer())).toBeUndefined();
  });

  test('damage is left alone', async () => {
    const bytes = await pictureOf(card(64, 48)).jpeg().toBuffer();
    expect(await optimizeJpegLossless(bytes.subarray(0, 500))).toBeUndefined();
    expect(await optimizePngLossless(Buffer.from('nothing'))).toBeUndefined();
  });
});

describe('stripMetadata', () => {
  test.each(['jpeg', 'png', 'webp'] as const)(
    '%s loses its metadata and keeps its pixels',
    async (format) => {
      const bytes = await tagged(1)
        .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">where</x:xmpmeta>')
        [format]()
        .toBuffer();
      const bare = stripMetadata(bytes, format);
      const header = await sharp(bare).metadata();
      expect([header.exif, header.xmp]).toEqual([undefined, undefined]);
      expect(header.icc).toBeDefined();
      expect(Buffer.from(bare).includes('secret')).toBe(false);
      expect((await pixelsOf(bare)).equals(await pixelsOf(bytes))).toBe(true);
    },
  );

  test.each(['jpeg', 'png', 'webp'] as const)(
    '%s keeps an orientation, and nothing beside it',
    async (format) => {
      const bytes = await tagged(6)[format]().toBuffer();
      const bare = stripMetadata(bytes, format);
      const header = await sharp(bare).metadata();
      expect(header.orientation).toBe(6);
      expect(Buffer.from(bare).includes('secret')).toBe(false);
      expect(bare.length).toBeLessThan(bytes.length);
    },
  );

  test('what follows the end of a JPEG goes', async () => {
    const bytes = await pictureOf(card(64, 48)).jpeg({ progressive: true }).toBuffer();
    const more = Buffer.concat([bytes, Buffer.from('PK\x03\x04 and an archive')]);
    expect(Buffer.from(stripMetadata(more, 'jpeg')).includes('archive')).toBe(false);
    expect((await pixelsOf(stripMetadata(more, 'jpeg'))).equals(await pixelsOf(bytes))).toBe(true);
  });

  test('an animated WebP stays animated', async () => {
    const pages = await Promise.all(
      [card(9, 9), solid(9, 9, [1, 2, 3])].map((r) => pictureOf(r).png().toBuffer()),
    );
    const bytes = await sharp(pages, { join: { animated: true } })
      .webp({ delay: [30, 60] })
      .toBuffer();
    expect((await sharp(stripMetadata(bytes, 'webp')).metadata()).pages).toBe(2);
  });

  test('text chunks go from a PNG, looks stay', async () => {
    const bytes = await pictureOf(card(9, 9)).png().toBuffer();
    const { chunks } = pngChunks(bytes);
    const first = chunks[0]!.whole;
    const gamma = pngChunk('gAMA', Uint8Array.of(0, 0, 0xb1, 0x8f));
    const text = pngChunk('tEXt', Buffer.from('Author\0somebody'));
    const rich = joinPng([first, gamma, text, ...chunks.slice(1).map(({ whole }) => whole)]);
    const names = pngChunks(stripMetadata(rich, 'png')).chunks.map(({ name }) => name);
    expect(names).toContain('gAMA');
    expect(names).not.toContain('tEXt');
  });

  test('the whole corpus keeps its pixels', async ({ skip }) => {
    const files = [...corpus('formats'), ...corpus('photos').slice(0, 4)].filter(({ name }) =>
      /\.(jpg|png|webp)$/.test(name),
    );
    if (files.length === 0) return skip('no corpus beside the repository');
    for (const { name, path } of files) {
      if (name === 'jpeg-12bit.jpg') continue; // libjpeg-turbo reads 8 bits only
      const bytes = await readFile(path);
      const format = name.endsWith('jpg') ? 'jpeg' : name.endsWith('png') ? 'png' : 'webp';
      const bare = stripMetadata(bytes, format);
      expect(bare.length, name).toBeLessThanOrEqual(bytes.length + 60);
      expect((await pixelsOf(bare)).equals(await pixelsOf(bytes)), name).toBe(true);
    }
  });

  test('any bytes are walked without harm', () => {
    const begin = fc.constantFrom<readonly number[]>(
      [0xff, 0xd8, 0xff, 0xe1, 0, 40, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 42, 0, 8, 0, 0, 0],
      [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 4, 0x65, 0x58, 0x49, 0x66],
      [
        0x52, 0x49, 0x46, 0x46, 40, 0, 0, 0, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x58, 10, 0,
        0, 0,
      ],
      [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 9],
    );
    fc.assert(
      fc.property(begin, fc.uint8Array({ maxLength: 200 }), (head, tail) => {
        const bytes = Uint8Array.from([...head, ...tail]);
        for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) stripMetadata(bytes, format);
        jpegEnd(bytes, 2);
        webpIsLossless(bytes);
        readExif(bytes);
        readCopyright(bytes);
        profileKind(bytes);
        profileName(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

test('chunks survive being taken apart and put together', async () => {
  const png = await pictureOf(card(9, 9)).png().toBuffer();
  expect(joinPng(pngChunks(png).chunks.map(({ whole }) => whole))).toEqual(new Uint8Array(png));
  const webp = await pictureOf(card(9, 9)).webp({ lossless: true }).toBuffer();
  expect(joinWebp(webpChunks(webp).chunks.map(({ whole }) => whole))).toEqual(new Uint8Array(webp));
  // The check value of the standard.
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

describe('readRights', () => {
  test('keeps who made it and leaves the rest', async () => {
    const bytes = await pictureOf(card(9, 9))
      .withXmp(
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmpRights:WebStatement="https://example.com/r?a=1&amp;b=2"><dc:title>Private</dc:title><dc:creator><rdf:Seq><rdf:li>A &lt;b&gt;</rdf:li><rdf:li>C</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`,
      )
      .withExif({ IFD0: { Copyright: 'all rights', Make: 'TestCam' } })
      .jpeg()
      .toBuffer();
    const rights = readCopyright(bytes);
    expect(rights?.exif).toEqual({ IFD0: { Copyright: 'all rights', Artist: 'A <b>; C' } });
    expect(rights?.xmp).toContain('A &#60;b&#62;; C');
    expect(rights?.xmp).toContain('https://example.com/r?a=1&#38;b=2');
    expect(JSON.stringify(rights)).not.toMatch(/TestCam|Private/);
  });

  test('a picture without rights gives none', async () => {
    expect(readCopyright(await pictureOf(card(9, 9)).jpeg().toBuffer())).toBeUndefined();
  });

  test('EXIF, IPTC and XMP of one photograph', async ({ skip }) => {
    const path = corpusFile('formats', 'jpeg-exif-gps-iptc-xmp.jpg');
    if (path === undefined) return skip('the photograph is not beside the repository');
    const text = JSON.stringify(readCopyright(await readFile(path)));
    expect(text).toMatch(/CC0 test/);
    expect(text).toMatch(/XMP creator/);
    expect(text).not.toMatch(/TestCam|Corpus One|headline|GPS/);
  });
});
