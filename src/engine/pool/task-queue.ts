/**
 * TaskQueue: tasks that wait for a worker, first in, first out.
 *
 * Invariant: no task waits past its own expiry.
 */
import type { Fault } from '../../base/fault.ts';
import type { Scores } from '../../optimizer/task.ts';
import type { Timer } from '../timer.ts';
import type { ExplainResult, UnassignedRequest, WorkerResult } from '../worker-protocol.ts';
import type { Prediction } from './service-rate.ts';

export interface PoolTask {
  readonly request: UnassignedRequest;
  readonly predicted: Prediction;
  readonly priority: Lane;
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
   * @param milliseconds its budget, as the expiry has left it
   */
  readonly begun?: (milliseconds: number) => void;
  /** Told of the scores of a result that was measured after it had left; mostly never. */
  readonly scored?: (scores: Scores) => void;
  /** Takes the task out of the queue; work that has begun goes on. */
  readonly signal?: AbortSignal;
}

/** Which workers a task is for. */
export type Lane = 'request' | 'background';

export interface TaskResult {
  readonly outcome: WorkerResult | ExplainResult;
  /** Milliseconds it waited for a worker. */
  readonly queued: number;
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
  readonly disarm: () => void;
}

export class TaskQueue {
  readonly #timer: Timer;
  readonly #entries: Entry[] = [];

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** The tasks, the next one first. */
  *[Symbol.iterator](): Iterator<QueuedTask> {
    for (const { task } of this.#entries) yield task;
  }

  push(task: QueuedTask, expiry?: Expiry): void {
    this.#entries.push(this.#entry(task, expiry));
  }

  /** Puts a task ahead of all others. */
  unshift(task: QueuedTask, expiry?: Expiry): void {
    this.#entries.unshift(this.#entry(task, expiry));
  }

  /** The task that has waited longest, taken out. */
  shift(): QueuedTask | undefined {
    const entry = this.#entries.shift();
    return entry && this.#left(entry);
  }

  /** Rejects a task and takes it out, if it still waits here. */
  withdraw(task: QueuedTask, reason: Fault): void {
    const index = this.#entries.findIndex((entry) => entry.task === task);
    if (index < 0) return;
    for (const entry of this.#entries.splice(index, 1)) this.#left(entry).reject(reason);
  }

  /** Rejects all tasks. */
  clear(reason: Fault): void {
    for (const entry of this.#entries.splice(0)) this.#left(entry).reject(reason);
  }

  #entry(task: QueuedTask, expiry: Expiry | undefined): Entry {
    if (expiry === undefined) return { task, disarm: () => undefined };
    const drop = () => this.withdraw(task, expiry.fault());
    return { task, disarm: this.#timer.after(expiry.at - this.#timer.now(), drop) };
  }

  #left({ task, disarm }: Entry): QueuedTask {
    disarm();
    return task;
  }
}
