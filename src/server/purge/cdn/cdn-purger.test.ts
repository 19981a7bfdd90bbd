import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cdn } from './cdn.ts';
import { CdnPurger, type CdnPurgerOptions } from './cdn-purger.ts';
import { cloudflare } from './cloudflare.ts';
import { fastly } from './fastly.ts';

interface Told {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const TOKEN = 'a-secret-of-the-cdn';
const ZONE = '0123456789abcdef0123456789abcdef';
const folder = mkdtempSync(join(tmpdir(), 'fovea-cdn-'));
const told: Told[] = [];
const lines: [level: string, facts: unknown, event: string][] = [];
const counts: unknown[] = [];
const at = (level: string) => (facts: object, event: string) =>
  void lines.push([level, facts, event]);
const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };

/** The answers that come next; then good ones. */
let answers: Answer[] = [];
/** Held back until this resolves. */
let gate: Promise<void> | undefined;
let server: Server;
let api = '';

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    const { method, url, headers } = request;
    told.push({ method, url, headers, body: JSON.parse(body) });
    await gate;
    const {
      status = 200,
      headers: head = {},
      body: said = { success: true },
    } = answers.shift() ?? {};
    response.writeHead(status, head).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  for (const list of [told, lines, counts]) list.length = 0;
});
afterEach(() => {
  answers = [];
  gate = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  server.close();
  server.closeAllConnections();
});

function purgerOf(cdn: Cdn, more: Partial<CdnPurgerOptions> = {}): CdnPurger {
  const count = (...given: unknown[]) => void counts.push(given);
  return new CdnPurger({ cdn, token: TOKEN, log, count, retryAfter: 1, ...more });
}
const atFastly = () => fastly({ api, service: 'SU1Z0isxPaozGVKXdv0eY' });
const atCloudflare = () => cloudflare({ api: `${api}/client/v4`, zone: ZONE });
const order = { prefix: '/' };
const soft = { prefix: '/', soft: true };
const many = (count: number) => Array.from({ length: count }, (_, i) => `source-${i}`);
const tagsOf = ({ body }: Told) => {
  const { surrogate_keys: keys, tags } = body as { surrogate_keys?: string[]; tags?: string[] };
  return keys ?? tags ?? [];
};
const comes = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 10 });
const ended = (count: number) => comes(() => expect(counts).toHaveLength(count));

describe('Fastly', () => {
  test('is told keys as JSON, with the token in a header of its own', async () => {
    purgerOf(atFastly()).take({ order, tags: ['shop', 'source-0123456789abcdef'] });
    await ended(1);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      method: 'POST',
      url: '/service/SU1Z0isxPaozGVKXdv0eY/purge',
      headers: { 'fastly-key': TOKEN, 'content-type': 'application/json' },
      body: { surrogate_keys: ['shop', 'source-0123456789abcdef'] },
    });
    expect(told[0]?.headers).not.toHaveProperty('fastly-soft-purge');
    expect(told[0]?.headers).not.toHaveProperty('authorization');
    expect(counts).toEqual([['fastly', 'done', 2]]);
    expect(lines).toEqual([['info', { cdn: 'fastly', tags: 2 }, 'purged-at-cdn']]);
  });

  test('purges softly what was purged softly, and not what was to go meanwhile', async () => {
    const purger = purgerOf(atFastly());
    purger.take({ order: soft, tags: ['a', 'b'] });
    purger.take({ order, tags: ['b', 'c'] });
    purger.take({ order: soft, tags: ['c'] });
    await ended(2);
    const said = told.map((one) => [one.headers['fastly-soft-purge'], tagsOf(one)]);
    expect(said).toEqual([
      ['1', ['a']],
      [undefined, ['b', 'c']],
    ]);
  });

  test('takes 256 keys in one request', async () => {
    purgerOf(atFastly()).take({ order, tags: many(600) });
    await ended(3);
    expect(told.map((one) => tagsOf(one).length)).toEqual([256, 256, 88]);
    expect(new Set(told.flatMap(tagsOf)).size).toBe(600);
  });
});

describe('Cloudflare', () => {
  test('is told tags as JSON, with a bearer token; softly is the same', async () => {
    purgerOf(atCloudflare()).take({ order: soft, tags: ['shop'] });
    await ended(1);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      method: 'POST',
      url: `/client/v4/zones/${ZONE}/purge_cache`,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: { tags: ['shop'] },
    });
  });

  test('takes 100 tags in one request', async () => {
    purgerOf(atCloudflare()).take({ order, tags: many(201) });
    await ended(3);
    expect(told.map((one) => tagsOf(one).length)).toEqual([100, 100, 1]);
  });

  test.each([
    [
      { success: false, errors: [{ code: 1107, message: 'no' }, { code: 'x' }] },
      'refused with 1107',
    ],
    [{ success: false }, 'refused'],
    ['success', 'refused'],
    [null, 'refused'],
  ])('%j is a refusal, whatever its status', async (body, reason) => {
    answers = [{ body }];
    purgerOf(atCloudflare()).take({ order, tags: ['shop'] });
    await ended(1);
    expect(told).toHaveLength(1);
    expect(counts).toEqual([['cloudflare', 'given_up', 1]]);
    expect(lines).toEqual([
      ['warn', { cdn: 'cloudflare', tags: 1, outcome: 'given_up', reason }, 'purge-not-told'],
    ]);
  });
});

