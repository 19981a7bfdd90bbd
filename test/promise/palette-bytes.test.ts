/**
 * The promise about the bytes of palettes: a palette PNG of hard edges that is made smaller in
 * pixels takes no more bytes than its source, however it is asked for, and is still the picture.
 */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guarded } from '../../src/metrics/guarded.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { builtMetric } from '../support/metric.ts';
import {
  greyPictures,
  gridPictures,
  palettePictures,
  patternPictures,
  terminal,
  tightPictures,
} from '../support/palette-pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let pictures: Record<string, Uint8Array>;
let strokes: Uint8Array;
let patterns: Record<string, Uint8Array>;
let grids: Record<string, Uint8Array>;
let greys: Record<string, Uint8Array>;
let tight: Record<string, Uint8Array>;

beforeAll(async () => {
  const chart = readFileSync(new URL('../data/faults/chart8.png', import.meta.url));
  pictures = { ...(await palettePictures()), 'chart.png': new Uint8Array(chart) };
  strokes = await terminal();
  patterns = await patternPictures();
  grids = await gridPictures();
  greys = greyPictures();
  tight = await tightPictures();
  const all = { ...pictures, ...patterns, ...grids, ...greys, ...tight, 'terminal.png': strokes };
  server = await startServer({ workers: 2, latency: '60s', pictures: all });
});

