/**
 * Rates of clients and sources over a real socket: what is counted, and the form of a refusal.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { card } from '../support/pictures.ts';
import { DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

const WIDTH = { fastly: 'width=', imgix: 'w=', imageoptim: '' } as const;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    pictures: { 'card.jpg': await card(300, 200).jpeg().toBuffer() },
    settings: {
      'rates.requests': '6/1h',
      'rates.misses': '2/1h',
      'rates.proxies': '127.0.0.1',
    },
    sources: DIALECTS.map((dialect) => ({
      name: `few-${dialect}`,
      dialect,
      mount: `/few/${dialect}`,
      origin: { kind: 'folder', path: '.' },
      requestRate: '3/1h',
    })),
  });
});

afterAll(() => server.stop());

let clients = 0;
/** A client of its own, as the proxy in front says it. */
function newClient() {
  const address = `198.51.100.${++clients}`;
  return (target: string, headers: Record<string, string> = {}) =>
    server.ask(target, { headers: { 'x-forwarded-for': address, ...headers } });
}

describe.each(DIALECTS)('%s', (dialect) => {
  const at = (width: number) => targetOf(dialect, 'card.jpg', `${WIDTH[dialect]}${width}`);

  test('a client may have so many pictures, those from the cache counted too', async () => {
    const ask = newClient();
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await ask(at(50))).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    const refused = await ask(at(50));
    expect(refused.headers).toMatchObject({
      'cache-control': 'no-store',
      'ratelimit-policy': '"client";q=6;w=3600',
    });
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(500);
    expect(refused.headers.ratelimit).toBe(`"client";r=0;t=${wait}`);
    expect((await newClient()(at(50))).status).toBe(200);
    expect((await ask('/healthz')).status).toBe(200);
  });

  test('and fewer that have to be made', async () => {
    const ask = newClient();
    const statuses = [];
    for (const width of [61, 62, 61, 63, 62]) statuses.push((await ask(at(width))).status);
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
    expect((await ask(at(63))).headers['ratelimit-policy']).toBe('"client-misses";q=2;w=3600');
  });

  test('all clients of a source together may have so many', async () => {
    const target = `/few${at(50)}`;
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await newClient()(target)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await newClient()(target)).headers['ratelimit-policy']).toBe('"source";q=3;w=3600');
  });
});

test('ImageOptim says it in its JSON to who lists that', async () => {
  const ask = newClient();
  for (let i = 0; i < 6; i++) await ask('/imageoptim/50/card.jpg');
  const { headers, body } = await ask('/imageoptim/50/card.jpg', {
    accept: 'image/*,application/im2+json',
  });
  expect(headers['content-type']).toBe('application/im2+json');
  expect(JSON.parse(body.toString())).toMatchObject({ status: 429 });
});
