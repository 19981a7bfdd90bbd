/**
 * Quarantine: sources that are not tried again for a while, because workers
 * died of them.
 *
 * Only what the pool has found itself counts: a crash of the renderer, its
 * limit of memory, its limit of time. A worker that somebody else ended says
 * nothing about the picture.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Timer } from '../timer.ts';
import type { Exit } from './worker-process.ts';

export type Cause = 'crash' | 'memory' | 'time';

/** How often a source does it before it is held. A loaded machine is late by itself, so time counts less. */
const TIMES: Readonly<Record<Cause, number>> = { crash: 2, memory: 2, time: 3 };

/** Sources remembered. */
const SIZE = 1000;

/** Milliseconds until a source is given another chance: the deaths may have had another cause. */
const HOLD = 600_000;

/** Signals by which a process is ended for what it did itself. */
const CRASH_SIGNALS: ReadonlySet<string> = new Set(
  'SIGSEGV SIGABRT SIGBUS SIGILL SIGFPE SIGTRAP SIGSYS'.split(' '),
);

interface Findings {
  readonly counts: Readonly<Partial<Record<Cause, number>>>;
  readonly at: number;
}

export class Quarantine {
  readonly #timer: Timer;
  readonly #records = new BoundedMap<string, Findings>(SIZE);

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** Sources that are held now. */
  get size(): number {
    return [...this.#records.keys()].filter((key) => this.holds(key)).length;
  }

  /** Whether a source is not to be tried. */
  holds(sourceKey: string): boolean {
    const counts = this.#counts(sourceKey);
    return (Object.keys(TIMES) as Cause[]).some((cause) => (counts[cause] ?? 0) >= TIMES[cause]);
  }

  /** Counts a finding against a source. */
  add(sourceKey: string, cause: Cause): void {
    const counts = this.#counts(sourceKey);
    this.#records.set(sourceKey, {
      counts: { ...counts, [cause]: (counts[cause] ?? 0) + 1 },
      at: this.#timer.now(),
    });
  }

  /** Forgets a source that has been rendered. */
  forget(sourceKey: string): void {
    this.#records.delete(sourceKey);
  }

  #counts(sourceKey: string): Findings['counts'] {
    const record = this.#records.get(sourceKey);
    return record && this.#timer.now() - record.at < HOLD ? record.counts : {};
  }
}

/** Whether a process ended of itself; SIGKILL and SIGTERM come from outside, as from the system short of memory. */
export function isCrash({ code, signal }: Exit): boolean {
  return signal === null ? code !== null && code !== 0 : CRASH_SIGNALS.has(signal);
}
