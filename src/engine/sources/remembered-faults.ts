/**
 * Remembered faults: failures that are not run into again and again (negative caching, docs/spec/http.md 7.14).
 *
 * Bounded; those of longest ago are forgotten first. A failure of the moment (a fault whose `ttl` is 0)
 * is not remembered.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import { type Fault, isFault } from '../../base/fault.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';

/** Failures remembered, and the bytes of all of them: two kilobytes each with their stacks. */
const MOST = 2000;
const MOST_BYTES = 5e6;

export class RememberedFaults {
  readonly #faults = new BoundedMap<string, { readonly fault: Fault; readonly until: number }>(
    MOST_BYTES,
    { weigh: heapWeight, entries: MOST },
  );
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes of all that is remembered. */
  get bytes(): number {
    return this.#faults.weight;
  }

  /** What a key failed with a moment ago. */
  of(key: string): Fault | undefined {
    const known = this.#faults.get(key);
    if (known === undefined) return undefined;
    if (known.until > this.#clock.now()) return known.fault;
    this.#faults.delete(key);
    return undefined;
  }

  /** @param seconds to remember it, 0 for not at all; by default as long as its kind may be cached */
  add(key: string, error: unknown, seconds: number | undefined): void {
    if (!isFault(error) || error.kind.ttl === 0) return;
    const milliseconds = (seconds ?? error.kind.ttl) * 1000;
    if (milliseconds > 0) {
      this.#faults.set(key, { fault: error, until: this.#clock.now() + milliseconds });
    }
  }

  delete(key: string): void {
    this.#faults.delete(key);
  }

  clear(): void {
    this.#faults.clear();
  }
}
