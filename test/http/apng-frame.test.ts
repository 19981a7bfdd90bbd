/** A single frame of an animated PNG: which one it is, and that every color of it is there. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApng } from '../../src/containers/animation/apng.suite.ts';
import { pngChunks } from '../../src/containers/png.ts';
import { pngChunk } from '../../src/containers/png-chunk.ts';
import { decode, distance, pixel } from '../support/pictures.ts';
import { DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

const [WIDTH, HEIGHT] = [64, 48];
const size = { width: WIDTH, height: HEIGHT };
const PALETTE = Uint8Array.from({ length: 16 * 3 }, (_, i) => (i * 97 + ((i * i) >> 1) * 31) % 256);
const ALPHAS = Uint8Array.from({ length: 16 }, (_, i) => 255 - i * 12);

/** Indices of a pattern in blocks of four pixels, and of one against its grain. */
const blocks = (shift: number) =>
  Uint8Array.from(
    { length: WIDTH * HEIGHT },
    (_, i) => (((i % WIDTH) >> 2) + Math.floor(i / WIDTH / 4) * 3 + shift) % 16,
  );
const across = blocks(7).map((index, i) => (index * 5 + (i % WIDTH) * 3) % 16);

const RED = [220, 30, 30];
const BLUE = [30, 50, 220];

let server: TestServer;

beforeAll(async () => {
  const plte = pngChunk('PLTE', PALETTE);
  const two = (second: Uint8Array, blend = 0) => [
    { color: [0], pixels: blocks(0) },
    { color: [0], pixels: second, blend },
  ];
  server = await startServer({
    pictures: {
      'palette.png': testApng({ ...size, sample: [8, 3], more: [plte], frames: two(across) }),
      'grey.png': testApng({ ...size, sample: [4, 0], frames: two(across) }),
      'mixed.png': testApng({
        ...{ ...size, sample: [8, 3], more: [plte, pngChunk('tRNS', ALPHAS)] },
        frames: two(across, 1),
      }),
      'lone.png': testApng({ ...size, hidden: RED, frames: [{ color: BLUE }] }),
    },
  });
});

afterAll(() => server.stop());

/** One color over another, straight, as the standard of PNG mixes them (its chapter 13.16). */
function over(top: readonly number[], below: readonly number[]): number[] {
  const [a, b] = [top[3]! / 255, (below[3]! / 255) * (1 - top[3]! / 255)];
  const colors = [0, 1, 2].map((c) => (top[c]! * a + below[c]! * b) / (a + b));
  return [...colors, (a + b) * 255];
}

const color = (index: number) => [...PALETTE.subarray(3 * index, 3 * index + 3)];
const translucent = (index: number) => [...color(index), ALPHAS[index]!];

describe('the second frame of an animated PNG', () => {
  test.each<readonly [string, (i: number) => readonly number[], number]>([
    ['palette.png', (i) => color(across[i]!), 0],
    ['grey.png', (i) => Array(3).fill(across[i]! * 17), 0],
    ['mixed.png', (i) => over(translucent(across[i]!), translucent(blocks(0)[i]!)), 1.5],
  ])('%s has all its colors', async (name, wanted, off) => {
    for (const target of [
      `/imgix/${name}?frame=2&fm=png`,
      `/imgix/${name}?frame=2&fm=png&cs=srgb`,
      `/imgix/${name}?frame=2&fm=png&q=40`,
    ]) {
      const { status, body } = await server.ask(target);
      expect([target, status]).toEqual([target, 200]);
      const { data, info } = await sharp(body)
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject(size);
      let farthest = 0;
      for (let i = 0; i < WIDTH * HEIGHT; i++) {
        const levels = wanted(i);
        for (let c = 0; c < info.channels; c++) {
          const level = levels[c] ?? 255;
          farthest = Math.max(farthest, Math.abs(data[i * info.channels + c]! - level));
        }
      }
      expect(farthest, target).toBeLessThanOrEqual(off);
    }
  });
});

describe.each(DIALECTS)('%s and an animation of one frame behind another picture', (dialect) => {
  const remade = {
    fastly: ['format=jpg', 'width=20', 'format=webp', 'pad=4'],
    imgix: ['fm=jpg', 'w=20', 'fm=webp', 'fm=png8', 'fm=gif'],
    imageoptim: ['20', 'format=jpeg,32'],
  }[dialect];

  test.each(remade)('%j shows the frame', async (options) => {
    const { status, body } = await server.ask(targetOf(dialect, 'lone.png', options));
    expect(status).toBe(200);
    const shown = await decode(body);
    const middle = pixel(shown, shown.width >> 1, shown.height >> 1);
    expect(distance(middle, BLUE)).toBeLessThan(12);
  });

  test('is answered without a parameter by its file, or by a smaller one that shows the frame', async () => {
    const { status, body } = await server.ask(targetOf(dialect, 'lone.png', ''));
    expect(status).toBe(200);
    const names = pngChunks(body).chunks.map(({ name }) => name);
    if (names.includes('acTL')) expect(names).toEqual(expect.arrayContaining(['fcTL', 'fdAT']));
    else expect(pixel(await decode(body), 9, 9).slice(0, 3)).toEqual(BLUE);
  });
});
