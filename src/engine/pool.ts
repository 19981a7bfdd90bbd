/**
 * The pool of render workers: the slow lane.
 *
 * Child processes decode and encode, one order at a time each. The pool hands
 * out orders by priority, bounds the queue by predicted cost, kills a worker
 * that passes its deadline or its memory, replaces it at once, and gives an
 * order whose worker died one more chance before it gives the source up.
 *
 * Invariant: an order ends exactly once, with an outcome or a fault, whatever
 * happens to its worker.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';
import {
  type ExplainResult,
  faultFrom,
  type Message,
  type UnassignedRequest,
  type WorkerRequest,
  type WorkerResult,
} from './worker-protocol.ts';

export interface PoolOptions {
  /** Workers for requests; a further one does background work when there is some. */
  readonly workers: number;
  /** Longest time for one order, in milliseconds, unless it brings its own. */
  readonly deadline: number;
  /** Resident memory at which a working worker is killed, in bytes. */
  readonly memory: number;
  /** Most predicted cost waiting, in units of `Demand.cost`. */
  readonly queueCost: number;
  /** The worker's program; for tests. */
  readonly program?: URL;
  readonly log?: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

export interface PoolTask {
  readonly request: UnassignedRequest;
  /** Predicted cost: about the megapixels times the weight of the codec. */
  readonly cost: number;
  readonly priority: 'request' | 'background';
  /** Identifies the source in the quarantine. */
  readonly sourceKey: string;
  /** Milliseconds of work after which the worker is killed. */
  readonly deadline?: number;
  /** When the order is of no use any more, waiting or running, on the clock of `performance.now`. */
  readonly expires?: number;
  /** Takes the demand out of the queue; work that has begun goes on. */
  readonly signal?: AbortSignal;
}

interface QueuedTask extends PoolTask {
  readonly id: number;
  readonly queuedAt: number;
  attempts: number;
  expiry?: NodeJS.Timeout;
  resolve(outcome: {
    readonly outcome: WorkerResult | ExplainResult;
    readonly queued: number;
  }): void;
  reject(error: unknown): void;
}

interface Worker {
  readonly process: ChildProcess;
  readonly lane: 'request' | 'background';
  ready: boolean;
  done: number;
  current?: {
    readonly pending: QueuedTask;
    readonly queued: number;
    readonly timer: NodeJS.Timeout;
  };
  /** Why the pool killed it, when it did. */
  killReason?: Fault;
  retired: boolean;
}

/** A worker is replaced after this many orders, against slow leaks in native code. */
const ORDERS_PER_WORKER = 500;

/** An idle worker above this share of its memory limit is replaced. */
const IDLE_MEMORY_SHARE = 0.6;

/** A source that killed this many workers is not tried again. */
const CRASHES_TO_QUARANTINE = 2;

const QUARANTINE_SIZE = 1000;

/** Milliseconds until it is given another chance: the deaths may have had another cause. */
const QUARANTINE_MS = 600_000;

/** Most threads for one picture: AVIF gains 1.7 times from two, and less from each one more. */
const MOST_THREADS = 4;

/** Milliseconds between looks at the workers' memory. */
const MEMORY_INTERVAL = 250;

