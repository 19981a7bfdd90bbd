/**
 * HTTP client: GET for sources, against hosts that may be hostile.
 *
 * Names are resolved here, every address is put before the guard, and only
 * admitted addresses are connected to; the address at the far end of a new
 * connection is checked once more before a byte is sent on it. So neither a
 * rebinding name nor a literal (for which no lookup happens) gets past
 * (docs/spec/http.md 13.4, 13.5). Redirects are followed by hand. Proxy variables of the
 * environment are not read, and nothing of the visitor is passed on.
 */
import type { Agent, Dispatcher } from 'undici';
import { Fault, isFault } from '../base/fault.ts';
import { UNREACHABLE } from './address-guard.ts';
import { BLOCKED, guardedAgent, type HttpClientOptions } from './guarded-agent.ts';
import { keptHeaders, meaningOf, nextHop, sameServer } from './http-answer.ts';
import { readBody } from './http-body.ts';
import type { OriginLimits } from './limits.ts';
import type { Fetched, Validators } from './origin.ts';
import { type PassingLimits, tooLarge } from './oversize.ts';

export type { HttpClientOptions, Resolve, Resolved } from './guarded-agent.ts';

/** What only the server that is asked first is told, not where it redirects to. */
export interface OwnHeaders {
  /** The value of `Authorization`. */
  readonly credentials?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface HttpClient {
  /** @throws Fault */
  get(
    url: URL,
    held: Validators | undefined,
    signal: AbortSignal,
    own?: OwnHeaders,
    passing?: PassingLimits,
  ): Promise<Fetched>;
  /** Loads what connects, which the first request waits for otherwise. */
  prepare(): void;
  close(): Promise<void>;
}

const HEADERS = {
  accept: 'image/*,*/*;q=0.1',
  'accept-encoding': 'identity',
  'user-agent': 'fovea',
} as const;

export function httpClient(options: HttpClientOptions): HttpClient {
  const { guard, limits: usual } = options;
  let agent: Promise<Agent> | undefined;
  const agentOf = () => {
    agent ??= guardedAgent(options);
    return agent;
  };

  async function get(
    start: URL,
    held: Validators | undefined,
    signal: AbortSignal,
    own: OwnHeaders = {},
    passing: PassingLimits | undefined = undefined,
  ): Promise<Fetched> {
    const limits = { ...usual, ...passing };
    const deadline = new Deadline(signal, limits);
    try {
      const visited: string[] = [];
      for (let url = start; ; ) {
        guard.checkUrl(url);
        visited.push(url.href);
        const asked = sameServer(start, url)
          ? { ...conditions(held, visited.length === 1), ...ownHeaders(own) }
          : {};
        const loop = { 'cdn-loop': options.loopToken ?? 'fovea' };
        const answer = await ask(await agentOf(), url, { ...loop, ...asked }, deadline);
        const meaning = meaningOf(
          answer.statusCode,
          'if-none-match' in asked || 'if-modified-since' in asked,
        );
        if (meaning === 'body') return bytes(answer, deadline, limits);
        discard(answer);
        if (meaning === 'unchanged') {
          deadline.end();
          return { kind: 'unchanged', headers: keptHeaders(answer.headers) };
        }
        if (meaning !== 'redirect') throw meaning;
        url = nextHop(url, one(answer.headers.location), visited, limits.redirects);
      }
    } catch (error) {
      deadline.end();
      throw deadline.reason() ?? faultOf(error, start);
    }
  }

  return {
    get,
    prepare: () => void agentOf(),
    close: async () => (await agent)?.destroy(),
  };
}

async function ask(
  agent: Agent,
  url: URL,
  headers: Record<string, string>,
  deadline: Deadline,
): Promise<Dispatcher.ResponseData> {
  const stop = deadline.firstByte();
  try {
    return await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: { ...HEADERS, ...headers },
      signal: deadline.signal,
    });
  } finally {
    stop();
  }
}

