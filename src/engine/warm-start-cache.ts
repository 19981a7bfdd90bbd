/**
 * Lessons: what searches taught about each series of plans on a source.
 *
 * Bounded; what was taught longest ago is forgotten first. In memory only: after a
 * restart the first search of a series is a cold one again.
 */
import { mergeWarmStarts } from '../optimizer/search/warm-start.ts';
import type { WarmStart } from '../optimizer/task.ts';
import type { Key } from '../plan/key.ts';

/** Series that are remembered, a few hundred bytes each. */
const MOST = 5000;

export class WarmStartCache {
  readonly #most: number;
  /** In the order of the latest lesson. */
  readonly #bySeries = new Map<Key, WarmStart>();

  constructor(most = MOST) {
    this.#most = most;
  }

  of(series: Key): WarmStart | undefined {
    return this.#bySeries.get(series);
  }

  /** Adds to what is known of a series; nothing where nothing was learned. */
  add(series: Key, warmStart: WarmStart | undefined): void {
    if (warmStart === undefined || Object.keys(warmStart.offsets).length === 0) return;
    const all = mergeWarmStarts(this.#bySeries.get(series), warmStart);
    this.#bySeries.delete(series);
    this.#bySeries.set(series, all);
    if (this.#bySeries.size > this.#most)
      this.#bySeries.delete(this.#bySeries.keys().next().value!);
  }
}
