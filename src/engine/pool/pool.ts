/**
 * The pool of render workers: the slow lane.
 *
 * Child processes decode and encode, one task at a time each. The pool hands
 * out tasks by priority, refuses what would wait too long, kills a worker that
 * passes its limit of time or memory, and gives a task whose worker died one
 * more chance before it gives up.
 *
 * Invariant: a task ends exactly once, with a result or a fault, whatever
 * happens to its worker; and its visitor's deadline never ends a worker.
 */
import { Fault } from '../../base/fault.ts';
import type { Sign } from '../../c2pa/write-manifest.ts';
import type { Log } from '../engine-options.ts';
import { systemTimer, type Timer } from '../timer.ts';
import { faultFrom, type TaskMessage } from '../worker-protocol.ts';
import { Admission, tooLate } from './admission.ts';
import type { Share } from './fair-order.ts';
import { clientGone, endedOutside, quarantined, shuttingDown } from './pool-faults.ts';
import { isCrash, Quarantine } from './quarantine.ts';
import { type Prediction, ServiceRate } from './service-rate.ts';
import { answerSignature } from './signature.ts';
import {
  type Lane,
  type PoolTask,
  type QueuedTask,
  TaskQueue,
  type TaskResult,
} from './task-queue.ts';
import type { RunningTask, Worker } from './worker.ts';
import { type Exit, forkWorker, type StartWorker } from './worker-process.ts';
import { type RestartReason, Workforce } from './workforce.ts';

export type { Lane, PoolTask, TaskResult } from './task-queue.ts';

export interface PoolOptions {
  /** Workers for requests; a further one does background work when there is some. */
  readonly workers: number;
  /** Longest time for one task, in milliseconds, unless it brings its own. */
  readonly renderTimeout: number;
  /** Resident memory at which a working worker is killed, in bytes. */
  readonly workerMemory: number;
  /** Longest estimated wait for a worker, in milliseconds; what would wait longer is refused. */
  readonly queueWait: number;
  /** Milliseconds in which a worker has to come up, or nothing is tried any more; absent: it is tried for ever. */
  readonly startWithin?: number;
  /** Signs for workers; absent: nothing is signed. */
  readonly sign?: Sign;
  /** Starts a worker; for tests. */
  readonly start?: StartWorker;
  readonly timer?: Timer;
  readonly log?: Log;
}

/** Numbers for readiness, logs and metrics; counts are since the start. */
export interface PoolStatus {
  /** Workers for requests that are up. */
  readonly workers: number;
  readonly queued: number;
  readonly running: number;
  /** Tasks waiting for the background worker. */
  readonly background: number;
  /** Milliseconds that a request arriving now is likely to wait for a worker. */
  readonly wait: number;
  /** Milliseconds that a predicted millisecond of work takes here. */
  readonly rate: number;
  /** Workers killed at a limit of time or memory. */
  readonly killed: number;
  /** Workers that went by themselves or by somebody else's hand. */
  readonly died: number;
  /** Workers started in place of others. */
  readonly restarted: number;
  /** The same by the reason why the others were no more. */
  readonly restarts: Readonly<Record<RestartReason, number>>;
  /** Resident memory of all workers in bytes; 0 where the system does not tell. */
  readonly memory: number;
  /** Tasks refused because they would wait too long, or dropped because they did. */
  readonly refused: number;
  /** Sources that are not tried at present. */
  readonly quarantined: number;
}

/** Most threads for one picture: AVIF gains 1.7 times from two, and less from each one more. */
const MOST_THREADS = 4;

/** Workers that may die under one task. */
const MOST_ATTEMPTS = 2;

export class Pool {
  /** Those of the next task; they may change. */
  readonly limits: Pick<PoolOptions, 'workers' | 'renderTimeout' | 'queueWait'>;
  readonly #timer: Timer;
  readonly #log: Log;
  readonly #queues: Readonly<Record<Lane, TaskQueue>>;
  readonly #rate = new ServiceRate();
  readonly #admission: Admission;
  readonly #quarantine: Quarantine;
  readonly #workforce: Workforce;
  readonly #sign: Sign | undefined;
  #nextId = 1;
  #closed = false;

