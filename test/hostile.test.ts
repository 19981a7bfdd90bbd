/**
 * Hostile sources: every file of the corpus of accidents, through every dialect,
 * ends in a clear answer or a right picture, and the server and its memory stay
 * as they were.
 *
 * The corpus is no part of this repository; where it does not stand beside it,
 * its files are reported as skipped and what is written here runs.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** What the front may grow by, in bytes: its caches and the collector's leisure. */
const GROWTH = 200_000_000;

let server: TestServer;
let origin: LocalOrigin;
let before = 0;

beforeAll(async () => {
  origin = await startOrigin({ 'picture.png': await quadrants(40, 40).png().toBuffer() });
  server = await startServer({
    workers: 2,
    sources: [
      {
        name: 'fastly-drawn',
        dialect: 'fastly',
        mount: '/fastly-drawn',
        svg: 'rasterise',
        origin: { kind: 'folder', path: '.' },
      },
    ],
    pictures: Object.fromEntries(
      FILES.map((name) => [name, new Uint8Array(readFileSync(join(CORPUS, name)))]),
    ),
  });
  before = process.memoryUsage().rss;
});

afterAll(async () => {
  const growth = process.memoryUsage().rss - before;
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
  if (headers['content-type'] === 'image/svg+xml') {
    expect(body.toString()).not.toMatch(/<script|onclick|<!|picture\.invalid/i);
    return '200 svg';
  }
  if (headers['fastly-io-error'] !== undefined || headers.warning !== undefined) {
    expect(body.equals(source)).toBe(true);
    return '200 source';
  }
  if (headers.fovea === undefined) {
    expect(body.equals(source)).toBe(true);
    return '200 as it is';
  }
  const shown = await decode(body);
  expect(shown.width).toBeLessThanOrEqual(64);
  return `200 ${shown.format} ${shown.width}x${shown.height}`;
}

/** What Fastly answers to a source that it cannot read: the source, with an error beside it. */
const SENT_ON = '200 source';

/** The answers to a file by fastly, imgix, imageoptim, and imgix without a parameter. */
const EXPECTED: Readonly<Record<string, readonly [string, string, string, string]>> = {
  'broken-data-stream.png': [SENT_ON, '421', '400', '200 as it is'],
  'corrupt-header.jpg': [SENT_ON, '421', '400', '200 as it is'],
  'giant-dimensions.jpg': [SENT_ON, '422', '400', '200 as it is'],
  'giant.svg': ['200 svg', '200 svg', '400', '200 svg'],
  'gif-1024-frames.gif': [SENT_ON, '422', '400', '200 as it is'],
  'gif-65535-canvas.gif': [SENT_ON, '421', '400', '200 as it is'],
  'html-error-page.jpg': [SENT_ON, '422', '400', '200 as it is'],
  'jpeg-named-webp.webp': ['200 webp 64x46', '200 webp 64x46', '200 webp 64x46', '200 as it is'],
  'jpeg-plus-zip.jpg': ['200 webp 64x43', '200 webp 64x43', '200 webp 64x43', '200 as it is'],
  'png-16384x16384.png': [SENT_ON, '422', '400', '200 as it is'],
  'png-text-chunk.png': ['200 webp 8x8', '200 webp 64x64', '200 webp 8x8', '200 as it is'],
  'svg-entity.svg': [SENT_ON, '422', '400', '422'],
  'svg-external-image.svg': ['200 svg', '200 svg', '200 webp 64x64', '200 svg'],
  'svg-named-png.png': ['200 svg', '200 svg', '200 webp 10x10', '200 svg'],
  'svg-script.svg': ['200 svg', '200 svg', '200 webp 64x64', '200 svg'],
  'truncated.jpg': [SENT_ON, '421', '400', '200 as it is'],
  'truncated.png': [SENT_ON, '421', '400', '200 as it is'],
  'zero-bytes.jpg': ['422', '422', '400', '422'],
};

describe('the corpus', () => {
  test('is the one that is described here', ({ skip }) => {
    if (FILES.length === 0) return skip('no corpus beside the repository');
    expect(FILES).toEqual(Object.keys(EXPECTED).sort());
  });

  test.for(Object.entries(EXPECTED))('%s', async ([name, expected], { skip }) => {
    if (!FILES.includes(name)) return skip('no corpus beside the repository');
    const source = readFileSync(join(CORPUS, name));
    const targets = [
      ...DIALECTS.map((dialect) => targetOf(dialect, name, OPTIONS[dialect])),
      `/imgix/${name}`,
    ];
    const answers: string[] = [];
    for (const target of targets) {
      const answer = await server.ask(target, { headers: { accept: ACCEPTS.webp } });
      answers.push(await judge(answer, source));
    }
    expect(answers).toEqual(expected);
  });
});

describe('SVG', () => {
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

  /** Where a source is drawn, and not passed on. */
  const drawn = (dialect: DialectName, name: string) =>
    targetOf(dialect, name, asPng[dialect]).replace('/fastly/', '/fastly-drawn/');

  test.each(DIALECTS)('%s: no picture of the network is drawn, no neighbour', async (dialect) => {
    server.put('neighbour.png', await quadrants(40, 40).png().toBuffer());
    const places = [`${origin.url}/picture.png`, 'neighbour.png', './neighbour.png'];
    const images = places.flatMap((place) => [
      `<image width="40" height="40" href="${place}"/>`,
      `<image width="40" height="40" xlink:href="${place}"/>`,
    ]);
    const style = `<style>@import url("${origin.url}/style.css");</style>`;
    server.put('reaching.svg', svg(images.join('') + style));
    const answer = await server.ask(drawn(dialect, 'reaching.svg'));
    expect(origin.asked).toEqual([]);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png']);
    const shown = await decode(answer.body);
    for (const at of [0.25, 0.75]) {
      expect(distance(pixel(shown, at, at), [255, 255, 255])).toBeLessThan(3);
    }
  });

  test.each<[DialectName, number, string]>([
    // dialect, status, type
    ['fastly', 200, 'application/octet-stream'],
    ['imgix', 422, 'text/plain; charset=utf-8'],
    ['imageoptim', 400, 'text/plain; charset=utf-8'],
  ])(
    '%s: a document that declares an entity is not drawn: %i, %s',
    async (dialect, ...expected) => {
      const head = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY word "blue">]>';
      const source = svg('<rect width="40" height="40" fill="&word;"/>', head);
      server.put('entity.svg', source);
      const answer = await server.ask(drawn(dialect, 'entity.svg'));
      expect([answer.status, answer.headers['content-type']]).toEqual(expected);
      if (dialect === 'fastly') {
        expect(answer.headers['fastly-io-error']).toBe('Not a supported image format');
        expect(answer.body.equals(source)).toBe(true);
      }
    },
  );
});
