/**
 * What caches are told and what they may ask for, over real sockets: use when stale, failures that are
 * remembered, reloads, lifetimes and tags for a CDN in front.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asking } from '../support/client.ts';
import { type LocalOrigin, type Served, startOrigin } from '../support/origin.ts';
import { card, committed, decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
let origin: LocalOrigin;
let server: TestServer;
let reloading: TestServer;

const from = (name: string, fields: object = {}) => ({
  name,
  dialect: 'imgix',
  mount: `/${name}`,
  origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
  ...fields,
});

beforeAll(async () => {
  origin = await startOrigin();
  server = await startServer({
    pictures: { 'mark.png': await card(20, 20).png().toBuffer() },
    sources: [
      from('far'),
      from('lenient', { staleWhileRevalidate: '30s', staleIfError: '2h' }),
      from('forgetful', { negativeTtl: '0s' }),
      from('mindful', { negativeTtl: '1h' }),
      from('cdn', { cdnTtl: '1d' }),
    ],
    settings: { 'headers.tags': 'Surrogate-Key' },
  });
  reloading = await startServer({
    sources: [from('far')],
    settings: { 'cache.reload': 'revalidate' },
  });
});

afterAll(async () => {
  await Promise.all([server.stop(), reloading.stop()]);
  await origin.stop();
});

let serial = 0;
let name: string;
/** A name of its own for each test. */
beforeEach(() => {
  name = `n${++serial}.jpg`;
});

const serve = (control: string | undefined, more: Partial<Served> = {}) => {
  const headers = { etag: '"one"', ...(control ? { 'cache-control': control } : {}) };
  origin.files.set(`/${name}`, { body: LEAVES, ...more, headers: { ...headers, ...more.headers } });
};
const asked = () => origin.asked.filter((target) => target === `/${name}`).length;
const ask = (mount = 'far', asking: Asking = {}, to = server) =>
  to.ask(`/${mount}/${name}?w=12`, asking);
const status = async (...given: Parameters<typeof ask>) => {
  const answer = await ask(...given);
  return [answer.status, answer.headers['cache-status']];
};

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !holds(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(holds()).toBe(true);
}

describe('use when stale', () => {
  test('while the origin is asked again, where it grants that; caches behind are told', async () => {
    serve('max-age=0, stale-while-revalidate=60');
    await ask();
    const stale = await ask();
    expect(stale.headers['cache-status']).toMatch(/^Fovea; hit; ttl=-?\d+$/);
    expect(stale.headers['cache-control']).toBe('public, max-age=0, stale-while-revalidate=60');
    await until(() => asked() === 2);
  });

  test('while the origin is asked again, where the source is configured so', async () => {
    serve('max-age=0');
    await ask('lenient');
    const stale = await ask('lenient');
    expect(stale.headers['cache-status']).toMatch(/; hit;/);
    expect(stale.headers['cache-control']).toBe(
      'public, max-age=0, stale-while-revalidate=30, stale-if-error=7200',
    );
    await until(() => asked() === 2);
  });

  test.each([
    ['must-revalidate', 'max-age=0, must-revalidate'],
    ['no-cache', 'no-cache'],
    ['s-maxage', 's-maxage=0'],
  ])('never where the origin says %s, whatever is configured', async (_, control) => {
    serve(control);
    await ask('lenient');
    serve(control, { status: 503 });
    const { status: code, headers } = await ask('lenient');
    expect(code).toBe(502);
    expect(headers['cache-control']).not.toContain('stale');
  });

  test('when the origin fails, which is then left alone for a moment', async () => {
    serve('max-age=0');
    await ask();
    serve('max-age=0', { status: 503 });
    expect(await status()).toEqual([
      200,
      expect.stringMatching(/^Fovea; fwd=stale; fwd-status=503; ttl=/),
    ]);
    const before = asked();
    expect(await status()).toEqual([200, expect.stringMatching(/^Fovea; hit; ttl=/)]);
    expect(asked()).toBe(before);
  });

  test('not when it says that the source is gone', async () => {
    serve('max-age=0, stale-if-error=600, stale-while-revalidate=0');
    await ask();
    origin.files.delete(`/${name}`);
    expect((await ask()).status).toBe(404);
  });

  test('an unchanged source is said to have been asked for', async () => {
    serve('max-age=0');
    const { headers } = await ask();
    expect(headers['cache-status']).toMatch(/^Fovea; fwd=uri-miss; stored; fwd-status=200; ttl=0$/);
    const again = await ask();
    expect(again.headers['cache-status']).toMatch(/^Fovea; fwd=stale; fwd-status=304; ttl=0$/);
    expect([again.headers.etag, origin.conditions.at(-1)]).toEqual([headers.etag, '"one"']);
  });
});

describe('a failure', () => {
  test.each([
    ['far', 'not there', 404, undefined, 1],
    ['far', 'failing', 502, 500, 1],
    ['far', 'refusing', 404, 403, 1],
    ['forgetful', 'not there', 404, undefined, 3],
    ['forgetful', 'failing', 502, 500, 3],
    ['mindful', 'not there', 404, undefined, 1],
  ])(
    '%s: an origin %s is asked as often as its source says',
    async (mount, _, code, said, times) => {
      if (said !== undefined) serve(undefined, { status: said });
      const codes = [(await ask(mount)).status];
      // A request may be tried more than once.
      const once = asked();
      for (let i = 0; i < 2; i++) codes.push((await ask(mount)).status);
      expect(codes.every((one) => one === code || one === 403)).toBe(true);
      expect(asked()).toBe(times * once);
    },
  );
});

