/**
 * ScoresLater: scores of results that have left, measured while there is nothing else to do.
 *
 * A quality that a request names needs no score to be delivered. It is measured once the worker
 * has been idle for a moment; a request that comes first takes the place of the measurement, which
 * is then given up: the rendition stays without a score until it is refined.
 */
import type { Scores } from '../../optimizer/task.ts';

/** Milliseconds without a request after which a result is measured. */
const IDLE = 1000;

export class ScoresLater {
  readonly #tell: (id: number, scores: Scores) => Promise<void>;
  readonly #idle: number;
  #held: { readonly id: number; readonly measure: () => Promise<Scores> } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;

  /** @param tell is given what was measured of the result of a request */
  constructor(tell: (id: number, scores: Scores) => Promise<void>, idle = IDLE) {
    this.#tell = tell;
    this.#idle = idle;
  }

  /** Keeps the last result in mind. */
  hold(id: number, measure: () => Promise<Scores>): void {
    this.#held = { id, measure };
  }

  /** What is held is measured if nothing comes before. */
  start(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#timer = setTimeout(() => {
      this.#held = undefined;
      this.#running = held.measure().then(
        (scores) => this.#tell(held.id, scores),
        // What cannot be measured has no score.
        () => undefined,
      );
    }, this.#idle);
  }

  /** Lets go of what is held; one measurement that has begun is waited for, because it uses the metric. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#held = undefined;
    await this.#running;
    this.#running = undefined;
  }
}
