/**
 * The pool of render workers: the slow lane.
 *
 * Child processes decode and encode, one task at a time each. The pool hands
 * out tasks by priority, bounds the queue by predicted cost, kills a worker
 * that passes its time limit or its memory, replaces it at once, and gives a
 * task whose worker died one more chance before it gives the source up.
 *
 * Invariant: a task ends exactly once, with a result or a fault, whatever
 * happens to its worker.
 */
import { Fault } from '../../base/fault.ts';
import type { Log } from '../engine-options.ts';
import { faultFrom, type Message } from '../worker-protocol.ts';
import { Quarantine } from './quarantine.ts';
import {
  type Lane,
  type PoolTask,
  type QueuedTask,
  TaskQueue,
  type TaskResult,
} from './task-queue.ts';
import { WorkerProcess } from './worker-process.ts';

export type { PoolTask, TaskResult } from './task-queue.ts';

export interface PoolOptions {
  /** Workers for requests; a further one does background work when there is some. */
  readonly workers: number;
  /** Longest time for one task, in milliseconds, unless it brings its own. */
  readonly renderTimeout: number;
  /** Resident memory at which a working worker is killed, in bytes. */
  readonly workerMemory: number;
  /** Most predicted cost waiting, in units of `PoolTask.cost`. */
  readonly queueCost: number;
  /** The worker's program; for tests. */
  readonly program?: URL;
  readonly log?: Log;
}

/** A worker is replaced after this many tasks, against slow leaks in native code. */
const TASKS_PER_WORKER = 500;

/** An idle worker above this share of its memory limit is replaced. */
const IDLE_MEMORY_SHARE = 0.6;

/** Most threads for one picture: AVIF gains 1.7 times from two, and less from each one more. */
const MOST_THREADS = 4;

/** Milliseconds between looks at the workers' memory. */
const MEMORY_INTERVAL = 250;

