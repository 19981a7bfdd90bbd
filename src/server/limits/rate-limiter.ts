/**
 * Rate limiter: so many in a time, for each of many keys, by the generic cell rate algorithm (GCRA).
 *
 * Of each key one time is kept: when all that it was given so far would have been due, were it spread
 * evenly. What comes is admitted while that time lies less than the whole window ahead. So a key
 * that was quiet may take all at once, then one each time a part of the window has passed, and no
 * window of that length sees more than twice the count. ITU-T I.371 annex A has the algorithm.
 *
 * Memory is bounded: past it the keys that were used longest ago are forgotten, and begin anew.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Rate } from '../../base/options.ts';

/** Keys that are remembered, about 100 bytes each. */
const MOST_KEYS = 100_000;

export class RateLimiter {
  readonly rate: Rate;
  readonly #now: () => number;
  readonly #due: BoundedMap<string, number>;
  /** Milliseconds that one takes. */
  readonly #each: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(rate: Rate, now: () => number, mostKeys = MOST_KEYS) {
    this.rate = rate;
    this.#now = now;
    this.#due = new BoundedMap(mostKeys);
    this.#each = rate.milliseconds / rate.count;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#due.size;
  }

  /** Milliseconds until one more would be admitted; 0 where it is now. Takes nothing. */
  wait(key: string): number {
    const { milliseconds } = this.rate;
    const ahead = this.#next(key) - this.#now() - milliseconds;
    return ahead > EPSILON ? ahead : 0;
  }

  /** Takes one, which `wait` has admitted. */
  take(key: string): void {
    this.#due.set(key, this.#next(key));
  }

  #next(key: string): number {
    return Math.max(this.#due.get(key) ?? 0, this.#now()) + this.#each;
  }
}

/** Milliseconds that sums of parts which do not divide evenly may be off. */
const EPSILON = 1e-6;
