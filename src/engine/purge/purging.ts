/**
 * Purging: what is purged leaves every tier: sources and what is known of them, renditions in memory and on
 * the disk, remembered failures. What workers have found of a source goes by its new name.
 */
import type { PurgeCounts, PurgeTarget } from '../engine.ts';
import type { RenditionCache } from '../renditions/rendition-cache.ts';
import type { SharedTier } from '../shared/shared-tier.ts';
import type { RememberedFaults } from '../sources/remembered-faults.ts';
import type { SourceCache } from '../sources/source-cache.ts';
import type { MarkTarget } from './purge-target.ts';

export interface PurgingParts {
  readonly sources: SourceCache;
  readonly renditions: RenditionCache;
  /** What pictures failed with. */
  readonly faults: RememberedFaults;
  /** What all nodes keep together. */
  readonly shared?: Pick<SharedTier, 'purge'> | undefined;
}

export class Purging {
  readonly #parts: PurgingParts;
  #count = 0;

  constructor(parts: PurgingParts) {
    this.#parts = parts;
  }

  /** Purges so far. */
  get count(): number {
    return this.#count;
  }

  /** @throws Fault for a source that no origin can have */
  async purge(target: PurgeTarget, soft: boolean): Promise<PurgeCounts> {
    const { sources, renditions, faults, shared } = this.#parts;
    const marks = await this.#marksOf(target);
    this.#count++;
    const gone = await Promise.all(marks.map((mark) => sources.purge(mark, soft)));
    faults.clear();
    const contents = new Set(gone.flatMap((one) => [...one.contents]));
    const keys = gone.flatMap((one) => one.keys);
    const taken = soft || contents.size === 0 ? 0 : renditions.purge(contents);
    if (!soft && keys.length > 0) await shared?.purge(keys, contents);
    return {
      sources: gone.reduce((sum, one) => sum + one.sources, 0),
      renditions: await taken,
      durable: gone.every(({ durable }) => durable),
    };
  }

  async #marksOf(target: PurgeTarget): Promise<MarkTarget[]> {
    if (target.kind !== 'sources') return [target];
    const keys = target.sources.map(({ mount, ref }) => this.#parts.sources.keyOf(mount, ref));
    return [...new Set(await Promise.all(keys))].map((key) => ({ kind: 'source', key }));
  }
}
