/**
 * Hostile sources: every file of the corpus of attacks and accidents through
 * every dialect ends in a clear answer or a right picture, and the server and
 * its memory stay as they were.
 *
 * The corpus is no part of this repository; where it does not stand beside it,
 * only what is written here runs. REPORT=1 prints the table of answers.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from './support/client.ts';
import { type LocalOrigin, startOrigin } from './support/origin.ts';
import { card, decode, distance, pixel, quadrants } from './support/pictures.ts';
import {
  ACCEPTS,
  DIALECTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from './support/server.ts';

const CORPUS = fileURLToPath(new URL('../../shared/corpus/hostile/', import.meta.url));
const FILES = existsSync(CORPUS) ? readdirSync(CORPUS).sort() : [];

const OPTIONS = { fastly: 'width=64&auto=webp', imgix: 'w=64&auto=format', imageoptim: '64' };

/** Longest answer to anything, in milliseconds; far above what is seen. */
const LIMIT = 30_000;

/** What the front may grow by, in bytes: its caches and the collector's leisure. */
const GROWTH = 200_000_000;

let server: TestServer;
let origin: LocalOrigin;
let before = 0;
const rows: Record<string, string>[] = [];

beforeAll(async () => {
  origin = await startOrigin({ 'picture.png': await quadrants(40, 40).png().toBuffer() });
  server = await startServer({
    workers: 2,
    pictures: Object.fromEntries(
      FILES.map((name) => [name, new Uint8Array(readFileSync(join(CORPUS, name)))]),
    ),
  });
  before = process.memoryUsage().rss;
});

afterAll(async () => {
  const growth = process.memoryUsage().rss - before;
  if (process.env.REPORT === '1') {
    console.table(rows);
    console.log(`the front grew by ${Math.round(growth / 1e6)} MB`);
  }
  server.put('fresh.png', await card(80, 60).png().toBuffer());
  for (const dialect of DIALECTS) {
    const answer = await server.ask(targetOf(dialect, 'fresh.png', OPTIONS[dialect]));
    expect((await decode(answer.body)).width).toBe(64);
  }
  await server.stop();
  await origin.stop();
  expect(growth).toBeLessThan(GROWTH);
  expect(server.complaints.filter((line) => /internal|request failed/.test(line))).toEqual([]);
});

/** Types that a browser shows as a picture, and the one it only saves. */
const TYPES = /^(image\/(jpeg|png|webp|avif|gif|svg\+xml|tiff)|application\/octet-stream)$/;

/** The short name of a good answer. @throws where an answer is none of these */
async function judge(answer: Answer, source: Buffer): Promise<string> {
  const { status, headers, body } = answer;
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'.*sandbox/);
  if (status !== 200) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).not.toBe(500);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(body.length).toBeLessThan(500);
    expect(body.toString()).not.toContain(server.home);
    return String(status);
  }
  expect(headers['content-type']).toMatch(TYPES);
  if (headers['fastly-io-error'] !== undefined || headers.warning !== undefined) {
    expect(body.equals(source)).toBe(true);
    return '200 source';
  }
  if (headers['content-type'] === 'image/svg+xml') {
    expect(body.toString()).not.toMatch(/<script|onclick|javascript:|<!ENTITY|http:\/\/evil/i);
    return '200 svg';
  }
  if (headers.fovea === undefined) {
    expect(body.equals(source)).toBe(true);
    return '200 as it is';
  }
  const shown = await decode(body);
  expect(shown.width).toBeLessThanOrEqual(64);
  return `200 ${shown.format} ${shown.width}x${shown.height}`;
}

describe('the corpus', () => {
  if (FILES.length === 0) {
    test.skip('is not here', () => {});
    console.log('hostile.test.ts: no corpus beside the repository, its files are skipped');
    return;
  }

  test.each(FILES)('%s', async (name) => {
    const source = readFileSync(join(CORPUS, name));
    const asks: [string, string][] = [
      ...DIALECTS.map((dialect): [string, string] => [
        dialect,
        targetOf(dialect, name, OPTIONS[dialect]),
      ]),
      ['imgix, untouched', `/imgix/${name}`],
    ];
    const row: Record<string, string> = { file: name };
    for (const [column, target] of asks) {
      const start = performance.now();
      const answer = await server.ask(target, { headers: { accept: ACCEPTS.webp } });
      const milliseconds = performance.now() - start;
      expect(milliseconds).toBeLessThan(LIMIT);
      const verdict = await judge(answer, source);
      row[column] = milliseconds > 500 ? `${verdict} (${Math.round(milliseconds)} ms)` : verdict;
    }
    rows.push(row);
  });
});

describe('SVG reaches for nothing', () => {
  const svg = (inside: string, head = '') =>
    Buffer.from(
      `${head}<svg xmlns="http://www.w3.org/2000/svg" ` +
        'xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="40">' +
        `<rect width="40" height="40" fill="#fff"/>${inside}</svg>`,
    );

  const asPng: Record<DialectName, string> = {
    fastly: 'format=png',
    imgix: 'fm=png&w=40',
    imageoptim: '40,format=png',
  };

  test.each(DIALECTS)('%s: no picture of the network, no file of the machine', async (dialect) => {
    const secret = join(server.home, 'secret.png');
    writeFileSync(secret, await quadrants(40, 40).png().toBuffer());
    const places = [`${origin.url}/picture.png`, `file://${secret}`, secret, '../secret.png'];
    const images = places.flatMap((place) => [
      `<image width="40" height="40" href="${place}"/>`,
      `<image width="40" height="40" xlink:href="${place}"/>`,
    ]);
    const style = `<style>@import url("${origin.url}/style.css");</style>`;
    server.put('reaching.svg', svg(images.join('') + style));
    const answer = await server.ask(targetOf(dialect, 'reaching.svg', asPng[dialect]));
    expect(origin.asked).toEqual([]);
    if (answer.status !== 200 || answer.headers['fastly-io-error']) return;
    const shown = await decode(answer.body);
    for (const at of [0.25, 0.75]) {
      expect(distance(pixel(shown, at, at), [255, 255, 255])).toBeLessThan(3);
    }
  });

  test.each(DIALECTS)('%s: entities are not read', async (dialect) => {
    const file = join(server.home, 'secret.txt');
    writeFileSync(file, '<rect width="40" height="40" fill="#f00"/>');
    const head = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://${file}">]>`;
    server.put('entity.svg', svg('&x;', head));
    const answer = await server.ask(targetOf(dialect, 'entity.svg', asPng[dialect]));
    if (answer.status !== 200 || answer.headers['fastly-io-error']) return;
    const { data } = await sharp(answer.body).raw().toBuffer({ resolveWithObject: true });
    expect(new Set(data)).toEqual(new Set([255]));
  });
});
