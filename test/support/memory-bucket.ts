/** A bucket in memory, whose distance and failures are a test's to choose. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Bucket,
  BucketFailure,
  type FailureKind,
  type GetOptions,
} from '../../src/s3/bucket.ts';

export class MemoryBucket implements Bucket {
  readonly objects = new Map<string, Buffer>();
  /** Of the answer to a conditional question. */
  readonly headers: Record<string, string> = {};
  /** What everything fails with. */
  failure:
    | {
        readonly kind: FailureKind;
        readonly code: string;
        readonly status?: number;
        readonly retryAfter?: number;
      }
    | undefined;
  /** Milliseconds before every answer. */
  delay = 0;
  /** Bytes after which a body breaks off. */
  cutAfter = Number.POSITIVE_INFINITY;
  /** Names that it does not delete. */
  keeps: (name: string) => boolean = () => false;
  /** Questions so far. */
  asked = 0;

  async get(name: string, { signal, ifNoneMatch }: GetOptions = {}) {
    await this.#answer(signal);
    const bytes = this.objects.get(name);
    if (bytes === undefined) throw new BucketFailure('missing', { status: 404, code: 'NoSuchKey' });
    const etag = `"${bytes.length}-${bytes[0] ?? 0}"`;
    if (ifNoneMatch === etag) return { kind: 'unchanged' as const, headers: { etag } };
    const { cutAfter } = this;
    async function* body() {
      for (let at = 0; at < bytes!.length; at += 1000) {
        if (at >= cutAfter) throw new BucketFailure('failed', { code: 'ECONNRESET' });
        signal?.throwIfAborted();
        yield bytes!.subarray(at, at + 1000);
      }
    }
    const headers = { etag, ...this.headers };
    return {
      ...{ kind: 'found' as const, length: bytes.length, headers, body: body() },
      discard: () => undefined,
    };
  }

  async put(name: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const pieces: Uint8Array[] = [];
    if (body instanceof Uint8Array) pieces.push(body);
    else for await (const piece of body) pieces.push(piece);
    await this.#answer();
    this.objects.set(name, Buffer.concat(pieces));
  }

  async delete(name: string): Promise<void> {
    await this.#answer();
    this.objects.delete(name);
  }

  async deleteAll(names: readonly string[]): Promise<readonly string[]> {
    await this.#answer();
    const left = names.filter((name) => this.keeps(name));
    for (const name of names) if (!left.includes(name)) this.objects.delete(name);
    return left;
  }

  async *list(prefix: string, after = ''): AsyncIterable<string> {
    await this.#answer();
    const names = [...this.objects.keys()];
    yield* names.filter((name) => name.startsWith(prefix) && name > after).sort();
  }

  close(): void {}

  async #answer(signal?: AbortSignal): Promise<void> {
    this.asked++;
    if (this.delay > 0) await wait(this.delay, undefined, signal && { signal });
    signal?.throwIfAborted();
    if (this.failure) throw new BucketFailure(this.failure.kind, this.failure);
  }
}
