/**
 * Deadline: the time one source may take, over all its hops and retries, and the client going away.
 */
import { Fault } from '../base/fault.ts';
import type { OriginLimits } from './limits.ts';

export class Deadline {
  readonly signal: AbortSignal;
  readonly #caller: AbortSignal;
  readonly #limits: OriginLimits;
  readonly #own = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #end: number;

  constructor(caller: AbortSignal, limits: OriginLimits) {
    this.#caller = caller;
    this.#limits = limits;
    this.signal = AbortSignal.any([caller, this.#own.signal]);
    this.#total = this.#timer(limits.totalMs);
    this.#end = performance.now() + limits.totalMs;
  }

  /** Starts the wait for the head of an answer; gives the function that ends it. */
  firstByte(): () => void {
    const timer = this.#timer(this.#limits.firstByteMs);
    return () => clearTimeout(timer);
  }

  abort(fault: Fault): void {
    this.#own.abort(fault);
  }

  /** Why the transfer was stopped from this side, if it was. */
  reason(): unknown {
    if (this.#own.signal.aborted) return this.#own.signal.reason;
    return this.#caller.aborted ? this.#caller.reason : undefined;
  }

  /** Whether the client went away: nothing is then known against the server. */
  get abandoned(): boolean {
    return this.#caller.aborted && !this.#own.signal.aborted;
  }

  /** Waits, where there is time to; false, at once, where there is not, or when the transfer was stopped. */
  pause(milliseconds: number): Promise<boolean> {
    const { signal } = this;
    if (signal.aborted || performance.now() + milliseconds >= this.#end) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  end(): void {
    clearTimeout(this.#total);
  }

  /**
   * A body that ends the wait with it, its failures put into our words.
   *
   * @param faultOf what a failure means that was not ours
   */
  async *watched(
    body: AsyncIterable<Uint8Array>,
    faultOf: (error: unknown) => unknown,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw this.reason() ?? faultOf(error);
    } finally {
      this.end();
    }
  }

  #timer(ms: number): NodeJS.Timeout {
    const fault = () => new Fault('origin-timeout', 'The server of the source is too slow.');
    return setTimeout(() => this.abort(fault()), ms).unref();
  }
}
