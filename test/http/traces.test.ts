/** Traces of the real server: what a collector is sent of a miss, of hits, failures and what is made later. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CollectedSpan, type Collector, startCollector } from '../support/collector.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { committed } from '../support/pictures.ts';
import { startServer } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
const PARENT = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;

let origin: LocalOrigin;
let collector: Collector;

beforeAll(async () => {
  origin = await startOrigin({ 'a.jpg': LEAVES });
});
afterAll(() => origin.stop());

interface Asked {
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The spans of a server that was asked these, one after the other, with the ids of the requests. */
async function traced(
  asked: readonly Asked[],
  settings: Readonly<Record<string, unknown>> = {},
  {
    refine = false,
    before = async () => {},
  }: { refine?: boolean; before?: () => Promise<void> } = {},
): Promise<readonly CollectedSpan[]> {
  collector = await startCollector();
  const server = await startServer({
    pictures: { 'leaves.jpg': LEAVES },
    refine,
    sources: [
      {
        name: 'far',
        dialect: 'imgix',
        mount: '/far',
        origin: { kind: 'http', base: origin.url, allow: [`127.0.0.1:${origin.port}`] },
      },
    ],
    settings: { 'traces.endpoint': collector.url, ...settings },
  });
  try {
    for (const { target, headers = {} } of asked) await server.ask(target, { headers });
    if (refine) {
      await expect.poll(() => server.server.engine.status().refining, { timeout: 60_000 }).toBe(0);
    }
    await before();
  } finally {
    await server.stop();
    await collector.stop();
  }
  expect(collector.problems).toEqual([]);
  return collector.spans;
}

