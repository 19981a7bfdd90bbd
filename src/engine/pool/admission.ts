/**
 * Admission: which tasks are taken, by the wait that they would have.
 *
 * The unit is milliseconds: what the queue and the running tasks are likely to
 * take by their predictions and the measured rate of this machine, each by the
 * worker that is free first, so that one task without end does not close the
 * server while others go on. What counts for a source is what is served before it in the order of the
 * queue, so that one that floods closes the server to itself alone. Where the queue is long, pictures
 * are made with less search before anybody is refused. Where a queue stands (`standing-queues.ts`), less
 * of a wait is accepted until it has gone. Until the rate is known nothing is refused on its account; what does
 * wait too long is then dropped by its expiry.
 */
import { Fault } from '../../base/fault.ts';
import type { Timer } from '../timer.ts';
import { NO_SHARE, type Share } from './fair-order.ts';
import type { ServiceRate } from './service-rate.ts';
import { StandingQueues } from './standing-queues.ts';
import type { Expiry, PoolTask, QueuedTask, TaskQueue } from './task-queue.ts';
import { WaitTable } from './wait-table.ts';
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

/**
 * The part of the longest wait that is left where a queue stands: as short as the wait after the end of a flood is to
 * be, and long enough that no worker is idle meanwhile.
 */
const STANDING_WAIT = 0.3;

/** Seconds that a refused client is told to stay away. */
const LEAST_RETRY = 1;
const MOST_RETRY = 60;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #timer: Timer;
  readonly #queue: TaskQueue;
  readonly #rate: ServiceRate;
  readonly #waits: WaitTable;
  /** The same where those that wait are hurried. */
  readonly #hurriedWaits: WaitTable;
  readonly #standing: StandingQueues;
  #refused = 0;

  /** @param running the tasks in hand of the workers that share the queue */
  constructor(
    options: AdmissionOptions,
    timer: Timer,
    queue: TaskQueue,
    rate: ServiceRate,
    running: () => readonly RunningTask[],
  ) {
    this.#options = options;
    this.#timer = timer;
    this.#queue = queue;
    this.#rate = rate;
    const parts = { timer, queue, rate, running, workers: () => options.workers };
    this.#waits = new WaitTable({ ...parts, part: 1 });
    this.#hurriedWaits = new WaitTable({ ...parts, part: HURRIED_BUDGET });
    this.#standing = new StandingQueues(() => ({
      interval: options.queueWait,
      target: options.queueWait * STANDING_WAIT,
    }));
  }

  /** Tasks refused or dropped so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Milliseconds that a task arriving now is likely to wait for a worker, be it behind all others. */
  wait(): number {
    return this.#waits.behind();
  }

  /** The same of a task of one source, in its turn. */
  waitOf(share?: Share): number {
    return this.#waits.behind(this.#ahead(share));
  }

  /** Notes that a task begins. */
  begins({ share = NO_SHARE, queuedAt }: QueuedTask): void {
    const now = this.#timer.now();
    this.#standing.begun(share.source, now - queuedAt, now);
  }

  /** Whether the queue is so long that what begins now of a source is to search less. */
  hurries(share?: Share): boolean {
    return this.#rate.known && this.wait() > this.#longest(share) * LONG_QUEUE;
  }

  /** What is left of a budget where the queue is long, in milliseconds. */
  hurried(milliseconds: number): number {
    return milliseconds * HURRIED_BUDGET;
  }

  /** Whether a task of a source arriving now is taken. */
  admits(share?: Share): boolean {
    const most = this.#options.workers * MOST_PER_WORKER;
    if (this.#queue.length >= most) return false;
    if (this.#queue.length >= most * MOST_OF_ONE) {
      if (this.#queue.lengthOf(share ?? NO_SHARE) >= most * MOST_OF_ONE) return false;
    }
    const longest = this.#longest(share);
    if (!this.#rate.known || this.waitOf(share) <= longest) return true;
    // Those before it will be hurried
    return this.#hurriedWaits.behind(this.#ahead(share)) <= longest;
  }

  /** Longest estimated wait of a task of a source that is taken now, in milliseconds. */
  #longest({ source }: Share = NO_SHARE): number {
    const { queueWait } = this.#options;
    return this.#standing.has(source) ? queueWait * STANDING_WAIT : queueWait;
  }

  /** How many are served before a task of a source; all, where it is of none. */
  #ahead(share: Share | undefined): number {
    return share === undefined ? this.#queue.length : this.#queue.countAhead(share);
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
