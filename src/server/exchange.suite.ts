/**
 * Stand-ins for the tests of the server: an engine and a dialect made of data.
 *
 * The dialect reads commands from the query (`vary=accept`, `fault=CODE`,
 * `dl=NAME`, `until=…`), so that a test row is a URL and what it should give.
 */
import { type Body, isFileBody } from '../base/body.ts';
import { Fault, type FaultCode } from '../base/fault.ts';
import type { Dialect, ImageRequest } from '../dialects/dialect.ts';
import type { Engine, RenderRequest, Rendition } from '../engine/engine.ts';
import type { Origin } from '../origins/origin.ts';
import { picture } from '../plan/output.ts';
import { memorySpool } from '../stores/spool.suite.ts';
import { CompileCache } from './compile-cache.ts';
import type { Services, Site } from './handler.ts';
import { type HttpRequest, noBody } from './http/http-message.ts';
import { InFlight } from './in-flight.ts';
import { createHandle, type Route, type RouterOptions } from './routes.ts';
import { silentLog } from './telemetry/log.ts';
import { readUpload } from './upload/upload.ts';

export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
export const BODY = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
export const ETAG = '"0123456789abcdef"';
export const MODIFIED = 'Fri, 20 Nov 2026 08:00:00 GMT';

/** A finished rendition; a test overrides what it is about. */
export function rendition(fields: Partial<Rendition> = {}): Rendition {
  return {
    body: BODY,
    mediaType: 'image/webp',
    etag: ETAG,
    lastModified: MODIFIED,
    lifetime: { seconds: 3600, age: 0, shared: true, noStore: false },
    cache: { hit: false, stored: true, collapsed: false },
    timings: { fetch: 12.34, encode: 80 },
    key: 'ab'.repeat(32),
    source: { width: 640, height: 480, format: 'jpeg', bytes: 50_000 },
    result: { width: 300, height: 225, format: 'webp', bytes: BODY.length },
    diagnostics: [],
    ...fields,
  };
}

export interface FakeEngine extends Engine {
  readonly jobs: RenderRequest[];
}

/** Of a tier. */
export const NOTHING_HELD = { bytes: 0, capacity: 1e6, entries: 0, evictions: 0 };

/** An engine that gives what it is told to. */
export function fakeEngine(parts: Partial<Engine> = {}): FakeEngine {
  const jobs: RenderRequest[] = [];
  const { render = async () => rendition(), ...others } = parts;
  return {
    jobs,
    render: (job) => {
      jobs.push(job);
      return render(job);
    },
    workbench: () => Promise.reject(new Error('expected no workbench to be asked for')),
    near: () => undefined,
    lend: () => undefined,
    incoming: memorySpool(),
    deliverSource: async () => rendition({ mediaType: 'image/jpeg' }),
    purge: async () => ({ sources: 0, renditions: 0, durable: true }),
    tagOf: async () => 'source-0123456789abcdef',
    explain: async () => ({ plan: 'plan', key: 'ab' }),
    ready: () => true,
    admits: () => true,
    status: () => ({
      workers: 1,
      queued: 0,
      running: 0,
      background: 0,
      refining: 0,
      wait: 0,
      rate: 1,
      killed: 0,
      died: 0,
      restarted: 0,
      refused: 0,
      quarantined: 0,
      cutShort: 0,
      failedFindings: 0,
      purges: 0,
      diskFailures: 0,
      videoFailures: 0,
      signingFailures: 0,
      memory: 0,
      restarts: { time: 0, memory: 0, crashed: 0, ended: 0, worn: 0, grown: 0 },
      tiers: { memory: NOTHING_HELD, disk: NOTHING_HELD },
    }),
    follow: () => {},
    close: async () => {},
    ...others,
  };
}

