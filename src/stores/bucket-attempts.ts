/**
 * Bucket attempts: what is tried with a bucket, in bounded time, counted, and not at all while it is left alone.
 *
 * A bucket that fails again and again is left alone: until one question finds it well again, everything is
 * answered at once with what it would come to otherwise. That question is put from here, since visitors may have
 * none for long.
 */
import { Breaker, type Outcome } from '../base/breaker.ts';
import { bucketFailure } from '../s3/bucket-failure.ts';
import { Patience } from './patience.ts';
import type { SharedStoreStatus } from './shared-store.ts';

export type Operation = 'get' | 'put' | 'delete' | 'list' | 'probe';
export type Result = 'hit' | 'miss' | 'done' | 'error' | 'skipped';

export interface BucketAttemptsOptions {
  /** Told of each operation, with its milliseconds. */
  readonly observe?: ((operation: Operation, outcome: Result, ms: number) => void) | undefined;
  /** Told when the bucket is left alone, or fails from the start, with the code of the failure; and when it is well. */
  readonly changed?: ((available: boolean, reason?: string) => void) | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Three failures within ten seconds, and it is left alone for five. */
const BREAKER = { breakerFailures: 3, breakerWindow: 10_000, breakerPause: 5_000 };

/** Milliseconds behind a pause after which a bucket that is left alone is asked. */
const PROBE_LATER = 50;

export class BucketAttempts {
  readonly #options: BucketAttemptsOptions;
  readonly #probe: () => Promise<unknown>;
  readonly #breaker: Breaker;
  readonly #now: () => number;
  readonly #counts = { hits: 0, misses: 0, errors: 0, skipped: 0, written: 0 };
  #reason: string | undefined;
  /** What was told last; a bucket that is well from the start is no news. */
  #told = true;
  /** It has answered once. */
  #known = false;
  #probing: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param probe an attempt that finds out whether the bucket is well */
  constructor(options: BucketAttemptsOptions, probe: () => Promise<unknown>) {
    this.#options = options;
    this.#probe = probe;
    this.#now = options.now ?? (() => performance.now());
    this.#breaker = new Breaker(BREAKER, this.#now);
  }

  get status(): SharedStoreStatus {
    const available = this.#breaker.state === 'closed';
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { available, ...reason, ...this.#counts };
  }

  /**
   * Does something with the bucket, unless it is left alone.
   *
   * @param otherwise what it comes to where it fails or is not tried; asked then
   * @param caller its going away ends the work, and is no failure
   * @param work gives how it ended, and what goes on beyond it with its time
   */
  async run<Value>(
    operation: Operation,
    otherwise: () => Value,
    caller: AbortSignal | undefined,
    work: (
      patience: (milliseconds: number) => Patience,
    ) => Promise<readonly [Result, Value, Patience?]>,
  ): Promise<Value> {
    const start = this.#now();
    let ended: ((outcome: Outcome) => void) | undefined;
    const told = (result: Result) =>
      this.#options.observe?.(operation, result, this.#now() - start);
    try {
      ended = this.#breaker.enter();
    } catch {
      this.#counts.skipped++;
      told('skipped');
      return otherwise();
    }
    let patience: Patience | undefined;
    try {
      const [result, value, goesOn] = await work((milliseconds) => {
        patience = new Patience(milliseconds, caller);
        return patience;
      });
      ended('good');
      this.#known = true;
      if (this.#breaker.state === 'closed') this.#tell(true);
      if (goesOn === undefined) patience?.end();
      if (result === 'hit') this.#counts.hits++;
      if (result === 'miss') this.#counts.misses++;
      told(result);
      return value;
    } catch (error) {
      patience?.end();
      const left = caller?.aborted === true;
      ended(left ? 'left' : 'failed');
      if (!left) {
        this.#failed(error);
        this.#tellFailure();
      }
      this.#watch();
      told('error');
      return otherwise();
    }
  }

  /** An entry has been written. */
  wrote(): void {
    this.#counts.written++;
  }

  /** A body that may still fail. */
  async *counted(body: AsyncIterable<Uint8Array>, end: () => void): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      this.#failed(error);
      this.#breaker.failed();
      this.#tellFailure();
      this.#watch();
      throw error;
    } finally {
      end();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#probing);
  }

  /** Looks again and again whether a bucket that is left alone has come back. */
  #watch(): void {
    if (this.#closed || this.#probing !== undefined || this.#breaker.state === 'closed') return;
    this.#probing = setTimeout(() => {
      this.#probing = undefined;
      void this.#probe().then(() => this.#watch());
    }, BREAKER.breakerPause + PROBE_LATER).unref();
  }

  #failed(error: unknown): void {
    this.#counts.errors++;
    this.#reason = bucketFailure(error).code;
  }

  /** A single failure is no news, unless nothing has gone well before it. */
  #tellFailure(): void {
    if (!this.#known || this.#breaker.state !== 'closed') this.#tell(false);
  }

  #tell(available: boolean): void {
    if (available === this.#told || this.#closed) return;
    this.#told = available;
    this.#options.changed?.(available, available ? undefined : this.#reason);
  }
}
