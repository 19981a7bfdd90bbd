/**
 * TaskQueue: tasks that wait for a worker: each source in its turn (`fair-order.ts`), and of one
 * source first in, first out.
 *
 * Invariant: no task waits past its own expiry.
 */
import type { Fault } from '../../base/fault.ts';
import type { Scores } from '../../optimizer/task.ts';
import type { StudyResult } from '../studies/study.ts';
import type { Timer } from '../timer.ts';
import type { ExplainResult, UnassignedRequest, WorkerResult } from '../worker-protocol.ts';
import { FairOrder, NO_SHARE, type Share } from './fair-order.ts';
import type { Prediction } from './service-rate.ts';

export interface PoolTask {
  readonly request: UnassignedRequest;
  readonly predicted: Prediction;
  readonly priority: Lane;
  /** Whose share of the workers it takes; nobody's where absent. */
  readonly share?: Share;
  /** Identifies the source in the quarantine. */
  readonly sourceKey: string;
  /** Milliseconds of work after which the worker is killed; the pool's own limit by default. */
  readonly renderTimeout?: number;
  /**
   * When its visitor stops waiting, on the timer of the pool. The task is dropped if it
   * has not begun by then, and its budget ends there if it has; running work goes on.
   */
  readonly expires?: number;
  /**
   * Told when a worker has it in hand: from now on it goes on to its end.
   * @param milliseconds its budget, as the expiry and the queue behind it have left it
   * @param hurried the queue was long, and took some of it
   */
  readonly begun?: (milliseconds: number, hurried: boolean) => void;
  /** Told of the scores of a result that was measured after it had left; mostly never. */
  readonly scored?: (scores: Scores) => void;
  /** Takes the task out of the queue; work that has begun goes on. */
  readonly signal?: AbortSignal;
}

/** Which workers a task is for. */
export type Lane = 'request' | 'background';

export interface TaskResult {
  readonly outcome: WorkerResult | ExplainResult | StudyResult;
  /** Milliseconds it waited for a worker. */
  readonly queued: number;
  /** When a worker had it, on the timer of the pool. */
  readonly begun: number;
}

/** A task in the pool's hands. */
export interface QueuedTask extends PoolTask {
  readonly id: number;
  /** On the timer of the pool. */
  readonly queuedAt: number;
  attempts: number;
  /** Milliseconds that earlier attempts have taken. */
  worked: number;
  resolve(result: TaskResult): void;
  reject(error: unknown): void;
}

/** When a waiting task is dropped, and what it fails with then. */
export interface Expiry {
  readonly at: number;
  readonly fault: () => Fault;
}

interface Entry {
  readonly task: QueuedTask;
  /** In the virtual time of the order; before everything for a task that is put ahead. */
  start: number;
  readonly disarm: () => void;
}

export class TaskQueue {
  readonly #timer: Timer;
  /** The next one first. */
  readonly #entries: Entry[] = [];
  readonly #order = new FairOrder();
  #version = 0;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** Changes with every task that comes or goes. */
  get version(): number {
    return this.#version;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Tasks of one source that wait. */
  lengthOf({ source }: Share): number {
    return this.#entries.filter(({ task }) => shareOf(task).source === source).length;
  }

  /** The tasks, the next one first. */
  *[Symbol.iterator](): Iterator<QueuedTask> {
    for (const { task } of this.#entries) yield task;
  }

  /** How many tasks would be served before one that came now: the first ones. */
  countAhead(share: Share): number {
    const start = this.#order.start(share);
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.start > start) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  push(task: QueuedTask, expiry?: Expiry): void {
    this.#insert(this.#entry(task, this.#order.add(shareOf(task), costOf(task)), expiry));
  }

  /** Puts a task ahead of all others. */
  unshift(task: QueuedTask, expiry?: Expiry): void {
    this.#version++;
    this.#entries.unshift(this.#entry(task, Number.NEGATIVE_INFINITY, expiry));
  }

  /** The task whose turn it is, taken out. */
  shift(): QueuedTask | undefined {
    const entry = this.#entries.shift();
    if (entry === undefined) return undefined;
    this.#version++;
    this.#order.served(entry.start);
    return this.#left(entry);
  }

  /** Rejects a task and takes it out, if it still waits here. */
  withdraw(task: QueuedTask, reason: Fault): void {
    const index = this.#entries.findIndex((entry) => entry.task === task);
    if (index < 0) return;
    this.#version++;
    for (const entry of this.#entries.splice(index, 1)) {
      this.#giveBack(entry);
      this.#left(entry).reject(reason);
    }
  }

  /** Rejects all tasks. */
  clear(reason: Fault): void {
    this.#version++;
    for (const entry of this.#entries.splice(0)) {
      this.#giveBack(entry);
      this.#left(entry).reject(reason);
    }
  }

  #insert(entry: Entry): void {
    this.#version++;
    // Behind those that begin with it: of equals the first one is first
    let at = this.#entries.length;
    while (at > 0 && this.#entries[at - 1]!.start > entry.start) at--;
    this.#entries.splice(at, 0, entry);
  }

  /** What a task of a source that left was to take, the others of its source need not wait for. */
  #giveBack({ task, start }: Entry): void {
    if (start === Number.NEGATIVE_INFINITY) return;
    const share = shareOf(task);
    const cost = costOf(task);
    this.#order.remove(share, cost);
    let moved = false;
    for (const other of this.#entries) {
      if (other.start <= start || shareOf(other.task).source !== share.source) continue;
      other.start = Math.max(start, other.start - cost / share.weight);
      moved = true;
    }
    // Stable, and nearly in order already
    if (moved) this.#entries.sort((a, b) => a.start - b.start);
  }

  #entry(task: QueuedTask, start: number, expiry: Expiry | undefined): Entry {
    if (expiry === undefined) return { task, start, disarm: () => undefined };
    const drop = () => this.withdraw(task, expiry.fault());
    return { task, start, disarm: this.#timer.after(expiry.at - this.#timer.now(), drop) };
  }

  #left({ task, disarm }: Entry): QueuedTask {
    disarm();
    return task;
  }
}

function shareOf({ share = NO_SHARE }: PoolTask): Share {
  return share;
}

/** Milliseconds that a task takes of its source's share; what was not predicted takes one. */
function costOf({ predicted }: PoolTask): number {
  return Math.max(1, predicted.usual);
}
