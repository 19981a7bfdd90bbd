/**
 * RenditionAnswer: a stored rendition with the facts of this answer: how long
 * it may be kept, and how the store took part.
 *
 * Pure.
 */
import type { Key } from '../../plan/key.ts';
import type { Freshness } from '../../stores/freshness.ts';
import type { CacheFacts, Lifetime, RenderRequest, Rendition } from '../engine.ts';
import type { CachedSource } from '../sources/source-cache.ts';
import type { Timings } from '../timings.ts';
import type { StoredRendition } from './rendition-meta.ts';

export interface AnswerFacts {
  readonly request: RenderRequest;
  readonly source: CachedSource;
  readonly key: Key;
  readonly freshness: Freshness;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Seconds that this answer may be kept at most, because a better one may come. */
  readonly mostSeconds: number;
  readonly timings: Timings;
  /** Why the store could not answer; absent: it did. */
  readonly forward?: 'uri-miss' | 'stale';
  readonly collapsed: boolean;
}

export function renditionAnswer({ meta, body }: StoredRendition, facts: AnswerFacts): Rendition {
  const { source, key, timings } = facts;
  const { receipt } = meta;
  const lastModified = source.headers['last-modified'];
  return {
    body,
    mediaType: meta.mediaType,
    etag: meta.etag,
    ...(lastModified ? { lastModified } : {}),
    lifetime: lifetimeOf(facts),
    cache: cacheFacts(facts),
    timings,
    key,
    ...(receipt ? { receipt } : {}),
    source: meta.source,
    result: meta.result,
    diagnostics: meta.diagnostics,
    ...(source.url === undefined ? {} : { canonical: source.url }),
  };
}

function lifetimeOf({ request, source, freshness, now, mostSeconds }: AnswerFacts): Lifetime {
  const age = Math.max(0, Math.floor((now - source.checkedAt) / 1000));
  return {
    seconds: Math.floor(Math.min(freshness.freshSeconds, age + mostSeconds)),
    age,
    shared: !freshness.private,
    noStore: freshness.noStore || request.compiled.response.noStore === true,
    ...(freshness.noCache ? { noCache: true } : {}),
    ...(freshness.revalidation ? { revalidation: freshness.revalidation } : {}),
  };
}

function cacheFacts({ forward, collapsed }: AnswerFacts): CacheFacts {
  return forward === undefined
    ? { hit: true, stored: false, collapsed }
    : { hit: false, forward, stored: true, collapsed };
}
