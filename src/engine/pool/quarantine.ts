/**
 * Quarantine: sources that are not tried again for a while, because workers
 * died of them.
 */

/** A source that killed this many workers is not tried again. */
const CRASHES_TO_QUARANTINE = 2;

/** Sources remembered. */
const QUARANTINE_SIZE = 1000;

/** Milliseconds until a source is given another chance: the deaths may have had another cause. */
const QUARANTINE_MS = 600_000;

export class Quarantine {
  /** Sources whose worker died, with how often and when last. */
  readonly #crashes = new Map<string, { readonly count: number; readonly at: number }>();

  /** Whether a source is not to be tried. */
  holds(sourceKey: string): boolean {
    return this.#count(sourceKey) >= CRASHES_TO_QUARANTINE;
  }

  /** Counts a death; the number of deaths so far. */
  add(sourceKey: string): number {
    const count = this.#count(sourceKey) + 1;
    this.#crashes.delete(sourceKey);
    this.#crashes.set(sourceKey, { count, at: performance.now() });
    if (this.#crashes.size > QUARANTINE_SIZE) {
      this.#crashes.delete(this.#crashes.keys().next().value!);
    }
    return count;
  }

  /** Forgets a source that has been rendered. */
  forget(sourceKey: string): void {
    this.#crashes.delete(sourceKey);
  }

  #count(sourceKey: string): number {
    const known = this.#crashes.get(sourceKey);
    return known && performance.now() - known.at < QUARANTINE_MS ? known.count : 0;
  }
}
