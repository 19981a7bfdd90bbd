/**
 * ServiceRate: how long tasks take on this machine, against the prediction.
 *
 * The ratio of measured to predicted milliseconds, over the latest tasks, each
 * weighing as much as it was predicted to take: what is wanted of it is the
 * time of a whole queue.
 */

/** What remains of the weight of a task when another has been measured; 1/20 is half gone after 14. */
const DECAY = 0.95;

/** Bounds of the ratio of one task, so that one surprise does not close the server. */
const LEAST_RATIO = 1 / 30;
const MOST_RATIO = 30;

/** Tasks to measure before the rate says anything about waiting. */
const MEASURED_ENOUGH = 4;

export class ServiceRate {
  #measured = 0;
  #actual = 0;
  #predicted = 0;

  /** Whether enough tasks have been measured to refuse others on their account. */
  get known(): boolean {
    return this.#measured >= MEASURED_ENOUGH;
  }

  /** Measured over predicted milliseconds; 1 before the first task. */
  get ratio(): number {
    return this.#predicted === 0 ? 1 : this.#actual / this.#predicted;
  }

  /** Notes a task that has ended, both times in milliseconds. */
  add(predicted: number, actual: number): void {
    if (!(predicted > 0)) return;
    const bounded = Math.min(predicted * MOST_RATIO, Math.max(predicted * LEAST_RATIO, actual));
    this.#measured++;
    this.#actual = this.#actual * DECAY + bounded;
    this.#predicted = this.#predicted * DECAY + predicted;
  }
}
