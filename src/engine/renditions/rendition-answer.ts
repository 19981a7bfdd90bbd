/**
 * RenditionAnswer: a stored rendition with the facts of this answer: how long
 * it may be kept, and how the store took part.
 *
 * Pure.
 */
import type { Writable } from '../../base/writable.ts';
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
  /** An HTTP date. */
  readonly lastModified: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Seconds that this answer may be kept at most, because a better one may come. */
  readonly mostSeconds: number;
  readonly timings: Timings;
  /** Why the store could not answer; absent: it did. */
  readonly forward?: 'uri-miss' | 'stale' | undefined;
  readonly tags?: readonly string[] | undefined;
  /** A source was purged after this request had asked for it. */
  readonly purged?: boolean;
  readonly collapsed: boolean;
  /** Where it was stored, where it was. */
  readonly tier?: CacheFacts['tier'] | undefined;
}

/** Of a hit that nothing was waited for. */
export const NEAR = { timings: {}, tier: 'memory' } as const;

export function renditionAnswer({ meta, body }: StoredRendition, facts: AnswerFacts): Rendition {
  const { source, key, timings, lastModified } = facts;
  const { receipt } = meta;
  // Fields that may be absent are put in one by one: spreading them takes longer than all else here
  const answer: Writable<Rendition> = {
    body,
    mediaType: meta.mediaType,
    etag: meta.etag,
    lifetime: lifetimeOf(facts),
    cache: cacheFacts(facts),
    timings,
    key,
    source: meta.source,
    result: meta.result,
    diagnostics: meta.diagnostics,
  };
  if (lastModified) answer.lastModified = lastModified;
  if (receipt) answer.receipt = receipt;
  if (source.url !== undefined) answer.canonical = source.url;
  if (facts.tags !== undefined) answer.tags = facts.tags;
  return answer;
}

function lifetimeOf(facts: AnswerFacts): Lifetime {
  const { request, source, freshness, now, mostSeconds, purged } = facts;
  const age = Math.max(0, Math.floor((now - source.checkedAt) / 1000));
  const lifetime: Writable<Lifetime> = {
    // What was purged softly is stale, however long it was to be fresh.
    seconds: source.outdated
      ? Math.min(Math.floor(freshness.freshSeconds), age)
      : Math.floor(Math.min(freshness.freshSeconds, age + mostSeconds)),
    age,
    shared: !freshness.private && request.mount.isPrivate !== true,
    noStore:
      freshness.noStore ||
      (purged && !source.outdated) ||
      request.compiled.response.noStore === true,
  };
  if (freshness.noCache) lifetime.noCache = true;
  if (freshness.revalidation) lifetime.revalidation = freshness.revalidation;
  if (freshness.granted) lifetime.granted = freshness.granted;
  if (freshness.incomplete || mostSeconds !== Number.POSITIVE_INFINITY) lifetime.unsettled = true;
  return lifetime;
}

const HIT: CacheFacts = { hit: true, stored: false, collapsed: false };
const HITS = {
  memory: { ...HIT, tier: 'memory' },
  disk: { ...HIT, tier: 'disk' },
  bucket: { ...HIT, tier: 'bucket' },
} as const;

function cacheFacts({ request, source, forward, collapsed, tier }: AnswerFacts): CacheFacts {
  const { forwarded } = source;
  if (forward === undefined && forwarded === undefined) return tier ? HITS[tier] : HIT;
  const facts: Writable<CacheFacts> = {
    hit: forward === undefined,
    stored: forward !== undefined || forwarded?.status === 200,
    collapsed,
  };
  const upload = request.compiled.source.kind === 'upload';
  facts.forward = upload ? 'method' : (forwarded?.why ?? forward ?? 'stale');
  if (forwarded?.status !== undefined) facts.forwardStatus = forwarded.status;
  if (facts.hit && tier !== undefined) facts.tier = tier;
  return facts;
}
