/**
 * Hits: the short way, by what was known a moment ago, gives the same answer
 * as the long one; and a file that changes is seen when that moment is over.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RECHECK_AFTER } from '../../src/engine/sources/recent-lookups.ts';
import type { Answer, Asking } from '../support/client.ts';
import { decode, quadrants } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  const bytes = await quadrants(80, 60).png().toBuffer();
  const names = ASKED.flatMap((_, i) => targetsOf(i).map((target) => nameIn(target)));
  server = await startServer({
    refine: false,
    workers: 1,
    pictures: Object.fromEntries(names.map((name) => [name, bytes])),
  });
});
afterAll(() => server.stop());

/** What may differ between two answers to one request. */
const OF_THE_MOMENT = ['date', 'age', 'server-timing', 'x-request-id', 'cache-status'];

function lasting({ status, headers, body }: Answer) {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.includes(name));
  return { status, headers: Object.fromEntries(kept), body: Buffer.from(body).toString('hex') };
}

const ASKED: readonly [string, Asking][] = [
  ['GET', {}],
  ['HEAD', { method: 'HEAD' }],
  ['GET with Accept', { headers: { accept: 'image/webp' } }],
  ['a range', { headers: { range: 'bytes=2-9' } }],
  ['a condition', { headers: { 'if-none-match': '*' } }],
];

/** Each way of asking has files of its own: no other looks at them meanwhile. */
const targetsOf = (i: number) => [
  `/imgix/a${i}.png?w=40&auto=format`,
  `/fastly/b${i}.png?width=41`,
  `/imageoptim/42/c${i}.png`,
];
const nameIn = (target: string) => /[abc]\d\.png/.exec(target)![0];

test('the same by the short way and by the long one', async () => {
  const asked = ASKED.flatMap(([what, asking], i) =>
    targetsOf(i).map((target) => ({ what: `${what} ${target}`, target, asking })),
  );
  const shorts: Answer[] = [];
  for (const { what, target, asking } of asked) {
    await server.ask(target, asking);
    const short = await server.ask(target, asking);
    expect(short.headers['cache-status'], what).toMatch(/^Fovea; hit/);
    shorts.push(short);
  }
  // One moment for all of them.
  await pause(RECHECK_AFTER + 50);
  for (const [i, { what, target, asking }] of asked.entries()) {
    expect(lasting(await server.ask(target, asking)), what).toEqual(lasting(shorts[i]!));
  }
});

test('a file that changes is seen when its moment is over', async () => {
  const target = '/fastly/changing.png?format=png';
  const put = async (width: number) =>
    server.put('changing.png', await quadrants(width, 60).png().toBuffer());
  const width = async () => (await decode((await server.ask(target)).body)).width;
  await put(50);
  expect([await width(), await width()]).toEqual([50, 50]);
  await put(70);
  await pause(RECHECK_AFTER + 50);
  expect(await width()).toBe(70);
});

test('a file that goes away is missed when its moment is over', async () => {
  server.put('going.png', await quadrants(30, 30).png().toBuffer());
  const status = async () => (await server.ask('/imgix/going.png?w=20')).status;
  expect([await status(), await status()]).toEqual([200, 200]);
  server.put('going.png', new Uint8Array());
  await pause(RECHECK_AFTER + 50);
  expect(await status()).not.toBe(200);
});
