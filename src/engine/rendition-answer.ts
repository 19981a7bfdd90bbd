/**
 * RenditionAnswer: a stored rendition with the facts of this answer: how long
 * it may be kept, and how the store took part.
 *
 * Pure.
 */
import type { Key } from '../plan/key.ts';
import type { Freshness } from '../stores/freshness.ts';
import type { CacheFacts, Lifetime, RenderRequest, Rendition, Timings } from './engine.ts';
import { UNREFINED_SECONDS } from './rendition-cache.ts';
import type { StoredRendition } from './rendition-meta.ts';
import type { CachedSource } from './source-cache.ts';

export interface AnswerFacts {
  readonly request: RenderRequest;
  readonly source: CachedSource;
  readonly key: Key;
  readonly freshness: Freshness;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A better rendition may come soon, so this one should not be kept for long. */
  readonly brief: boolean;
  readonly timings: Timings;
  readonly hit: boolean;
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

function lifetimeOf({ request, source, freshness, now, brief }: AnswerFacts): Lifetime {
  const age = Math.max(0, Math.floor((now - source.checkedAt) / 1000));
  const most = brief ? age + UNREFINED_SECONDS : Number.POSITIVE_INFINITY;
  return {
    seconds: Math.floor(Math.min(freshness.freshSeconds, most)),
    age,
    shared: !freshness.private,
    noStore: freshness.noStore || request.compiled.response.noStore === true,
  };
}

function cacheFacts({ hit, collapsed }: AnswerFacts): CacheFacts {
  return { hit, ...(hit ? {} : { forward: 'uri-miss' as const }), stored: !hit, collapsed };
}
