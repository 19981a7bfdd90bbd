/**
 * GIF: made smaller in pixels it is smaller in bytes and looks no worse; what no frame
 * covers is clear; an animated WebP says that its canvas is.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webpChunks } from '../../src/containers/webp.ts';
import { gifOf } from '../../src/gif/pictures.suite.ts';
import type { Raster } from '../../src/image/raster.ts';
import { builtMetric } from '../support/metric.ts';
import { type Decoded, decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const NAMES = ['loader', 'chart', 'sticker', 'typing', 'light', 'middle'] as const;
type Name = (typeof NAMES)[number];

/** Bytes of `gifsicle -O3 --resize WxH` (1.93) at 90, 75, 50 and 25 % of the sides, rounded. */
const GIFSICLE: Readonly<Record<Name, readonly number[]>> = {
  loader: [2332, 1920, 1289, 694],
  chart: [5438, 4585, 2692, 1399],
  sticker: [7031, 5659, 3451, 1494],
  typing: [2217, 1728, 1056, 626],
  light: [2180, 1690, 1036, 601],
  middle: [2168, 1674, 999, 568],
};
const PERCENT = [90, 75, 50, 25] as const;

/** `typing` in other colors: on light, and on a color between darker and lighter ones. */
const RECOLORED: Readonly<Record<string, (level: number, at: number) => number>> = {
  light: (level) => 255 - level,
  // One color of the picture is black, so that there is a darker one than its ground.
  middle: (level, at) =>
    at >= 36 && at < 39 ? 0 : Math.round(60 + (at % 3 === 2 ? 0.75 : 0.6) * level),
};

function data(name: string): Uint8Array {
  const colored = RECOLORED[name];
  const file = `../data/faults/gif-${colored ? 'typing' : name}.gif`;
  const bytes = new Uint8Array(readFileSync(new URL(file, import.meta.url)));
  // Its table has 16 colors, then filling.
  for (let at = 0; colored && at < 48; at++) bytes[13 + at] = colored(bytes[13 + at]!, at);
  return bytes;
}

/** Every index of a full table in use: none is left for a clear color. */
const FULL = gifOf(
  40,
  30,
  [{ left: 12, top: 7, width: 16, height: 16, symbols: Array.from({ length: 256 }, (_, i) => i) }],
  Array.from({ length: 256 }, (_, i) => (i << 16) | ((255 - i) << 8) | 40),
);
const PARTS = {
  'cleared.gif': gifOf(40, 30, [
    { left: 0, top: 0, width: 40, height: 30, disposal: 2 },
    { left: 8, top: 8, width: 8, height: 8 },
  ]),
  'restored.gif': gifOf(40, 30, [
    { left: 8, top: 8, width: 8, height: 8 },
    { left: 0, top: 0, width: 40, height: 30, disposal: 3 },
    { left: 20, top: 8, width: 8, height: 8 },
  ]),
  'beyond.gif': gifOf(40, 30, [{ left: 30, top: 20, width: 40, height: 30 }]),
  'full.gif': FULL,
};

let server: TestServer;

beforeAll(async () => {
  const pictures = Object.fromEntries(
    [...NAMES, 'uncovered-still', 'uncovered-moving', 'opaque-boxes'].map((name) => [
      `${name}.gif`,
      data(name),
    ]),
  );
  server = await startServer({ pictures: { ...pictures, ...PARTS }, latency: '60s' });
}, 60_000);
afterAll(() => server.stop());