afterAll(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

/** Requests for a width. */
const REQUESTS: Readonly<Record<string, (name: string, width: number) => string>> = {
  'fastly without a format': (name, width) => `/fastly/${name}?width=${width}`,
  'imgix without a format': (name, width) => `/imgix/${name}?w=${width}`,
  'imgix fm=png': (name, width) => `/imgix/${name}?w=${width}&fm=png`,
  'imgix fm=png8': (name, width) => `/imgix/${name}?w=${width}&fm=png8`,
  'fastly format=auto&optimize=medium': (name, width) =>
    `/fastly/${name}?width=${width}&format=auto&optimize=medium`,
  'imageoptim without a format': (name, width) => `/imageoptim/${width}/${name}`,
  'imageoptim format=png': (name, width) => `/imageoptim/${width},format=png/${name}`,
  'imageoptim cropped': (name, width) => `/imageoptim/${width}x${width >> 1},crop/${name}`,
};

describe.each(Object.keys(REQUESTS))('%s', (request) => {
  test.each([0.97, 0.85, 0.6])(
    'at %f of the width',
    async (share) => {
      const metric = guarded(await builtMetric());
      for (const [name, source] of Object.entries(pictures)) {
        const { width } = await sharp(source).metadata();
        const side = Math.round(width * share);
        const { status, body, headers } = await server.ask(REQUESTS[request]!(name, side));
        expect(status).toBe(200);
        const facts = await sharp(body).metadata();
        expect([name, facts.format, facts.isPalette]).toEqual([name, 'png', true]);
        const over = Math.max(0, body.length - source.length);
        const told = String(headers['fovea-warning']).includes('more bytes than its source');
        expect([name, over > 0]).toEqual([name, told]);
        expect(`${name}: ${over} over ${source.length}`).toBe(`${name}: 0 over ${source.length}`);
        if (request !== 'imgix without a format') continue;
        const whole = await server.ask(`/imgix/${name}?w=${side}&fm=png32`);
        metric.setReference(await vipsEncoder.decode(whole.body, 4));
        const compared = metric.compare(await vipsEncoder.decode(body, 4));
        const { score } = compared.byColors ?? compared;
        expect(score, name).toBeGreaterThan(25);
      }
    },
    120_000,
  );
});

test.each([
  ['/fastly/terminal.png?width=336', 0.8],
  ['/imgix/terminal.png?w=336', 0.8],
  ['/imgix/terminal.png?w=315', 0.75],
  ['/imageoptim/315,format=png/terminal.png', 0.75],
  ['/imageoptim/378x238,fit,format=png/terminal.png', 0.9],
])(
  'strokes of one pixel stay strokes within the bytes of the source: %s',
  async (target, share) => {
    const { body } = await server.ask(target);
    expect(body.length).toBeLessThanOrEqual(strokes.length);
    const colors = async (png: Uint8Array) => {
      const { data } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const counts = new Map<number, number>();
      for (let p = 0; p < data.length; p += 3) {
        const color = data.readUIntBE(p, 3);
        counts.set(color, (counts.get(color) ?? 0) + 1);
      }
      return counts;
    };
    const [before, after] = [await colors(strokes), await colors(body)];
    expect([...after.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
    // Each color covers about as much of the picture as before; the ground goes first.
    for (const [color, count] of before) {
      expect((after.get(color) ?? 0) / (count * share * share), `${color}`).toBeGreaterThan(0.5);
    }
  },
);

describe('patterns are within the bytes of their source, and go on as patterns', () => {
  const colors = async (png: Uint8Array) => {
    const { data, info } = await sharp(png)
      .toColorspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => data.readUIntBE((y * info.width + x) * 3, 3);
    return {
      width: info.width,
      at,
      used: new Set(Array.from({ length: data.length / 3 }, (_, p) => data.readUIntBE(3 * p, 3))),
    };
  };

  test.each([0.97, 0.9, 0.85])(
    'drawings on a grid keep each of their colors at %f',
    async (share) => {
      for (const [name, source] of Object.entries(grids)) {
        const { width, used } = await colors(source);
        const side = Math.round(width * share);
        const { body } = await server.ask(REQUESTS['imgix without a format']!(name, side));
        const shown = await colors(body);
        expect([name, shown.width, Math.max(0, body.length - source.length)]).toEqual([
          name,
          side,
          0,
        ]);
        expect(shown.used, name).toEqual(used);
      }
    },
  );

  test.each([0.97, 0.9, 0.5])(
    'so are drawings of one bit without a palette, at %f',
    async (share) => {
      for (const [name, source] of Object.entries(greys)) {
        expect((await sharp(source).metadata()).isPalette).toBe(false);
        const { width } = await colors(source);
        const side = Math.round(width * share);
        for (const request of ['fastly without a format', 'imgix without a format']) {
          const { body } = await server.ask(REQUESTS[request]!(name, side));
          const over = Math.max(0, body.length - source.length);
          expect([name, (await colors(body)).width, over]).toEqual([name, side, 0]);
        }
      }
    },
  );

  test.each(['fastly without a format', 'imgix fm=png', 'fastly format=auto&optimize=medium'])(
    '%s',
    async (request) => {
      for (const [name, source] of Object.entries(patterns)) {
        const { width: whole } = await sharp(source).metadata();
        const { used } = await colors(source);
        for (const share of [0.97, 0.9, 0.6]) {
          const side = Math.round(whole * share);
          const { status, body } = await server.ask(REQUESTS[request]!(name, side));
          const text = `${name} at ${share}`;
          expect([text, status, Math.max(0, body.length - source.length)]).toEqual([text, 200, 0]);
          const shown = await colors(body);
          expect([text, shown.width]).toEqual([text, side]);
          if (share < 0.9) continue;
          // No color but those of the source.
          expect([...used]).toEqual(expect.arrayContaining([...shown.used]));
        }
      }
    },
    120_000,
  );
});

test.each([0.9, 0.6])(
  'so are drawings that take few bytes for what they show, at %f',
  async (share) => {
    for (const [name, source] of Object.entries(tight)) {
      const { width } = await sharp(source).metadata();
      const side = Math.round(width * share);
      const { status, body, headers } = await server.ask(`/imgix/${name}?w=${side}`);
      const over = Math.max(0, body.length - source.length);
      expect([name, status, over]).toEqual([name, 200, 0]);
      expect(String(headers['fovea-warning'])).not.toContain('more bytes than its source');
      expect((await sharp(body).metadata()).width).toBe(side);
    }
  },
);

test('every pixel is kept where that is asked for, whatever it takes', async () => {
  const { body, headers } = await server.ask('/imgix/bars.png?w=234&fm=png32');
  expect(headers.fovea).toContain('kind=lossless');
  expect(body.length).toBeGreaterThan(pictures['bars.png']!.length);
});
