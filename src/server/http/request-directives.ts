/**
 * Request directives: what a request says about caches (RFC 9111 5.2.1, docs/spec/http.md 7.13).
 *
 * Pure.
 */

export interface RequestDirectives {
  /** A stored answer or none. */
  readonly storedOnly: boolean;
  /** Seconds that an answer may be old at most, 0 for `no-cache`; absent: any that is fresh. */
  readonly maxAge?: number;
}

const NONE: RequestDirectives = { storedOnly: false };

/** The smallest of several ages counts, and what cannot be read says nothing. */
export function requestDirectives(header: string | undefined): RequestDirectives {
  if (header === undefined) return NONE;
  const words = header.split(',').map((word) => word.trim().toLowerCase());
  const ages = words.flatMap((word) => {
    if (word === 'no-cache') return [0];
    const seconds = /^max-age\s*=\s*"?(\d{1,15})"?$/.exec(word)?.[1];
    return seconds === undefined ? [] : [Number(seconds)];
  });
  return {
    storedOnly: words.includes('only-if-cached'),
    ...(ages.length === 0 ? {} : { maxAge: Math.min(...ages) }),
  };
}
