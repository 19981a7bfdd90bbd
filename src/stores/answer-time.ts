/**
 * Answer time: how long it is worth waiting for a store that is further away, learned from how long it took.
 *
 * Mean and deviation are kept as TCP keeps those of a connection (RFC 6298 2): a wait of the mean and four
 * deviations is passed by few answers, and three slow ones in a row are enough to know a store for slow.
 *
 * Pure.
 */

/** Milliseconds up to which a store counts as near, so that waiting for it is worth more than work. */
const NEAR = 100;

/** Bounds of the wait for a near store, in milliseconds. */
const LEAST = 250;
const MOST = 1000;

/** Weights of the latest answer, in the mean and in the deviation (RFC 6298 2.3). */
const MEAN_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;

export class AnswerTime {
  #mean: number | undefined;
  #deviation = 0;

  /** Milliseconds of an answer, or of a wait that was given up. */
  note(milliseconds: number): void {
    if (this.#mean === undefined) {
      this.#mean = milliseconds;
      this.#deviation = milliseconds / 2;
      return;
    }
    const off = Math.abs(this.#mean - milliseconds);
    this.#deviation += DEVIATION_WEIGHT * (off - this.#deviation);
    this.#mean += MEAN_WEIGHT * (milliseconds - this.#mean);
  }

  /** Of answers lately, in milliseconds; undefined before the first. */
  get mean(): number | undefined {
    return this.#mean;
  }

  /** Milliseconds to wait for an answer before the work is begun beside it; 0 for a store that is slow. */
  wait(): number {
    const mean = this.#mean ?? 0;
    if (mean > NEAR) return 0;
    return Math.min(MOST, Math.max(LEAST, mean + 4 * this.#deviation));
  }
}
