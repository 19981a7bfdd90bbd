/**
 * A quality that a request names: the answer leaves without a score, and what is stored of it
 * gains a true one once the worker has nothing else to do.
 */
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { still } from '../../src/raster/pixels.ts';
import { builtMetric } from '../support/metric.ts';
import { committed } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  const photo = await sharp(committed('coffee.png')).resize(400).png().toBuffer();
  server = await startServer({ refine: false, workers: 1, pictures: { 'a.png': photo } });
});
afterAll(() => server.stop());

/** The pixels of a file, without a table of colors. */
async function shown(file: Uint8Array) {
  const { data, info } = await sharp(file)
    .toColorspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return still(info.width, info.height, 3, new Uint8Array(data));
}

const scoreOf = (fovea: unknown) => /(?:^|, )score=([\d.-]+)/.exec(String(fovea))?.[1];

/** Longest wait for a score, in steps of a quarter of a second. */
const STEPS = 120;

test.each(['fm=jpg&q=85', 'fm=jpg&q=50', 'fm=webp&q=70', 'fm=avif&q=60'])(
  '%s: a first answer without a score, a later one with the true one',
  async (query) => {
    const target = `/imgix/a.png?w=160&${query}`;
    const first = await server.ask(target);
    expect(first.headers.fovea).toContain('mode=online');
    expect(scoreOf(first.headers.fovea)).toBeUndefined();
    let later = await server.ask(target);
    for (let i = 0; i < STEPS && scoreOf(later.headers.fovea) === undefined; i++) {
      await pause(250);
      later = await server.ask(target);
    }
    expect(Buffer.compare(later.body, first.body)).toBe(0);
    expect(later.headers.etag).toBe(first.headers.etag);
    const metric = await builtMetric();
    metric.setReference(await shown((await server.ask('/imgix/a.png?w=160&fm=png')).body));
    const { score } = metric.compare(await shown(later.body));
    expect(Number(scoreOf(later.headers.fovea))).toBeCloseTo(score, 0);
  },
);
