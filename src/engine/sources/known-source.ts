/**
 * Known source: what the headers of an origin, the time and the request make of a copy.
 *
 * Pure.
 */
import type { Key } from '../../plan/key.ts';
import { type Freshness, useAt } from '../../stores/freshness.ts';
import { type CachedSource, held, type SourceMeta } from './cached-source.ts';

/** A copy in the store. */
export interface KnownSource {
  readonly held: CachedSource;
  /** Its time has passed. */
  readonly check: boolean;
  /** It may be served while it is checked. */
  readonly usable: boolean;
  /** Its time has not passed, but the request asks for the origin's word. */
  readonly reload?: boolean;
}

/**
 * @param now milliseconds since 1970
 * @param maxAge most seconds since the origin vouched for it, where the request says so
 */
export function knownSource(
  key: Key,
  meta: SourceMeta,
  freshness: Freshness,
  now: number,
  maxAge?: number,
): KnownSource {
  const age = (now - meta.checkedAt) / 1000;
  const due = useAt(age, freshness);
  const soft = meta.outdated && due === 'fresh';
  const use = !soft ? due : freshness.mustRevalidate ? 'if-error' : 'while-revalidating';
  const reload = use === 'fresh' && maxAge !== undefined && age >= maxAge;
  if (use === 'fresh' && !reload) {
    return { held: held(key, meta, 'fresh'), check: false, usable: true };
  }
  const usable = use === 'while-revalidating' && maxAge === undefined;
  return { held: held(key, meta, 'stale'), check: true, usable, reload };
}
