/**
 * Purges over real sockets: by every name that a picture has, on the admin listener and by Fastly's method,
 * and in every tier.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RECHECK_AFTER } from '../../src/engine/sources/recent-lookups.ts';
import type { Purged } from '../../src/server/purge/purger.ts';
import { ask as askPort } from '../support/client.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { card, decode } from '../support/pictures.ts';
import { startServer, type TestServer, type TestServerOptions } from '../support/server.ts';

const TOKEN = 'a-token-of-some-length';
let origin: LocalOrigin;
let server: TestServer;
let tall: Buffer;
let wide: Buffer;

const from = (name: string, dialect: string, fields: object = {}) => ({
  name,
  dialect,
  mount: `/${name}`,
  origin: { kind: 'http', base: `${origin.url}/base/`, allow: [`127.0.0.1:${origin.port}`] },
  ...fields,
});

const options = (): TestServerOptions => ({
  sources: [
    from('shop', 'imgix', { signing: { tokens: ['secret'], required: false } }),
    from('blog', 'fastly', { hosts: ['img.test'] }),
    from('small', 'imageoptim'),
    from('signed', 'imgix', { signing: { tokens: ['secret'] } }),
  ],
  settings: { 'admin.port': '0', 'admin.token': TOKEN, 'admin.purgeMethod': 'true' },
});

beforeAll(async () => {
  origin = await startOrigin();
  tall = await card(30, 60).png().toBuffer();
  wide = await card(60, 30).png().toBuffer();
  server = await startServer(options());
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

let serial = 0;
let name: string;
/** A tall picture of a name of its own, which an origin says is good for an hour. */
beforeEach(() => {
  name = `p${++serial}.png`;
  put(tall);
});

function put(body: Uint8Array, path = name, headers: Record<string, string> = {}) {
  const etag = body === tall ? '"tall"' : '"wide"';
  const all = { 'cache-control': 'max-age=3600', etag, ...headers };
  origin.files.set(`/base/${path}`, { body, headers: all });
}

const admin = (
  body: unknown,
  { token = TOKEN, method = 'POST', path = '/purge', to = server } = {},
) =>
  askPort(to.server.adminAddress()?.port ?? 0, path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined
      ? {}
      : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }),
  });

/** The shape of what a target shows. */
async function shape(target: string, to = server): Promise<string> {
  const { status, body } = await to.ask(target);
  if (status !== 200) return String(status);
  const { width, height } = await decode(body);
  return width > height ? 'wide' : 'tall';
}

/** The targets show the tall picture, ready to be sent at once; then the origin has a wide one. */
async function settledOn(...targets: string[]) {
  for (const target of targets) {
    for (let i = 0; i < 3; i++) expect(await shape(target), target).toBe('tall');
  }
  put(wide);
  for (const target of targets) expect(await shape(target), target).toBe('tall');
}

