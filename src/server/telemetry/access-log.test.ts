import { describe, expect, test } from 'vitest';
import { Fault } from '../../base/fault.ts';
import type { Engine } from '../../engine/engine.ts';
import { BODY, fakeEngine, handleWith, rendition, request, services } from '../exchange.suite.ts';
import { HitTable } from '../hits/hit-table.ts';
import { get, listeners } from '../node/sockets.suite.ts';
import { type AccessLine, createAccessLog } from './access-log.ts';
import { silentLog } from './log.ts';
import type { RequestSpan, Tracing } from './tracing.ts';

/** A handler with its access log, and the other lines it writes. */
function logged(engine: Engine = fakeEngine()) {
  const lines: AccessLine[] = [];
  const others: Record<string, unknown>[] = [];
  const note = (facts: object) => others.push(facts as Record<string, unknown>);
  const log = { debug: note, info: note, warn: note, error: note };
  const handle = handleWith(engine, {
    services: services(engine, { log }),
    access: (line) => lines.push(line),
  });
  return { handle, lines, others };
}

const ID = 'req-0123456789';

describe('the access log', () => {
  test('has a line per request with all there is to know, and no secret', async () => {
    const { handle, lines } = logged();
    await handle(request('/i/a.jpg?w=300&s=0123456789abcdef', { 'x-request-id': ID }));
    expect(lines).toEqual([
      {
        requestId: ID,
        method: 'GET',
        target: '/i/a.jpg',
        status: 200,
        bytes: BODY.length,
        milliseconds: expect.any(Number),
        cache: 'miss',
        source: 'pictures',
        dialect: 'imgix',
        format: 'webp',
      },
    ]);
    expect(lines[0]?.milliseconds).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['a hit', { hit: true, stored: false, collapsed: false }, 'hit'],
    ['work of another', { hit: false, stored: true, collapsed: true }, 'collapsed'],
  ])('tells %s', async (_what, cache, word) => {
    const { handle, lines } = logged(fakeEngine({ render: async () => rendition({ cache }) }));
    await handle(request('/i/a'));
    expect(lines[0]?.cache).toBe(word);
  });

  test.each([
    ['/i/a', { 'if-none-match': '*' }, 304, 0, 'nothing but a head'],
    ['/i/a', { range: 'bytes=0-9' }, 206, 10, 'a part'],
    ['/nowhere', {}, 404, 22, 'no source'],
  ])('%s with %o is %d and %d bytes (%s)', async (target, headers, status, bytes, _why) => {
    const { handle, lines } = logged();
    await handle(request(target, headers as unknown as Record<string, string>));
    expect(lines.map((line) => [line.status, line.bytes])).toEqual([[status, bytes]]);
  });

  test('tells a client that left', async () => {
    const { handle, lines } = logged(
      fakeEngine({ render: () => Promise.reject(new Fault('overloaded', 'x')) }),
    );
    await handle(request('/i/a', {}, { signal: AbortSignal.abort() }));
    expect(lines.map(({ status }) => status)).toEqual([499]);
  });

  test('keeps probes that succeed for debugging', async () => {
    const levels: string[] = [];
    const at = (level: string) => () => levels.push(level);
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const access = createAccessLog(log as never);
    access({ requestId: ID, target: '/readyz', status: 200, bytes: 3 });
    access({ requestId: ID, target: '/readyz', status: 503, bytes: 9 });
    access({ requestId: ID, target: '/i/a', status: 200, bytes: 9 });
    access({ requestId: ID, status: 408, bytes: 9 });
    expect(levels).toEqual(['debug', 'info', 'info', 'info']);
  });
});

/** Traces whose spans say nothing but their trace. */
function fakeTracing(): Tracing {
  const span: RequestSpan = {
    recorded: true,
    traceId: 'ab'.repeat(16),
    headers: {},
    child: () => span,
    question: () => span,
    later: () => span,
    set() {},
    event() {},
    fail() {},
    end() {},
    rename() {},
  };
  return { begin: () => span, close: async () => {} };
}