const named = (spans: readonly CollectedSpan[], name: string) => {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${spans.map((s) => s.name)}`);
  return found;
};

/** `name > name > …` from the root to a span. */
function wayTo(span: CollectedSpan, spans: readonly CollectedSpan[]): string {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent === undefined ? span.name : `${wayTo(parent, spans)} > ${span.name}`;
}

describe('a miss', () => {
  let spans: readonly CollectedSpan[];
  beforeAll(async () => {
    const headers = { 'x-request-id': 'one-miss', accept: 'image/avif' };
    spans = await traced([{ target: '/far/a.jpg?w=120&fm=avif&s=geheim', headers }]);
  });

  test('is one tree, from the request to each stage in the worker', () => {
    const ways = new Set(spans.map((span) => wayTo(span, spans)));
    const root = 'GET far';
    expect([...ways].sort()).toEqual(
      [
        root,
        `${root} > compile`,
        `${root} > fetch`,
        `${root} > look up`,
        `${root} > queue`,
        `${root} > render`,
        `${root} > render > probe`,
        `${root} > render > transform`,
        `${root} > render > transform > decode`,
        `${root} > render > search`,
        `${root} > render > search > encode`,
        `${root} > render > write`,
        `${root} > write`,
      ].sort(),
    );
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('has the times of each span within those of its parent, and the stages in order', () => {
    for (const span of spans) {
      expect(span.end, span.name).toBeGreaterThanOrEqual(span.start);
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      if (parent === undefined) continue;
      expect(span.start, span.name).toBeGreaterThanOrEqual(parent.start);
      expect(span.end, span.name).toBeLessThanOrEqual(parent.end);
      for (const { time } of span.events) {
        expect(time).toBeGreaterThanOrEqual(span.start);
        expect(time).toBeLessThanOrEqual(span.end);
      }
    }
    const order = ['compile', 'fetch', 'look up', 'queue', 'render', 'write'].map((name) =>
      name === 'write'
        ? spans.find((s) => s.name === name && wayTo(s, spans) === 'GET far > write')!.start
        : named(spans, name).start,
    );
    expect(order.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(order);
  });

  test('tells each trial with its encoding, bytes and score', () => {
    const { events } = named(spans, 'search');
    expect(events.length).toBeGreaterThan(0);
    for (const { name, attributes } of events) {
      expect(name).toBe('trial');
      expect(attributes).toMatchObject({
        'fovea.format': 'avif',
        'fovea.encoding': expect.stringMatching(/^avif q\d/),
        'fovea.bytes': expect.any(Number),
      });
    }
  });

  test('says what OpenTelemetry wants said of requests, and no secret', () => {
    const root = named(spans, 'GET far');
    expect(root.kind).toBe(2);
    expect(root.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.path': '/far/a.jpg',
      'server.address': '127.0.0.1',
      'fovea.request_id': 'one-miss',
      'fovea.source': 'far',
      'fovea.dialect': 'imgix',
      'fovea.cache': 'miss',
      'fovea.format': 'avif',
    });
    expect(root.resource).toMatchObject({
      'service.name': 'fovea',
      'service.version': expect.stringMatching(/^\d+\.\d+/),
    });
    const fetch = named(spans, 'fetch');
    expect(fetch.kind).toBe(3);
    expect(fetch.attributes).toMatchObject({
      'http.request.method': 'GET',
      'fovea.source': 'far',
      'fovea.fetched': 'bytes',
      'http.response.body.size': LEAVES.length,
    });
    expect(
      JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('geheim');
  });

  test('takes its trace to the origin, under the span that asks', () => {
    const { traceId, spanId } = named(spans, 'fetch');
    expect(origin.traceParents.at(-1)).toBe(`00-${traceId}-${spanId}-01`);
  });
});

describe('other requests', () => {
  test('hits are one span each, those that are kept ready too', async () => {
    const target = '/imgix/leaves.jpg?w=50&fm=png';
    const spans = await traced(Array.from({ length: 4 }, () => ({ target })));
    const roots = spans.filter(({ kind }) => kind === 2);
    expect(roots.map(({ attributes }) => attributes['fovea.cache'])).toEqual([
      'miss',
      ...['hit', 'hit', 'hit'],
    ]);
    expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(4);
  });

  test('a failure has its code, and is an error where it is ours', async () => {
    const spans = await traced([{ target: '/far/none.jpg?w=5' }, { target: '/nowhere' }]);
    expect(named(spans, 'fetch')).toMatchObject({
      status: 2,
      attributes: { 'error.type': 'source-not-found' },
    });
    expect(named(spans, 'GET far')).toMatchObject({
      status: 0,
      attributes: { 'http.response.status_code': 404, 'fovea.fault': 'source-not-found' },
    });
    expect(named(spans, 'GET').attributes).toMatchObject({ 'http.response.status_code': 404 });
  });

  test('a better picture made later is a trace of its own that leads to who asked', async () => {
    const target = '/imgix/leaves.jpg?w=60&fm=avif';
    const spans = await traced([{ target }], {}, { refine: true });
    const root = named(spans, 'GET imgix');
    const refine = named(spans, 'refine');
    expect(refine.traceId).not.toBe(root.traceId);
    expect(refine.links).toEqual([{ traceId: root.traceId, spanId: root.spanId }]);
    const below = spans.filter(({ traceId }) => traceId === refine.traceId);
    expect(below.map((span) => wayTo(span, below))).toContain('refine > render > search > encode');
  });
});

describe('the trace of a client', () => {
  const target = '/far/a.jpg?w=40&fm=png';
  const headers = { traceparent: PARENT, tracestate: 'vendor=1' };

  test('is none of ours without the option', async () => {
    const spans = await traced([{ target, headers }]);
    expect(spans.map(({ traceId }) => traceId)).not.toContain('ab'.repeat(16));
    expect(named(spans, 'GET far').parentSpanId).toBeUndefined();
  });

  test('is taken part in with it, and goes on to the origin with its state', async () => {
    const spans = await traced([{ target, headers }], { 'traces.acceptParent': 'true' });
    const root = named(spans, 'GET far');
    expect([root.traceId, root.parentSpanId]).toEqual(['ab'.repeat(16), 'cd'.repeat(8)]);
    expect(origin.traceParents.at(-1)).toContain('ab'.repeat(16));
    expect(origin.traceStates.at(-1)).toBe('vendor=1');
  });

  test('is not kept where it says so, and still goes along', async () => {
    const unkept = { traceparent: PARENT.replace(/01$/, '00') };
    const spans = await traced([{ target, headers: unkept }], { 'traces.acceptParent': 'true' });
    expect(spans).toEqual([]);
    expect(origin.traceParents.at(-1)).toMatch(new RegExp(`^00-${'ab'.repeat(16)}-.{16}-00$`));
  });
});

test('of none of the traces anything is kept with a ratio of 0', async () => {
  const spans = await traced([{ target: '/imgix/leaves.jpg?w=30' }], { 'traces.ratio': '0' });
  expect(spans).toEqual([]);
});

test('a collector that refuses is said in the log, and harms no answer', async () => {
  const refusing = await startCollector(400);
  const server = await startServer({
    pictures: { 'leaves.jpg': LEAVES },
    settings: { 'traces.endpoint': refusing.url },
  });
  const { status } = await server.ask('/imgix/leaves.jpg?w=30');
  await server.stop();
  await refusing.stop();
  expect(status).toBe(200);
  expect(server.complaints.join()).toContain('spans-not-sent');
});
