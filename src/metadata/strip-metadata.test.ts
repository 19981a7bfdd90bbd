import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { corpus } from '../base/corpus.suite.ts';
import { jpegScans } from '../containers/jpeg.ts';
import { card, solid } from '../containers/pictures.suite.ts';
import { joinPng, pngChunks } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import { webpIsLossless } from '../containers/webp.ts';
import { readCopyright } from './copyright.ts';
import { orientationExif, readExif } from './exif.ts';
import { profileKind, profileName } from './icc.ts';
import { stripMetadata } from './strip-metadata.ts';

const pixelsOf = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();
const tagged = (orientation: number) =>
  card(64, 48).withMetadata({ orientation, exif: { IFD0: { Copyright: 'secret' } } });

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

  test.each(['jpeg', 'png'] as const)(
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

  test('a WebP says that it has what is left, and nothing else', async () => {
    const picture = tagged(1).ensureAlpha(0.5).withIccProfile('p3');
    const bytes = await picture
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">where</x:xmpmeta>')
      .webp()
      .toBuffer();
    const flags = (file: Uint8Array) => file[20]!;
    // Profile, alpha, EXIF and XMP.
    expect(flags(bytes)).toBe(0x20 | 0x10 | 0x08 | 0x04);
    expect(flags(stripMetadata(bytes, 'webp'))).toBe(0x20 | 0x10);
  });

  test('a WebP loses an orientation that no browser heeds', async () => {
    const bare = stripMetadata(await tagged(6).webp().toBuffer(), 'webp');
    const header = await sharp(bare).metadata();
    expect([header.orientation, header.exif]).toEqual([undefined, undefined]);
  });

  test('an orientation behind the pixels of a PNG goes, and is not moved before them', async () => {
    const { chunks } = pngChunks(await card(64, 48).png().toBuffer());
    const exif = pngChunk('eXIf', orientationExif(6));
    const late = joinPng(
      chunks.flatMap(({ name, whole }) => (name === 'IEND' ? [exif, whole] : [whole])),
    );
    expect(pngChunks(stripMetadata(late, 'png')).chunks.map(({ name }) => name)).not.toContain(
      'eXIf',
    );
  });

  test('what follows the end of a JPEG goes', async () => {
    const bytes = await card(64, 48).jpeg({ progressive: true }).toBuffer();
    const more = Buffer.concat([bytes, Buffer.from('PK\x03\x04 and an archive')]);
    expect(Buffer.from(stripMetadata(more, 'jpeg')).includes('archive')).toBe(false);
    expect((await pixelsOf(stripMetadata(more, 'jpeg'))).equals(await pixelsOf(bytes))).toBe(true);
  });

  test('an animated WebP stays animated', async () => {
    const pages = await Promise.all(
      [card(9, 9), solid(9, 9, [1, 2, 3])].map((frame) => frame.png().toBuffer()),
    );
    const bytes = await sharp(pages, { join: { animated: true } })
      .webp({ delay: [30, 60] })
      .toBuffer();
    expect((await sharp(stripMetadata(bytes, 'webp')).metadata()).pages).toBe(2);
  });

  test('text chunks go from a PNG, looks stay', async () => {
    const bytes = await card(9, 9).png().toBuffer();
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
        jpegScans(bytes, { segments: [], scan: 2 });
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
