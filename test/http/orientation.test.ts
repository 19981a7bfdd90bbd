/**
 * Every answer shows a picture as Chromium shows its file, whatever became of it:
 * passed on, packed anew, or encoded (docs/spec/http.md 14.15).
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { avifItems, joinAvif } from '../../src/containers/avif.ts';
import { concat, latin1Bytes } from '../../src/containers/bytes.ts';
import { joinPng, pngChunks } from '../../src/containers/png.ts';
import { pngChunk } from '../../src/containers/png-chunk.ts';
import { orientationExif } from '../../src/metadata/exif.ts';
import {
  type Decoded,
  decode,
  distance,
  pixel,
  QUADRANTS,
  quadrants,
} from '../support/pictures.ts';
import { ACCEPTS, DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

let server: TestServer;

const WIDTH = 60;
const HEIGHT = 40;

type Turn = 'upright' | 'right' | 'left' | 'mirrored' | 'mirrored left';

/** Where the stored corners (0 upper left, 1 upper right, 2 lower right, 3 lower left) are seen, clockwise. */
const SEEN: Readonly<Record<Turn, readonly number[]>> = {
  upright: [0, 1, 2, 3],
  right: [3, 0, 1, 2],
  left: [1, 2, 3, 0],
  mirrored: [1, 0, 3, 2],
  'mirrored left': [2, 1, 0, 3],
};

/** A property box of one byte. */
const property = (name: string, value: number) => ({
  box: concat([Uint8Array.of(0, 0, 0, 9), latin1Bytes(name), Uint8Array.of(value)]),
  essential: true,
});

async function pngWith(where: 'early' | 'late', orientation: number): Promise<Uint8Array> {
  const { chunks } = pngChunks(await quadrants(WIDTH, HEIGHT).png().toBuffer());
  const exif = pngChunk('eXIf', orientationExif(orientation));
  const before = where === 'early' ? 'IDAT' : 'IEND';
  return joinPng(chunks.flatMap(({ name, whole }) => (name === before ? [exif, whole] : [whole])));
}

/** An AVIF whose pictures have these properties; one pixel is not opaque, so that there is alpha. */
async function avifWith(...properties: ReturnType<typeof property>[]): Promise<Uint8Array> {
  const { data, info } = await quadrants(WIDTH, HEIGHT)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  data[3] = 250;
  const clear = await sharp(data, { raw: { ...info, channels: 4 } })
    .avif({ quality: 90 })
    .toBuffer();
  const items = avifItems(clear)!;
  const turned = (item: typeof items.color) => ({
    ...item,
    properties: [...item.properties, ...properties],
  });
  return joinAvif(turned(items.color), turned(items.alpha!));
}

const taggedAvif = () =>
  quadrants(WIDTH, HEIGHT).withMetadata({ orientation: 6 }).avif({ quality: 90 }).toBuffer();

const FILES: Readonly<
  Record<string, { readonly bytes: () => Promise<Uint8Array>; readonly shown: Turn }>
> = {
  'tagged.jpg': {
    bytes: () =>
      quadrants(WIDTH, HEIGHT).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
    shown: 'right',
  },
  'mirrored.jpg': {
    bytes: () =>
      quadrants(WIDTH, HEIGHT).withMetadata({ orientation: 2 }).jpeg({ quality: 95 }).toBuffer(),
    shown: 'mirrored',
  },
  'early.png': { bytes: () => pngWith('early', 6), shown: 'right' },
  'late.png': { bytes: () => pngWith('late', 6), shown: 'upright' },
  'late-5.png': { bytes: () => pngWith('late', 5), shown: 'upright' },
  'tagged.webp': {
    bytes: () =>
      quadrants(WIDTH, HEIGHT).withMetadata({ orientation: 6 }).webp({ quality: 95 }).toBuffer(),
    shown: 'upright',
  },
  'lossless.webp': {
    bytes: () =>
      quadrants(WIDTH, HEIGHT).withMetadata({ orientation: 8 }).webp({ lossless: true }).toBuffer(),
    shown: 'upright',
  },
  // sharp writes the tag as EXIF and as a property; of a property of no angle EXIF alone is left.
  'exif-and-irot.avif': { bytes: taggedAvif, shown: 'right' },
  'exif.avif': {
    bytes: async () => {
      const bytes = await taggedAvif();
      bytes[bytes.indexOf('irot') + 4] = 0;
      return bytes;
    },
    shown: 'upright',
  },
  'irot.avif': { bytes: () => avifWith(property('irot', 1)), shown: 'left' },
  'imir.avif': { bytes: () => avifWith(property('imir', 1)), shown: 'mirrored' },
  'both.avif': {
    bytes: () => avifWith(property('irot', 1), property('imir', 1)),
    shown: 'mirrored left',
  },
  'tagged.tiff': {
    bytes: () => quadrants(WIDTH, HEIGHT).withMetadata({ orientation: 6 }).tiff().toBuffer(),
    shown: 'right',
  },
};

beforeAll(async () => {
  const entries = await Promise.all(
    Object.entries(FILES).map(async ([name, { bytes }]) => [name, await bytes()] as const),
  );
  server = await startServer({ pictures: Object.fromEntries(entries) });
});

afterAll(() => server.stop());

/** The answer as Chromium shows it, with the sides turned. */
async function asShown(bytes: Buffer): Promise<Decoded> {
  const { format, orientation = 1 } = await sharp(bytes).metadata();
  const exif = bytes.indexOf('eXIf');
  const heeded =
    format === 'jpeg' ||
    format === 'tiff' ||
    (format === 'png' && exif >= 0 && exif < bytes.indexOf('IDAT'));
  if (!heeded || orientation === 1) return decode(bytes);
  return decode(await sharp(bytes).autoOrient().png().toBuffer());
}

const { red, green, blue, yellow } = QUADRANTS;
const CORNERS = [red, green, yellow, blue];

const expectShown = (name: string, picture: Decoded, turn: Turn) => {
  const { width, height } = picture;
  const at = [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.75, 0.75],
    [0.25, 0.75],
  ] as const;
  const seen = at.map(([x, y]) => {
    const color = pixel(picture, Math.floor(x * width), Math.floor(y * height));
    const distances = CORNERS.map((corner) => distance(corner, color));
    return distances.indexOf(Math.min(...distances));
  });
  expect([name, ...seen]).toEqual([name, ...SEEN[turn]]);
  expect([name, width > height]).toEqual([name, turn === 'upright' || turn === 'mirrored']);
};

const OPTIONS: Readonly<Record<(typeof DIALECTS)[number], readonly string[]>> = {
  fastly: ['', 'format=png', 'format=auto', 'quality=100', 'width=30'],
  imgix: ['', 'auto=format', 'fm=png', 'fm=webp&lossless=1', 'w=30'],
  imageoptim: ['', 'quality=lossless', 'format=png', '30'],
};

describe.each(DIALECTS)('%s shows a picture as its file is shown', (dialect) => {
  test.each(Object.keys(FILES))('%s', async (name) => {
    for (const options of OPTIONS[dialect]) {
      for (const accept of [ACCEPTS.avif, ACCEPTS.plain]) {
        const target = targetOf(dialect, name, options);
        const { status, body } = await server.ask(target, { headers: { accept } });
        expect([target, status]).toEqual([target, 200]);
        expectShown(`${target} ${accept}`, await asShown(body), FILES[name]!.shown);
      }
    }
  });
});
