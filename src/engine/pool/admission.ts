/**
 * Admission: which tasks are taken, by the wait that they would have.
 *
 * The unit is milliseconds: what the queue and the running tasks are likely to
 * take by their predictions and the measured rate of this machine, each by the
 * worker that is free first, so that one task without end does not close the
 * server while others go on. Until the rate is known nothing is refused on its account; what does
 * wait too long is then dropped by its expiry.
 */
import { Fault } from '../../base/fault.ts';
import type { Timer } from '../timer.ts';
import type { ServiceRate } from './service-rate.ts';
import type { Expiry, PoolTask, TaskQueue } from './task-queue.ts';
import type { RunningTask } from './worker.ts';

export interface AdmissionOptions {
  /** Workers that share the queue. */
  readonly workers: number;
  /** Longest estimated wait of a task that is taken, in milliseconds. */
  readonly queueWait: number;
}

/** A task that was taken may wait so many times the bound: estimates err, and who was taken is served. */
const PATIENCE = 3;

/** Tasks that may wait per worker, whatever the rate: a bound on memory. */
const MOST_PER_WORKER = 1000;

/** Seconds that a refused client is told to stay away. */
const LEAST_RETRY = 1;
const MOST_RETRY = 60;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #timer: Timer;
  readonly #queue: TaskQueue;
  readonly #rate: ServiceRate;
  readonly #running: () => Iterable<RunningTask>;
  #refused = 0;

  /** @param running the tasks in hand of the workers that share the queue */
  constructor(
    options: AdmissionOptions,
    timer: Timer,
    queue: TaskQueue,
    rate: ServiceRate,
    running: () => Iterable<RunningTask>,
  ) {
    this.#options = options;
    this.#timer = timer;
    this.#queue = queue;
    this.#rate = rate;
    this.#running = running;
  }

  /** Tasks refused or dropped so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Milliseconds that a task arriving now is likely to wait for a worker. */
  wait(): number {
    const { workers } = this.#options;
    const left: number[] = [];
    for (const { task, since, budget } of this.#running()) {
      const whole = this.#rate.duration(task.predicted, this.#rate.onClock(budget));
      left.push(Math.max(0, whole - (this.#timer.now() - since)));
    }
    // Each waiting task begins with the worker that is free first, as this one will.
    const free = Array.from({ length: workers }, (_, i) => left[i] ?? 0);
    for (const { predicted, request } of this.#queue) {
      const first = free.indexOf(Math.min(...free));
      free[first] =
        free[first]! + this.#rate.duration(predicted, this.#rate.onClock(request.budget));
    }
    return Math.min(...free);
  }

  /** Whether a task arriving now is taken. */
  admits(): boolean {
    const { workers, queueWait } = this.#options;
    if (this.#queue.length >= workers * MOST_PER_WORKER) return false;
    return !this.#rate.known || this.wait() <= queueWait;
  }

  /** When a task that waits now is dropped. */
  expiry({ expires }: PoolTask): Expiry {
    const at = this.#timer.now() + this.#options.queueWait * PATIENCE;
    return expires !== undefined && expires <= at
      ? { at: expires, fault: tooLate }
      : { at, fault: () => this.busy() };
  }

  /** The fault of a task that is refused, or dropped after it has waited too long. */
  busy(): Fault {
    this.#refused++;
    const seconds = Math.ceil(this.wait() / 1000);
    return new Fault('overloaded', 'The server is busy; please try again soon.', {
      retryAfter: Math.min(MOST_RETRY, Math.max(LEAST_RETRY, seconds)),
      waiting: this.#queue.length,
    });
  }
}

/** The fault of work that did not end in its time. */
export function tooLate(): Fault {
  return new Fault('render-timeout', 'Making this picture took too long.');
}
