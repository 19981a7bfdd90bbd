/**
 * Workforce: the workers of a pool, kept at their number.
 *
 * A worker that has gone is replaced at once; one that never came up after a
 * wait that doubles, so that a broken build does not spin. One that is worn
 * out works on until its replacement is ready.
 */
import { Fault } from '../../base/fault.ts';
import type { Log } from '../engine-options.ts';
import type { Timer } from '../timer.ts';
import type { TaskMessage } from '../worker-protocol.ts';
import { noWorkers, shuttingDown } from './pool-faults.ts';
import { isCrash } from './quarantine.ts';
import type { Lane } from './task-queue.ts';
import { type RunningTask, Worker } from './worker.ts';
import type { Exit, StartWorker } from './worker-process.ts';

export interface WorkforceOptions {
  /** Workers for requests; one for background work comes when it is needed. */
  readonly workers: number;
  /** Resident memory at which a working worker is killed, in bytes. */
  readonly workerMemory: number;
  readonly timer: Timer;
  readonly start: StartWorker;
  readonly log: Log;
  /**
   * Milliseconds in which a worker has to come up. Where none is up after that, or after MOST_STARTS for each
   * worker, no more are started. Absent: it is tried for ever, as the operator of a server mends its surroundings.
   */
  readonly startWithin?: number | undefined;
}

/** What the pool is told. */
export interface WorkforceEvents {
  /** A worker may be able to take a task. */
  free(): void;
  /** A worker says something about its task. */
  message(worker: Worker, message: TaskMessage): void;
  /** A worker has gone with a task in hand. */
  lost(running: RunningTask, worker: Worker, exit: Exit): void;
  /** Whether a lane has work for a worker in place of one that has gone. */
  wanted(lane: Lane): boolean;
  /** A worker is being killed for its memory. */
  tooLarge(running: RunningTask): void;
  /** No worker has come up, and none will. */
  givenUp(fault: Fault): void;
}

/**
 * Why a worker was started in place of another: killed at its limit of `time` or `memory`; `crashed`
 * by itself or `ended` from outside; replaced because it was `worn` by many tasks or `grown` in memory.
 */
export type RestartReason = 'time' | 'memory' | 'crashed' | 'ended' | 'worn' | 'grown';

/** A worker is replaced after this many tasks, against slow leaks in native code. */
const TASKS_PER_WORKER = 500;

/** An idle worker above this share of its memory limit is replaced. */
const IDLE_MEMORY_SHARE = 0.6;

/** Milliseconds between looks at the workers. */
const LOOK_INTERVAL = 250;

/** Milliseconds before a second start after one that failed; doubled each time, up to the longest. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 30_000;

/** Starts that may fail for each worker before it is given up, where it may be. */
const MOST_STARTS = 3;

/** Characters of what a worker wrote that stand in one line of the log. */
const LONGEST_SAYING = 2000;

