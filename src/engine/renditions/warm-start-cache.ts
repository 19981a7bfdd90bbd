/**
 * WarmStartCache: what searches have found about each series of plans on a source.
 *
 * Bounded; what was found longest ago is forgotten first. In memory only: after a
 * restart the first search of a series is a cold one again.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';
import { mergeWarmStarts } from '../../optimizer/search/warm-start.ts';
import type { WarmStart } from '../../optimizer/task.ts';
import type { Key } from '../../plan/key.ts';

/** Series that are remembered, and the bytes of all of them. */
const MOST = 5000;
const MOST_BYTES = 5e6;

export class WarmStartCache {
  readonly #bySeries: BoundedMap<Key, WarmStart>;

  constructor(most = MOST) {
    this.#bySeries = new BoundedMap<Key, WarmStart>(MOST_BYTES, {
      weigh: heapWeight,
      entries: most,
    });
  }

  /** Bytes of all that is remembered. */
  get bytes(): number {
    return this.#bySeries.weight;
  }

  of(series: Key): WarmStart | undefined {
    return this.#bySeries.get(series);
  }

  /** Adds to what is known of a series; nothing where nothing was found. */
  add(series: Key, warmStart: WarmStart | undefined): void {
    if (warmStart === undefined || Object.keys(warmStart.offsets).length === 0) return;
    this.#bySeries.set(series, mergeWarmStarts(this.#bySeries.get(series), warmStart));
  }
}
