import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyLength } from '../../base/body.ts';
import type { Engine, RenderRequest, Rendition } from '../../engine/engine.ts';
import { CompileCache } from '../compile-cache.ts';
import {
  BODY,
  ETAG,
  fakeEngine,
  handleWith,
  inMemory,
  MODIFIED,
  NOW,
  rendition,
  request,
  services,
} from '../exchange.suite.ts';
import type { HeaderPolicy, HttpResponse } from '../http/http-message.ts';
import { InFlight } from '../in-flight.ts';
import { get, listeners } from '../node/sockets.suite.ts';
import { createReady } from '../routes.ts';
import type { AccessLine } from '../telemetry/access-log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { HitTable } from './hit-table.ts';

const POLICY: HeaderPolicy = { resourcePolicy: 'cross-origin', timing: false };

/** A world that two servers see alike, one with a table and one without. */
function world(policy: HeaderPolicy = POLICY, limit = 1000) {
  const state = {
    now: NOW,
    made: 0,
    shared: true,
    noStore: false,
    /** The source was looked at a moment ago, and the rendition is in memory. */
    near: true,
    kept: new Set<string>(),
    asked: 0,
  };
  const receipts = new Map<string, Rendition>();
  const addressOf = ({ compiled }: RenderRequest) =>
    compiled.source.kind === 'path' ? `${compiled.source.path} ${compiled.response.vary}` : '';
  const of = (job: RenderRequest, hit: boolean): Rendition => {
    const name = `${addressOf(job)} ${state.made}`;
    const known = receipts.get(name) ?? rendition({ etag: `"${name}"` });
    receipts.set(name, known);
    const age = Math.floor((state.now - NOW) / 1000);
    return {
      ...known,
      timings: {},
      lifetime: { seconds: 3600 + age, age, shared: state.shared, noStore: state.noStore },
      cache: hit
        ? { hit: true, stored: false, collapsed: false }
        : { hit: false, stored: true, collapsed: false, forward: 'uri-miss' },
    };
  };
  const engine = (): Engine => {
    const kept = new Set<string>();
    return fakeEngine({
      render: async (job) => {
        state.asked++;
        const name = `${addressOf(job)} ${state.made}`;
        const hit = kept.has(name);
        kept.add(name);
        return of(job, hit);
      },
      near: (job) =>
        state.near && kept.has(`${addressOf(job)} ${state.made}`) ? of(job, true) : undefined,
    });
  };
  const server = (withTable: boolean) => {
    const own = engine();
    const common = {
      engine: own,
      compileCache: new CompileCache(),
      inFlight: new InFlight(limit),
      clock: { now: () => state.now },
      policy,
    };
    const hits = withTable ? { hits: new HitTable(common) } : {};
    return handleWith(own, { services: services(own, { ...common, ...hits }) });
  };
  return { state, server };
}

/** All of an answer, the order of its headers included. */
function written({ status, headers, body, close, picture }: HttpResponse) {
  return [status, Object.entries(headers), [...inMemory(body)], close, picture];
}