describe('a purge', () => {
  const targets = () => [
    `/shop/${name}?w=20&fm=png`,
    `/shop/${name}?w=10&fm=png`,
    `/shop/${name}?w=10&fm=png&sat=-100`,
  ];

  test.each<[string, () => object]>([
    ['the address of one', () => ({ url: targets()[0] })],
    ['an address with its host', () => ({ url: `https://any.test/shop/${name}?w=20` })],
    ['an address without parameters', () => ({ url: `/shop/${name}` })],
    ['an address that was never asked for', () => ({ url: `/shop/${name}?w=999999999` })],
    ['the original', () => ({ source: `${origin.url}/base/${name}` })],
    ['the path of the original', () => ({ source: `/${name}` })],
    ['the path of the original in its source', () => ({ source: name, name: 'shop' })],
    ['a prefix', () => ({ prefix: `/${name.slice(0, -4)}` })],
    ['a prefix in full', () => ({ prefix: `${origin.url}/base/${name}` })],
    ['a prefix in its source', () => ({ prefix: '/', name: 'shop' })],
    ['the name of its source', () => ({ tag: 'shop' })],
  ])('by %s shows the new picture everywhere', async (_, order) => {
    await settledOn(...targets());
    const { status, body, headers } = await admin(order());
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const report = JSON.parse(body.toString());
    expect(report).toMatchObject({ durable: true });
    expect(report.sources).toBeGreaterThanOrEqual(1);
    expect(report.renditions).toBeGreaterThanOrEqual(3);
    for (const target of targets()) expect(await shape(target)).toBe('wide');
  });

  test.each<[string, string, () => object]>([
    ['Fastly', '/blog/NAME?width=20&format=png', () => ({ url: `/blog/${name}?width=20` })],
    ['Fastly on a host', '/blog/NAME?width=20', () => ({ url: `http://img.test/${name}` })],
    ['ImageOptim', '/small/20/NAME', () => ({ url: `/small/20/${name}` })],
  ])('by an address of %s', async (_, target, order) => {
    const own = target.replace('NAME', name);
    await settledOn(own);
    expect((await admin(order())).status).toBe(200);
    expect(await shape(own)).toBe('wide');
  });

  test('by an address needs no signature and no time', async () => {
    const { status, body } = await admin({ url: `/signed/${name}?w=20&expires=5` });
    expect([status, JSON.parse(body.toString()).sources]).toEqual([200, 0]);
  });

  test('by a tag of its origin', async () => {
    put(tall, name, { 'surrogate-key': 'spring sale' });
    const target = `/shop/${name}?w=20&fm=png`;
    await settledOn(target);
    expect((await admin({ tag: 'autumn' })).status).toBe(200);
    expect(await shape(target)).toBe('tall');
    await admin({ tag: 'sale' });
    expect(await shape(target)).toBe('wide');
  });

  test('leaves what it does not name', async () => {
    const target = `/shop/${name}?w=20&fm=png`;
    await settledOn(target);
    for (const order of [
      { url: `/blog/${name}` },
      { source: name, name: 'blog' },
      { prefix: '/', name: 'blog' },
      { prefix: '/q' },
      { tag: 'blog' },
    ]) {
      expect((await admin(order)).status).toBe(200);
    }
    expect(await shape(target)).toBe('tall');
  });

  test('of a second picture is one of what it is laid on', async () => {
    const mark = `mark-${name}`;
    put(tall, mark);
    const target = `/shop/${name}?w=100&fm=png&mark=/${mark}&mark-w=50&mark-align=top,left`;
    const first = await server.ask(target);
    put(wide, mark);
    expect((await server.ask(target)).body.equals(first.body)).toBe(true);
    await admin({ source: mark, name: 'shop' });
    const second = await server.ask(target);
    expect(second.body.equals(first.body)).toBe(false);
    put(tall, mark);
    // The address names both.
    await admin({ url: target });
    expect((await server.ask(target)).body.equals(first.body)).toBe(true);
  });

  test('of an unchanged picture has it made again', async () => {
    const target = `/shop/${name}?w=20&fm=png`;
    const first = await server.ask(target);
    await server.ask(target);
    await admin({ url: target });
    const again = await server.ask(target);
    expect(again.headers['cache-status']).toMatch(/^Fovea; fwd=uri-miss; stored; fwd-status=200/);
    expect(again.headers.etag).not.toBe(first.headers.etag);
    expect(again.body.equals(first.body)).toBe(true);
  });

  test('that is soft shows the old picture once more', async () => {
    const target = `/shop/${name}?w=20&fm=png`;
    await settledOn(target);
    await admin({ url: target, soft: true });
    const stale = await server.ask(target);
    expect(stale.headers['cache-status']).toMatch(/^Fovea; hit; ttl=0$/);
    expect((await decode(stale.body)).height).toBe(40);
    const asked = () => origin.asked.filter((one) => one === `/base/${name}`).length;
    for (let i = 0; i < 200 && asked() < 2; i++) await new Promise((ok) => setTimeout(ok, 20));
    expect(origin.conditions.at(-1)).toBe('"tall"');
    for (let i = 0; i < 200 && (await shape(target)) === 'tall'; i++) {
      await new Promise((ok) => setTimeout(ok, 20));
    }
    expect(await shape(target)).toBe('wide');
  });

  test('is told to who listens', async () => {
    const told: Purged[] = [];
    const end = server.server.purger.onPurge((purged) => told.push(purged));
    await admin({ tag: 'x', soft: true });
    end();
    await admin({ tag: 'y' });
    expect(told.map(({ order }) => order)).toEqual([{ tag: 'x', soft: true }]);
  });

  test('of a file that is gone, and of one in a folder', async () => {
    const target = `/fastly/${name}?width=20&format=png`;
    server.put(name, tall);
    expect([await shape(target), await shape(target)]).toEqual(['tall', 'tall']);
    const one = await admin({ url: target });
    expect(JSON.parse(one.body.toString())).toMatchObject({ sources: 1, renditions: 1 });
    expect((await server.ask(target)).headers['cache-status']).toMatch(/fwd=uri-miss/);
    rmSync(join(server.home, 'pictures', name));
    const gone = await admin({ source: name, name: 'fastly' });
    expect(JSON.parse(gone.body.toString())).toMatchObject({ sources: 1, renditions: 1 });
    await new Promise((ok) => setTimeout(ok, RECHECK_AFTER + 50));
    expect(await shape(target)).toBe('404');
  });
});

test('a purge holds after a restart', async () => {
  let own = await startServer(options());
  const target = `/shop/${name}?w=20&fm=png`;
  expect(await shape(target, own)).toBe('tall');
  await own.stop({ keep: true });
  own = await startServer({ ...options(), home: own.home });
  expect((await own.ask(target)).headers['cache-status']).toMatch(/; hit/);
  put(wide);
  await admin({ prefix: '/' }, { to: own });
  await own.stop({ keep: true });
  own = await startServer({ ...options(), home: own.home });
  expect(await shape(target, own)).toBe('wide');
  await own.stop();
});

