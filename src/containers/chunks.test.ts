import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { card } from './pictures.suite.ts';
import { joinPng, pngChunks } from './png.ts';
import { pngChunk } from './png-chunk.ts';
import { joinWebp, webpChunk, webpChunks, webpIsLossless, withFrameTimes } from './webp.ts';

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

test.each<[string, string[], boolean | undefined]>([
  ['a lossless still', ['VP8L'], true],
  ['a lossy one', ['VP8 '], false],
  ['lossless frames', ['ANMF VP8L', 'ANMF VP8L'], true],
  ['lossy frames', ['ANMF VP8 ', 'ANMF VP8 '], false],
  ['frames of both kinds', ['ANMF VP8L', 'ANMF VP8 '], false],
  ['in the other order', ['ANMF VP8 ', 'ANMF VP8L'], false],
  ['a lossy picture with lossless alpha', ['ALPH', 'VP8 '], false],
  ['no picture', ['ANIM'], undefined],
])('%s, %j: lossless is %s', (_, names, lossless) => {
  const chunks = names.map((name) =>
    name.startsWith('ANMF')
      ? webpChunk('ANMF', joinedFrame(name.slice(5)))
      : webpChunk(name, new Uint8Array(5)),
  );
  const file = joinWebp([webpChunk('VP8X', new Uint8Array(10)), ...chunks]);
  expect(webpIsLossless(file)).toBe(lossless);
});

/** The payload of a frame: its place and time, then one picture of odd length. */
function joinedFrame(name: string): Uint8Array {
  return Uint8Array.from([...new Uint8Array(16), ...webpChunk(name, new Uint8Array(7))]);
}

/** An animated WebP whose frames are shown for so many milliseconds. */
function timedWebp(times: readonly number[]): Uint8Array {
  const frames = times.map((time) => {
    const frame = joinedFrame('VP8L');
    frame.set([time & 255, (time >> 8) & 255, time >> 16], 12);
    return webpChunk('ANMF', frame);
  });
  return joinWebp([webpChunk('VP8X', new Uint8Array(10)), ...frames]);
}

test.each<readonly [string, number[], number[], number[], number[]]>([
  ['each frame', [500, 65_535], [500, 65_535], [500, 90_000], [500, 90_000]],
  ['frames made one', [65_565, 7], [65_535, 30, 7], [80_000, 30, 7], [80_030, 7]],
  ['as much as there is room for', [65_535], [65_535], [99_000_000], [16_777_215]],
  ['none of other frames', [65_535, 8], [65_535, 9], [90_000, 9], [65_535, 8]],
  ['none where a frame is missing', [65_535], [65_535, 9], [90_000, 9], [65_535]],
])('longer times are put into %s', (_, written, given, meant, wanted) => {
  expect(withFrameTimes(timedWebp(written), given, meant)).toEqual(timedWebp(wanted));
});
