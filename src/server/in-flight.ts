/**
 * In flight: how many pictures are being worked on, and whether one more may be.
 *
 * It is asked before any file or origin is touched, so that a server with more
 * work than it can hold refuses at the price of a refusal.
 */
export class InFlight {
  readonly limit: number;
  #count = 0;

  /** @param limit requests at once */
  constructor(limit: number) {
    this.limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether there is no room for one more. */
  get full(): boolean {
    return this.#count >= this.limit;
  }

  /** Does the work, or gives undefined at once where there is no room. */
  async run<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.full) return undefined;
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
    }
  }
}