describe('with and without the table', () => {
  const target = fc.constantFrom(
    '/i/a',
    '/i/b?vary=accept',
    '/i/c?hint=1&vary=accept,dpr',
    `/i/d?until=${NOW + 5000}`,
    '/i/e?dl=name.png',
    '/i/deep/f',
    'http://img.test/g',
    '/i/bad?compile-fault=bad-parameter',
    '/nowhere',
  );
  const headers = fc.record(
    {
      accept: fc.constantFrom('image/avif,image/webp', 'image/webp', '*/*'),
      'if-none-match': fc.constantFrom('*', ETAG, '"a  0"'),
      'if-modified-since': fc.constant(MODIFIED),
      range: fc.constantFrom('bytes=0-9', 'bytes=-5', 'bytes=9000-'),
      'cache-control': fc.constantFrom('no-cache', 'only-if-cached'),
      'if-match': fc.constantFrom('*', '"other"'),
      host: fc.constantFrom('anything.test', 'img.test'),
    },
    { requiredKeys: [] },
  );
  const step = fc.oneof(
    { arbitrary: fc.record({ target, headers, method: fc.constant('GET') }), weight: 8 },
    {
      arbitrary: fc.record({ target, headers: fc.constant({}), method: fc.constant('GET') }),
      weight: 16,
    },
    {
      arbitrary: fc.record({ target, headers, method: fc.constantFrom('HEAD', 'POST') }),
      weight: 1,
    },
    { arbitrary: fc.record({ later: fc.integer({ min: 0, max: 2500 }) }), weight: 4 },
    {
      arbitrary: fc.constantFrom(
        'made' as const,
        'near' as const,
        'shared' as const,
        'noStore' as const,
      ),
      weight: 2,
    },
  );
  const policies = fc.record({
    resourcePolicy: fc.constantFrom<HeaderPolicy['resourcePolicy']>('cross-origin', 'same-site'),
    timing: fc.constant(false),
    age: fc.constantFrom<HeaderPolicy['age'] & string>('header', 'subtract'),
  });

  test('answers are equal, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), policies, async (steps, policy) => {
        const { state, server } = world(policy);
        const [plain, quick] = [server(false), server(true)];
        for (const one of steps) {
          if (typeof one === 'string') {
            if (one === 'made') state.made++;
            else state[one] = !state[one];
          } else if ('later' in one) state.now += one.later;
          else {
            const asked = () =>
              request(
                one.target,
                { ...(one.headers as Record<string, string>), 'x-request-id': 'same' },
                { method: one.method },
              );
            expect(written(await quick(asked()))).toEqual(written(await plain(asked())));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the table', () => {
  /** A server with one answer kept, and how often its engine was asked for a rendition. */
  async function warm(policy = POLICY) {
    const { state, server } = world(policy);
    const handle = server(true);
    const ask = (target = '/i/a', headers = {}) => handle(request(target, headers));
    await ask();
    await ask();
    return { state, ask };
  }

  test('answers a hit without the engine being asked for a rendition', async () => {
    const { state, ask } = await warm();
    const before = state.asked;
    for (let i = 0; i < 5; i++) expect((await ask()).headers['cache-status']).toContain('hit');
    expect(state.asked).toBe(before);
  });

  test.each([
    ['a condition', { 'if-none-match': '"x"' }],
    ['a range', { range: 'bytes=0-1' }],
    ['a word about caches', { 'cache-control': 'max-age=0' }],
    ['another Accept', { accept: 'image/webp' }],
    ['another host', { host: 'img.test' }],
    ['a body', { 'content-length': '3' }],
  ])('leaves %s to the usual way', async (_, headers) => {
    const { state, ask } = await warm();
    const before = state.asked;
    await ask('/i/a', headers);
    expect(state.asked).toBe(before + 1);
  });

  test('leaves what is not in memory, and what has been made anew, to the usual way', async () => {
    const { state, ask } = await warm();
    state.near = false;
    let before = state.asked;
    await ask();
    expect(state.asked).toBe(before + 1);
    state.near = true;
    state.made++;
    before = state.asked;
    expect((await ask()).headers.etag).toBe('"a  1"');
    expect(state.asked).toBe(before + 1);
  });

  test('says how long an answer took, where that is said', async () => {
    const { ask } = await warm({ ...POLICY, timing: true });
    expect((await ask()).headers['server-timing']).toMatch(/^total;dur=\d/);
  });

  test('refuses like the usual way where there is no room', async () => {
    const { server } = world(POLICY, 0);
    expect((await server(true)(request('/i/a'))).status).toBe(503);
  });

  test('counts and logs like the usual way', async () => {
    const { state, server: _ } = world();
    const short: unknown[] = [];
    const own = createMetrics();
    const meter: Metrics = {
      ...own,
      fellShort: (dialect, params) => short.push([dialect, [...params]]),
    };
    const kept = rendition({ cache: { hit: true, stored: false, collapsed: false } });
    const engine = fakeEngine({ render: async () => kept, near: () => kept });
    const common = {
      engine,
      compileCache: new CompileCache(),
      inFlight: new InFlight(9),
      clock: { now: () => state.now },
      policy: POLICY,
      meter,
    };
    const lines: AccessLine[] = [];
    const handle = handleWith(engine, {
      services: services(engine, { ...common, hits: new HitTable(common) }),
      access: (line) => lines.push({ ...line, milliseconds: 0 }),
    });
    for (let i = 0; i < 3; i++) {
      await handle(request('/i/a?s=secret', { 'x-request-id': 'one' }));
    }
    expect(engine.jobs.length).toBe(1);
    expect(lines[1]).toEqual(lines[0]);
    expect(lines[2]).toEqual(lines[0]);
    expect(lines[0]).toMatchObject({ target: '/i/a', status: 200, bytes: BODY.length });
    expect(short[1]).toEqual(short[0]);
    const text = await own.text();
    expect(text).toContain('fovea_requests_total{dialect="imgix",outcome="hit",status="2xx"} 3');
    expect(text).toContain('fovea_hits_total{tier="ready"} 2');
    expect(text).toContain(`fovea_sent_bytes_total{dialect="imgix"} ${3 * BODY.length}`);
    expect(text).toContain('fovea_source_bytes_total{format="webp"} 150000');
  });
});

describe('on a connection', () => {
  const { start, client } = listeners();

  /** A listener whose first address is answered at once after two requests. */
  async function ready(body: Uint8Array = BODY) {
    const kept = rendition({ body, cache: { hit: true, stored: false, collapsed: false } });
    const engine = fakeEngine({ render: async () => kept, near: () => kept });
    const common = {
      engine,
      compileCache: new CompileCache(),
      inFlight: new InFlight(99),
      clock: { now: () => NOW },
      policy: POLICY,
    };
    const router = {
      routes: [],
      services: services(engine, { ...common, hits: new HitTable(common) }),
    };
    const handle = handleWith(engine, { services: router.services });
    const { port, listener } = await start(handle, { ready: createReady(router) });
    return { port, listener, engine, bytes: bodyLength(body) };
  }

  test('requests in one packet are answered in their order, and it stays open', async () => {
    const { port, engine } = await ready();
    const one = client(port, get('/i/a'));
    await one.answers(1);
    one.socket.write(get('/i/a') + get('/nowhere') + get('/i/a') + get('/i/a'));
    await one.answers(5);
    expect(one.statuses).toEqual([200, 200, 404, 200, 200]);
    expect(engine.jobs.length).toBeLessThan(4);
    one.socket.write(get('/i/a', 'Connection: close\r\n'));
    expect(await one.ended).toBe('closed');
    expect(one.statuses.length).toBe(6);
  });

  test('a body that the client does not take yet is sent whole once it does', async () => {
    const { port, bytes } = await ready(new Uint8Array(6_000_000).fill(65));
    const one = client(port, get('/i/a') + get('/i/a'), { read: false });
    const asked = Array.from({ length: 3 }, () => get('/i/a')).join('');
    one.socket.write(asked);
    await new Promise((resolve) => setTimeout(resolve, 50));
    one.read();
    one.socket.write(get('/i/a', 'Connection: close\r\n'));
    expect(await one.ended).toBe('closed');
    expect(one.statuses).toEqual([200, 200, 200, 200, 200, 200]);
    expect(one.text.length).toBeGreaterThan(6 * bytes);
  });

  test('what cannot be read after it is answered and ends the connection', async () => {
    const { port } = await ready();
    const one = client(port, get('/i/a'));
    await one.answers(1);
    one.socket.write(`${get('/i/a')}NONSENSE\r\n\r\n`);
    expect(await one.ended).toBe('closed');
    expect(one.statuses).toEqual([200, 200, 501]);
  });

  test('none is given while the server stops', async () => {
    const { port, listener } = await ready();
    const one = client(port, get('/i/a'));
    await one.answers(1);
    const closing = listener.close();
    one.socket.write(get('/i/a'));
    await closing;
    expect(one.statuses.length).toBeLessThanOrEqual(2);
  });
});
