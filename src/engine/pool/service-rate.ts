/**
 * ServiceRate: how long tasks take on this machine, against their prediction.
 *
 * A prediction counts milliseconds of work on another machine; a budget counts
 * milliseconds of this one, whatever it does in them. So the ratio of the two
 * machines stretches the work, and the budget ends the part of it that is
 * search: a task takes max(least × ratio, min(usual × ratio, budget)).
 *
 * The ratio is the mean over the latest tasks, each weighing as much as it was
 * predicted to take: what is wanted of it is the time of a whole queue.
 */
import type { Budget } from '../../optimizer/task.ts';

/** Predicted milliseconds of one task. */
export interface Prediction {
  /** With all that it would do if it had the time. */
  readonly usual: number;
  /** With the least that will do. */
  readonly least: number;
}

/** What remains of the weight of a task when another has been measured; half is gone after 14. */
const DECAY = 0.95;

/** Bounds of the ratio of one task, so that one surprise does not close the server. */
const LEAST_RATIO = 1 / 30;
const MOST_RATIO = 30;

/** Shares of the budget between which a task is taken to have been ended by it; above, it did the least it could. */
const ENDED_BY_BUDGET = { from: 0.9, to: 1.25 } as const;

/** Milliseconds without a measurement after which half of the ratio is believed. */
const HALF_LIFE = 10_000;

/** Tasks among which the least ratio is looked for. */
const LATEST = 16;

/** Tasks to measure before the rate says anything about waiting. */
const MEASURED_ENOUGH = 4;

export class ServiceRate {
  #version = 0;
  #measured = 0;
  #weighted = 0;
  #weights = 0;
  #measuredAt = 0;
  /** Milliseconds on the clock for one of work, lately. */
  #slowed = 1;
  /** Ratios of single tasks, the latest last. */
  readonly #latest: number[] = [];

  /** Changes with every task that was measured. */
  get version(): number {
    return this.#version;
  }

  /** Whether enough tasks have been measured to refuse others on their account. */
  get known(): boolean {
    return this.#measured >= MEASURED_ENOUGH;
  }

  /** Milliseconds here for each predicted one; 1 before the first task. */
  get ratio(): number {
    return this.#weights === 0 ? 1 : this.#weighted / this.#weights;
  }

  /**
   * The ratio at a time if things go well: the least of late, and less the longer nothing is
   * measured. What was slow may be fast again, and who refuses everything for being slow
   * would never find out.
   */
  leastRatioAt(now: number): number {
    const least = Math.min(...(this.#latest.length > 0 ? this.#latest : [1]));
    return least * 0.5 ** (Math.max(0, now - this.#measuredAt) / HALF_LIFE);
  }

  /** Milliseconds that a task is likely to take here. */
  duration(prediction: Prediction, budget: number, ratio = this.ratio): number {
    return Math.max(prediction.least * ratio, Math.min(prediction.usual * ratio, budget));
  }

  /** How long a task may take on the clock, whose processor others want too. */
  onClock({ milliseconds, wall = milliseconds }: Budget, slowed = this.#slowed): number {
    return Math.min(wall, milliseconds * slowed);
  }

  /** Notes how much longer than its work a task took on the clock; gives the ratio, at least 1. @param lost of `actual`, in milliseconds */
  addLost(actual: number, lost: number): number {
    this.#version++;
    const slowed = actual / Math.max(1, actual - Math.max(0, lost));
    this.#slowed = this.#slowed * DECAY + slowed * (1 - DECAY);
    return Math.max(1, slowed);
  }

  /** Notes a task that has ended at `now`, having had a budget; all times in milliseconds. */
  add({ usual, least }: Prediction, budget: number, actual: number, now: number): void {
    if (!(usual > 0)) return;
    this.#version++;
    const observed = Math.min(
      MOST_RATIO,
      Math.max(LEAST_RATIO, this.#observed(usual, least, budget, actual)),
    );
    if (this.#latest.push(observed) > LATEST) this.#latest.shift();
    this.#measured++;
    this.#measuredAt = now;
    this.#weighted = this.#weighted * DECAY + usual * observed;
    this.#weights = this.#weights * DECAY + usual;
  }

  #observed(usual: number, least: number, budget: number, actual: number): number {
    if (actual < budget * ENDED_BY_BUDGET.from) return actual / usual;
    if (actual > budget * ENDED_BY_BUDGET.to) return actual / least;
    // The budget ended it: this only bounds the ratio.
    return Math.min(actual / least, Math.max(budget / usual, this.ratio));
  }
}
