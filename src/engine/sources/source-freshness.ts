/**
 * Source freshness: how long a source, and what is made of it, may be kept.
 *
 * Pure, but for remembering what was said last about each source.
 */
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { Validators } from '../../origins/origin.ts';
import { type Freshness, freshness } from '../../stores/freshness.ts';

/** What is known of a source from its origin. */
export interface OriginFacts {
  /** Of the origin's answer, lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the origin last vouched for it, milliseconds since 1970. */
  readonly checkedAt: number;
}

/** What was said last about each source. */
const last = new WeakMap<OriginFacts, { policy: FreshnessPolicy; value: Freshness }>();

/** The freshness of a source under a policy. */
export function sourceFreshness(source: OriginFacts, policy: FreshnessPolicy): Freshness {
  const known = last.get(source);
  if (known !== undefined && isSame(known.policy, policy)) return known.value;
  const value = lifetime(source.headers, policy, source.checkedAt);
  last.set(source, { policy, value });
  return value;
}

function isSame(a: FreshnessPolicy, b: FreshnessPolicy): boolean {
  if (a === b) return true;
  return (
    a.fallback === b.fallback &&
    a.min === b.min &&
    a.max === b.max &&
    a.until === b.until &&
    a.staleWhileRevalidate === b.staleWhileRevalidate &&
    a.staleIfError === b.staleIfError
  );
}

/**
 * Freshness by what the origin says, else by the dialect: each service names
 * its own time for silent origins, so nothing is guessed from Last-Modified.
 */
export function lifetime(
  headers: OriginFacts['headers'],
  policy: FreshnessPolicy,
  at: number,
): Freshness {
  return freshness(headers, policy, at, { heuristicCap: 0 });
}

/** What the origin is asked with whether a source has changed. */
export function validators({ headers }: Pick<OriginFacts, 'headers'>): Validators {
  const etag = headers.etag;
  const lastModified = headers['last-modified'];
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}
