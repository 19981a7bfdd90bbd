/**
 * TaskQueue: tasks that wait for a worker, first in, first out, with their
 * predicted cost together.
 */
import type { Fault } from '../../base/fault.ts';
import type { ExplainResult, UnassignedRequest, WorkerResult } from '../worker-protocol.ts';

export interface PoolTask {
  readonly request: UnassignedRequest;
  /** Predicted cost: about the megapixels times the weight of the codec. */
  readonly cost: number;
  readonly priority: Lane;
  /** Identifies the source in the quarantine. */
  readonly sourceKey: string;
  /** Milliseconds of work after which the worker is killed; the pool's own limit by default. */
  readonly renderTimeout?: number;
  /** When the task is of no use any more, waiting or running, on the clock of `performance.now`. */
  readonly expires?: number;
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
  /** On the clock of `performance.now`. */
  readonly queuedAt: number;
  attempts: number;
  expiry?: NodeJS.Timeout;
  resolve(result: TaskResult): void;
  reject(error: unknown): void;
}

export class TaskQueue {
  readonly #tasks: QueuedTask[] = [];
  #cost = 0;

  get length(): number {
    return this.#tasks.length;
  }

  /** Predicted cost of all that wait. */
  get cost(): number {
    return this.#cost;
  }

  push(task: QueuedTask): void {
    this.#tasks.push(task);
    this.#cost += task.cost;
  }

  /** Puts a task ahead of all others. */
  unshift(task: QueuedTask): void {
    this.#tasks.unshift(task);
    this.#cost += task.cost;
  }

  /** The task that has waited longest, taken out. */
  shift(): QueuedTask | undefined {
    const task = this.#tasks.shift();
    if (task) this.#cost -= task.cost;
    return task;
  }

  /** Rejects a task and takes it out, if it still waits here. */
  withdraw(task: QueuedTask, reason: Fault): void {
    const index = this.#tasks.indexOf(task);
    if (index < 0) return;
    this.#tasks.splice(index, 1);
    this.#cost -= task.cost;
    task.reject(reason);
  }

  /** Rejects all tasks. */
  clear(reason: Fault): void {
    for (const task of this.#tasks.splice(0)) task.reject(reason);
    this.#cost = 0;
  }
}