  constructor(options: PoolOptions) {
    const { timer = systemTimer, start = forkWorker(), log = () => undefined } = options;
    const { workers, renderTimeout, queueWait } = options;
    this.limits = { workers, renderTimeout, queueWait };
    this.#timer = timer;
    this.#log = log;
    this.#sign = options.sign;
    this.#queues = { request: new TaskQueue(timer), background: new TaskQueue(timer) };
    this.#quarantine = new Quarantine(timer);
    this.#workforce = new Workforce(
      { ...options, timer, start, log },
      {
        free: () => this.#dispatch(),
        message: (worker, message) => this.#receive(worker, message),
        lost: (running, worker, exit) => this.#afterDeath(running, worker, exit),
        wanted: (lane) => lane === 'request' || this.#queues.background.length > 0,
        tooLarge: ({ task }) => this.#quarantine.add(task.sourceKey, 'memory'),
        givenUp: (fault) => this.#clear(fault),
      },
    );
    this.#admission = new Admission(this.limits, timer, this.#queues.request, this.#rate, () =>
      this.#workforce.lane('request').flatMap(({ current }) => current ?? []),
    );
  }

  /** True once a worker has shown that it can render, unless all have gone since and none comes up. */
  ready(): boolean {
    return this.#workforce.ready();
  }

  /** The encoders and versions of the workers, as soon as the first has come up. @throws Fault where none will */
  encoderVersion(): Promise<string> {
    return this.#workforce.encoderVersion();
  }

  /** The same at once; undefined before a worker has come up. */
  get knownEncoderVersion(): string | undefined {
    return this.#workforce.knownEncoderVersion;
  }

  /** Nothing is made any more, as it was closed or has given up. */
  get over(): boolean {
    return this.#closed || this.#workforce.over !== undefined;
  }

  /** Whether a task of a source arriving now would be taken. */
  admits(share?: Share): boolean {
    return !this.#closed && this.#admission.admits(share);
  }

  /** The fault of a task that is not taken. */
  busy(share?: Share): Fault {
    return this.#closed ? shuttingDown() : this.#admission.busy(share);
  }

  /**
   * Milliseconds until a task would be done if things go well, with the least that will do,
   * were it to come now; undefined until enough tasks have been measured to say.
   */
  completion({ least }: Prediction, share?: Share): number | undefined {
    if (!this.#rate.known) return undefined;
    return this.#admission.waitOf(share) + least * this.#rate.leastRatioAt(this.#timer.now());
  }

  status(): PoolStatus {
    const workers = this.#workforce.lane('request');
    return {
      workers: workers.filter(({ ready }) => ready).length,
      queued: this.#queues.request.length,
      running: workers.filter(({ current }) => current).length,
      background: this.#queues.background.length,
      wait: Math.round(this.#admission.wait()),
      rate: this.#rate.ratio,
      ...this.#workforce.counts,
      memory: this.#workforce.memory(),
      refused: this.#admission.refused,
      quarantined: this.#quarantine.size,
    };
  }

  /** Has other workers take the place of all, each as soon as it is ready. */
  renew(): void {
    this.#workforce.renew();
  }

  /** Process ids of the workers, for tests and diagnostics. */
  pids(): number[] {
    return [...this.#workforce.all()].flatMap(({ process }) => process.pid ?? []);
  }

  /**
   * Carries a task out.
   * @throws Fault overloaded when it would wait, or has waited, too long; render-timeout when it
   * passes its visitor's deadline before it begins, or the limit; render-failed, source-quarantined,
   * or the worker's own
   */
  run(task: PoolTask): Promise<TaskResult> {
    const refusal = this.refusal(task);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const { signal, priority } = task;
      const gone = () => this.#queues[priority].withdraw(queued, clientGone());
      const settled = () => signal?.removeEventListener('abort', gone);
      const queued: QueuedTask = {
        ...task,
        id: this.#nextId++,
        queuedAt: this.#timer.now(),
        attempts: 0,
        worked: 0,
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener('abort', gone, { once: true });
      if (priority === 'background') {
        // What nobody waits for may wait for as long as it takes.
        this.#queues.background.push(queued);
        this.#workforce.needBackground();
      } else {
        this.#queues.request.push(queued, this.#admission.expiry(task));
      }
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#clear(shuttingDown());
    await this.#workforce.close();
  }

  #clear(reason: Fault): void {
    for (const queue of Object.values(this.#queues)) queue.clear(reason);
  }

  /** Why a task would not be taken at all; to be asked before anything is read for it. */
  refusal(task: Omit<PoolTask, 'request' | 'predicted'>): Fault | undefined {
    const { sourceKey, priority, expires, signal, share } = task;
    if (this.#closed) return shuttingDown();
    if (this.#workforce.over) return this.#workforce.over;
    if (signal?.aborted) return clientGone();
    if (this.#quarantine.holds(sourceKey)) return quarantined();
    if (expires !== undefined && expires <= this.#timer.now()) return tooLate();
    if (priority !== 'request' || this.#admission.admits(share)) return undefined;
    return this.#admission.busy(share);
  }

  #dispatch(): void {
    for (const worker of this.#workforce.all()) {
      if (!worker.free) continue;
      const task = this.#queues[worker.lane].shift();
      if (task) this.#assign(worker, task);
    }
  }

  #assign(worker: Worker, task: QueuedTask): void {
    const now = this.#timer.now();
    const { expires = Number.POSITIVE_INFINITY, request } = task;
    task.attempts++;
    if (worker.lane === 'request') this.#admission.begins(task);
    // A second attempt gets what the first has left, so that one picture has one limit.
    const limit = (task.renderTimeout ?? this.limits.renderTimeout) - task.worked;
    const disarm = this.#timer.after(limit, () => this.#killLate(worker));
    const hurried = worker.lane === 'request' && this.#admission.hurries(task.share);
    const left = (whole: number) => (hurried ? this.#admission.hurried(whole) : whole);
    const work = left(request.budget.milliseconds);
    const most = left(request.budget.wall ?? request.budget.milliseconds);
    const milliseconds = Math.max(1, Math.min(work, expires - now));
    const wall = Math.max(1, Math.min(most, expires - now));
    const budget = { ...request.budget, milliseconds, wall };
    const threads = this.#threadsFor(worker);
    worker.current = { task, since: now, budget, disarm };
    if (worker.lane === 'request') worker.priority.begin(now);
    task.begun?.(milliseconds, hurried);
    worker.process.send({ ...request, budget, id: task.id, threads });
  }

  /** A core for each worker that has nothing to do is lent to a first answer; in the background there is time. */
  #threadsFor({ lane }: Worker): number {
    if (lane === 'background' || this.#queues.request.length > 0) return 1;
    // The worker itself is among the idle ones until it has its task.
    const idle = this.#workforce.lane('request').filter(({ free }) => free);
    return Math.max(1, Math.min(MOST_THREADS, idle.length));
  }

  #receive(worker: Worker, message: TaskMessage): void {
    const { current, scoring } = worker;
    if (message.kind === 'scored') {
      if (scoring?.id === message.id) scoring.scored?.(message.scores);
      return;
    }
    if (!current || current.task.id !== message.id) return;
    if (message.kind === 'sign') return void answerSignature(worker, message, this.#sign);
    const { task, since, disarm } = current;
    disarm();
    worker.scoring = task.scored && { id: task.id, scored: task.scored };
    if (message.kind === 'failed') {
      task.reject(faultFrom(message.fault));
    } else {
      const now = this.#timer.now();
      if (worker.lane === 'request') {
        const took = now - since;
        const slowed = this.#rate.addLost(took, message.kind === 'done' ? (message.lost ?? 0) : 0);
        this.#rate.add(task.predicted, this.#rate.onClock(current.budget, slowed), took, now);
      }
      this.#quarantine.forget(task.sourceKey);
      task.resolve({ outcome: message.outcome, queued: since - task.queuedAt, begun: since });
    }
    this.#workforce.finished(worker);
    this.#dispatch();
  }

  #killLate(worker: Worker): void {
    const { current } = worker;
    if (current) this.#quarantine.add(current.task.sourceKey, 'time');
    worker.kill(tooLate());
  }

  #afterDeath({ task, since }: RunningTask, { killReason }: Worker, exit: Exit): void {
    if (this.#closed) return task.reject(shuttingDown());
    if (killReason) {
      this.#log('worker-killed', { reason: killReason.code, ...killReason.detail });
      return task.reject(killReason);
    }
    const crashed = isCrash(exit);
    if (crashed) this.#quarantine.add(task.sourceKey, 'crash');
    this.#log(crashed ? 'worker-crashed' : 'worker-ended', { ...exit });
    task.worked += this.#timer.now() - since;
    const { attempts, priority, signal } = task;
    if (attempts >= MOST_ATTEMPTS || priority === 'background') {
      const failed = new Fault('render-failed', 'The renderer failed on this picture.');
      return task.reject(crashed ? failed : endedOutside());
    }
    if (signal?.aborted) return task.reject(clientGone());
    // Perhaps it was not the picture's fault: one more try, ahead of the others.
    this.#queues.request.unshift(task, this.#admission.expiry(task));
    this.#dispatch();
  }
}