describe('a CDN that does not take it', () => {
  test.each([429, 500, 503, 408])('status %s: it is told again', async (status) => {
    answers = [{ status }, { status }];
    purgerOf(atFastly()).take({ order, tags: ['shop'] });
    await ended(1);
    expect(told.map(tagsOf)).toEqual([['shop'], ['shop'], ['shop']]);
    expect(counts).toEqual([['fastly', 'done', 1]]);
  });

  test('Retry-After is waited for, and what is purged meanwhile goes with the next', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '1' } }];
    const purger = purgerOf(atCloudflare());
    const began = Date.now();
    purger.take({ order, tags: ['a'] });
    await comes(() => expect(told).toHaveLength(1));
    for (const tag of ['b', 'c', 'b']) purger.take({ order, tags: [tag] });
    await ended(2);
    // Without the header it would be a millisecond
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
    expect(told.map(tagsOf)).toEqual([['a'], ['a'], ['b', 'c']]);
  });

  test.each([400, 401, 403, 404])('status %s: it is given up at once', async (status) => {
    answers = [{ status, body: { message: TOKEN } }];
    purgerOf(atFastly()).take({ order, tags: ['shop'] });
    await ended(1);
    expect(told).toHaveLength(1);
    expect(lines).toEqual([
      [
        'warn',
        { cdn: 'fastly', tags: 1, outcome: 'given_up', reason: `status ${status}` },
        'purge-not-told',
      ],
    ]);
  });

  test('fails again and again: it is given up, and the next purge is tried anew', async () => {
    answers = Array.from({ length: 9 }, () => ({ status: 503 }));
    const purger = purgerOf(atFastly());
    purger.take({ order, tags: ['shop'] });
    await ended(1);
    expect(told).toHaveLength(9);
    purger.take({ order, tags: ['shop'] });
    await ended(2);
    expect(counts).toEqual([
      ['fastly', 'given_up', 1],
      ['fastly', 'done', 1],
    ]);
  });

  test('goes elsewhere by a redirect: the token does not', async () => {
    const headers = { location: `${api}/elsewhere` };
    answers = Array.from({ length: 9 }, () => ({ status: 307, headers }));
    purgerOf(atFastly()).take({ order, tags: ['shop'] });
    await ended(1);
    expect(told.filter(({ url }) => url === '/elsewhere')).toEqual([]);
    expect(counts).toEqual([['fastly', 'given_up', 1]]);
  });
});

test('the token is read anew for each request', async () => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'first\n');
  const purger = purgerOf(atFastly(), { token: undefined, tokenFile });
  purger.take({ order, tags: ['a'] });
  await ended(1);
  writeFileSync(tokenFile, 'second\n');
  purger.take({ order, tags: ['a'] });
  await ended(2);
  expect(told.map(({ headers }) => headers['fastly-key'])).toEqual(['first', 'second']);
});

test('what can be no tag is not told, and nothing at all where there is none', async () => {
  const purger = purgerOf(atFastly());
  purger.take({ order, tags: ['two words', 'a,b', '', 'ä', 'x'.repeat(1025)] });
  purger.take({ order, tags: [] });
  purger.take({ order, tags: ['good'] });
  await ended(1);
  expect(told.map(tagsOf)).toEqual([['good']]);
});

test('ten thousand tags wait; further ones are dropped with a word', async () => {
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const purger = purgerOf(atFastly());
  purger.take({ order, tags: ['first'] });
  await comes(() => expect(told).toHaveLength(1));
  purger.take({ order, tags: many(10_003) });
  // One that waits already takes no place
  purger.take({ order, tags: ['source-0'] });
  expect(counts).toEqual([['fastly', 'dropped', 3]]);
  open();
  await ended(2 + Math.ceil(10_000 / 256));
  expect(told.slice(1).flatMap(tagsOf)).toHaveLength(10_000);
});

describe('the end of the server', () => {
  test('waits for what has not been told', async () => {
    answers = [{ status: 503 }];
    const purger = purgerOf(atFastly());
    purger.take({ order, tags: many(300) });
    await purger.close();
    expect(counts).toEqual([
      ['fastly', 'done', 256],
      ['fastly', 'done', 44],
    ]);
  });

  test('for a bounded time, then says what was not', async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const purger = purgerOf(atFastly(), { lastWait: 20 });
    purger.take({ order, tags: many(300) });
    await comes(() => expect(told).toHaveLength(1));
    await purger.close();
    purger.take({ order, tags: ['late'] });
    open();
    expect(counts).toEqual([
      ['fastly', 'dropped', 300],
      ['fastly', 'dropped', 1],
    ]);
  });

  test('is at once where nothing waits', async () => {
    await purgerOf(atFastly()).close();
    expect(lines).toEqual([]);
  });
});
