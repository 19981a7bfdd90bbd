/**
 * What an answer of the real server says of itself and to whom: the stages of
 * its time, and the name of its request here, in the log and at the origin.
 */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STAGES } from '../../src/engine/timings.ts';
import { foveaHeader } from '../../src/server/http/response-headers.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { committed } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let origin: LocalOrigin;
let server: TestServer;

beforeAll(async () => {
  const picture = committed('leaves.jpg');
  origin = await startOrigin({ 'a.jpg': { body: picture }, 'b.jpg': { body: picture } });
  server = await startServer({
    pictures: { 'leaves.jpg': picture },
    sources: [
      {
        name: 'far',
        dialect: 'imgix',
        mount: '/far',
        origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
      },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

/** Milliseconds by stage. */
const timingOf = (header: unknown): Record<string, number> =>
  Object.fromEntries(
    String(header)
      .split(', ')
      .map((part) => part.split(';dur='))
      .map(([name, value]) => [name, Number(value)]),
  );

const stages = ({ total: _, ...parts }: Record<string, number>) => parts;
const sum = (parts: Record<string, number>) => Object.values(parts).reduce((a, b) => a + b, 0);

test('the stages of a miss add up to no more than its total', async () => {
  const { headers } = await server.ask('/far/a.jpg?w=120&fm=webp');
  const timing = timingOf(headers['server-timing']);
  expect(Object.keys(timing)).toEqual([...STAGES.filter((one) => one !== 'find'), 'total']);
  expect(sum(stages(timing))).toBeLessThanOrEqual(timing.total!);
});

test('so do those of requests that wait for the same picture, or for a worker', async () => {
  const targets = ['w=121', 'w=121', 'w=121', 'w=122', 'w=123'].map(
    (w) => `/far/a.jpg?${w}&fm=webp`,
  );
  const answers = await Promise.all(targets.map((target) => server.ask(target)));
  for (const { headers } of answers) {
    const timing = timingOf(headers['server-timing']);
    expect(sum(stages(timing)), String(headers['server-timing'])).toBeLessThanOrEqual(
      timing.total!,
    );
  }
});

test('a hit has a total and no stages', async () => {
  await server.ask('/imgix/leaves.jpg?w=50&fm=png');
  const { headers } = await server.ask('/imgix/leaves.jpg?w=50&fm=png');
  expect(headers['cache-status']).toContain('; hit');
  expect(Object.keys(timingOf(headers['server-timing']))).toEqual(['total']);
});

test('the id of a request goes to the origin and comes back', async () => {
  const { headers } = await server.ask('/far/b.jpg?w=50', { headers: { 'x-request-id': 'abc-1' } });
  expect(headers['x-request-id']).toBe('abc-1');
  expect(origin.requestIds.at(-1)).toBe('abc-1');
});

test('the page of headers has every field and every stage', async () => {
  const page = readFileSync(new URL('../../docs/reference/headers.md', import.meta.url), 'utf8');
  const full = {
    format: 'avif',
    kind: 'lossless',
    quality: 1,
    encoding: '',
    score: 1,
    target: 1,
    mode: 'online',
    bytes: 1,
    sourceBytes: 1,
    trials: [],
    reason: '',
    cutShort: true,
  } as const;
  const fields = foveaHeader(full)
    .split(', ')
    .map((field) => field.split('=')[0]);
  const { headers } = await server.ask('/far/a.jpg?w=140&fm=webp');
  const stages = Object.keys(timingOf(headers['server-timing']));
  expect([...fields, ...stages].filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  const exposed = String(headers['access-control-expose-headers']).split(', ');
  const own = exposed.filter((name) => name !== 'Content-Length');
  expect(own.filter((name) => !new RegExp(`^## .*\\b${name}\\b`, 'm').test(page))).toEqual([]);
});
