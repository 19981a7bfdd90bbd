/**
 * HTTP client: GET for sources, against hosts that may be hostile.
 *
 * Names are resolved here, every address is put before the guard, and only
 * admitted addresses are connected to; the address at the far end of a new
 * connection is checked once more before a byte is sent on it. So neither a
 * rebinding name nor a literal (for which no lookup happens) gets past
 * (docs/spec/http.md 13.4, 13.5). Redirects are followed by hand. Proxy variables of the
 * environment are not read, and nothing of the visitor is passed on. What fails for the
 * moment is tried again, and a server that goes on failing is left alone (13.15 to 13.17).
 */
import type { IncomingMessage } from 'node:http';
import { Breakers } from '../base/breaker.ts';
import { Fault, isFault } from '../base/fault.ts';
import { UNREACHABLE } from './address-guard.ts';
import { Deadline } from './deadline.ts';
import {
  BLOCKED,
  type GuardedAgent,
  guardedAgent,
  type HttpClientOptions,
} from './guarded-agent.ts';
import { keptHeaders, meaningOf, nextHop, sameServer } from './http-answer.ts';
import { piecesOf, readBody } from './http-body.ts';
import type { OriginLimits } from './limits.ts';
import type { Fetched, OriginHealth, Validators } from './origin.ts';
import { type PassingLimits, tooLarge } from './oversize.ts';
import { isRest, restHeaders, resumableOf, resumed } from './resume.ts';
import { isConnectionError, isMomentary, retryAfterSeconds, retryWait } from './retry.ts';
import { DEFAULT_TRAFFIC } from './traffic.ts';

export type { HttpClientOptions, Resolve, Resolved } from './guarded-agent.ts';

/** What only the server that is asked first is told, not where it redirects to. */
export interface OwnHeaders {
  /** The value of `Authorization`. */
  readonly credentials?: string | undefined;
  readonly requestId?: string | undefined;
  /** Headers that name the trace it belongs to. */
  readonly trace?: Readonly<Record<string, string>> | undefined;
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
  /** How its servers are. */
  health(): OriginHealth;
  close(): Promise<void>;
}

const HEADERS = {
  accept: 'image/*,*/*;q=0.1',
  'accept-encoding': 'identity',
  'user-agent': 'fovea',
} as const;

