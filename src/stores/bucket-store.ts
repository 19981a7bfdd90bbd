/**
 * Bucket store: a shared store in a bucket (S3 protocol).
 *
 *     <prefix>v1/<first two digits of the key>/<key>
 *
 * Keys are hashes, so that what is asked for at once lies all over the bucket, and those of one source begin
 * alike: taking a source away is a list and its deletion. Each object is an entry with its record in front
 * (`bucket-record.ts`): one question gives both, and nothing is believed that its sums do not vouch for.
 *
 * A bucket that fails again and again is left alone: until one question finds it well again, all others are
 * answered at once with nothing. That question is put by the store itself, since visitors may have none for long.
 */
import { crc32 } from 'node:zlib';
import { type Body, bodyLength, bytesOf, type FileBody, isFileBody } from '../base/body.ts';
import { Breaker, type Outcome } from '../base/breaker.ts';
import { type Bucket, BucketFailure } from '../s3/bucket.ts';
import { bucketFailure } from '../s3/bucket-failure.ts';
import { bucketRecord, readBucketRecord } from './bucket-record.ts';
import { Patience } from './patience.ts';
import type {
  ArrivingEntry,
  PrefixDeletion,
  ReadOptions,
  SharedStore,
  SharedStoreStatus,
} from './shared-store.ts';
import { checkKey, type Entry, isStoredBody, type Meta, type StoreKey } from './store.ts';

export interface BucketStoreOptions {
  readonly bucket: Bucket;
  /** What names of objects begin with; ends in "/" unless it is empty. */
  readonly prefix: string;
  /** Longest wait for the head of an entry, in milliseconds; bodies have ten times as long. */
  readonly deadline: number;
  /** Told of each operation, with its milliseconds. */
  readonly observe?: ((operation: Operation, outcome: Result, ms: number) => void) | undefined;
  /** Told when the bucket is left alone, or fails from the start, with the code of the failure; and when it is well. */
  readonly changed?: ((available: boolean, reason?: string) => void) | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export type Operation = 'get' | 'put' | 'delete' | 'probe';
export type Result = 'hit' | 'miss' | 'done' | 'error' | 'skipped';

/** Three failures within ten seconds, and it is left alone for five. */
const BREAKER = { breakerFailures: 3, breakerWindow: 10_000, breakerPause: 5_000 };

/** What is never there, and the milliseconds behind a pause after which it is asked for. */
const PROBE = 'v1/probe';
const PROBE_LATER = 50;

/** Bodies and writes have so many times the time of a head. */
const PATIENCE = 10;

/** Bodies up to this many bytes are written from memory; larger ones while they are read. */
const AT_ONCE = 8e6;

/** Names in one deletion, as the protocol bounds them (docs/spec/s3.md 1.3). */
const TOGETHER = 1000;

export class BucketStore implements SharedStore {
  readonly #options: BucketStoreOptions;
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

  constructor(options: BucketStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#breaker = new Breaker(BREAKER, this.#now);
  }

  get status(): SharedStoreStatus {
    const available = this.#breaker.state === 'closed';
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { available, ...reason, ...this.#counts };
  }

  async get(key: StoreKey, options: ReadOptions = {}): Promise<Entry | undefined> {
    const entry = await this.open(key, options);
    if (entry === undefined) return undefined;
    const body = new Uint8Array(entry.length);
    let at = 0;
    try {
      for await (const piece of entry.body) {
        body.set(piece, at);
        at += piece.length;
      }
    } catch {
      // Counted where it failed
      return undefined;
    }
    return { meta: entry.meta, body };
  }

  open(key: StoreKey, { signal }: ReadOptions = {}): Promise<ArrivingEntry | undefined> {
    const name = this.#name(checkKey(key));
    return this.#try<ArrivingEntry | undefined>('get', undefined, signal, async (patience) => {
      const head = patience(this.#options.deadline);
      const found = await this.#options.bucket.get(name, { signal: head.signal }).catch((error) => {
        if (error instanceof BucketFailure && error.kind === 'missing') return undefined;
        throw error;
      });
      if (found === undefined || found.kind === 'unchanged') return ['miss', undefined];
      const entry = await readBucketRecord(key, found.length, found.body);
      if (entry === undefined) return ['miss', undefined];
      head.extend(this.#options.deadline * PATIENCE);
      const body = this.#counted(entry.body, head.end);
      return ['hit', { ...entry, body }, head];
    });
  }