test('a purge reaches the processes that answer hits by themselves', async () => {
  const fronts = await startServer({
    ...options(),
    settings: { ...options().settings, 'listen.fronts': '2' },
  });
  const target = `/shop/${name}?w=20&fm=png`;
  for (let i = 0; i < 12; i++) expect(await shape(target, fronts)).toBe('tall');
  put(wide);
  await admin({ url: target }, { to: fronts });
  for (let i = 0; i < 12; i++) expect(await shape(target, fronts)).toBe('wide');
  await fronts.stop();
});

describe('the admin listener', () => {
  test.each<[string, unknown, Parameters<typeof admin>[1], number]>([
    ['no token', { tag: 'x' }, { token: '' }, 401],
    ['another token', { tag: 'x' }, { token: `${TOKEN}x` }, 401],
    ['no JSON', '{', {}, 400],
    ['no object', '[]', {}, 400],
    ['nothing', {}, {}, 400],
    ['two things', { tag: 'x', url: '/shop/a' }, {}, 400],
    ['something else', { everything: true }, {}, 400],
    ['a number', { tag: 1 }, {}, 400],
    ['an empty tag', { tag: '' }, {}, 400],
    ['a soft that is neither', { tag: 'x', soft: 'yes' }, {}, 400],
    ['a long body', JSON.stringify({ tag: 'x'.repeat(70_000) }), {}, 413],
    ['an address where nothing answers', { url: '/nowhere/a.jpg' }, {}, 404],
    ['an address that is none', { url: 'mailto:a' }, {}, 404],
    ['an original that no source has', { source: 'https://elsewhere.test/a.jpg' }, {}, 404],
    ['a name that no source has', { source: 'a.jpg', name: 'nobody' }, {}, 404],
    ['another method', undefined, { method: 'GET' }, 405],
    ['another page', { tag: 'x' }, { path: '/purge/all' }, 404],
    ['a picture', undefined, { method: 'GET', path: '/shop/a.jpg' }, 404],
  ])('answers %s clearly', async (_, body, how, expected) => {
    const { status, headers, body: text } = await admin(body, how);
    expect([status, headers['content-type']]).toEqual([expected, 'text/plain; charset=utf-8']);
    expect(text.length).toBeGreaterThan(10);
    expect(headers['cache-control']).toBe('no-store');
    expect(text.toString()).not.toContain(TOKEN);
    if (expected === 405) expect(headers.allow).toBe('POST, OPTIONS');
  });

  test('tells of health to anybody and of numbers to who may know them', async () => {
    const get = (path: string, token = TOKEN) => admin(undefined, { method: 'GET', path, token });
    expect((await get('/healthz', '')).body.toString()).toBe('ok\n');
    expect((await get('/readyz', '')).status).toBe(200);
    expect((await get('/metrics', '')).status).toBe(401);
    const { status, body } = await get('/metrics');
    expect(status).toBe(200);
    expect(body.toString()).toMatch(/^fovea_purges_total \d+$/m);
    expect((await server.ask('/_fovea/metrics')).status).toBe(404);
  });

  test('has a configuration read anew, for who has the token', async () => {
    expect((await admin(undefined, { path: '/reload', token: '' })).status).toBe(401);
    expect((await admin(undefined, { path: '/reload', method: 'GET' })).status).toBe(405);
    // This server was given its configuration, which cannot be read again
    const { status, body } = await admin(undefined, { path: '/reload' });
    expect([status, JSON.parse(body.toString())]).toEqual([
      422,
      { problems: ['expected a configuration that can be read again, got none'] },
    ]);
  });

  test('has purges written to the log', async () => {
    const before = server.events.length;
    await admin({ tag: 'nobody', soft: true });
    expect(server.events.slice(before).filter((event) => event === 'purged')).toHaveLength(1);
  });

  test('is the only one that answers so, and writes no token to the log', async () => {
    expect((await server.ask('/purge', { method: 'POST' })).status).toBe(404);
    expect(server.complaints.join()).not.toContain(TOKEN);
  });
});

describe('the method PURGE', () => {
  const purge = (target: string, headers: Record<string, string> = { 'fastly-key': TOKEN }) =>
    server.ask(target, { method: 'PURGE', headers });

  test('purges the address with its variants, for who has the token', async () => {
    const target = `/blog/${name}?width=20&format=png`;
    await settledOn(target);
    expect((await purge(`/blog/${name}`, {})).status).toBe(401);
    expect((await purge(`/blog/${name}`, { 'fastly-key': 'guess' })).status).toBe(401);
    expect(await shape(target)).toBe('tall');
    const { status, body } = await purge(`/blog/${name}`);
    expect([status, JSON.parse(body.toString())]).toEqual([
      200,
      expect.objectContaining({ status: 'ok', sources: 1, renditions: 1 }),
    ]);
    expect(await shape(target)).toBe('wide');
  });

  test('by its host, softly', async () => {
    const target = `/blog/${name}?width=20&format=png`;
    await settledOn(target);
    const headers = { 'fastly-key': TOKEN, 'fastly-soft-purge': '1', host: 'img.test' };
    expect((await purge(`/${name}`, headers)).status).toBe(200);
    expect(await shape(target)).toBe('tall');
  });

  test('of no address is a 404', async () => {
    expect((await purge('/nowhere/a.jpg')).status).toBe(404);
  });
});
