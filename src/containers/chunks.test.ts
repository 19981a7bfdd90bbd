import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { card } from './pictures.suite.ts';
import { joinPng, pngChunks } from './png.ts';
import { pngChunk } from './png-chunk.ts';
import { joinWebp, webpChunks } from './webp.ts';

test('chunks survive being taken apart and put together', async () => {
  const png = await card(9, 9).png().toBuffer();
  expect(joinPng(pngChunks(png).chunks.map(({ whole }) => whole))).toEqual(new Uint8Array(png));
  const webp = await card(9, 9).webp({ lossless: true }).toBuffer();
  expect(joinWebp(webpChunks(webp).chunks.map(({ whole }) => whole))).toEqual(new Uint8Array(webp));
  // The check value of the standard.
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('a written PNG chunk is the one that sharp wrote', async () => {
  const { chunks } = pngChunks(await card(9, 9).png().toBuffer());
  for (const { name, data, whole } of chunks) {
    expect(pngChunk(name, data)).toEqual(new Uint8Array(whole));
  }
});