  async put(key: StoreKey, meta: Meta, body: Body): Promise<boolean> {
    const name = this.#name(checkKey(key));
    const length = bodyLength(body);
    const large = isFileBody(body) && isStoredBody(body) && length > AT_ONCE ? body : undefined;
    // What cannot be read here is no failure of the bucket
    const bytes = large === undefined ? await bytesOf(body) : new Uint8Array();
    const crc = large === undefined ? crc32(bytes) : large.crc;
    const record = bucketRecord(key, meta, length, crc);
    const file = large && new JoinedBody(record, large);
    return this.#try('put', false, undefined, async (patience) => {
      const { signal } = patience(this.#options.deadline * PATIENCE);
      const whole = file?.read() ?? Buffer.concat([record, bytes]);
      try {
        await this.#options.bucket.put(name, whole, record.length + length, { signal });
      } catch (error) {
        if (file?.failed) return ['error', false];
        throw error;
      }
      this.#counts.written++;
      return ['done', true];
    });
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    const entry = await this.get(key);
    return entry === undefined ? false : this.put(key, meta, entry.body);
  }

  delete(key: StoreKey): Promise<boolean> {
    const name = this.#name(checkKey(key));
    return this.#try('delete', false, undefined, async (patience) => {
      await this.#options.bucket.delete(name, patience(this.#options.deadline * PATIENCE).signal);
      return ['done', true];
    });
  }

  deletePrefix(prefix: string): Promise<PrefixDeletion> {
    const names = this.#name(checkKey(prefix));
    const { bucket, deadline } = this.#options;
    let deleted = 0;
    return this.#try<PrefixDeletion>(
      'delete',
      { deleted, whole: false },
      undefined,
      async (patience) => {
        const { signal, extend } = patience(deadline * PATIENCE);
        let whole = true;
        let page: string[] = [];
        const flush = async () => {
          extend(deadline * PATIENCE);
          const gone = page.length === 0 ? 0 : await bucket.deleteAll(page, signal);
          deleted += gone;
          whole &&= gone === page.length;
          page = [];
        };
        for await (const name of bucket.list(names, undefined, signal)) {
          page.push(name);
          if (page.length === TOGETHER) await flush();
        }
        await flush();
        return ['done', { deleted, whole }];
      },
    );
  }

  async *list(prefix: string, after?: StoreKey): AsyncIterable<StoreKey> {
    const { bucket, prefix: root } = this.#options;
    const from = after === undefined ? undefined : this.#name(after);
    const names = prefix.length < 2 ? `${root}v1/${prefix}` : this.#name(prefix);
    for await (const name of bucket.list(names, from)) {
      const key = name.slice(name.lastIndexOf('/') + 1);
      if (/^[0-9a-f]{8,128}$/.test(key)) yield key;
    }
  }

  /** Whether the bucket answers. What the first question takes, as a connection, the next one finds done. */
  probe(): Promise<boolean> {
    const { bucket, prefix, deadline } = this.#options;
    return this.#try('probe', false, undefined, async (patience) => {
      const { signal } = patience(deadline * PATIENCE);
      try {
        const found = await bucket.get(prefix + PROBE, { signal });
        if (found.kind === 'found') found.discard();
      } catch (error) {
        if (!(error instanceof BucketFailure) || error.kind !== 'missing') throw error;
      }
      return ['done', true];
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#probing);
    this.#options.bucket.close();
  }

  /** Looks again and again whether a bucket that is left alone has come back. */
  #watch(): void {
    if (this.#closed || this.#probing !== undefined || this.#breaker.state === 'closed') return;
    this.#probing = setTimeout(() => {
      this.#probing = undefined;
      void this.probe().then(() => this.#watch());
    }, BREAKER.breakerPause + PROBE_LATER).unref();
  }

  #name(key: string): string {
    return `${this.#options.prefix}v1/${key.slice(0, 2)}/${key}`;
  }

  /** A body that may still fail. */
  async *#counted(body: AsyncIterable<Uint8Array>, end: () => void): AsyncGenerator<Uint8Array> {
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

  /**
   * Does something with the bucket, unless it is left alone; what fails is `otherwise`.
   *
   * @param work gives how it ended, and what goes on beyond it with its time
   */
  async #try<Value>(
    operation: Operation,
    otherwise: Value,
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
      return otherwise;
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
      return otherwise;
    }
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

/** A record and the file behind it, with whether the file could be read. */
class JoinedBody {
  readonly #record: Uint8Array;
  readonly #body: FileBody;
  failed = false;

  constructor(record: Uint8Array, body: FileBody) {
    this.#record = record;
    this.#body = body;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    yield this.#record;
    try {
      yield* this.#body.read();
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}
