import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Engine, Rendition } from '../../engine/engine.ts';
import { CompileCache } from '../compile-cache.ts';
import {
  BODY,
  fakeEngine,
  handleWith,
  NOW,
  rendition,
  request,
  services,
} from '../exchange.suite.ts';
import { HitTable, type Renewal } from '../hits/hit-table.ts';
import { responseOf } from '../hits/logged-ready.ts';
import type { HttpResponse } from '../http/http-message.ts';
import { InFlight } from '../in-flight.ts';
import { FrontTable } from './front-table.ts';
import type { HeldName } from './protocol.ts';

/** A server with a table of hits, and a front that holds what it lends. */
function world(capacity = 1e6) {
  const state = {
    ...{ now: NOW, made: 0, near: true, since: NOW, generation: 0, asked: 0, renewals: 0 },
    lentUntil: NOW,
  };
  const made = new Map<number, Rendition>();
  const current = (hit: boolean): Rendition => {
    const known = made.get(state.made) ?? rendition({ etag: `"${state.made}"`, timings: {} });
    made.set(state.made, known);
    const age = Math.floor((state.now - state.since) / 1000);
    return {
      ...known,
      key: `key ${state.made}`,
      lifetime: { seconds: 3600, age, shared: true, noStore: false },
      cache: hit
        ? { hit: true, stored: false, collapsed: false }
        : { hit: false, stored: true, collapsed: false, forward: 'uri-miss' },
    };
  };
  const engine: Engine = fakeEngine({
    render: async () => {
      state.asked++;
      return current(true);
    },
    near: () => (state.near ? current(true) : undefined),
    lend: () => {
      if (!state.near) return undefined;
      const until = state.since + (Math.floor((state.now - state.since) / 1000) + 1) * 1000;
      state.lentUntil = Math.max(state.lentUntil, until);
      return { rendition: current(true), until };
    },
  });
  const common = {
    engine,
    compileCache: new CompileCache(),
    inFlight: new InFlight(100),
    clock: { now: () => state.now },
    policy: { resourcePolicy: 'cross-origin', timing: false } as const,
  };
  const hits = new HitTable(common);
  const handle = handleWith(engine, { services: services(engine, { ...common, hits }) });
  const table = new FrontTable(
    capacity,
    async (asked: readonly HeldName[]) => {
      state.renewals += asked.length;
      const answers = asked.map(([target, serial]) => hits.renewal(target, serial) ?? null);
      return JSON.parse(JSON.stringify(answers)) as (Renewal | null)[];
    },
    () => state.now,
  );
  const headers = { accept: 'image/webp' };
  /** The way of a request at a front. */
  const front = async (target: string, own: Record<string, string> = headers) => {
    const asked = request(target, { ...own, 'x-request-id': 'one' });
    let ready = table.answer(asked, 'one', 0);
    if (ready === undefined) {
      await table.renewed(asked);
      ready = table.answer(asked, 'one', 0);
    }
    if (ready !== undefined) return { ...responseOf(ready), by: 'front' };
    const response = await handle(asked);
    const held = hits.held(asked);
    const copy = held && JSON.parse(JSON.stringify({ ...held, generation: state.generation }));
    if (copy) table.keep(asked, response.body as Uint8Array, copy);
    return { ...response, by: 'server' };
  };
  const server = (target: string) => handle(request(target, { ...headers, 'x-request-id': 'one' }));
  const change = () => {
    const key = `key ${state.made}`;
    state.made++;
    table.drop(++state.generation, [key]);
  };
  return { state, table, front, server, change };
}

const seen = ({ status, headers, body }: HttpResponse) => [
  status,
  Object.entries(headers),
  Buffer.from(body as Uint8Array).toString('base64'),
];

