/**
 * The promise about JPEG that say their orientation with a tag: without loss
 * means the very pixels, and at unchanged geometry no answer is larger than its
 * source, whatever the orientation, and wherever the picture ends.
 */

import sharp from 'sharp';
import { parseDictionary, type Token } from 'structured-headers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { committed, decode, psnr } from '../support/pictures.ts';
import {
  ACCEPTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from '../support/server.ts';

const ORIENTATIONS = [2, 3, 4, 5, 6, 7, 8];

/** Sizes of which both sides, one side and none are multiples of the MCU. */
const SIZES = [
  [112, 80],
  [112, 75],
  [103, 75],
] as const;

const KINDS = {
  '420': { chromaSubsampling: '4:2:0' },
  '444': { chromaSubsampling: '4:4:4' },
  scans: { progressive: true },
  grey: {},
  // What a camera writes at length, and what a site has already squeezed
  large: { quality: 97, optimiseCoding: false },
  small: { quality: 45, mozjpeg: true },
} as const;

const sources = new Map<string, Uint8Array>();
let server: TestServer;

beforeAll(async () => {
  for (const [width, height] of SIZES) {
    const picture = sharp(committed('leaves.jpg')).resize(width, height, { fit: 'cover' });
    for (const [kind, options] of Object.entries(KINDS)) {
      for (const orientation of ORIENTATIONS) {
        const shown = picture.clone().withMetadata({ orientation });
        const file = kind === 'grey' ? shown.grayscale() : shown;
        const bytes = await file.jpeg({ quality: 85, ...options }).toBuffer();
        sources.set(`${kind}-${width}x${height}-${orientation}.jpg`, bytes);
      }
    }
  }
  server = await startServer({ workers: 1, pictures: Object.fromEntries(sources) });
});

afterAll(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

/** What is seen: pixels upright. */
const seen = async (bytes: Uint8Array) => decode(await sharp(bytes).autoOrient().png().toBuffer());

interface Row {
  readonly name: string;
  readonly source: Uint8Array;
  readonly answer: Uint8Array;
  /** The field of the receipt. */
  readonly kind: string;
  readonly warning: string | undefined;
}

async function ask(dialect: DialectName, name: string, options: string, accept: string) {
  const { status, headers, body } = await server.ask(targetOf(dialect, name, options), {
    headers: { accept },
  });
  expect(status, name).toBe(200);
  const receipt = parseDictionary(String(headers.fovea));
  const kind = receipt.get('kind')?.[0] as Token | undefined;
  const row: Row = {
    ...{ name, source: sources.get(name)!, answer: body },
    ...{ kind: kind?.toString() ?? '', warning: headers.warning as string | undefined },
  };
  return row;
}

describe.each(Object.keys(KINDS))('of kind %s', (kind) => {
  const names = () => [...sources.keys()].filter((name) => name.startsWith(`${kind}-`));

  test('ImageOptim, quality=lossless: the very pixels in no more bytes', async () => {
    for (const name of names()) {
      const row = await ask('imageoptim', name, 'full,quality=lossless', ACCEPTS.plain);
      expect(row.answer.length, name).toBeLessThanOrEqual(row.source.length);
      const [answer, source] = [await seen(row.answer), await seen(row.source)];
      expect([answer.width, answer.height], name).toEqual([source.width, source.height]);
      expect(Buffer.from(answer.data).equals(source.data), name).toBe(true);
      expect([row.kind, row.warning], name).toEqual(['source', undefined]);
    }
  });

  test.each<[DialectName, string]>([
    ['fastly', 'optimize=low'],
    ['fastly', 'quality=95'],
    ['imgix', ''],
    ['imageoptim', 'full,quality=high'],
  ])('%s "%s": no larger, and upright', async (dialect, options) => {
    for (const name of names()) {
      const row = await ask(dialect, name, options, ACCEPTS.plain);
      expect(row.answer.length, name).toBeLessThanOrEqual(row.source.length);
      expect(psnr(await seen(row.answer), await seen(row.source)), name).toBeGreaterThan(24);
    }
  });
});

test('where the blocks can be turned whole, what replaces a larger result is stored upright', async () => {
  const whole = await ask('fastly', 'small-112x80-6.jpg', 'optimize=low', ACCEPTS.plain);
  const header = await sharp(whole.answer).metadata();
  expect([header.width, header.height, header.orientation]).toEqual([80, 112, undefined]);
  expect(whole.kind).toBe('source');
  const broken = await ask('fastly', 'small-112x75-6.jpg', 'optimize=low', ACCEPTS.plain);
  expect((await sharp(broken.answer).metadata()).orientation).toBe(6);
  expect(broken.kind).toBe('source');
});

test('beside a size that changes the picture, lossless is given up, and said so', async () => {
  const row = await ask('imageoptim', '420-112x80-6.jpg', '40,quality=lossless', ACCEPTS.plain);
  const { width, height } = await seen(row.answer);
  expect([width, height]).toEqual([40, 56]);
  expect(row.warning).toMatch(/Lossless/);
});