export const fakeDialect: Dialect = {
  name: 'imgix',
  methods: ['GET', 'HEAD'],
  params: {},
  compile(request) {
    const query = queryOf(request);
    const early = query.get('compile-fault');
    if (early) throw new Fault(early as FaultCode, 'It cannot be compiled.');
    const path = request.target.replace(/\?.*$/s, '').slice(1);
    return {
      source: request.upload ? { kind: 'upload' } : { kind: 'path', path },
      plan: {
        frames: { kind: 'all' },
        ops: [],
        output: picture({ formats: [{ format: 'jpeg' }], quality: { kind: 'lossless' } }),
      },
      diagnostics: [],
      response: {
        vary: query.get('vary')?.split(',') ?? [],
        headers: query.has('hint') ? { 'accept-ch': 'DPR' } : {},
        freshness: {
          fallback: 60,
          min: 0,
          max: 1e9,
          ...(query.has('until') ? { until: Number(query.get('until')) } : {}),
        },
        ...(query.has('dl') ? { download: query.get('dl') ?? '' } : {}),
        ...(request.method === 'POST' ? { noStore: true } : {}),
      },
    };
  },
  present: ({ fallback }) => ({
    via: '1.1 fake',
    ...(fallback === undefined ? {} : { warning: `199 fake "${fallback.code}"` }),
  }),
  refuse(fault, request) {
    const query = queryOf(request);
    if (query.get('refuse') === 'throw') throw new Error('a bug');
    if (query.get('refuse') === 'source') {
      return { kind: 'source', headers: { 'x-instead': 'yes' }, ttl: 60 };
    }
    const { status, ttl } = fault.kind;
    const body = { mediaType: 'application/im2+json', text: '{"status":418}' };
    return {
      kind: 'error',
      status,
      headers: { via: '1.1 fake' },
      message: fault.message,
      ttl,
      ...(query.get('refuse') === 'json' ? { body } : {}),
    };
  },
};

/** The same with POST, like ImageOptim. */
export const postDialect: Dialect = {
  ...fakeDialect,
  name: 'imageoptim',
  methods: ['GET', 'HEAD', 'POST'],
};

function queryOf({ target }: ImageRequest): URLSearchParams {
  return new URLSearchParams(target.slice(target.indexOf('?') + 1));
}

const NO_ORIGIN: Origin = {
  kind: 'folder',
  locate: () => Promise.reject(new Error('not asked')),
  fetch: () => Promise.reject(new Error('not asked')),
  close: async () => {},
};

export function site(name: string, dialect: Dialect = fakeDialect): Site {
  return { dialect, settings: { name, origin: 'folder' }, mount: { name, origin: NO_ORIGIN } };
}

export const ROUTES: readonly Route[] = [
  { site: site('pictures'), prefix: '/i', hosts: ['img.test'] },
  { site: site('deeper'), prefix: '/i/deep', hosts: [] },
  { site: site('uploads', postDialect), prefix: '/up', hosts: [] },
];

export function services(engine: Engine = fakeEngine(), fields: Partial<Services> = {}): Services {
  return {
    engine,
    readUpload: (headers, body) =>
      readUpload(headers, body, engine.incoming, { maxBytes: 5000, pictures: false }),
    clock: { now: () => NOW },
    log: silentLog,
    compileCache: new CompileCache(),
    inFlight: new InFlight(1000),
    policy: { resourcePolicy: 'cross-origin', timing: true },
    ...fields,
  };
}

/** A handler over the routes above. */
export function handleWith(engine: Engine = fakeEngine(), options: Partial<RouterOptions> = {}) {
  return createHandle({ routes: ROUTES, services: services(engine), ...options });
}

/** `ask(handle, '/i/a.jpg', { accept: '…' })`, with GET by default. */
export function request(
  target: string,
  headers: Record<string, string> = {},
  fields: Partial<HttpRequest> = {},
): HttpRequest {
  return {
    method: 'GET',
    target,
    headers: { host: 'anything.test', ...headers },
    body: noBody(),
    signal: new AbortController().signal,
    ...fields,
  };
}

export function textOf({ body }: { readonly body: Body }): string {
  return new TextDecoder().decode(inMemory(body));
}

/** A body that no test expects in a file. */
export function inMemory(body: Body): Uint8Array {
  if (isFileBody(body)) throw new TypeError(`expected bytes in memory, got ${body.file}`);
  return body;
}