describe('a request for a fresh answer', () => {
  const RELOADS = ['no-cache', 'max-age=0', 'Max-Age="0"', 'no-cache, max-age=9'];
  test.each(RELOADS)('%s changes nothing by itself', async (directive) => {
    serve('max-age=3600');
    await ask();
    const asking = { headers: { 'cache-control': directive } };
    expect(await status('far', asking)).toEqual([200, expect.stringMatching(/; hit;/)]);
    expect(asked()).toBe(1);
  });

  test.each(RELOADS)(
    '%s asks the origin where it may, and makes nothing anew',
    async (directive) => {
      serve('max-age=3600');
      const { headers } = await ask('far', {}, reloading);
      const asking = { headers: { 'cache-control': directive } };
      const again = await ask('far', asking, reloading);
      expect(again.headers['cache-status']).toMatch(
        /^Fovea; fwd=request; fwd-status=304; ttl=3600$/,
      );
      expect([again.headers.etag, asked()]).toEqual([headers.etag, 2]);
      expect(await status('far', {}, reloading)).toEqual([200, expect.stringMatching(/; hit;/)]);
    },
  );

  test('shows what has changed', async () => {
    serve('max-age=3600');
    await ask('far', {}, reloading);
    serve('max-age=3600', {
      body: await card(50, 100).png().toBuffer(),
      headers: { etag: '"two"' },
    });
    const asking = { headers: { 'cache-control': 'max-age=0' } };
    expect((await decode((await ask('far', asking, reloading)).body)).height).toBe(24);
  });

  test('max-age counts from when the origin was asked', async () => {
    serve('max-age=3600');
    await ask('far', {}, reloading);
    const asking = { headers: { 'cache-control': 'max-age=600' } };
    expect((await ask('far', asking, reloading)).headers['cache-status']).toMatch(/; hit;/);
    expect(asked()).toBe(1);
  });

  test('only-if-cached is a stored answer or a 504', async () => {
    serve('max-age=3600');
    const asking = { headers: { 'cache-control': 'only-if-cached' } };
    expect((await ask('far', asking)).status).toBe(504);
    expect(asked()).toBe(0);
    await ask();
    expect((await ask('far', asking)).status).toBe(200);
  });
});

describe('a CDN in front', () => {
  test('is told a lifetime of its own', async () => {
    serve('max-age=60');
    const { headers } = await ask('cdn');
    expect(headers['cache-control']).toBe('public, max-age=60');
    expect(headers['cdn-cache-control']).toMatch(/^max-age=8640\d$/);
    expect((await ask()).headers['cdn-cache-control']).toBeUndefined();
  });

  test('is told the same by a hit and by a 304', async () => {
    serve('max-age=60, stale-if-error=9');
    await ask('cdn');
    await ask('cdn');
    const { headers } = await ask('cdn');
    expect(headers['cache-status']).toMatch(/; hit;/);
    expect(headers['cdn-cache-control']).toMatch(/^max-age=8640\d, stale-if-error=9$/);
    const same = await ask('cdn', { headers: { 'if-none-match': String(headers.etag) } });
    expect(same.status).toBe(304);
    expect(same.headers['cdn-cache-control']).toMatch(/^max-age=8640\d/);
  });

  test.each(['private, max-age=60', 'no-store', 'no-cache'])('is not for %s', async (control) => {
    serve(control);
    expect((await ask('cdn')).headers['cdn-cache-control']).toBeUndefined();
  });

  test('is not told of errors', async () => {
    expect((await ask('cdn')).headers['cdn-cache-control']).toBeUndefined();
  });
});

describe('tags', () => {
  const tags = async (...given: Parameters<typeof ask>) =>
    String((await ask(...given)).headers['surrogate-key']).split(' ');

  test('name the source of the configuration and the picture, the same in every size', async () => {
    serve('max-age=60');
    const [configured, own, ...others] = await tags();
    expect([configured, others]).toEqual(['far', []]);
    expect(own).toMatch(/^source-[0-9a-f]{16}$/);
    const other = await server.ask(`/far/${name}?w=13&fm=png`);
    expect(other.headers['surrogate-key']).toBe(`far ${own}`);
    name = 'another.jpg';
    serve('max-age=60');
    expect(await tags()).not.toContain(own);
  });

  test('stand in hits and in a 304', async () => {
    serve('max-age=60');
    const first = await tags();
    for (let i = 0; i < 3; i++) expect(await tags()).toEqual(first);
    expect(await tags('far', { headers: { 'if-none-match': '*' } })).toEqual(first);
  });

  test('of an origin are added, in bounds', async () => {
    const many = Array.from({ length: 50 }, (_, i) => `t${i}`).join(' ');
    serve('max-age=0', {
      headers: { 'cache-tag': `spring, sale,,${'x'.repeat(129)},spring`, 'surrogate-key': many },
    });
    const got = await tags();
    expect(got.length).toBe(2 + 32);
    expect(got.slice(2, 5)).toEqual(['t0', 't1', 't2']);
    serve('max-age=0', { headers: { etag: '"two"', 'cache-tag': 'autumn' } });
    expect((await tags()).slice(2)).toContain('autumn');
  });

  test('name second pictures too', async () => {
    serve('max-age=60');
    const plain = (await server.ask('/imgix/mark.png?w=9')).headers['surrogate-key'];
    const [, mark] = String(plain).split(' ');
    const composed = await server.ask('/imgix/mark.png?w=9&mark=/mark.png&mark-w=3');
    expect(String(composed.headers['surrogate-key']).split(' ')).toContain(mark);
  });
});
