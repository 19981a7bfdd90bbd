/**
 * The shape of an exchange: plain data in, plain data out.
 *
 * The server is one function of this shape. Tests call it with objects, and
 * `node/adapter.ts` is all that knows sockets.
 */
import type { Body } from '../../base/body.ts';
import type { Timings } from '../../engine/timings.ts';
import type { Span } from '../../engine/tracing/span.ts';

/** A request as plain data. */
export interface HttpRequest {
  /** As it stood in the request line. */
  readonly method: string;
  /** The raw request target: never decoded, never normalised. */
  readonly target: string;
  /** Lower-case names; several lines of one name are joined with ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Nothing is read, and no `100 Continue` is sent, before the first pull. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly remoteAddress?: string;
  /** Fires when the client goes away. */
  readonly signal: AbortSignal;
}

/** A request on its way through the server. */
export interface NamedRequest extends HttpRequest {
  /** See `request-id.ts`. */
  readonly id: string;
  /** When it came, on the clock of `performance.now`. */
  readonly arrived: number;
  /** Where it is traced. */
  readonly span?: Span;
}

/** An answer as plain data. */
export interface HttpResponse {
  readonly status: number;
  /** Of this answer alone, so that more may be added on its way. Lower-case names. `content-length` is exact, also for HEAD; absent for 204 and 304. */
  readonly headers: Record<string, string>;
  /** Empty for HEAD, 204 and 304. */
  readonly body: Body;
  /** The connection ends with this answer. */
  readonly close?: boolean;
  /** For the access log, where the answer is about a picture. */
  picture?: PictureFacts;
  /** What making it took, where it was made. */
  timings?: Timings;
}

/** What is known of the picture of an answer. */
export interface PictureFacts {
  /** Name of the source in the configuration. */
  readonly source: string;
  readonly dialect: string;
  readonly cache?: 'hit' | 'miss' | 'collapsed';
  /** Of the result. */
  readonly format?: string;
}

/** A server without sockets: never rejects, whatever it is asked. */
export type Handle = (request: HttpRequest) => Promise<HttpResponse>;

export const NO_BODY: Uint8Array = new Uint8Array(0);

/** An empty request body. */
export async function* noBody(): AsyncGenerator<Uint8Array> {}

/** Header values carry printable Latin-1; anything else becomes "?". */
export function headerText(value: string): string {
  return value.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '?');
}

/** On every answer, errors and redirects included (docs/spec/http.md 10.2, 10.5, 10.6, 10.10). */
export function commonHeaders(now: number, policy: HeaderPolicy): Record<string, string> {
  return { date: httpDate(now), ...serverHeaders(policy) };
}

/** The same without the date of the answer. */
export function serverHeaders(policy: HeaderPolicy): Record<string, string> {
  return {
    server: 'fovea',
    'x-content-type-options': 'nosniff',
    'content-security-policy': STRICT_CSP,
    'access-control-allow-origin': '*',
    'access-control-expose-headers': EXPOSED,
    'cross-origin-resource-policy': policy.resourcePolicy,
    ...(policy.timing ? { 'timing-allow-origin': '*' } : {}),
  };
}

let second = 0;
let secondText = '';

/** The date of an answer; the text of a second is made once. */
export function httpDate(now: number): string {
  const whole = Math.floor(now / 1000);
  if (whole !== second) {
    second = whole;
    secondText = new Date(now).toUTCString();
  }
  return secondText;
}

/** What a page's script may read of an answer. */
const EXPOSED =
  'Content-Length, ETag, Server-Timing, Fovea, Fovea-Warning, Cache-Status, X-Request-Id';

/** What an operator may choose about headers. */
export interface HeaderPolicy {
  readonly resourcePolicy: 'cross-origin' | 'same-site' | 'same-origin';
  /** Send Server-Timing, readable from any page. */
  readonly timing: boolean;
  /** Say how old an answer is in `Age`, or take it off `max-age`; `header` when absent. */
  readonly age?: 'header' | 'subtract';
  /** Header for lifetimes at a CDN; that of RFC 9213 when absent. */
  readonly cdnControl?: 'CDN-Cache-Control' | 'Surrogate-Control';
  /** Header for tags; none when absent. */
  readonly tags?: 'off' | 'Surrogate-Key' | 'Cache-Tag';
  /** Name the stored picture in Cache-Status. */
  readonly cacheKey?: boolean;
  /** Errors name the page that explains them: the documentation is open. */
  readonly guides?: boolean;
}

/** Closes polyglots: whatever the bytes are, nothing in them runs (docs/spec/http.md 10.7). */
export const STRICT_CSP = "default-src 'none'; sandbox";
/** SVG may style itself and carry embedded pictures, nothing else. */
export const SVG_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** The union of header lists such as Vary, first spelling first, each name once. */
export function joinNames(...lists: readonly (string | undefined)[]): string | undefined {
  const names = new Map<string, string>();
  for (const list of lists) {
    for (const part of (list ?? '').split(',')) {
      const name = part.trim();
      if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  return names.size === 0 ? undefined : [...names.values()].join(', ');
}
