/**
 * Freshness: how long a stored source may be used, and what may be done after.
 *
 * RFC 9111 and RFC 5861 as docs/spec/http.md 7.2 reads them: the lifetime is
 * s-maxage, else max-age, else Expires minus Date, else a tenth of the age of
 * Last-Modified (capped), else the dialect's fallback; the source's Age is
 * taken off; then the dialect's floor and ceiling are put on. The arithmetic of
 * the lifetime is `http-cache-semantics`; the directives are read here, where
 * case, quotes and contradictions are settled before it sees them.
 *
 * Pure: headers and times in, seconds out.
 */
import CachePolicy from 'http-cache-semantics';
import type { FreshnessPolicy } from '../base/freshness-policy.ts';

/** Lower-case names. */
export type Headers = Readonly<Record<string, string>>;

export interface Freshness {
  /** Seconds of use without asking, counted from the time it was received. */
  readonly freshSeconds: number;
  /** Seconds after that in which it may be used while it is asked for again. */
  readonly staleWhileRevalidate: number;
  /** Seconds after that in which it may be used when asking fails. */
  readonly staleIfError: number;
  /** No cache at all. */
  readonly noStore: boolean;
  /** No shared cache, so not ours. */
  readonly private: boolean;
  /** Asked for again at every use. */
  readonly noCache: boolean;
  /** Never used once stale, not even when the origin is down. */
  readonly mustRevalidate: boolean;
  /** What the source, or whoever configured it, grants to caches behind us once it is stale, in seconds. */
  readonly granted?: StaleUse;
  /** Something is missing that may be there soon. */
  readonly incomplete?: true;
  /** What the source demands of caches behind us once it is stale: of all, or of shared ones. */
  readonly revalidation?: 'must-revalidate' | 'proxy-revalidate';
}

/** Use of what is stale, in seconds (RFC 5861); absent: not spoken of. */
export interface StaleUse {
  readonly staleWhileRevalidate?: number;
  readonly staleIfError?: number;
}

export interface FreshnessOptions {
  /** Longest lifetime guessed from Last-Modified, in seconds; 0 guesses none. A day by default. */
  readonly heuristicCap?: number;
}

const DAY = 86_400;

/** RFC 9111 section 1.2.2: what is too large to count is 2^31. */
const FOREVER = 2 ** 31;

/**
 * How long an answer received at `now` is good for.
 *
 * `max-age=600` with `Age: 100` is fresh for 500 s, at least `min` and at most
 * `max`. `no-store` and `private` are fresh for 0 s whatever the floor; so is
 * `no-cache`, which may be stored but is asked for again at every use
 * (docs/spec/http.md 7.3), and so is an answer with `Vary: *`, which fits no
 * other request (RFC 9111 4.1).
 *
 * @param now when the answer was received, milliseconds since 1970
 */
export function freshness(
  headers: Headers,
  policy: FreshnessPolicy,
  now: number,
  options: FreshnessOptions = {},
): Freshness {
  const directives = readDirectives(headers['cache-control']);
  const noStore = directives.has('no-store');
  const unshared = directives.has('private');
  const noCache = directives.has('no-cache') || variesByAll(headers.vary);
  const mustRevalidate =
    noCache || directives.has('must-revalidate') || directives.has('proxy-revalidate');
  const left = policy.until === undefined ? FOREVER : secondsUntil(policy.until, now);
  const lifetime = lifetimeOf(headers, directives, policy, now, options.heuristicCap ?? DAY);
  const unusable = noStore || unshared || noCache;
  const freshSeconds = unusable ? 0 : Math.min(clamp(lifetime, policy), left);
  // s-maxage forbids stale use (RFC 9111 5.2.2.10) unless the source itself grants it (RFC 5861).
  const granted = !directives.has('s-maxage');
  const closed = unusable || mustRevalidate;
  const said = (name: string, configured: number | undefined) =>
    closed ? undefined : (seconds(directives.get(name)) ?? (granted ? configured : undefined));
  const window = (stated: number | undefined, otherwise: number) =>
    closed ? 0 : Math.min(stated ?? (granted ? otherwise : 0), left - freshSeconds);
  const whileRevalidating = said('stale-while-revalidate', policy.staleWhileRevalidate);
  const ifError = said('stale-if-error', policy.staleIfError);
  return {
    freshSeconds,
    staleWhileRevalidate: window(whileRevalidating, 0),
    staleIfError: window(ifError, DAY),
    ...grantOf(whileRevalidating, ifError),
    noStore,
    private: unshared,
    noCache,
    mustRevalidate,
    ...revalidationOf(directives),
  };
}

function variesByAll(vary: string | undefined): boolean {
  return (vary ?? '').split(',').some((name) => name.trim() === '*');
}

