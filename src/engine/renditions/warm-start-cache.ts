/**
 * WarmStartCache: what searches have found about each series of plans on a source.
 *
 * Bounded; what was found longest ago is forgotten first. In memory only: after a
 * restart the first search of a series is a cold one again.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { mergeWarmStarts } from '../../optimizer/search/warm-start.ts';
import type { WarmStart } from '../../optimizer/task.ts';
import type { Key } from '../../plan/key.ts';

/** Series that are remembered, a few hundred bytes each. */
const MOST = 5000;

export class WarmStartCache {
  readonly #bySeries: BoundedMap<Key, WarmStart>;

  constructor(most = MOST) {
    this.#bySeries = new BoundedMap(most);
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
