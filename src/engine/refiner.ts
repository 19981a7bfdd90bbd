/**
 * Refiner: a bounded queue of background work, one piece at a time.
 *
 * What is left to refine is written in the stored rendition itself, so a
 * restart forgets nothing: the next visit brings it back into the queue. The
 * work goes through a worker of its own at the lowest priority, so that first
 * answers never wait for it.
 *
 * Invariant: nothing of a piece of work is held once it has ended.
 */
import type { Log } from './engine-options.ts';

export interface RefinerOptions {
  /** Most pictures waiting; further ones are left for their next visit. */
  readonly size: number;
  readonly log?: Log;
}

type Work = () => Promise<void>;

export class Refiner {
  readonly #options: RefinerOptions;
  readonly #waiting = new Map<string, Work>();
  #running = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: RefinerOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size + (this.#running ? 1 : 0);
  }

  /** Queues the work for a key unless it is queued already or there is no room. */
  add(key: string, work: Work): void {
    if (this.#closed || this.#waiting.has(key) || this.#waiting.size >= this.#options.size) return;
    this.#waiting.set(key, work);
    if (!this.#running) void this.#workThrough();
  }

  /** Resolves when nothing is left; for tests and for a graceful end. */
  idle(): Promise<void> {
    return this.waiting === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  // A loop: a call per piece would hold every piece until the queue is empty.
  async #workThrough(): Promise<void> {
    this.#running = true;
    for (let work = this.#take(); work !== undefined; work = this.#take())
      await this.#attempt(work);
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(): Work | undefined {
    for (const [key, work] of this.#waiting) {
      this.#waiting.delete(key);
      return work;
    }
    return undefined;
  }

  async #attempt(work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The first answer stands; the next visit may try again. What the end of the server breaks off is no failure.
      if (!this.#closed) this.#options.log?.('refine-failed', { reason: String(error) });
    }
  }
}