async function answer(target: string, accept = 'image/*'): Promise<Uint8Array> {
  const { status, body } = await server.ask(target, { headers: { accept } });
  expect(status).toBe(200);
  return new Uint8Array(body);
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

const alphaAt = ({ data: pixels, width, height }: Decoded, x: number, y: number, frame = 0) =>
  pixels[((frame * height + y) * width + x) * 4 + 3]!;

describe.each(NAMES)('%s, made smaller', (name) => {
  const source = data(name);
  test.each(PERCENT)(
    'to %i %% it has fewer bytes, in every dialect',
    async (percent) => {
      const { width = 0, delay = [], loop, pages = 1 } = await sharp(source).metadata();
      const side = Math.round((width * percent) / 100);
      const bound = 1.3 * GIFSICLE[name][PERCENT.indexOf(percent)]!;
      for (const target of [
        `/fastly/${name}.gif?width=${side}`,
        `/imgix/${name}.gif?w=${side}`,
        `/imageoptim/${side}/${name}.gif`,
      ]) {
        const gif = await answer(target);
        expect(gif.length, target).toBeLessThanOrEqual(source.length);
        expect(gif.length, target).toBeLessThanOrEqual(bound);
        const header = await sharp(gif).metadata();
        expect({ ...header }, target).toMatchObject({ width: side, loop });
        expect(sum(header.delay ?? []), target).toBe(sum(delay));
        // A change of one pixel may be none at a quarter of the size.
        expect(header.pages, target).toBeGreaterThanOrEqual(percent === 25 ? pages - 1 : pages);
        if (header.pages === pages) expect(header.delay, target).toEqual(delay);
      }
    },
    60_000,
  );
});

test.each([
  ['loader', 120, 68],
  ['chart', 140, 75],
  ['sticker', 80, 66],
  ['typing', 150, 75.9],
  ['typing', 225, 76.8],
  ['light', 150, 83.9],
  ['middle', 150, 82.6],
  // Pixels as they are, where blends would take colors.
  ['loader', 228, 50],
] as const)(
  '%s at %i pixels scores %i, more than a palette without blends',
  async (name, side, least) => {
    const gif = await answer(`/fastly/${name}.gif?width=${side}`);
    const shown = await decode(gif);
    const metric = await builtMetric();
    const frame = shown.width * shown.height * 4;
    const [first, last] = [0, shown.frames - 1];
    for (const page of [first, last]) {
      const whole = sharp(data(name), { page, pages: 1 }).ensureAlpha();
      const reduced = whole
        .resize(shown.width, shown.height, { fit: 'fill' })
        .pipelineColorspace('scrgb');
      const pixels = new Uint8Array(await reduced.toColorspace('srgb').raw().toBuffer());
      const of = (bytes: Uint8Array): Raster => ({
        ...{ width: shown.width, height: shown.height, channels: 4, data: bytes },
        ...{ pages: 1, delays: [], loop: 1 },
      });
      metric.setReference(of(pixels));
      const { score } = metric.compare(of(shown.data.slice(page * frame, (page + 1) * frame)));
      expect(score).toBeGreaterThan(least);
    }
  },
);

test('a still GIF made smaller has no more bytes than its source, and its colors', async () => {
  const still = await answer('/imgix/chart.gif?frame=1&fm=gif');
  server.put('still.gif', still);
  for (const width of [252, 210, 140]) {
    const small = await answer(`/imgix/still.gif?w=${width}`);
    expect(small.length).toBeLessThanOrEqual(still.length);
    expect((await decode(small)).frames).toBe(1);
  }
});

describe('what no frame covers', () => {
  const clearAt = [
    ['uncovered-still.gif', 0, 2, 2],
    ['uncovered-moving.gif', 0, 2, 2],
    ['uncovered-moving.gif', 1, 2, 2],
    ['cleared.gif', 1, 30, 20],
    ['restored.gif', 0, 2, 2],
    ['restored.gif', 2, 35, 25],
    ['beyond.gif', 0, 2, 2],
    ['full.gif', 0, 2, 2],
  ] as const;

  test.each(clearAt)('%s, frame %i: is clear', async (name, frame, x, y) => {
    // As a GIF at its own size it may be delivered as it came.
    const gif = await decode(await answer(`/imgix/${name}?fm=gif&rot=180`));
    const webp = await decode(await answer(`/imgix/${name}?fm=webp`));
    const small = await decode(await answer(`/fastly/${name}?width=${Math.round(gif.width / 2)}`));
    expect(alphaAt(gif, gif.width - 1 - x, gif.height - 1 - y, frame)).toBe(0);
    expect(alphaAt(webp, x, y, frame)).toBe(0);
    expect(alphaAt(small, x >> 1, y >> 1, frame)).toBe(0);
  });

  test.each([
    ['image/png', '/imgix/uncovered-still.gif?fm=png'],
    ['image/avif', '/imgix/full.gif?fm=avif'],
    ['image/webp', '/imageoptim/20x15/full.gif'],
  ])('is clear in %s', async (type, target) => {
    const { data: pixels, hasAlpha } = await decode(await answer(target, type));
    expect([hasAlpha, pixels[3]]).toEqual([true, 0]);
  });

  test('has the background of the dialect where the format has no alpha', async () => {
    const { data: pixels } = await decode(await answer('/imgix/uncovered-still.gif?fm=jpg'));
    expect([...pixels.subarray(0, 3)].every((level) => level > 250)).toBe(true);
  });

  test('what frames cover keeps its colors, all 256 of them', async () => {
    const { data: pixels, width } = await decode(await answer('/imgix/full.gif?fm=png'));
    for (let i = 0; i < 256; i++) {
      const at = ((7 + (i >> 4)) * width + 12 + (i & 15)) * 4;
      expect([...pixels.subarray(at, at + 4)]).toEqual([40, 255 - i, i, 255]);
    }
  });
});

describe('an animated WebP of frames on a clear canvas', () => {
  test.each([
    '/imgix/opaque-boxes.gif?auto=format',
    '/imageoptim/full/opaque-boxes.gif',
    '/imgix/uncovered-moving.gif?auto=format',
    '/imgix/restored.gif?fm=webp',
    '/imgix/opaque-boxes.gif?w=32&auto=format',
  ])('%s says so', async (target) => {
    const webp = await answer(target, 'image/webp');
    const { chunks } = webpChunks(webp);
    const flags = chunks.find(({ name }) => name === 'VP8X')?.data[0] ?? 0;
    expect(flags & 0x10).toBe(0x10);
    expect([...(chunks.find(({ name }) => name === 'ANIM')?.data.subarray(0, 4) ?? [])]).toEqual([
      0, 0, 0, 0,
    ]);
    const shown = await decode(webp);
    expect([shown.hasAlpha, alphaAt(shown, shown.width - 1, shown.height - 1)]).toEqual([true, 0]);
  });
});