export class Pool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<Worker>();
  readonly #queue: QueuedTask[] = [];
  readonly #background: QueuedTask[] = [];
  /** Sources whose worker died, with how often and when last. */
  readonly #crashes = new Map<string, { readonly count: number; readonly at: number }>();
  readonly #watch: NodeJS.Timeout;
  #nextId = 1;
  #queuedCost = 0;
  #closed = false;
  #recipe: string | undefined;
  readonly #waiting: ((recipe: string) => void)[] = [];
  #failedStarts = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    for (let i = 0; i < options.workers; i++) this.#start('request');
    this.#watch = setInterval(() => this.#watchMemory(), MEMORY_INTERVAL);
    this.#watch.unref();
  }

  /** True once a worker has shown that it can render, and while any worker lives. */
  ready(): boolean {
    return this.#recipe !== undefined && !this.#closed;
  }

  /** The encoders and versions of the workers, as soon as the first has come up. */
  recipe(): Promise<string> {
    const recipe = this.#recipe;
    return recipe === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(recipe);
  }

  status(): { workers: number; queued: number; running: number; background: number } {
    const workers = [...this.#workers].filter((w) => w.lane === 'request');
    return {
      workers: workers.filter((w) => w.ready).length,
      queued: this.#queue.length,
      running: workers.filter((w) => w.current).length,
      background: this.#background.length,
    };
  }

  /** Process ids of the workers, for tests and diagnostics. */
  pids(): number[] {
    return [...this.#workers].flatMap((w) => w.process.pid ?? []);
  }

  /**
   * Carries an order out.
   * @throws Fault overloaded when the queue is full, render-timeout, render-failed, or the worker's own
   */
  run(
    demand: PoolTask,
  ): Promise<{ readonly outcome: WorkerResult | ExplainResult; readonly queued: number }> {
    if (this.#closed)
      return Promise.reject(new Fault('overloaded', 'The server is shutting down.'));
    if (this.#crashesOf(demand.sourceKey) >= CRASHES_TO_QUARANTINE) {
      return Promise.reject(
        new Fault(
          'source-broken',
          'This source has made the renderer fail and is not tried again.',
        ),
      );
    }
    if (
      demand.priority === 'request' &&
      this.#queuedCost + demand.cost > this.#options.queueCost &&
      this.#queue.length > 0
    ) {
      return Promise.reject(new Fault('overloaded', 'The server is busy; please try again soon.'));
    }
    return new Promise((resolve, reject) => {
      const pending: QueuedTask = {
        ...demand,
        id: this.#nextId++,
        queuedAt: performance.now(),
        attempts: 0,
        resolve,
        reject,
      };
      const gone = () => this.#withdraw(pending, new Fault('overloaded', 'The client went away.'));
      demand.signal?.addEventListener('abort', gone, { once: true });
      if (demand.signal?.aborted) return reject(new Fault('overloaded', 'The client went away.'));
      if (demand.expires !== undefined) {
        const left = Math.max(0, demand.expires - performance.now());
        pending.expiry = setTimeout(() => this.#withdraw(pending, tooLate()), left);
      }
      this.#enqueue(pending);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const pending of [...this.#queue.splice(0), ...this.#background.splice(0)]) {
      pending.reject(new Fault('overloaded', 'The server is shutting down.'));
    }
    await Promise.all(
      [...this.#workers].map(
        (worker) =>
          new Promise<void>((resolve) => {
            if (worker.process.exitCode !== null || worker.process.signalCode !== null)
              return resolve();
            worker.process.once('exit', () => resolve());
            worker.process.kill('SIGKILL');
          }),
      ),
    );
  }

  #enqueue(pending: QueuedTask): void {
    if (pending.priority === 'background') {
      this.#background.push(pending);
      if (![...this.#workers].some((w) => w.lane === 'background')) this.#start('background');
    } else {
      this.#queue.push(pending);
      this.#queuedCost += pending.cost;
    }
  }

  /** Takes an order that still waits out of its queue. */
  #withdraw(pending: QueuedTask, reason: Fault): void {
    for (const queue of [this.#queue, this.#background]) {
      const index = queue.indexOf(pending);
      if (index < 0) continue;
      queue.splice(index, 1);
      if (queue === this.#queue) this.#queuedCost -= pending.cost;
      pending.reject(reason);
    }
  }

  #dispatch(): void {
    for (const worker of this.#workers) {
      if (!worker.ready || worker.current || worker.retired) continue;
      const queue = worker.lane === 'background' ? this.#background : this.#queue;
      const pending = queue.shift();
      if (!pending) continue;
      if (queue === this.#queue) this.#queuedCost -= pending.cost;
      this.#assign(worker, pending);
    }
  }

  #assign(worker: Worker, pending: QueuedTask): void {
    pending.attempts++;
    clearTimeout(pending.expiry);
    const limit = Math.min(
      pending.deadline ?? this.#options.deadline,
      Math.max(0, (pending.expires ?? Number.POSITIVE_INFINITY) - performance.now()),
    );
    const timer = setTimeout(() => this.#kill(worker, tooLate()), limit);
    worker.current = { pending, queued: performance.now() - pending.queuedAt, timer };
    const order: WorkerRequest = {
      ...pending.request,
      id: pending.id,
      threads: this.#threadsFor(worker),
    };
    worker.process.send(order, (error) => {
      if (error) this.#kill(worker, undefined);
    });
  }

  /** A core for each worker that has nothing to do is lent to a first answer; in the background there is time. */
  #threadsFor({ lane }: Worker): number {
    if (lane === 'background' || this.#queue.length > 0) return 1;
    const idle = [...this.#workers].filter((w) => w.lane === 'request' && w.ready && !w.current);
    return Math.min(MOST_THREADS, 1 + idle.length);
  }

  #kill(worker: Worker, verdict: Fault | undefined): void {
    if (verdict) worker.killReason ??= verdict;
    worker.process.kill('SIGKILL');
  }

  #start(lane: Worker['lane']): void {
    const program = this.#options.program ?? new URL('./worker.js', import.meta.url);
    const child = fork(fileURLToPath(program), [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=512'],
      // A worker sees nothing of the server's environment but what Node itself needs.
      env: {
        PATH: process.env.PATH ?? '',
        UV_THREADPOOL_SIZE: '2',
        // Fewer arenas: native image buffers go back to the system instead of fragmenting.
        MALLOC_ARENA_MAX: '2',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const worker: Worker = { process: child, lane, ready: false, done: 0, retired: false };
    this.#workers.add(worker);
    try {
      // The front goes first: hits never wait for an encode.
      if (child.pid) {
        setPriority(child.pid, lane === 'background' ? constants.priority.PRIORITY_LOW : 5);
      }
    } catch {
      // Not permitted here; the work is the same, only less polite.
    }
    child.on('message', (message) => this.#receive(worker, message as Message));
    child.on('error', () => this.#ended(worker));
    child.once('exit', () => this.#ended(worker));
  }

  #receive(worker: Worker, message: Message): void {
    if (message.kind === 'ready') {
      worker.ready = true;
      this.#recipe = message.recipe;
      for (const resolve of this.#waiting.splice(0)) resolve(message.recipe);
      this.#failedStarts = 0;
      return this.#dispatch();
    }
    const { current: job } = worker;
    if (!job || job.pending.id !== message.id) return;
    clearTimeout(job.timer);
    delete worker.current;
    worker.done++;
    if (message.kind !== 'failed') this.#crashes.delete(job.pending.sourceKey);
    if (message.kind === 'failed') job.pending.reject(faultFrom(message.fault));
    else job.pending.resolve({ outcome: message.outcome, queued: job.queued });
    if (
      worker.done >= ORDERS_PER_WORKER ||
      memoryOf(worker) > this.#options.memory * IDLE_MEMORY_SHARE
    ) {
      this.#retire(worker);
    }
    this.#dispatch();
  }

  /** An idle worker is replaced by a fresh one before it goes. */
  #retire(worker: Worker): void {
    worker.retired = true;
    worker.process.kill('SIGKILL');
  }

  #ended(worker: Worker): void {
    if (!this.#workers.delete(worker)) return;
    const { current: job, killReason: verdict } = worker;
    if (job) {
      clearTimeout(job.timer);
      this.#afterDeath(job.pending, verdict);
    }
    if (this.#closed) return;
    if (worker.lane === 'background' && this.#background.length === 0) return;
    if (worker.ready) return this.#start(worker.lane);
    // It never came up: wait a little longer each time, so that a broken build does not spin.
    this.#failedStarts++;
    this.#options.log?.('worker-not-started', { attempts: this.#failedStarts });
    const wait = Math.min(30_000, 100 * 2 ** this.#failedStarts);
    setTimeout(() => !this.#closed && this.#start(worker.lane), wait).unref();
  }

  #afterDeath(pending: QueuedTask, verdict: Fault | undefined): void {
    if (verdict) {
      this.#options.log?.('worker-killed', { reason: verdict.code, ...verdict.detail });
      return pending.reject(verdict);
    }
    const crashes = this.#crashesOf(pending.sourceKey) + 1;
    this.#crashes.delete(pending.sourceKey);
    this.#crashes.set(pending.sourceKey, { count: crashes, at: performance.now() });
    if (this.#crashes.size > QUARANTINE_SIZE) {
      this.#crashes.delete(this.#crashes.keys().next().value!);
    }
    this.#options.log?.('worker-crashed', { crashes });
    if (pending.attempts > 1 || this.#closed) {
      return pending.reject(
        new Fault('render-failed', 'The renderer failed on this picture.', { crashes }),
      );
    }
    // Perhaps it was not the picture's fault: one more try, ahead of the others.
    if (pending.priority === 'background')
      return pending.reject(new Fault('render-failed', 'The renderer failed.'));
    this.#queue.unshift(pending);
    this.#queuedCost += pending.cost;
    this.#dispatch();
  }

  #crashesOf(sourceKey: string): number {
    const known = this.#crashes.get(sourceKey);
    return known && performance.now() - known.at < QUARANTINE_MS ? known.count : 0;
  }

  #watchMemory(): void {
    for (const worker of this.#workers) {
      if (!worker.current || worker.killReason) continue;
      const bytes = memoryOf(worker);
      if (bytes <= this.#options.memory) continue;
      this.#kill(
        worker,
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

/** Resident memory of a worker in bytes; 0 where the system does not tell. */
function memoryOf(worker: Worker): number {
  try {
    const fields = readFileSync(`/proc/${worker.process.pid}/statm`, 'utf8').split(' ');
    return Number(fields[1]) * 4096;
  } catch {
    return 0;
  }
}
