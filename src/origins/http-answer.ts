/**
 * HTTP answers: what a status, a redirect and the headers of an origin mean.
 *
 * Pure, so that each rule is a row in a table test. Nothing of an answer gets
 * further than what `keptHeaders` lets through (docs/spec/http.md 10.13).
 */
import { Fault, type FaultCode } from '../base/fault.ts';
import { hostOf } from './allow-list.ts';

/** Response headers that freshness and validation need; all others are dropped. */
const KEPT = [
  'cache-control',
  'expires',
  'date',
  'age',
  'etag',
  'last-modified',
  'content-type',
  'vary',
  'surrogate-key',
  'cache-tag',
] as const;

/** Headers that hold one value; of several lines the first counts. */
const SINGLE = new Set<string>(['expires', 'date', 'age', 'etag', 'last-modified', 'content-type']);

type Incoming = Readonly<Record<string, string | string[] | undefined>>;

export function keptHeaders(incoming: Incoming): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = incoming[name];
    const text = Array.isArray(value) ? (SINGLE.has(name) ? value[0] : value.join(', ')) : value;
    if (text !== undefined) kept[name] = text;
  }
  return kept;
}

export type StatusMeaning = 'body' | 'unchanged' | 'redirect' | Fault;

/**
 * What to do with an answer of this status.
 *
 * 206 is a failure since no range was asked for and half a picture must not
 * pass for a whole one (docs/spec/http.md 9.6); 304 counts only if validators were sent. Of the
 * client errors, 408 and 429 are about the moment and can be tried again; the
 * rest say that there is no such source for us.
 *
 * @param retryAfter seconds that the server asks to wait
 */
export function meaningOf(
  status: number,
  conditional: boolean,
  retryAfter?: number,
): StatusMeaning {
  if (status === 200 || status === 203) return 'body';
  if (status === 304 && conditional) return 'unchanged';
  if (status === 301 || status === 302 || status === 303 || status === 307 || status === 308) {
    return 'redirect';
  }
  const [code, message] = complaint(status);
  return new Fault(code, message, { status, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

function complaint(status: number): readonly [FaultCode, string] {
  if (status === 401 || status === 403) {
    return ['source-forbidden', `The server of the source answered ${status}: access refused.`];
  }
  if (status === 408) return ['origin-timeout', 'The server of the source answered 408: too slow.'];
  if (status === 429) {
    return ['origin-failed', 'The server of the source answered 429: too many requests.'];
  }
  if (status >= 400 && status < 500) {
    return ['source-not-found', `The server of the source answered ${status}: no such picture.`];
  }
  return ['origin-failed', `The server of the source answered ${status}.`];
}

/**
 * The URL a redirect leads to; the caller still has its host checked.
 *
 * @param visited hrefs asked so far, the current one included
 * @throws Fault origin-failed for a missing or unreadable target, a loop or too
 * many hops; source-refused for a step from https to http (docs/spec/http.md 13.7)
 */
export function nextHop(
  from: URL,
  location: string | undefined,
  visited: readonly string[],
  limit: number,
): URL {
  const escaped = location === undefined ? undefined : escapedBytes(location);
  if (escaped === undefined || !URL.canParse(escaped, from.href)) {
    throw new Fault('origin-failed', 'The server of the source redirects to nowhere.');
  }
  const target = new URL(escaped, from);
  target.hash = '';
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new Fault('source-refused', 'The source redirects from https to http.');
  }
  if (visited.includes(target.href)) {
    throw new Fault('origin-failed', 'The source redirects in a loop.');
  }
  if (visited.length > limit) {
    throw new Fault('origin-failed', `The source redirects more than ${limit} times.`);
  }
  return target;
}

/** True when what was meant for the server of `a` may be told to that of `b`. */
export function sameServer(a: URL, b: URL): boolean {
  return a.protocol === b.protocol && a.port === b.port && hostOf(a) === hostOf(b);
}

/**
 * A header value with the bytes above 7F percent-encoded as they are: Node reads header
 * bytes as Latin-1, while a URL would write each such character as UTF-8 again
 * (RFC 9110 section 5.5, RFC 3987 section 3.1).
 */
function escapedBytes(value: string): string {
  return value.replace(
    /[\u0080-\u00ff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
