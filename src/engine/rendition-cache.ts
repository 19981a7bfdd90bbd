/**
 * RenditionCache: stored renditions by their key.
 *
 * It holds what workers have made in the tiered store. A rendition that was
 * made under a client's deadline counts for a minute only.
 */
import { readFile, rm } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { Key } from '../plan/key.ts';
import type { TieredStore } from '../stores/tiered.ts';
import { etagOf, type RenditionMeta, type StoredRendition } from './rendition-meta.ts';
import type { WorkerResult } from './worker-protocol.ts';

/** Seconds that an answer is fresh while a better one is being made. */
export const UNREFINED_SECONDS = 60;

export class RenditionCache {
  readonly #store: TieredStore;
  readonly #clock: Clock;

  constructor(store: TieredStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async get(key: Key): Promise<StoredRendition | undefined> {
    const entry = await this.#store.get(key);
    if (!entry) return undefined;
    const meta = entry.meta as unknown as RenditionMeta;
    const old = this.#clock.now() - meta.storedAt > UNREFINED_SECONDS * 1000;
    return meta.deadlineBound && old ? undefined : { meta, body: entry.body };
  }

  /** Stores what a worker has made. */
  async keep(
    key: Key,
    { body, warmStart: _, ...facts }: WorkerResult,
    extra: Pick<RenditionMeta, 'refined' | 'deadlineBound'> & { readonly queue?: number } = {},
  ): Promise<StoredRendition> {
    const bytes = 'inline' in body ? body.inline : await takeFile(body.file);
    const { queue, ...rest } = extra;
    const meta: RenditionMeta = {
      ...facts,
      ...rest,
      etag: etagOf(key, bytes),
      timings: { ...facts.timings, ...(queue === undefined ? {} : { queue }) },
      storedAt: this.#clock.now(),
    };
    await this.#store.put(key, { ...meta }, bytes);
    return { meta, body: bytes };
  }

  /** Notes that nothing is left to improve. */
  async markRefined(key: Key, { meta }: StoredRendition): Promise<void> {
    await this.#store.update(key, { ...meta, refined: true });
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

async function takeFile(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file);
  await rm(file, { force: true });
  return bytes;
}
