/**
 * Refiner: first answers made better when there is time.
 *
 * What is left to refine is written in the stored rendition itself, so a
 * restart forgets nothing: the next visit brings it back into the queue. The
 * queue is bounded and works through a worker of its own at the lowest
 * priority, one picture at a time, so that first answers never wait for it.
 */
export interface RefinerOptions {
  /** Most pictures waiting; further ones are left for their next visit. */
  readonly size: number;
  readonly log?: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}

export class Refiner {
  readonly #options: RefinerOptions;
  readonly #waiting = new Map<string, () => Promise<void>>();
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
  add(key: string, work: () => Promise<void>): void {
    if (this.#closed || this.#waiting.has(key) || this.#waiting.size >= this.#options.size) return;
    this.#waiting.set(key, work);
    void this.#next();
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

  async #next(): Promise<void> {
    if (this.#running) return;
    const first = this.#waiting.entries().next().value;
    if (first === undefined) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const [key, work] = first;
    this.#waiting.delete(key);
    this.#running = true;
    try {
      await work();
    } catch (error) {
      // The first answer stands; the next visit may try again.
      this.#options.log?.('refine-failed', { reason: String(error) });
    } finally {
      this.#running = false;
    }
    await this.#next();
  }
}