function grantOf(
  staleWhileRevalidate: number | undefined,
  staleIfError: number | undefined,
): Pick<Freshness, 'granted'> {
  if (staleWhileRevalidate === undefined && staleIfError === undefined) return {};
  return {
    granted: {
      ...(staleWhileRevalidate === undefined ? {} : { staleWhileRevalidate }),
      ...(staleIfError === undefined ? {} : { staleIfError }),
    },
  };
}

function revalidationOf(directives: ReadonlyMap<string, string>): Pick<Freshness, 'revalidation'> {
  const revalidation = (['must-revalidate', 'proxy-revalidate'] as const).find((name) =>
    directives.has(name),
  );
  return revalidation === undefined ? {} : { revalidation };
}

/** What may be done with an answer `age` seconds after it was received. */
export type Use =
  /** Use it. */
  | 'fresh'
  /** Use it, and ask again behind the visitor's back. */
  | 'while-revalidating'
  /** Ask first; use it if asking fails for reasons that may pass. */
  | 'if-error'
  /** Ask first. */
  | 'never';

export function useAt(age: number, freshness: Freshness): Use {
  const over = age - freshness.freshSeconds;
  if (freshness.noStore || freshness.private) return 'never';
  if (over < 0) return 'fresh';
  if (over < freshness.staleWhileRevalidate) return 'while-revalidating';
  return over < freshness.staleIfError ? 'if-error' : 'never';
}

/** Validators of a stored answer, for asking whether it has changed. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Those that are well formed; a Last-Modified after its own Date says nothing (RFC 9110 8.8.2.1). */
export function validatorsOf(headers: Headers, now: number): Validators {
  const etag = headers.etag?.trim() ?? '';
  const modified = dateOf(headers['last-modified']);
  const date = dateOf(headers.date) ?? now;
  return {
    ...(/^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? { etag } : {}),
    ...(modified === undefined || modified > date
      ? {}
      : { lastModified: new Date(modified).toUTCString() }),
  };
}

/**
 * The headers of a stored answer after a 304 (RFC 9111 3.2): what the new answer says
 * replaces what was stored, except what describes the body, which is still the old one.
 *
 * Date and Age describe an answer, not a source, so the old ones never survive.
 */
export function mergeHeaders(stored: Headers, fresh: Headers): Record<string, string> {
  const { date: _date, age: _age, ...kept } = stored;
  const { 'content-type': _type, 'content-length': _length, ...news } = fresh;
  return { ...kept, ...news };
}

function lifetimeOf(
  headers: Headers,
  directives: ReadonlyMap<string, string>,
  policy: FreshnessPolicy,
  now: number,
  heuristicCap: number,
): number {
  const date = dateOf(headers.date) ?? now;
  const age = seconds(headers.age?.trim()) ?? 0;
  const explicit = ['s-maxage', 'max-age'].find((name) => directives.has(name));
  const modified = dateOf(headers['last-modified']);
  const asked: Record<string, string> = { date: new Date(date).toUTCString() };
  if (explicit !== undefined) {
    // A value that cannot be read makes the answer stale (RFC 9111 4.2.1).
    asked['cache-control'] = `${explicit}=${seconds(directives.get(explicit)) ?? 0}`;
  } else if (headers.expires !== undefined) {
    asked.expires = new Date(dateOf(headers.expires) ?? 0).toUTCString();
  } else if (heuristicCap > 0 && modified !== undefined && modified <= date) {
    asked['last-modified'] = new Date(modified).toUTCString();
    return Math.min(maxAge(asked), heuristicCap) - age;
  } else {
    return policy.fallback - age;
  }
  return maxAge(asked) - age;
}

/** Seconds of freshness by the library; with a Date given, it does not look at the clock. */
function maxAge(headers: Record<string, string>): number {
  const options = { shared: true, cacheHeuristic: 0.1, immutableMinTimeToLive: 0 };
  return new CachePolicy({ headers: {} }, { status: 200, headers }, options).maxAge();
}

function clamp(lifetime: number, { min, max }: FreshnessPolicy): number {
  return Math.min(Math.max(Math.floor(lifetime), min, 0), Math.max(max, 0));
}

/** A minute ahead is 60 s, however far into this second we are. */
function secondsUntil(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

/**
 * Directives by lower-case name. The first of several counts (RFC 9111 4.2.1);
 * a field list (`private="set-cookie"`) is taken for the whole directive, which
 * is the careful reading.
 */
function readDirectives(header: string | undefined): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  const pattern = /([^\s,=;"]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,"]*)))?/g;
  for (const [, name = '', quoted, bare] of (header ?? '').matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? bare ?? '');
  }
  return directives;
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), FOREVER) : undefined;
}

/** An HTTP date in milliseconds; `Date.parse` alone would also take "0" and "-1" for years. */
function dateOf(text: string | undefined): number | undefined {
  const words = text?.search(/[a-z]{3}/i) ?? -1;
  const dated = words >= 0 && /\d\d:\d\d/.test(text?.slice(words) ?? '');
  const value = dated ? Date.parse(text ?? '') : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}