export function httpClient(options: HttpClientOptions): HttpClient {
  const { guard, limits: usual, traffic = DEFAULT_TRAFFIC } = options;
  const breakers = new Breakers(traffic, () => performance.now());
  const counts = { retries: 0, resumed: 0 };
  const agent = guardedAgent(options);

  /** The answer of one server, counted for its breaker. */
  async function asked(url: URL, headers: Record<string, string>, deadline: Deadline) {
    const ended = breakers.of(url.origin).enter();
    try {
      const answer = await ask(agent, url, headers, deadline);
      // Not a 500: whoever finds an address that makes one would have the whole server left alone
      ended(isMomentary(statusOf(answer)) ? 'failed' : 'good');
      return answer;
    } catch (error) {
      ended(deadline.abandoned ? 'left' : 'failed');
      throw error;
    }
  }

  /** One way along all redirects. */
  async function once(start: URL, wanted: Wanted, deadline: Deadline): Promise<Fetched> {
    const { held, own, limits } = wanted;
    const visited: string[] = [];
    for (let url = start; ; ) {
      guard.checkUrl(url);
      visited.push(url.href);
      const loop = { 'cdn-loop': options.loopToken ?? 'fovea' };
      const told = sameServer(start, url) ? { ...traffic.headers, ...ownHeaders(own) } : {};
      const condition = sameServer(start, url) ? conditions(held, visited.length === 1) : {};
      const answer = await asked(url, { ...loop, ...told, ...condition }, deadline);
      const meaning = meaningOf(
        statusOf(answer),
        Object.keys(condition).length > 0,
        retryAfterSeconds(one(answer.headers['retry-after']), Date.now()),
      );
      if (meaning === 'body') {
        const rest = restOf(answer, url, { ...loop, ...told }, deadline);
        return bytes(answer, deadline, limits, rest);
      }
      discard(answer);
      if (meaning === 'unchanged') {
        deadline.end();
        return { kind: 'unchanged', headers: keptHeaders(answer.headers) };
      }
      if (meaning !== 'redirect') throw meaning;
      url = nextHop(url, one(answer.headers.location), visited, limits.redirects);
    }
  }

  /** Where the body of an answer can be gone on with after a cut: the bytes, whole. */
  function restOf(
    answer: IncomingMessage,
    url: URL,
    told: Record<string, string>,
    deadline: Deadline,
  ): AsyncIterable<Uint8Array> {
    const known = statusOf(answer) === 200 ? resumableOf(answer.headers) : undefined;
    if (known === undefined || traffic.retries === 0) return piecesOf(answer);
    return resumed(piecesOf(answer), known.length, async (first, error) => {
      if (deadline.reason() !== undefined || !isConnectionError(codeOf(error))) return undefined;
      breakers.of(url.origin).failed();
      const headers = { ...told, ...restHeaders(known, first) };
      const next = await tried(deadline, async () => {
        const more = await asked(url, headers, deadline);
        const status = statusOf(more);
        if (isRest(status, more.headers, known, first)) return more;
        discard(more);
        const failed = status >= 500 ? meaningOf(status, false) : undefined;
        throw isFault(failed) ? failed : changedMeanwhile();
      });
      counts.resumed++;
      return piecesOf(next);
    });
  }

  /** Work that is tried again where its failure may pass, as often and as long as there is. */
  async function tried<Result>(deadline: Deadline, work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const fault = faultOf(error);
        const last = attempt >= traffic.retries || deadline.reason() !== undefined;
        const wait = last || !isFault(fault) ? undefined : retryWait(fault, attempt, Math.random());
        if (wait === undefined || !(await deadline.pause(wait))) throw error;
        counts.retries++;
      }
    }
  }

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
      return await tried(deadline, () => once(start, { held, own, limits }, deadline));
    } catch (error) {
      deadline.end();
      throw deadline.reason() ?? faultOf(error, start);
    }
  }

  return {
    get,
    health: () => ({ ...counts, paused: breakers.paused }),
    close: () => agent.close(),
  };
}

/** What is asked for, whichever server has it in the end. */
interface Wanted {
  readonly held: Validators | undefined;
  readonly own: OwnHeaders;
  readonly limits: OriginLimits;
}

async function ask(
  agent: GuardedAgent,
  url: URL,
  headers: Record<string, string>,
  deadline: Deadline,
): Promise<IncomingMessage> {
  const stop = deadline.firstByte();
  try {
    return await agent.get(url, { ...HEADERS, ...headers }, deadline.signal);
  } finally {
    stop();
  }
}

/** @param whole the bytes of the body, as they come */
function bytes(
  answer: IncomingMessage,
  deadline: Deadline,
  limits: OriginLimits,
  whole: AsyncIterable<Uint8Array>,
): Fetched {
  const encoding = one(answer.headers['content-encoding']);
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
    const body = readBody(whole, {
      limits,
      encoding,
      abort: (fault) => deadline.abort(fault),
    });
    return {
      kind: 'bytes',
      body: deadline.watched(body, (error) => faultOf(error)),
      ...(length === undefined ? {} : { length }),
      ...(unframed ? { unframed } : {}),
      headers,
    };
  } catch (error) {
    answer.destroy();
    throw error;
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

function ownHeaders({ credentials, requestId, trace }: OwnHeaders): Record<string, string> {
  return {
    ...(credentials === undefined ? {} : { authorization: credentials }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    ...trace,
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The status of an answer that has come. */
function statusOf({ statusCode = 0 }: IncomingMessage): number {
  return statusCode;
}

/** Lets go of an answer whose body is of no use: its connection is kept only where none can come. */
function discard(answer: IncomingMessage): void {
  if (answer.statusCode === 304) answer.resume();
  else answer.destroy();
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
const TOO_SLOW = new Set(['ETIMEDOUT']);

/** A failure of the network in words that hold no address. */
function faultOf(error: unknown, url?: URL): unknown {
  if (isFault(error)) return error;
  const code = codeOf(error);
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

function changedMeanwhile(): Fault {
  return new Fault('origin-failed', 'The source was cut off, and the rest of it is not to be had.');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
