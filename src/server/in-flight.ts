/**
 * In flight: how many pictures are being worked on, and whether one more may be.
 *
 * It is asked before any file or origin is touched, so that a server with more
 * work than it can hold refuses at the price of a refusal.
 */
/** The part of the places that one of several sources may take, as with an origin that never answers. */
const MOST_OF_ONE = 0.75;

export class InFlight {
  #limit = 0;
  #mostOfOne = 0;
  readonly #ofSources = new Map<string, number>();
  #count = 0;

  /**
   * @param limit requests at once
   * @param shared among several sources, of which none may have all
   */
  constructor(limit: number, shared = false) {
    this.resize(limit, shared);
  }

  get limit(): number {
    return this.#limit;
  }

  /** Has another limit hold from the next request on; what is under way goes on. See the constructor. */
  resize(limit: number, shared: boolean): void {
    this.#limit = limit;
    this.#mostOfOne = shared ? Math.max(1, Math.floor(limit * MOST_OF_ONE)) : limit;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether there is no room for one more. */
  get full(): boolean {
    return this.#count >= this.#limit;
  }

  /** Does the work of a source, or gives undefined at once where there is no room. */
  async run<Result>(work: () => Promise<Result>, source = ''): Promise<Result | undefined> {
    const own = this.#ofSources.get(source) ?? 0;
    if (this.full || own >= this.#mostOfOne) return undefined;
    this.#count += 1;
    this.#ofSources.set(source, own + 1);
    try {
      return await work();
    } finally {
      this.#count -= 1;
      this.#ofSources.set(source, (this.#ofSources.get(source) ?? 1) - 1);
    }
  }
}
