/**
 * Wait table: how long a task would wait behind the first so many of a queue.
 *
 * Each waiting task begins with the worker that is free first. The walk over the queue that this takes is made
 * once for all who ask until something changes or a moment has passed; who is refused under a flood asks a table.
 */
import type { Timer } from '../timer.ts';
import type { ServiceRate } from './service-rate.ts';
import type { TaskQueue } from './task-queue.ts';
import type { RunningTask } from './worker.ts';

export interface WaitTableParts {
  readonly timer: Timer;
  readonly queue: TaskQueue;
  readonly rate: ServiceRate;
  /** Workers that share the queue. */
  readonly workers: () => number;
  /** The tasks that they have in hand. */
  readonly running: () => readonly RunningTask[];
  /** Part of their budgets that waiting tasks will have. */
  readonly part: number;
}

/** Milliseconds for which a table counts where nothing but time has passed. */
const FRESH = 50;

export class WaitTable {
  readonly #parts: WaitTableParts;
  /** Behind none, one, two, … tasks. */
  #waits: readonly number[] = [];
  #made: readonly unknown[] = [];
  #madeAt = 0;

  constructor(parts: WaitTableParts) {
    this.#parts = parts;
  }

  /** Milliseconds behind the first `count` tasks; behind all by default. */
  behind(count = this.#parts.queue.length): number {
    this.#refresh();
    return this.#waits[Math.min(count, this.#waits.length - 1)] ?? 0;
  }

  #refresh(): void {
    const { timer, queue, rate, workers } = this.#parts;
    const running = this.#parts.running();
    const now = timer.now();
    const facts = [queue.version, rate.version, workers(), ...running];
    const same = facts.length === this.#made.length && facts.every((f, i) => f === this.#made[i]);
    // Of a clock that tells whole milliseconds a moment is one
    if (same && now >= this.#madeAt && now - this.#madeAt < FRESH && this.#waits.length > 0) return;
    this.#made = facts;
    this.#madeAt = now;
    this.#waits = this.#walk(running, now);
  }

  #walk(running: readonly RunningTask[], now: number): number[] {
    const { queue, rate, workers, part } = this.#parts;
    const free = Array.from({ length: workers() }, (_, i) => {
      const one = running[i];
      if (one === undefined) return 0;
      const whole = rate.duration(one.task.predicted, rate.onClock(one.budget));
      return Math.max(0, whole - (now - one.since));
    });
    const waits = [Math.min(...free)];
    for (const { predicted, request } of queue) {
      const first = earliest(free);
      free[first] = free[first]! + rate.duration(predicted, rate.onClock(request.budget) * part);
      waits.push(free[earliest(free)]!);
    }
    return waits;
  }
}

function earliest(free: readonly number[]): number {
  let first = 0;
  for (let i = 1; i < free.length; i++) if (free[i]! < free[first]!) first = i;
  return first;
}
