/**
 * Bucket store: a shared store in a bucket (S3 protocol).
 *
 *     <prefix>v1/<first two digits of the key>/<key>
 *
 * Keys are hashes, so that what is asked for at once lies all over the bucket, and those of one source begin
 * alike: taking a source away is a list and its deletion. Each object is an entry with its record in front
 * (`bucket-record.ts`): one question gives both, and nothing is believed that its sums do not vouch for.
 */
import { crc32 } from 'node:zlib';
import { type Body, bodyLength, bytesOf, type FileBody, isFileBody } from '../base/body.ts';
import { type Bucket, BucketFailure } from '../s3/bucket.ts';
import { BucketAttempts, type BucketAttemptsOptions } from './bucket-attempts.ts';
import { deleteNames } from './bucket-deletion.ts';
import { BucketNotices } from './bucket-notices.ts';
import { bucketRecord, readBucketRecord } from './bucket-record.ts';
import type {
  ArrivingEntry,
  PrefixDeletion,
  ReadOptions,
  SharedStore,
  SharedStoreStatus,
} from './shared-store.ts';
import { checkKey, type Entry, isStoredBody, type Meta, type StoreKey } from './store.ts';

export interface BucketStoreOptions extends BucketAttemptsOptions {
  readonly bucket: Bucket;
  /** What names of objects begin with; ends in "/" unless it is empty. */
  readonly prefix: string;
  /** Longest wait for the head of an entry, in milliseconds; bodies have ten times as long. */
  readonly deadline: number;
}

/** What is never there. */
const PROBE = 'v1/probe';

/** Bodies and writes have so many times the time of a head. */
const PATIENCE = 10;

/** Bodies up to this many bytes are written from memory; larger ones while they are read. */
const AT_ONCE = 8e6;

export class BucketStore implements SharedStore {
  readonly #options: BucketStoreOptions;
  readonly #attempts: BucketAttempts;
  readonly notices: BucketNotices;

  constructor(options: BucketStoreOptions) {
    this.#options = options;
    const attempts = new BucketAttempts(options, () => this.probe());
    this.#attempts = attempts;
    const { bucket, prefix, deadline } = options;
    this.notices = new BucketNotices({ bucket, attempts, prefix, deadline: deadline * PATIENCE });
  }

  get status(): SharedStoreStatus {
    return this.#attempts.status;
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
    return this.#attempts.run<ArrivingEntry | undefined>(
      'get',
      () => undefined,
      signal,
      async (patience) => {
        const head = patience(this.#options.deadline);
        const found = await this.#options.bucket
          .get(name, { signal: head.signal })
          .catch((error) => {
            if (error instanceof BucketFailure && error.kind === 'missing') return undefined;
            throw error;
          });
        if (found === undefined || found.kind === 'unchanged') return ['miss', undefined];
        const entry = await readBucketRecord(key, found.length, found.body);
        if (entry === undefined) return ['miss', undefined];
        head.extend(this.#options.deadline * PATIENCE);
        const body = this.#attempts.counted(entry.body, head.end);
        return ['hit', { ...entry, body }, head];
      },
    );
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
    return this.#attempts.run(
      'put',
      () => false,
      undefined,
      async (patience) => {
        const { signal } = patience(this.#options.deadline * PATIENCE);
        const whole = file?.read() ?? Buffer.concat([record, bytes]);
        try {
          await this.#options.bucket.put(name, whole, record.length + length, { signal });
        } catch (error) {
          if (file?.failed) return ['error', false];
          throw error;
        }
        this.#attempts.wrote();
        return ['done', true];
      },
    );
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    const entry = await this.get(key);
    return entry === undefined ? false : this.put(key, meta, entry.body);
  }

  delete(key: StoreKey): Promise<boolean> {
    const name = this.#name(checkKey(key));
    return this.#attempts.run(
      'delete',
      () => false,
      undefined,
      async (patience) => {
        await this.#options.bucket.delete(name, patience(this.#options.deadline * PATIENCE).signal);
        return ['done', true];
      },
    );
  }

  deletePrefix(prefix: string): Promise<PrefixDeletion> {
    const names = this.#name(checkKey(prefix));
    const { bucket, deadline } = this.#options;
    const done = { deleted: 0, left: 0, whole: false };
    return this.#attempts.run<PrefixDeletion>(
      'delete',
      () => done,
      undefined,
      async (patience) => {
        const { signal, extend } = patience(deadline * PATIENCE);
        await deleteNames(bucket, names, signal, (counts) => {
          Object.assign(done, counts);
          extend(deadline * PATIENCE);
        });
        return ['done', done];
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
    return this.#attempts.run(
      'probe',
      () => false,
      undefined,
      async (patience) => {
        const { signal } = patience(deadline * PATIENCE);
        try {
          const found = await bucket.get(prefix + PROBE, { signal });
          if (found.kind === 'found') found.discard();
        } catch (error) {
          if (!(error instanceof BucketFailure) || error.kind !== 'missing') throw error;
        }
        return ['done', true];
      },
    );
  }

  async close(): Promise<void> {
    this.#attempts.close();
    this.#options.bucket.close();
  }

  #name(key: string): string {
    return `${this.#options.prefix}v1/${key.slice(0, 2)}/${key}`;
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
