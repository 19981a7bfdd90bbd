/**
 * Shared renditions: what any node has made, read on a local miss and written after the answer.
 *
 * Reading is a hedge: within the time that the store usually takes nobody renders; once that has passed the
 * work begins beside it, and whichever comes first is the answer (`first-of.ts`). Beside a store that is known
 * to be slow it begins at once, so that it is no slower than rendering again.
 *
 * An entry holds the epoch of purges in which its source was asked for: what was purged since is a miss, and
 * what was purged while it waited to be written is not written.
 */

import type { AnswerTime } from '../../stores/answer-time.ts';
import type { SharedStore, SharedStoreStatus } from '../../stores/shared-store.ts';
import type { WriteBehind } from '../../stores/write-behind.ts';
import type { RenditionCache } from '../renditions/rendition-cache.ts';
import { isRenditionMeta, type StoredRendition } from '../renditions/rendition-meta.ts';
import type { ResolvedRequest } from '../resolved-request.ts';
import type { CachedSource, SourceCache } from '../sources/source-cache.ts';
import type { Timer } from '../timer.ts';
import { within } from './within.ts';

export interface SharedRenditionsParts {
  readonly store: SharedStore;
  readonly writes: WriteBehind;
  readonly cache: RenditionCache;
  readonly sources: Pick<SourceCache, 'isGone' | 'isPurged'>;
  readonly time: AnswerTime;
  readonly timer: Timer;
}

/** A read under way. */
export interface SharedRead {
  /** The rendition, or undefined once it is there no more likely than work is done. */
  readonly early: Promise<StoredRendition | undefined>;
  /** The rendition whenever it comes; undefined where there is none. Never rejects. */
  readonly late: Promise<StoredRendition | undefined>;
}

export class SharedRenditions {
  readonly #parts: SharedRenditionsParts;
  readonly #reads = new Map<string, Promise<StoredRendition | undefined>>();

  constructor(parts: SharedRenditionsParts) {
    this.#parts = parts;
  }

  get status(): Pick<SharedStoreStatus, 'available'> {
    return this.#parts.store.status;
  }

  /** Reads a rendition that is not here, once for all who ask meanwhile. */
  read(resolved: ResolvedRequest): SharedRead {
    const { time, timer } = this.#parts;
    const late = this.find(resolved);
    return { late, early: within(late, time.wait(), timer) };
  }

  /** The rendition that another node has made, which is here as well from now on; waits as long as the store may take. */
  find(resolved: ResolvedRequest): Promise<StoredRendition | undefined> {
    const { key } = resolved;
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const read = this.#find(resolved)
      .catch(() => undefined)
      .finally(() => this.#reads.delete(key));
    this.#reads.set(key, read);
    return read;
  }

  /**
   * Has a rendition written that is here. Nobody waits for it who has a visitor.
   *
   * @returns whether every node may read it
   */
  offer(resolved: ResolvedRequest, { meta, body }: StoredRendition): Promise<boolean> {
    const { request, source, key } = resolved;
    if (request.upload) return Promise.resolve(false);
    const { epoch = 0 } = source;
    return this.#parts.writes.offer(key, {
      meta: { epoch, rendition: meta },
      body,
      wanted: () => !sourcesOf(resolved).some((one) => this.#parts.sources.isPurged(one)),
    });
  }

  async #find({ key, source }: ResolvedRequest): Promise<StoredRendition | undefined> {
    const { store, cache, sources, time, timer } = this.#parts;
    const start = timer.now();
    const entry = await store.get(key);
    // One that is left alone answers at once, which says nothing of how far away it is.
    if (store.status.available) time.note(timer.now() - start);
    if (entry === undefined) return undefined;
    const { epoch, rendition: meta } = entry.meta;
    if (typeof epoch !== 'number' || !isRenditionMeta(meta)) return undefined;
    if (sources.isGone({ ...source, epoch })) return undefined;
    const stored = { meta, body: entry.body };
    if (cache.isOutdated(stored)) return undefined;
    // What was made here meanwhile stays.
    const here = await cache.get(key);
    if (here !== undefined && !cache.isOutdated(here)) return here;
    return cache.take(key, stored);
  }
}

function sourcesOf({ source, pictures }: ResolvedRequest): CachedSource[] {
  const beside = pictures.map((picture) => picture.source);
  return [source, ...beside.filter((one) => one !== undefined)];
}
