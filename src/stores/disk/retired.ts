/**
 * Retired bodies: files no record points at any more, kept a while for those
 * who were just given their path, then removed.
 *
 * The room they take is bounded: past it the oldest go at once.
 */
import type { Clock } from '../../base/clock.ts';
import { remove } from './files.ts';

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

  /** @param most room on the disk that may wait for its removal, in bytes */
  constructor(graceMs: number, most: number, clock: Clock) {
    this.#graceMs = graceMs;
    this.#most = most;
    this.#clock = clock;
  }

  /** Room they take on the disk, in bytes; those being removed count until they are gone. */
  get bytes(): number {
    return this.#bytes;
  }

  add(path: string, bytes: number): void {
    this.#waiting.push({ path, bytes, until: this.#clock.now() + this.#graceMs });
    this.#bytes += bytes;
    this.#sweep(this.#clock.now());
    this.#wake();
  }

  /** Removes the oldest at once; false when none waits. */
  async shed(): Promise<boolean> {
    const oldest = this.#waiting.shift();
    if (oldest) await this.#remove(oldest);
    // What is on its way out makes room too.
    else await Promise.all(this.#removals);
    return oldest !== undefined;
  }

  /** Removes all that waits. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sweep(Number.POSITIVE_INFINITY);
    await Promise.all(this.#removals);
  }

  #sweep(now: number): void {
    let held = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    let next = this.#waiting[0];
    while (next && (next.until <= now || held > this.#most)) {
      this.#waiting.shift();
      held -= next.bytes;
      void this.#remove(next);
      next = this.#waiting[0];
    }
  }

  #remove({ path, bytes }: Waiting): Promise<void> {
    const removal = remove(path).then(() => {
      this.#bytes -= bytes;
      this.#removals.delete(removal);
    });
    this.#removals.add(removal);
    return removal;
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
