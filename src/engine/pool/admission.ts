/**
 * Admission: which tasks are taken, by the wait that they would have.
 *
 * The unit is milliseconds: what the queue and the running tasks are likely to
 * take by their predictions and the measured rate of this machine, each by the
 * worker that is free first, so that one task without end does not close the
 * server while others go on. What counts for a source is what is served before it in the order of the
 * queue, so that one that floods closes the server to itself alone. Where the queue is long, pictures
 * are made with less search before anybody is refused. Until the rate is known nothing is refused on its account; what does
 * wait too long is then dropped by its expiry.
 */
import { Fault } from '../../base/fault.ts';
import type { Timer } from '../timer.ts';
import { NO_SHARE, type Share } from './fair-order.ts';
import type { ServiceRate } from './service-rate.ts';
import type { Expiry, PoolTask, QueuedTask, TaskQueue } from './task-queue.ts';
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
/** The part of them that the tasks of one source may take, so that another finds a place. */
const MOST_OF_ONE = 0.75;

/** The part of the longest wait from which on less is searched, and what is left then of a budget. */
const LONG_QUEUE = 0.5;
const HURRIED_BUDGET = 0.4;

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

  /** Milliseconds that a task arriving now is likely to wait for a worker, be it behind all others. */
  wait(): number {
    return this.#waitBehind(this.#queue, 1);
  }

  /** The same of a task of one source, in its turn. */
  waitOf(share?: Share): number {
    return this.#waitBehind(this.#before(share), 1);
  }

  /** Whether the queue is so long that what begins now is to search less. */
  hurries(): boolean {
    return this.#rate.known && this.wait() > this.#options.queueWait * LONG_QUEUE;
  }

  /** What is left of a budget where the queue is long, in milliseconds. */
  hurried(milliseconds: number): number {
    return milliseconds * HURRIED_BUDGET;
  }

  /** Whether a task of a source arriving now is taken. */
  admits(share?: Share): boolean {
    const { workers, queueWait } = this.#options;
    const most = workers * MOST_PER_WORKER;
    if (this.#queue.length >= most) return false;
    if (this.#queue.length >= most * MOST_OF_ONE) {
      if (this.#queue.lengthOf(share ?? NO_SHARE) >= most * MOST_OF_ONE) return false;
    }
    if (!this.#rate.known || this.waitOf(share) <= queueWait) return true;
    // Those before it will be hurried
    return this.#waitBehind(this.#before(share), HURRIED_BUDGET) <= queueWait;
  }

  /** What is served before a task of a source; all, where it is of none. */
  #before(share: Share | undefined): Iterable<QueuedTask> {
    return share === undefined ? this.#queue : this.#queue.ahead(share);
  }

  /** @param part of their budgets that waiting tasks will have */
  #waitBehind(tasks: Iterable<QueuedTask>, part: number): number {
    const { workers } = this.#options;
    const left: number[] = [];
    for (const { task, since, budget } of this.#running()) {
      const whole = this.#rate.duration(task.predicted, this.#rate.onClock(budget));
      left.push(Math.max(0, whole - (this.#timer.now() - since)));
    }
    // Each waiting task begins with the worker that is free first, as this one will.
    const free = Array.from({ length: workers }, (_, i) => left[i] ?? 0);
    for (const { predicted, request } of tasks) {
      const first = free.indexOf(Math.min(...free));
      const budget = this.#rate.onClock(request.budget) * part;
      free[first] = free[first]! + this.#rate.duration(predicted, budget);
    }
    return Math.min(...free);
  }

  /** When a task that waits now is dropped. */
  expiry({ expires, share }: PoolTask): Expiry {
    const at = this.#timer.now() + this.#options.queueWait * PATIENCE;
    return expires !== undefined && expires <= at
      ? { at: expires, fault: tooLate }
      : { at, fault: () => this.busy(share) };
  }

  /** The fault of a task that is refused, or dropped after it has waited too long. */
  busy(share?: Share): Fault {
    this.#refused++;
    const seconds = Math.ceil(this.waitOf(share) / 1000);
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