function bytes(answer: Dispatcher.ResponseData, deadline: Deadline, limits: OriginLimits): Fetched {
  const encoding = one(answer.headers['content-encoding']);
  // Without a listener, a body nobody has begun to read would throw on abort.
  answer.body.on('error', () => {});
  try {
    const announced = one(answer.headers['content-length']);
    const headers = keptHeaders(answer.headers);
    // A body that is decompressed becomes longer than announced.
    const length =
      encoding === undefined && announced !== undefined ? Number(announced) : undefined;
    const unframed =
      announced === undefined && one(answer.headers['transfer-encoding']) === undefined;
    if (announced !== undefined && Number(announced) > limits.maxBytes) {
      throw tooLarge(limits.maxBytes, length === undefined ? undefined : { length, headers });
    }
    const body = readBody(answer.body, {
      limits,
      encoding,
      abort: (fault) => deadline.abort(fault),
    });
    return {
      kind: 'bytes',
      body: watched(body, deadline),
      ...(length === undefined ? {} : { length }),
      ...(unframed ? { unframed } : {}),
      headers,
    };
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

/** The body with the failures of the transfer put into our words. */
async function* watched(body: AsyncIterable<Uint8Array>, deadline: Deadline) {
  try {
    yield* body;
  } catch (error) {
    throw deadline.reason() ?? faultOf(error);
  } finally {
    deadline.end();
  }
}

/** The time one source may take, over all its hops, and the client going away. */
class Deadline {
  readonly signal: AbortSignal;
  readonly #caller: AbortSignal;
  readonly #limits: OriginLimits;
  readonly #own = new AbortController();
  readonly #total: NodeJS.Timeout;

  constructor(caller: AbortSignal, limits: OriginLimits) {
    this.#caller = caller;
    this.#limits = limits;
    this.signal = AbortSignal.any([caller, this.#own.signal]);
    this.#total = this.#timer(limits.totalMs);
  }

  /** Starts the wait for the head of an answer; gives the function that ends it. */
  firstByte(): () => void {
    const timer = this.#timer(this.#limits.firstByteMs);
    return () => clearTimeout(timer);
  }

  abort(fault: Fault): void {
    this.#own.abort(fault);
  }

  /** Why the transfer was stopped from this side, if it was. */
  reason(): unknown {
    if (this.#own.signal.aborted) return this.#own.signal.reason;
    return this.#caller.aborted ? this.#caller.reason : undefined;
  }

  end(): void {
    clearTimeout(this.#total);
  }

  #timer(ms: number): NodeJS.Timeout {
    const fault = () => new Fault('origin-timeout', 'The server of the source is too slow.');
    return setTimeout(() => this.abort(fault()), ms).unref();
  }
}

/**
 * Validators as request headers. After a redirect only the strong tag counts:
 * the new target may be older than the held copy and still be another picture.
 */
function conditions(held: Validators | undefined, first: boolean): Record<string, string> {
  if (!held || (!first && (held.etag ?? 'W/').startsWith('W/'))) return {};
  return {
    ...(held.etag === undefined ? {} : { 'if-none-match': held.etag }),
    ...(held.lastModified === undefined || !first
      ? {}
      : { 'if-modified-since': held.lastModified }),
  };
}

function ownHeaders({ credentials, requestId }: OwnHeaders): Record<string, string> {
  return {
    ...(credentials === undefined ? {} : { authorization: credentials }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function discard(answer: Dispatcher.ResponseData): void {
  answer.body.on('error', () => {}).destroy();
}

/**
 * No name, or none that leads anywhere for us: a name with private addresses
 * only is answered as one that does not exist, so that names of an inner network
 * cannot be told from names nobody has. The log knows the difference.
 */
const NO_NAME = new Set([
  ...['ENOTFOUND', 'ENODATA', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME'],
  BLOCKED,
]);
const TOO_SLOW = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** A failure of the network in words that hold no address. */
function faultOf(error: unknown, url?: URL): unknown {
  if (isFault(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Without a code it is no failure of the network but of ours.
  if (code === '') return error;
  const detail = { reason: code, ...(url && { host: url.host }) };
  if (NO_NAME.has(code)) {
    const text = 'The host name of the source could not be resolved.';
    return new Fault('source-unresolvable', text, detail, error);
  }
  if (TOO_SLOW.has(code)) {
    return new Fault('origin-timeout', 'The server of the source is too slow.', detail, error);
  }
  return new Fault('origin-failed', UNREACHABLE, detail, error);
}