describe('a front', () => {
  test('answers by itself what it was lent, until its time is over', async () => {
    const { state, front } = world();
    await front('/i/a');
    await front('/i/a');
    expect((await front('/i/a')).by).toBe('front');
    state.near = false;
    expect((await front('/i/a')).by).toBe('front');
    state.now += 1000;
    expect((await front('/i/a')).by).toBe('server');
  });

  test('renews what is in use before its time is over, and gets no body again', async () => {
    const { state, front } = world();
    for (let i = 0; i < 3; i++) await front('/i/a');
    const { asked } = state;
    for (let i = 0; i < 50; i++) {
      state.now += 90;
      expect((await front('/i/a')).by).toBe('front');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(state.asked).toBe(asked);
    expect(state.renewals).toBeGreaterThan(3);
  });

  test('drops what has changed at once, and does not hold what was lent before that', async () => {
    const { state, front, change, table } = world();
    for (let i = 0; i < 3; i++) await front('/i/a');
    change();
    const next = await front('/i/a');
    expect([next.by, next.headers.etag]).toEqual(['server', '"1"']);
    await front('/i/a');
    expect((await front('/i/a')).by).toBe('front');
    table.drop(++state.generation);
    expect((await front('/i/a')).by).toBe('server');
    // An answer that was on its way while the front was told
    state.generation--;
    await front('/i/b');
    await front('/i/b');
    expect((await front('/i/b')).by).toBe('server');
  });

  test('does not believe a clock that went back', async () => {
    const { state, front } = world();
    for (let i = 0; i < 3; i++) await front('/i/a');
    state.near = false;
    state.now -= 3_600_000;
    expect((await front('/i/a')).by).toBe('server');
  });

  test('holds no more than its memory', async () => {
    const { front, state } = world(3 * (BODY.length + 4100));
    for (let i = 0; i < 20; i++) {
      await front(`/i/${i}`);
      await front(`/i/${i}`);
    }
    state.asked = 0;
    expect((await front('/i/19')).by).toBe('front');
    expect((await front('/i/3')).by).toBe('server');
  });

  test('leaves other methods, conditions and other clients to the server', async () => {
    const { front, table } = world();
    for (let i = 0; i < 3; i++) await front('/i/a?vary=accept');
    const of = (method: string, headers: Record<string, string>) =>
      table.answer(request('/i/a?vary=accept', headers, { method }), 'one', 0);
    expect(of('GET', { accept: 'image/webp' })).toBeDefined();
    expect(of('HEAD', { accept: 'image/webp' })).toBeUndefined();
    expect(of('GET', { accept: 'image/avif' })).toBeUndefined();
    expect(of('GET', { accept: 'image/webp', range: 'bytes=0-1' })).toBeUndefined();
    expect(of('GET', { accept: 'image/webp', host: 'other.test' })).toBeUndefined();
  });

  test('counts what it answered, once', async () => {
    const { front, table } = world();
    for (let i = 0; i < 5; i++) await front('/i/a');
    const [count] = table.takeCounts();
    expect(count).toMatchObject({ dialect: 'imgix', shortfalls: {} });
    expect(count?.answers).toBeGreaterThan(1);
    const hits = count?.answers ?? 0;
    expect(count?.savings).toMatchObject({
      ...{ hits, hitBytes: hits * BODY.length, originalBytes: hits * 50_000, misses: 0 },
    });
    expect(table.takeCounts()).toEqual([]);
  });

  test('says what the server says, byte for byte, whatever happens in between', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask'), target: fc.constantFrom('/i/a', '/i/b', '/i/c?x') }),
      fc.record({ kind: fc.constant('wait'), milliseconds: fc.integer({ min: 0, max: 1300 }) }),
      fc.record({ kind: fc.constant('change') }),
      fc.record({ kind: fc.constant('vouch') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { state, front, server, change } = world();
        for (const one of steps) {
          if ('milliseconds' in one) state.now += one.milliseconds;
          else if (one.kind === 'change') change();
          // Renewed where it is: an age starts anew only while nothing is lent by the former
          else if (one.kind === 'vouch' && state.now >= state.lentUntil) state.since = state.now;
          else if ('target' in one) {
            expect(seen(await front(one.target))).toEqual(seen(await server(one.target)));
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
      }),
      { numRuns: 60 },
    );
  });
});
