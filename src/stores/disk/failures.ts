/**
 * Disk failures: counted each, told of once a minute.
 *
 * A full or broken disk fails at every write. The log gets the first failure
 * of each minute, with the number of those that came before it unsaid.
 */
import { type Clock, systemClock } from '../../base/clock.ts';

/** A failure in the words of the system. */
export interface DiskFailure {
  /** Such as `ENOSPC`; `ALTERED` for a file that was changed behind the store's back. */
  readonly code: string;
  readonly path?: string;
  /** Failures since the one told of before, this one included. */
  readonly times: number;
}

const QUIET_MS = 60_000;

export class DiskFailures {
  readonly #tell: (failure: DiskFailure) => void;
  readonly #clock: Clock;
  #count = 0;
  #untold = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(tell: (failure: DiskFailure) => void, clock: Clock = systemClock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** Since the start. */
  get count(): number {
    return this.#count;
  }

  /** Takes what a store or a spool was told by the system. */
  readonly note = (error: unknown): void => {
    this.#count++;
    this.#untold++;
    const now = this.#clock.now();
    if (now - this.#toldAt < QUIET_MS) return;
    const { code, path, message } = error as NodeJS.ErrnoException;
    this.#tell({
      code: code ?? String(message ?? error),
      ...(path === undefined ? {} : { path }),
      times: this.#untold,
    });
    this.#toldAt = now;
    this.#untold = 0;
  };
}
