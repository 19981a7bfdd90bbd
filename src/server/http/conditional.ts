/**
 * Preconditions and ranges: what of a finished answer is sent.
 *
 * The order is that of RFC 9110 section 13.2.2: If-Match, If-Unmodified-Since,
 * If-None-Match, If-Modified-Since, then Range with If-Range
 * (docs/spec/http.md 7.7 to 7.9 and 9).
 */
import fresh from 'fresh';

type Headers = Readonly<Record<string, string | undefined>>;

/** What identifies the representation at hand. */
export interface Representation {
  /** Strong, quoted. */
  readonly etag: string;
  /** An HTTP date. */
  readonly lastModified?: string | undefined;
  /** Bytes of the whole body. */
  readonly length: number;
}

export type ConditionalResult =
  | { readonly kind: 'full' }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'failed' }
  /** First and last byte, both included. */
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' };

/** What to send of a representation; `method` is GET, HEAD or POST. */
export function evaluateConditions(
  method: string,
  headers: Headers,
  what: Representation,
): ConditionalResult {
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'full' };
  if (preconditionFailed(headers, what)) return { kind: 'failed' };
  if (isFresh(headers, what)) return { kind: 'not-modified' };
  if (method !== 'GET' || headers.range === undefined) return { kind: 'full' };
  return ifRangeHolds(headers['if-range'], what) ? range(headers.range, what.length) : FULL;
}

const FULL: ConditionalResult = { kind: 'full' };

function preconditionFailed(headers: Headers, { etag, lastModified }: Representation): boolean {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) return ifMatch.trim() !== '*' && !tags(ifMatch).includes(etag);
  const since = dateOf(headers['if-unmodified-since']);
  const modified = dateOf(lastModified);
  return since !== undefined && modified !== undefined && modified > since;
}

function isFresh(headers: Headers, { etag, lastModified }: Representation): boolean {
  const asked: Record<string, string> = {};
  // Only the validators: a reload's `Cache-Control: no-cache` is no reason to send bytes again
  for (const name of ['if-none-match', 'if-modified-since']) {
    const value = headers[name];
    if (value !== undefined) asked[name] = value.trim();
  }
  return fresh(asked, {
    etag,
    ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
  });
}

/** A strong tag or the exact date; a weak tag never holds (RFC 9110 section 13.1.5). */
function ifRangeHolds(condition: string | undefined, what: Representation): boolean {
  if (condition === undefined) return true;
  const text = condition.trim();
  if (text.startsWith('"')) return text === what.etag;
  const date = dateOf(text);
  return date !== undefined && date === dateOf(what.lastModified);
}

/**
 * One satisfiable range; several, malformed and unknown units mean the whole body.
 *
 * Written out because RFC 9110 section 14.1.2 takes a suffix longer than the
 * body for all of it and ignores a backward range, and range-parser does neither.
 */
function range(header: string, length: number): ConditionalResult {
  const match = /^bytes=\s*(?:(\d+)\s*)?-\s*(\d*)$/i.exec(header.trim());
  const [from = '', to = ''] = match?.slice(1) ?? [];
  if (from === '' && to === '') return FULL;
  const end = from === '' || to === '' ? Number.POSITIVE_INFINITY : Number(to);
  const first = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  if (end < first) return FULL;
  if (first >= length) return { kind: 'unsatisfiable' };
  return { kind: 'part', first, last: Math.min(end, length - 1) };
}

function tags(list: string): string[] {
  return list.split(',').map((tag) => tag.trim());
}

function dateOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
