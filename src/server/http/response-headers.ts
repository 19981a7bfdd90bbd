/**
 * Headers of a success: what a rendition says about itself.
 *
 * Cache-Control and Age from its lifetime, Fovea from its receipt (RFC 9651),
 * Cache-Status (RFC 9211) and Server-Timing from how it came to be.
 */
import { type Item, serializeDictionary, Token } from 'structured-headers';
import type { ResponsePolicy } from '../../dialects/dialect.ts';
import type { CacheFacts, Lifetime, Rendition } from '../../engine/engine.ts';
import { STAGES, type Timings } from '../../engine/timings.ts';
import { FORMATS } from '../../image/format.ts';
import type { Receipt } from '../../optimizer/receipt.ts';
import { type HeaderPolicy, STRICT_CSP, SVG_CSP } from './http-message.ts';

/** Types that leave the server; whatever else a source claims to be goes out as plain bytes. */
const SENDABLE = new Set<string>([
  ...Object.values(FORMATS).map((card) => card.mediaType),
  ...['image/bmp', 'image/x-icon', 'image/vnd.microsoft.icon', 'image/vnd.adobe.photoshop'],
  ...['image/jp2', 'image/heif', 'image/apng', 'video/quicktime', 'video/ogg'],
  ...['application/json', 'text/css', 'text/plain'],
]);

/**
 * The media type to declare. Types that a browser would run or show as a page
 * become `application/octet-stream` (docs/spec/http.md 10.1).
 */
export function safeMediaType(mediaType: string): string {
  const bare = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!SENDABLE.has(bare)) return 'application/octet-stream';
  return bare === 'text/plain' || bare === 'text/css' ? `${bare}; charset=utf-8` : bare;
}

/** Nothing inside the answer may run; SVG may style itself. */
export function contentSecurityPolicy(mediaType: string): string {
  return mediaType === 'image/svg+xml' ? SVG_CSP : STRICT_CSP;
}

/**
 * Cache-Control and Age of an answer.
 *
 * `max-age` counts from when the answer was stored and Age says how long ago
 * that was. A link that expires sooner than the answer is dated anew: 60
 * seconds left are `max-age=60` with Age 0, however old the stored answer is.
 * Where a cache behind us does not look at Age, as nginx does not, `subtract`
 * leaves it out and counts `max-age` from now: the same answer would live
 * twice as long there.
 *
 * @param ttl seconds a substitute may live at most; absent for the real thing
 */
export function cacheHeaders(
  lifetime: Lifetime,
  response: ResponsePolicy,
  now: number,
  ttl?: number,
  ageBy: HeaderPolicy['age'] = 'header',
): { readonly 'cache-control': string; readonly age?: string } {
  if (lifetime.noStore || response.noStore || ttl === 0) return { 'cache-control': 'no-store' };
  const age = Math.max(0, Math.floor(lifetime.age));
  const { until } = response.freshness;
  const left = until === undefined ? undefined : Math.max(0, Math.floor((until - now) / 1000));
  const seconds = Math.max(0, Math.floor(lifetime.seconds));
  const ends = Math.min(left ?? Number.POSITIVE_INFINITY, ttl ?? Number.POSITIVE_INFINITY);
  const dated = ends <= seconds - age ? { maxAge: ends, age: 0 } : { maxAge: seconds, age };
  const subtract = ageBy === 'subtract';
  const maxAge = subtract ? Math.max(0, dated.maxAge - dated.age) : dated.maxAge;
  const shared = lifetime.shared ? 'public' : 'private';
  const keep = lifetime.noCache ? 'no-cache' : `max-age=${maxAge}`;
  const revalidation = lifetime.revalidation ? `, ${lifetime.revalidation}` : '';
  const stale = ttl === undefined ? staleUse(lifetime, until) : '';
  const control = `${shared}, ${keep}${revalidation}${stale}`;
  return subtract
    ? { 'cache-control': control }
    : { 'cache-control': control, age: String(dated.age) };
}

/**
 * The lifetime of an answer at a CDN in front (RFC 9213 2.2, docs/spec/http.md 7.17); undefined where
 * none of its own is configured, or no shared cache may keep the answer. Counted like `max-age`, from
 * when the answer was stored.
 */
export function cdnControl(
  lifetime: Lifetime,
  { cdnSeconds, freshness, noStore }: ResponsePolicy,
  now: number,
  ageBy: HeaderPolicy['age'] = 'header',
): string | undefined {
  if (cdnSeconds === undefined || noStore) return undefined;
  if (lifetime.noStore || !lifetime.shared || lifetime.noCache) return undefined;
  const left = [cdnSeconds];
  if (lifetime.unsettled) left.push(Math.max(0, lifetime.seconds - lifetime.age));
  if (freshness.until !== undefined) left.push(Math.max(0, (freshness.until - now) / 1000));
  const seconds = Math.floor(Math.min(...left));
  const dated = ageBy === 'subtract' || freshness.until !== undefined;
  return `max-age=${dated ? seconds : seconds + lifetime.age}${staleUse(lifetime, freshness.until)}`;
}

