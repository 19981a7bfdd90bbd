/**
 * Single flight: identical work at once is done once (docs/spec/http.md 4.8).
 *
 * Whoever asks for a key that is being worked on waits for that work and gets
 * its result or its error. A waiter that goes away leaves the work to the
 * others; when the last one has gone the work is aborted, and the key is free
 * again at once, so that a newcomer never waits for work that was given up.
 * Work that has said that it goes on to its end stays to be joined.
 */

interface Flight<Value> {
  readonly result: Promise<Value>;
  readonly abort: AbortController;
  waiters: number;
  /** It is not aborted any more. */
  readonly committed: boolean;
}

/**
 * What is done for a key.
 *
 * @param signal fires when nobody waits any more
 * @param commit says that from now on the work goes on without anybody waiting
 */
export type Work<Value> = (signal: AbortSignal, commit: () => void) => Promise<Value>;

export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** Whether a call for this key would wait for work that is under way. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Keys being worked on. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * The result of `work` for `key`, shared with all who ask meanwhile.
   *
   * @param signal of this waiter alone; without one it waits to the end
   * @throws what the work throws, or the signal's reason
   */
  async run(key: string, work: Work<Value>, signal?: AbortSignal): Promise<Value> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiters++;
    let leave: (() => void) | undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal?.reason);
      signal?.addEventListener('abort', leave, { once: true });
    });
    try {
      return await (signal ? Promise.race([flight.result, left]) : flight.result);
    } finally {
      if (leave) signal?.removeEventListener('abort', leave);
      flight.waiters--;
      const abandoned = flight.waiters === 0 && !flight.committed;
      if (abandoned && this.#flights.get(key) === flight) {
        this.#flights.delete(key);
        flight.abort.abort(signal?.reason);
      }
    }
  }

  #start(key: string, work: Work<Value>): Flight<Value> {
    const abort = new AbortController();
    let committed = false;
    const commit = () => {
      committed = true;
    };
    // A work that throws before its first await fails like any other.
    const result = (async () => work(abort.signal, commit))();
    const flight: Flight<Value> = {
      result,
      abort,
      waiters: 0,
      get committed() {
        return committed;
      },
    };
    this.#flights.set(key, flight);
    const end = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    // Also marks an error as handled when every waiter has gone.
    result.then(end, end);
    return flight;
  }
}
