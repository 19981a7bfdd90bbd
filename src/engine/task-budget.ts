/**
 * Task budget: what a task has left of its time, as work and by the clock.
 */
import type { Budget } from '../optimizer/task.ts';

/** Milliseconds in which this process had no processor, since it began: on a machine with other work there are many. */
export function lostTime(): number {
  const { user, system } = process.cpuUsage();
  return performance.now() - (user + system) / 1000;
}

export class TaskBudget {
  readonly #budget: Budget;
  readonly #start = performance.now();
  readonly #lost = lostTime();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Milliseconds since the task began. */
  get passed(): number {
    return performance.now() - this.#start;
  }

  /** What is left, at least a millisecond. */
  left(): Budget {
    const { milliseconds, wall = milliseconds } = this.#budget;
    const { passed } = this;
    const away = Math.min(passed, Math.max(0, lostTime() - this.#lost));
    return {
      ...this.#budget,
      milliseconds: Math.max(1, milliseconds - (passed - away)),
      wall: Math.max(1, wall - passed),
    };
  }
}
