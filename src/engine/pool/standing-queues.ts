/**
 * Standing queues: sources whose queue does not go down, which are to wait less.
 *
 * A burst, as of somebody who opens a gallery, makes a long queue that is gone when it has been worked off. A queue
 * that is as long after that time is not one burst but more work than the machine can do: to wait long in
 * it helps nobody, and who comes when the flood is over stands behind all of it. So the measure is that of CoDel
 * (K. Nichols and V. Jacobson, RFC 8289): not how long the queue is, but that for a whole interval no task
 * began that had waited little.
 *
 * Pure, but for what it remembers: sources whose tasks wait long.
 */

/** Bounds of waits, in milliseconds. */
export interface StandingBounds {
  /** A burst of as much work as may wait has been worked off after this time. */
  readonly interval: number;
  /** Who waited longer is behind a long queue. */
  readonly target: number;
}

/** The part of the target from which on down a queue does not stand any more. */
const OVER = 1 / 3;

interface Long {
  /** Since when each task that began had waited longer than the target. */
  readonly since: number;
  stands: boolean;
}

export class StandingQueues {
  readonly #bounds: () => StandingBounds;
  readonly #long = new Map<string, Long>();

  constructor(bounds: () => StandingBounds) {
    this.#bounds = bounds;
  }

  /** Whether the queue of a source stands. */
  has(source: string): boolean {
    return this.#long.get(source)?.stands === true;
  }

  /** Notes that a task of a source begins. @param waited milliseconds */
  begun(source: string, waited: number, now: number): void {
    const { interval, target } = this.#bounds();
    const long = this.#long.get(source);
    if (waited > target) {
      if (long === undefined) this.#long.set(source, { since: now, stands: false });
      else if (now - long.since >= interval) long.stands = true;
    } else if (long !== undefined && (!long.stands || waited <= target * OVER)) {
      this.#long.delete(source);
    }
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#long.size;
  }
}