/** What a cache behind may do with a stale answer (RFC 5861); nothing of a link that expires. */
function staleUse({ granted }: Lifetime, until: number | undefined): string {
  if (granted === undefined || until !== undefined) return '';
  const { staleWhileRevalidate, staleIfError } = granted;
  const first =
    staleWhileRevalidate === undefined ? '' : `, stale-while-revalidate=${staleWhileRevalidate}`;
  return first + (staleIfError === undefined ? '' : `, stale-if-error=${staleIfError}`);
}

/** Headers that have been written, by receipt: a rendition that is asked for often keeps its own. */
const written = new WeakMap<Receipt, string>();

/** `Fovea: format=avif, quality=52, score=68.4, …` */
export function foveaHeader(receipt: Receipt): string {
  let header = written.get(receipt);
  if (header === undefined) {
    header = writeFovea(receipt);
    written.set(receipt, header);
  }
  return header;
}

function writeFovea(receipt: Receipt): string {
  const fields: Record<string, string | number | true | undefined> = {
    format: receipt.format,
    kind: receipt.kind === 'encoded' ? undefined : receipt.kind,
    quality: rounded(receipt.quality),
    score: rounded(receipt.score),
    target: rounded(receipt.target),
    trials: receipt.trials.length,
    source: receipt.sourceBytes,
    bytes: receipt.bytes,
    mode: receipt.mode,
    'cut-short': receipt.cutShort || undefined,
  };
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, item(value)] as const],
  );
  return serializeDictionary(Object.fromEntries(entries));
}

function item(value: string | number | true): Item {
  return [typeof value === 'string' ? new Token(value) : value, new Map()];
}

/** One decimal; what is no number is left out. */
function rounded(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : Math.round(value * 10) / 10;
}

/**
 * `Fovea; hit; ttl=3500` or `Fovea; fwd=uri-miss; stored; collapsed; fwd-status=200; ttl=3600`
 * (RFC 9211 2).
 *
 * @param key of the stored picture, where it is to be named
 */
export function cacheStatus(cache: CacheFacts, lifetime: Lifetime, key?: string): string {
  const ttl = `ttl=${Math.floor(lifetime.seconds - lifetime.age)}`;
  const named = key === undefined ? '' : `; key="${key}"`;
  if (cache.hit && cache.forward === undefined) return `Fovea; hit; ${ttl}${named}`;
  const stored = cache.stored ? '; stored' : '';
  const collapsed = cache.collapsed ? '; collapsed' : '';
  const status = cache.forwardStatus === undefined ? '' : `; fwd-status=${cache.forwardStatus}`;
  return `Fovea; fwd=${cache.forward ?? 'uri-miss'}${stored}${collapsed}${status}; ${ttl}${named}`;
}

/**
 * The tags of an answer in the form of a header: one space (Surrogate-Key) or comma (Cache-Tag) between
 * two, as each service reads them.
 */
export function tagHeader(
  tags: readonly string[] | undefined,
  form: HeaderPolicy['tags'],
): readonly [name: string, value: string] | undefined {
  if (tags === undefined || form === undefined || form === 'off') return undefined;
  return [form.toLowerCase(), tags.join(form === 'Cache-Tag' ? ',' : ' ')];
}

/**
 * `fetch;dur=12.3, probe;dur=4, total;dur=20.1`, in milliseconds. Stages are
 * rounded down and the total up, so that they never add up to more than it.
 *
 * @param total from the request to its answer, what is no stage included
 */
export function serverTiming(timings: Timings, total: number): string {
  let header = '';
  for (const stage of STAGES) {
    const value = timings[stage];
    if (value !== undefined) header += `${stage};dur=${Math.floor(value * 10) / 10}, `;
  }
  return `${header}total;dur=${Math.ceil(total * 10) / 10}`;
}

/** The headers that describe a rendition, in every answer that carries it. */
export function renditionHeaders(
  rendition: Rendition,
  mediaType: string,
): Readonly<Record<string, string>> {
  return {
    'content-type': mediaType,
    'content-security-policy': contentSecurityPolicy(mediaType),
    'accept-ranges': 'bytes',
    etag: rendition.etag,
    ...(rendition.lastModified === undefined ? {} : { 'last-modified': rendition.lastModified }),
    ...(rendition.receipt === undefined ? {} : { fovea: foveaHeader(rendition.receipt) }),
  };
}
