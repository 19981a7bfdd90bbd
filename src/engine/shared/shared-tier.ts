/**
 * Shared tier: the shared store with what waits to be written to it and what is known of how far away it is.
 */
import pLimit from 'p-limit';
import { keyGroup } from '../../plan/key.ts';
import { AnswerTime } from '../../stores/answer-time.ts';
import type { PrefixDeletion, SharedStore } from '../../stores/shared-store.ts';
import { type SharedTierStatus, WriteBehind } from '../../stores/write-behind.ts';
import { SharedRenditions, type SharedRenditionsParts } from './shared-renditions.ts';
import { SharedSources, type SharedSourcesParts } from './shared-sources.ts';

/** Prefixes deleted side by side. */
const ABREAST = 8;

export class SharedTier {
  readonly store: SharedStore;
  readonly writes: WriteBehind;
  readonly time = new AnswerTime();

  constructor(store: SharedStore) {
    this.store = store;
    this.writes = new WriteBehind(store);
    void this.#measure();
  }

  /**
   * Finds out how far away the store is before a visitor does. The first answer has the making of a connection in
   * it, which the second has not.
   */
  async #measure(): Promise<void> {
    const { store, time } = this;
    if ((await store.probe?.()) !== true) return;
    const start = performance.now();
    if (await store.probe?.()) time.note(performance.now() - start);
  }

  /** What other nodes have read. */
  sources(parts: Omit<SharedSourcesParts, 'store' | 'writes' | 'time'>): SharedSources {
    return new SharedSources({ ...parts, ...this.#own });
  }

  /** What other nodes have made. */
  renditions(parts: Omit<SharedRenditionsParts, 'store' | 'writes' | 'time'>): SharedRenditions {
    return new SharedRenditions({ ...parts, ...this.#own });
  }

  get status(): SharedTierStatus {
    return { ...this.store.status, ...this.writes.status };
  }

  /**
   * Takes sources and all that was made of them away. What is not gone afterwards is not used either, where the
   * mark of the purge is known.
   *
   * @param sources keys of records
   * @param contents that renditions were made of
   * @returns entries that are gone, those that are left, and whether none is
   */
  async purge(sources: Iterable<string>, contents: Iterable<string>): Promise<PrefixDeletion> {
    const groups = [...contents].map(keyGroup).filter((group) => group !== undefined);
    // Record and bytes of a source: their keys have this much in common.
    const prefixes = [...new Set([...[...sources].map((key) => key.slice(0, 32)), ...groups])];
    this.writes.forget((key) => prefixes.some((prefix) => key.startsWith(prefix)));
    const limit = pLimit(ABREAST);
    const all = await Promise.all(
      prefixes.map((prefix) => limit(() => this.store.deletePrefix(prefix))),
    );
    return {
      deleted: all.reduce((sum, { deleted }) => sum + deleted, 0),
      left: all.reduce((sum, { left }) => sum + left, 0),
      whole: all.every(({ whole }) => whole),
    };
  }

  get #own() {
    return { store: this.store, writes: this.writes, time: this.time };
  }

  /** Writes what waits, for a bounded time. */
  async close(): Promise<void> {
    await this.writes.close();
    await this.store.close();
  }
}
