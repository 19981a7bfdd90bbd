/**
 * Retired bodies: files no record points at any more, kept a while for those
 * who were just given their path, then removed.
 *
 * They hold a bounded number of bytes: past it the oldest go at once.
 */
import type { Clock } from '../base/clock.ts';
import { remove } from './disk-files.ts';

interface Waiting {
  readonly path: string;
  readonly bytes: number;
  readonly until: number;
}

export class RetiredBodies {
  readonly #graceMs: number;
  readonly #most: number;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  readonly #removals = new Set<Promise<void>>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param most bytes that may wait for their removal */
  constructor(graceMs: number, most: number, clock: Clock) {
    this.#graceMs = graceMs;
    this.#most = most;
    this.#clock = clock;
  }

  add(path: string, bytes: number): void {
    this.#waiting.push({ path, bytes, until: this.#clock.now() + this.#graceMs });
    this.#bytes += bytes;
    this.#sweep(this.#clock.now());
    this.#wake();
  }

  /** Removes all that waits. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sweep(Number.POSITIVE_INFINITY);
    await Promise.all(this.#removals);
  }

  #sweep(now: number): void {
    let next = this.#waiting[0];
    while (next && (next.until <= now || this.#bytes > this.#most)) {
      this.#waiting.shift();
      this.#bytes -= next.bytes;
      const removal = remove(next.path);
      this.#removals.add(removal);
      void removal.then(() => this.#removals.delete(removal));
      next = this.#waiting[0];
    }
  }

  #wake(): void {
    if (this.#timer || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sweep(this.#clock.now());
      this.#wake();
    }, this.#graceMs).unref();
  }
}
