/**
 * Key locks: works on one key wait for one another, in the order of their asking.
 */
export class KeyLocks<Key> {
  readonly #last = new Map<Key, Promise<void>>();

  has(key: Key): boolean {
    return this.#last.has(key);
  }

  /** What `work` gives, begun when all earlier work on the key has ended, well or not. */
  exclusive<Result>(key: Key, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const release = () => {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    };
    const settled: Promise<void> = result.then(release, release);
    this.#last.set(key, settled);
    return result;
  }

  /** Resolves when all work asked for so far has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
