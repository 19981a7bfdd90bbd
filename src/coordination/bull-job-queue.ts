/**
 * Bull job queue: BullMQ, which keeps, orders, locks and revives jobs in Redis.
 */
import type { Queue, Worker } from 'bullmq';
import type { Job, JobQueue, JobStatus, JobWorker } from './job-queue.ts';
import type { RedisLink } from './redis-link.ts';

/** Jobs waiting; further ones are done by the node that has them, or at their next visit. */
const MOST_WAITING = 10_000;
/** Milliseconds for which a count of them is believed. */
const COUNTED_FOR = 1000;
/** Milliseconds for which a job belongs to a node that says nothing, and between looks for such jobs. */
const LOCKED_FOR = 10_000;
const LOOKED_EVERY = 5000;
/** Nodes that may die under one job. */
const MOST_STALLED = 3;
/** Attempts at a job, and milliseconds between them. */
const ATTEMPTS = 3;
const RETRY_AFTER = 1000;
/** Milliseconds for which a job is nobody's that a node has no time for. */
const GIVEN_BACK_FOR = 500;
/** Milliseconds between looks at whether this node has time. */
const IDLE_LOOK = 250;
/** Longest wait for a job to be taken in, in milliseconds. */
const ADD_WAIT = 2000;

/** Names the one kind of job. */
const JOB = 'rendition';

export class BullJobQueue implements JobQueue {
  readonly #link: RedisLink;
  readonly #group: string;
  readonly #bull: typeof import('bullmq');
  readonly #queue: Queue;
  #worker: Worker | undefined;
  #look: NodeJS.Timeout | undefined;
  #waiting = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  readonly #counts = { added: 0, done: 0, failed: 0 };

  private constructor(link: RedisLink, group: string, bull: typeof import('bullmq')) {
    this.#link = link;
    this.#group = group;
    this.#bull = bull;
    this.#queue = new bull.Queue(group, { ...this.#options(), skipMetasUpdate: true });
    this.#queue.on('error', () => undefined);
  }

  /** @param group jobs of another group are for other nodes */
  static async open(link: RedisLink, group: string): Promise<BullJobQueue> {
    return new BullJobQueue(link, group, await import('bullmq'));
  }

  get available(): boolean {
    return this.#link.available;
  }

  get status(): JobStatus {
    return { waiting: this.#waiting, ...this.#counts };
  }

  async add({ key, data }: Job, urgent: boolean): Promise<boolean> {
    if (!this.available || (await this.#count()) >= MOST_WAITING) return false;
    const added = this.#queue.add(JOB, data, {
      jobId: `job-${key}`,
      priority: urgent ? 1 : 2,
      attempts: ATTEMPTS,
      backoff: { type: 'fixed', delay: RETRY_AFTER },
      removeOnComplete: true,
      removeOnFail: true,
    });
    const kept = await inTime(added, ADD_WAIT);
    if (kept !== undefined) this.#counts.added++;
    return kept !== undefined;
  }

  work({ idle, carryOut }: JobWorker): void {
    const worker = new this.#bull.Worker(
      this.#group,
      async (job, token) => {
        const { id = '', data } = job;
        // It was waited for when there was time.
        if (!idle()) {
          await job.moveToDelayed(Date.now() + GIVEN_BACK_FOR, token);
          throw new this.#bull.DelayedError();
        }
        try {
          await carryOut({ key: id.replace(/^job-/, ''), data });
          this.#counts.done++;
        } catch (error) {
          this.#counts.failed++;
          throw error;
        }
      },
      {
        ...this.#options(),
        concurrency: 1,
        lockDuration: LOCKED_FOR,
        stalledInterval: LOOKED_EVERY,
        maxStalledCount: MOST_STALLED,
      },
    );
    worker.on('error', () => undefined);
    this.#worker = worker;
    this.#look = setInterval(() => {
      // What is in hand goes on; only the next one waits.
      if (idle() === worker.isPaused()) {
        if (worker.isPaused()) worker.resume();
        else void worker.pause(true).catch(() => undefined);
      }
    }, IDLE_LOOK);
    this.#look.unref();
  }

  async close(milliseconds: number): Promise<void> {
    clearInterval(this.#look);
    const worker = this.#worker;
    if (worker !== undefined) {
      // Ended in peace, a worker first waits for its Redis, and a later word of haste is not heard
      const ended = worker.close(!this.available).catch(() => undefined);
      const gone = await inTime(
        ended.then(() => true),
        milliseconds,
      );
      if (gone === undefined) await inTime(worker.close(true), ADD_WAIT);
    }
    await inTime(this.#queue.close(), ADD_WAIT);
  }

  #options() {
    return { connection: this.#link.own(), prefix: this.#link.key('jobs') };
  }

  async #count(): Promise<number> {
    const now = performance.now();
    if (now - this.#countedAt < COUNTED_FOR) return this.#waiting;
    this.#countedAt = now;
    const counts = await inTime(this.#queue.getJobCounts('prioritized', 'waiting'), ADD_WAIT);
    this.#waiting = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
    return this.#waiting;
  }
}

/** What a promise gives within so many milliseconds; undefined where it fails or is late. */
async function inTime<Value>(
  promise: Promise<Value>,
  milliseconds: number,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
