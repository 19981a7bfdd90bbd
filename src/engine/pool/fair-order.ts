/**
 * Fair order: whose task is next, so that each source has its share of the workers whatever the
 * others ask for.
 *
 * Start-time fair queueing: a task begins, in virtual time, when that of its source before it ends,
 * and at the earliest now; it ends a cost later, divided by the weight of its source. The task that
 * begins first is served first, and virtual time is the beginning of what was served last. So of two
 * sources that both always have work, each gets time by its weight; one that comes anew waits for
 * no queue of another; and tasks of one source keep their order. P. Goyal, H. M. Vin and H. Cheng,
 * "Start-time Fair Queueing", SIGCOMM 1996.
 *
 * Pure. Invariant: only sources with a virtual time ahead of now are remembered.
 */

/** Whose share a task takes. */
export interface Share {
  /** Name of the source in the configuration. */
  readonly source: string;
  /** Above 0; a source with 2 gets twice the time of one with 1. */
  readonly weight: number;
}

/** Whose share is taken by what is made for a source. */
export function shareOf({
  name,
  weight = 1,
}: {
  readonly name: string;
  readonly weight?: number;
}): Share {
  return { source: name, weight };
}

/** Of what belongs to no source. */
export const NO_SHARE: Share = { source: '', weight: 1 };

export class FairOrder {
  /** When the last task of each source ends. */
  readonly #ends = new Map<string, number>();
  #now = 0;

  /** When a task of a source that came now would begin. */
  start({ source }: Share): number {
    return Math.max(this.#now, this.#ends.get(source) ?? 0);
  }

  /** Counts a task that has come; gives its beginning. @param cost milliseconds, at least 0 */
  add(share: Share, cost: number): number {
    const start = this.start(share);
    this.#ends.set(share.source, start + cost / share.weight);
    return start;
  }

  /** Gives back what a task was to take that was never served. */
  remove({ source, weight }: Share, cost: number): void {
    const end = this.#ends.get(source);
    if (end !== undefined) this.#ends.set(source, end - cost / weight);
    this.#forget();
  }

  /** Moves on to the beginning of a task that is served. */
  served(start: number): void {
    this.#now = Math.max(this.#now, start);
    this.#forget();
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#ends.size;
  }

  #forget(): void {
    for (const [source, end] of this.#ends) if (end <= this.#now) this.#ends.delete(source);
  }
}