export class Workforce {
  readonly #options: WorkforceOptions;
  readonly #events: WorkforceEvents;
  readonly #workers = new Set<Worker>();
  readonly #waiting: Waiting[] = [];
  #encoderVersion: string | undefined;
  #closed = false;
  /** Why nothing can be made any more. */
  #over: Fault | undefined;
  /** What a worker wrote last. */
  #said = '';
  /** Workers that ended before they were ready, since the last one that was. */
  #failedStarts = 0;
  #killed = 0;
  #died = 0;
  readonly #restarts: Record<RestartReason, number> = {
    ...{ time: 0, memory: 0, crashed: 0, ended: 0, worn: 0, grown: 0 },
  };

  constructor(options: WorkforceOptions, events: WorkforceEvents) {
    this.#options = options;
    this.#events = events;
    for (let i = 0; i < options.workers; i++) this.#start('request');
    this.#watch();
  }

  /** Since the start: killed at a limit, gone otherwise, started in place of others. */
  get counts(): {
    readonly killed: number;
    readonly died: number;
    readonly restarted: number;
    readonly restarts: Readonly<Record<RestartReason, number>>;
  } {
    const restarts = { ...this.#restarts };
    const restarted = Object.values(restarts).reduce((sum, count) => sum + count, 0);
    return { killed: this.#killed, died: this.#died, restarted, restarts };
  }

  /** Resident memory of all workers in bytes; 0 where the system does not tell. */
  memory(): number {
    return [...this.#workers].reduce((sum, { process }) => sum + process.memory(), 0);
  }

  all(): Iterable<Worker> {
    return this.#workers;
  }

  lane(lane: Lane): Worker[] {
    return [...this.#workers].filter((worker) => worker.lane === lane);
  }

  /** True once a worker has shown that it can render, unless all have gone since and none comes up. */
  ready(): boolean {
    if (this.#encoderVersion === undefined || this.#closed) return false;
    return this.#failedStarts === 0 || this.lane('request').some(({ ready }) => ready);
  }

  /** Why there are no workers and will be none; undefined while there may be. */
  get over(): Fault | undefined {
    return this.#over;
  }

  /** The encoders and versions of the workers, as soon as the first has come up. @throws Fault where none will */
  encoderVersion(): Promise<string> {
    if (this.#encoderVersion !== undefined) return Promise.resolve(this.#encoderVersion);
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The same at once; undefined before the first has come up. */
  get knownEncoderVersion(): string | undefined {
    return this.#encoderVersion;
  }

  /** Starts the background worker unless there is one. */
  needBackground(): void {
    if (this.lane('background').length === 0) this.#start('background');
  }

  /** Starts a worker in place of each, which works until the new one is ready: what workers may has changed. */
  renew(): void {
    for (const worker of [...this.#workers].filter((one) => one.ready && one.state === 'working')) {
      worker.state = 'leaving';
      this.#start(worker.lane);
    }
  }

  /** A worker has ended its task. */
  finished(worker: Worker): void {
    worker.current = undefined;
    worker.priority.end(this.#options.timer.now());
    worker.done++;
    if (worker.state === 'retired') worker.retire();
    else if (worker.state === 'working') this.#replaceWorn(worker);
  }

  async close(): Promise<void> {
    this.#end(shuttingDown());
    await Promise.all([...this.#workers].map(({ process }) => process.end()));
  }

  #start(lane: Lane): void {
    const worker: Worker = new Worker(lane, this.#options.start, {
      message: (message) => {
        if (message.kind === 'ready') this.#cameUp(worker, message.encoderVersion);
        else if (message.kind !== 'tested') this.#events.message(worker, message);
      },
      ended: (exit) => this.#ended(worker, exit),
      said: (text) => {
        this.#said = text.trim().slice(0, LONGEST_SAYING);
        this.#options.log('worker-said', { text: this.#said });
      },
    });
    this.#workers.add(worker);
    const { startWithin, timer } = this.#options;
    if (startWithin !== undefined) timer.after(startWithin, () => this.#lookForReady());
  }

  #cameUp(worker: Worker, encoderVersion: string): void {
    worker.ready = true;
    this.#encoderVersion = encoderVersion;
    this.#failedStarts = 0;
    for (const { resolve } of this.#waiting.splice(0)) resolve(encoderVersion);
    this.lane(worker.lane)
      .find(({ state }) => state === 'leaving')
      ?.retire();
    this.#events.free();
  }

  /** Starts a worker in place of one that is worn out, which works until the new one is ready. */
  #replaceWorn(worker: Worker): void {
    const most = this.#options.workerMemory * IDLE_MEMORY_SHARE;
    const worn = worker.done >= TASKS_PER_WORKER;
    if (!worn && worker.process.memory() <= most) return;
    worker.state = 'leaving';
    this.#restarts[worn ? 'worn' : 'grown']++;
    this.#start(worker.lane);
  }

  #ended(worker: Worker, exit: Exit): void {
    if (!this.#workers.delete(worker)) return;
    const { current, ready, lane, state, killReason } = worker;
    if (killReason) this.#killed++;
    else if (ready && state !== 'retired' && !this.#closed) this.#died++;
    if (current) {
      current.disarm();
      this.#events.lost(current, worker, exit);
    }
    if (this.#closed || state !== 'working' || !this.#events.wanted(lane)) return;
    if (ready) {
      this.#restarts[reasonOf(killReason, exit)]++;
      return this.#start(lane);
    }
    this.#failedStarts++;
    this.#options.log('worker-not-started', { attempts: this.#failedStarts, ...exit });
    const most = MOST_STARTS * this.#options.workers;
    if (this.#options.startWithin !== undefined && this.#failedStarts >= most) {
      this.#lookForReady();
    }
    if (this.#closed) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#failedStarts - 1));
    this.#options.timer.after(wait, () => {
      if (!this.#closed) this.#start(lane);
    });
  }

  /** Gives up where no worker has come up in its time. */
  #lookForReady(): void {
    if (this.#closed || this.lane('request').some(({ ready }) => ready)) return;
    // One that is in the place of another has its own time
    if (this.#encoderVersion !== undefined && this.#failedStarts === 0) return;
    const fault = noWorkers(this.#said);
    this.#end(fault);
    for (const { process } of this.#workers) process.kill();
    this.#events.givenUp(fault);
  }

  #end(reason: Fault): void {
    this.#closed = true;
    this.#over ??= reason;
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }

  #watch(): void {
    this.#options.timer.after(LOOK_INTERVAL, () => {
      if (this.#closed) return;
      for (const worker of this.#workers) this.#check(worker);
      this.#watch();
    });
  }

  #check(worker: Worker): void {
    const { current, killReason, process, priority } = worker;
    if (!current || killReason) return;
    priority.look(this.#options.timer.now());
    const bytes = process.memory();
    if (bytes <= this.#options.workerMemory) return;
    this.#events.tooLarge(current);
    const message = 'Making this picture takes more memory than is allowed.';
    worker.kill(new Fault('render-failed', message, { bytes }));
  }
}

interface Waiting {
  resolve(encoderVersion: string): void;
  reject(error: Fault): void;
}

function reasonOf(killed: Fault | undefined, exit: Exit): RestartReason {
  if (killed === undefined) return isCrash(exit) ? 'crashed' : 'ended';
  return killed.code === 'render-timeout' ? 'time' : 'memory';
}