export class Pool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #queues: Readonly<Record<Lane, TaskQueue>> = {
    request: new TaskQueue(),
    background: new TaskQueue(),
  };
  readonly #quarantine = new Quarantine();
  readonly #watch: NodeJS.Timeout;
  #nextId = 1;
  #closed = false;
  #encoderVersion: string | undefined;
  readonly #waiting: ((encoderVersion: string) => void)[] = [];
  #failedStarts = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    for (let i = 0; i < options.workers; i++) this.#start('request');
    this.#watch = setInterval(() => this.#watchMemory(), MEMORY_INTERVAL);
    this.#watch.unref();
  }

  /** True once a worker has shown that it can render, and while any worker lives. */
  ready(): boolean {
    return this.#encoderVersion !== undefined && !this.#closed;
  }

  /** The encoders and versions of the workers, as soon as the first has come up. */
  encoderVersion(): Promise<string> {
    const encoderVersion = this.#encoderVersion;
    return encoderVersion === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(encoderVersion);
  }

  status(): { workers: number; queued: number; running: number; background: number } {
    const workers = [...this.#workers].filter((w) => w.lane === 'request');
    return {
      workers: workers.filter((w) => w.ready).length,
      queued: this.#queues.request.length,
      running: workers.filter((w) => w.current).length,
      background: this.#queues.background.length,
    };
  }

  /** Process ids of the workers, for tests and diagnostics. */
  pids(): number[] {
    return [...this.#workers].flatMap((w) => w.pid ?? []);
  }

  /**
   * Carries a task out.
   * @throws Fault overloaded when the queue is full, render-timeout, render-failed, or the worker's own
   */
  run(task: PoolTask): Promise<TaskResult> {
    const refusal = this.#refusal(task);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const queued: QueuedTask = {
        ...task,
        id: this.#nextId++,
        queuedAt: performance.now(),
        attempts: 0,
        resolve,
        reject,
      };
      const queue = this.#queues[task.priority];
      const gone = () => queue.withdraw(queued, clientGone());
      task.signal?.addEventListener('abort', gone, { once: true });
      if (task.signal?.aborted) return reject(clientGone());
      if (task.expires !== undefined) {
        const left = Math.max(0, task.expires - performance.now());
        queued.expiry = setTimeout(() => queue.withdraw(queued, tooLate()), left);
      }
      queue.push(queued);
      if (task.priority === 'background') this.#needBackgroundWorker();
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const queue of Object.values(this.#queues)) queue.clear(shuttingDown());
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  /** Why a task is not taken at all. */
  #refusal({ sourceKey, priority, cost }: PoolTask): Fault | undefined {
    if (this.#closed) return shuttingDown();
    if (this.#quarantine.holds(sourceKey)) {
      return new Fault(
        'source-broken',
        'This source has made the renderer fail and is not tried again.',
      );
    }
    const queue = this.#queues.request;
    const full = queue.length > 0 && queue.cost + cost > this.#options.queueCost;
    return priority === 'request' && full
      ? new Fault('overloaded', 'The server is busy; please try again soon.')
      : undefined;
  }

  #needBackgroundWorker(): void {
    if (![...this.#workers].some((w) => w.lane === 'background')) this.#start('background');
  }

  #dispatch(): void {
    for (const worker of this.#workers) {
      if (!worker.free) continue;
      const task = this.#queues[worker.lane].shift();
      if (task) this.#assign(worker, task);
    }
  }

  #assign(worker: WorkerProcess, task: QueuedTask): void {
    task.attempts++;
    clearTimeout(task.expiry);
    const limit = Math.min(
      task.renderTimeout ?? this.#options.renderTimeout,
      Math.max(0, (task.expires ?? Number.POSITIVE_INFINITY) - performance.now()),
    );
    const timer = setTimeout(() => worker.kill(tooLate()), limit);
    worker.current = { task, queued: performance.now() - task.queuedAt, timer };
    worker.send({ ...task.request, id: task.id, threads: this.#threadsFor(worker) });
  }

  /** A core for each worker that has nothing to do is lent to a first answer; in the background there is time. */
  #threadsFor({ lane }: WorkerProcess): number {
    if (lane === 'background' || this.#queues.request.length > 0) return 1;
    const idle = [...this.#workers].filter((w) => w.lane === 'request' && w.ready && !w.current);
    return Math.min(MOST_THREADS, 1 + idle.length);
  }

  #start(lane: Lane): void {
    const worker: WorkerProcess = new WorkerProcess(
      lane,
      {
        message: (message) => this.#receive(worker, message),
        ended: () => this.#ended(worker),
      },
      this.#options.program,
    );
    this.#workers.add(worker);
  }

  #receive(worker: WorkerProcess, message: Message): void {
    if (message.kind === 'ready') {
      worker.ready = true;
      this.#encoderVersion = message.encoderVersion;
      for (const resolve of this.#waiting.splice(0)) resolve(message.encoderVersion);
      this.#failedStarts = 0;
      return this.#dispatch();
    }
    const running = worker.current;
    if (!running || running.task.id !== message.id) return;
    const { task, queued, timer } = running;
    clearTimeout(timer);
    worker.current = undefined;
    worker.done++;
    if (message.kind === 'failed') {
      task.reject(faultFrom(message.fault));
    } else {
      this.#quarantine.forget(task.sourceKey);
      task.resolve({ outcome: message.outcome, queued });
    }
    if (
      worker.done >= TASKS_PER_WORKER ||
      worker.memory() > this.#options.workerMemory * IDLE_MEMORY_SHARE
    ) {
      this.#retire(worker);
    }
    this.#dispatch();
  }

  /** An idle worker is ended; a fresh one takes its place when it has gone. */
  #retire(worker: WorkerProcess): void {
    worker.retired = true;
    worker.kill();
  }

  #ended(worker: WorkerProcess): void {
    if (!this.#workers.delete(worker)) return;
    const { current, killReason } = worker;
    if (current) {
      clearTimeout(current.timer);
      this.#afterDeath(current.task, killReason);
    }
    if (this.#closed) return;
    if (worker.lane === 'background' && this.#queues.background.length === 0) return;
    if (worker.ready) return this.#start(worker.lane);
    // It never came up: wait a little longer each time, so that a broken build does not spin.
    this.#failedStarts++;
    this.#options.log?.('worker-not-started', { attempts: this.#failedStarts });
    const wait = Math.min(30_000, 100 * 2 ** this.#failedStarts);
    setTimeout(() => !this.#closed && this.#start(worker.lane), wait).unref();
  }

  #afterDeath(task: QueuedTask, killReason: Fault | undefined): void {
    if (killReason) {
      this.#options.log?.('worker-killed', { reason: killReason.code, ...killReason.detail });
      return task.reject(killReason);
    }
    const crashes = this.#quarantine.add(task.sourceKey);
    this.#options.log?.('worker-crashed', { crashes });
    if (task.attempts > 1 || this.#closed) {
      return task.reject(
        new Fault('render-failed', 'The renderer failed on this picture.', { crashes }),
      );
    }
    if (task.priority === 'background') {
      return task.reject(new Fault('render-failed', 'The renderer failed.'));
    }
    // Perhaps it was not the picture's fault: one more try, ahead of the others.
    this.#queues.request.unshift(task);
    this.#dispatch();
  }

  #watchMemory(): void {
    for (const worker of this.#workers) {
      if (!worker.current || worker.killReason) continue;
      const bytes = worker.memory();
      if (bytes <= this.#options.workerMemory) continue;
      worker.kill(
        new Fault('render-failed', 'Making this picture takes more memory than is allowed.', {
          bytes,
        }),
      );
    }
  }
}

function tooLate(): Fault {
  return new Fault('render-timeout', 'Making this picture took too long.');
}

function clientGone(): Fault {
  return new Fault('overloaded', 'The client went away.');
}

function shuttingDown(): Fault {
  return new Fault('overloaded', 'The server is shutting down.');
}
