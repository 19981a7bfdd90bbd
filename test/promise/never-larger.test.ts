/**
 * The promise about bytes: where the geometry stays, no answer is larger than
 * its source, whatever the source's own quality and whoever asks.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { committed, decode, psnr } from '../support/pictures.ts';
import {
  ACCEPTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from '../support/server.ts';

const QUALITIES = [30, 40, 50, 60, 70, 80, 90, 95];
const nameOf = (quality: number) => `q${quality}.jpg`;

const sources = new Map<number, Uint8Array>();
let server: TestServer;

beforeAll(async () => {
  const original = sharp(committed('coffee.png')).resize(150, 100);
  for (const quality of QUALITIES) {
    sources.set(quality, await original.clone().jpeg({ quality }).toBuffer());
  }
  const pictures = [...sources].map(([quality, bytes]) => [nameOf(quality), bytes] as const);
  server = await startServer({ workers: 2, pictures: Object.fromEntries(pictures) });
});

afterAll(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

describe.each<[DialectName, string, string]>([
  ['fastly', '', 'its default quality of 85 is above most of these'],
  ['fastly', 'auto=avif&optimize=low', 'a high target'],
  ['fastly', 'quality=95', 'more than most sources have'],
  ['imgix', 'auto=format,compress', 'negotiated, by a target'],
  ['imgix', 'q=95&auto=format', 'more than most sources have'],
  ['imageoptim', 'full', 'the default'],
  ['imageoptim', 'full,quality=high', 'a high target'],
])('%s "%s" (%s)', (dialect, options) => {
  test.each(Object.entries(ACCEPTS))('for a client of class %s', async (_, accept) => {
    const rows = await Promise.all(
      QUALITIES.map(async (quality) => {
        const target = targetOf(dialect, nameOf(quality), options);
        const answer = await server.ask(target, { headers: { accept } });
        expect(answer.status).toBe(200);
        const source = sources.get(quality)!;
        const [shown, given] = [await decode(answer.body), await decode(source)];
        return {
          quality,
          larger: Math.max(0, answer.body.length - source.length),
          faithful: psnr(shown, given) > 24,
        };
      }),
    );
    expect(rows).toEqual(QUALITIES.map((quality) => ({ quality, larger: 0, faithful: true })));
  });
});

test.each<[DialectName, string, string]>([
  ['fastly', 'auto=webp', 'webp'],
  ['imgix', 'auto=format', 'webp'],
  ['imageoptim', 'full', 'webp'],
])('%s: two formats of one URL have two ETags', async (dialect, options) => {
  const target = targetOf(dialect, nameOf(90), options);
  const [modern, base] = await Promise.all(
    [ACCEPTS.webp, ACCEPTS.plain].map((accept) => server.ask(target, { headers: { accept } })),
  );
  expect(modern!.headers['content-type']).toBe('image/webp');
  expect(base!.headers['content-type']).toBe('image/jpeg');
  expect(modern!.headers.etag).not.toBe(base!.headers.etag);
  // The tag of one is no reason to withhold the other
  const crossed = await server.ask(target, {
    headers: { accept: ACCEPTS.plain, 'if-none-match': String(modern!.headers.etag) },
  });
  expect([crossed.status, crossed.headers.etag]).toEqual([200, base!.headers.etag]);
});
