/**
 * Bucket notices: small texts for all nodes, as objects beside the entries.
 *
 *     <prefix>v1/notices/<name>
 */
import { type Bucket, BucketFailure } from '../s3/bucket.ts';
import type { BucketAttempts } from './bucket-attempts.ts';
import type { NoticeRead, Notices } from './shared-store.ts';

export interface BucketNoticesParts {
  readonly bucket: Bucket;
  readonly attempts: BucketAttempts;
  /** What names of objects begin with. */
  readonly prefix: string;
  /** Milliseconds for each thing that is asked. */
  readonly deadline: number;
}

/** Bytes of a notice that are read. */
const LARGEST = 64e6;
/** Names that are listed. */
const MOST_NAMES = 100_000;
/** Names in one deletion, as the protocol bounds them (docs/spec/s3.md 1.3). */
const TOGETHER = 1000;

export class BucketNotices implements Notices {
  readonly #parts: BucketNoticesParts;
  readonly #folder: string;

  constructor(parts: BucketNoticesParts) {
    this.#parts = parts;
    this.#folder = `${parts.prefix}v1/notices/`;
  }

  names(): Promise<readonly string[] | undefined> {
    const { attempts, bucket, deadline } = this.#parts;
    return attempts.run<readonly string[] | undefined>(
      'list',
      () => undefined,
      undefined,
      async (patience) => {
        const { signal } = patience(deadline);
        const found: string[] = [];
        for await (const name of bucket.list(this.#folder, undefined, signal)) {
          found.push(name.slice(this.#folder.length));
          if (found.length >= MOST_NAMES) break;
        }
        return ['done', found];
      },
    );
  }

  read(name: string): Promise<NoticeRead> {
    const { attempts, bucket, deadline } = this.#parts;
    return attempts.run<NoticeRead>(
      'get',
      () => ({ kind: 'away' }),
      undefined,
      async (patience) => {
        const { signal } = patience(deadline);
        try {
          const found = await bucket.get(this.#folder + name, { signal });
          if (found.kind === 'unchanged') return ['done', { kind: 'none' }];
          if (found.length > LARGEST) {
            found.discard();
            return ['done', { kind: 'none' }];
          }
          const pieces: Uint8Array[] = [];
          for await (const piece of found.body) pieces.push(piece);
          return ['done', { kind: 'text', text: Buffer.concat(pieces).toString('utf8') }];
        } catch (error) {
          if (!(error instanceof BucketFailure) || error.kind !== 'missing') throw error;
          return ['done', { kind: 'none' }];
        }
      },
    );
  }

  write(name: string, text: string): Promise<boolean> {
    const { attempts, bucket, deadline } = this.#parts;
    const bytes = Buffer.from(text);
    return attempts.run(
      'put',
      () => false,
      undefined,
      async (patience) => {
        const { signal } = patience(deadline);
        const options = { signal, contentType: 'application/jsonl' };
        await bucket.put(this.#folder + name, bytes, bytes.length, options);
        return ['done', true];
      },
    );
  }

  async delete(names: readonly string[]): Promise<void> {
    const { attempts, bucket, deadline } = this.#parts;
    for (let at = 0; at < names.length; at += TOGETHER) {
      const page = names.slice(at, at + TOGETHER).map((name) => this.#folder + name);
      await attempts.run<void>(
        'delete',
        () => undefined,
        undefined,
        async (patience) => {
          await bucket.deleteAll(page, patience(deadline).signal);
          return ['done', undefined];
        },
      );
    }
  }
}