describe('the trace', () => {
  test('stands in the line of a request and in those of its faults, hits that are kept ready too', async () => {
    const lines: AccessLine[] = [];
    const others: Record<string, unknown>[] = [];
    const note = (facts: object) => others.push(facts as Record<string, unknown>);
    const kept = rendition({ cache: { hit: true, stored: false, collapsed: false } });
    const engine = fakeEngine({ render: async () => kept, near: () => kept });
    const parts = services(engine, { log: { debug: note, info: note, warn: note, error: note } });
    const { compileCache, inFlight, clock, policy } = parts;
    const hits = new HitTable({ engine, compileCache, inFlight, clock, policy });
    const handle = handleWith(engine, {
      services: { ...parts, hits },
      access: (line) => lines.push(line),
      tracing: fakeTracing(),
    });
    for (let i = 0; i < 3; i++) await handle(request('/i/a'));
    await handle(request('/i/a?compile-fault=bad-parameter'));
    expect(engine.jobs.length).toBe(1);
    expect(lines.map(({ traceId }) => traceId)).toEqual(Array(4).fill('ab'.repeat(16)));
    expect(others).toMatchObject([{ code: 'bad-parameter', traceId: 'ab'.repeat(16) }]);
  });

  test('is not mentioned where nothing is traced', async () => {
    const { handle, lines } = logged();
    await handle(request('/i/a'));
    expect(lines[0]).not.toHaveProperty('traceId');
  });
});

describe('slow requests', () => {
  const slowLines = async (slow: number | undefined, access = false) => {
    const warned: Record<string, unknown>[] = [];
    const engine = fakeEngine();
    const log = {
      ...silentLog,
      warn: (facts: object, message: string) => void warned.push({ ...facts, message }),
    };
    const handle = handleWith(engine, {
      services: services(engine, { log }),
      ...(slow === undefined ? {} : { slow }),
      ...(access ? { access: () => undefined } : {}),
    });
    await handle(request('/i/a.jpg?s=secret', { 'x-request-id': ID }));
    return warned;
  };

  test.each([true, false])(
    'have a line with their stages, whether there is an access log (%s)',
    async (access) => {
      expect(await slowLines(0, access)).toEqual([
        {
          requestId: ID,
          method: 'GET',
          target: '/i/a.jpg',
          status: 200,
          bytes: BODY.length,
          milliseconds: expect.any(Number),
          ...{ cache: 'miss', source: 'pictures', dialect: 'imgix', format: 'webp' },
          stages: { fetch: 12, encode: 80 },
          message: 'slow request',
        },
      ]);
    },
  );

  test.each([60_000, undefined])('are those from %s ms on', async (slow) => {
    expect(await slowLines(slow)).toEqual([]);
  });
});

describe('the request id', () => {
  test.each(['/i/a', '/nowhere', '/healthz', '/i/a?fault=1'])(
    'stands in the answer to %s',
    async (target) => {
      const { handle } = logged();
      expect((await handle(request(target, { 'x-request-id': ID }))).headers['x-request-id']).toBe(
        ID,
      );
      expect((await handle(request(target))).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test.each([
    ['', 'empty'],
    ['a b', 'a blank'],
    ['a"b', 'a quote'],
    ['a, b', 'two of them'],
    ['é', 'beyond ASCII'],
    ['a'.repeat(129), 'too long'],
  ])('%j of a client is not taken (%s)', async (id, _why) => {
    const { handle } = logged();
    const answer = await handle(request('/i/a', { 'x-request-id': id }));
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('stands in every other line of the request, and goes to the engine', async () => {
    const fault = new Fault('origin-timeout', 'The source took too long.');
    const engine = fakeEngine({ render: () => Promise.reject(fault) });
    const { handle, others } = logged(engine);
    await handle(request('/i/a', { 'x-request-id': ID }));
    expect(others.map(({ requestId }) => requestId)).toEqual([ID]);
    expect(engine.jobs[0]?.id).toBe(ID);
  });
});

describe('requests that never get to the handler', () => {
  const { start, client } = listeners();

  test.each([
    ['GET / HTTX\r\n\r\n', { status: 400 }],
    ['FOO / HTTP/1.1\r\n\r\n', { status: 501 }],
    [get('/i/a?s=secret', 'Expect: much\r\n'), { status: 417, method: 'GET', target: '/i/a' }],
    [
      get('/i/a?s=secret', `X-A: ${'a'.repeat(17_000)}\r\n`),
      { status: 431, method: 'GET', target: '/i/a' },
    ],
  ])('%# have a line and an id too', async (text, expected) => {
    const lines: AccessLine[] = [];
    const { port } = await start(handleWith(), { access: (line) => lines.push(line) });
    const one = client(port, text);
    await one.ended;
    expect(lines).toMatchObject([{ ...expected, requestId: expect.stringMatching(/./) }]);
    expect(one.text).toContain(`x-request-id: ${lines[0]?.requestId}\r\n`);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});
