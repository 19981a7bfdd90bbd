/**
 * Bucket deletion: everything whose name begins so is taken away, page by page, and tried again where some of it stays.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bucket } from '../s3/bucket.ts';

/** Names in one deletion, as the protocol bounds them (docs/spec/s3.md 1.3). */
const TOGETHER = 1000;

/** Milliseconds before what was left, or could not be listed, is tried again. */
const AGAIN_AFTER = [100, 400];

export interface Deleted {
  /** Objects that are gone. */
  readonly deleted: number;
  /** Objects that are known to be still there. */
  readonly left: number;
  /** Nothing is left. */
  readonly whole: boolean;
}

/**
 * @param told of what has come of it so far, after each page and before a failure
 * @throws BucketFailure what its last try fails with
 */
export async function deleteNames(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
  told: (counts: Deleted) => void,
): Promise<void> {
  let deleted = 0;
  for (const wait of [...AGAIN_AFTER, undefined]) {
    let left = 0;
    let page: string[] = [];
    const flush = async () => {
      if (page.length === 0) return;
      left += page.length;
      told({ deleted, left, whole: false });
      const stays = await bucket.deleteAll(page, signal);
      const gone = page.length - stays.length;
      deleted += gone;
      left -= gone;
      page = [];
      told({ deleted, left, whole: false });
    };
    try {
      for await (const name of bucket.list(prefix, undefined, signal)) {
        page.push(name);
        if (page.length === TOGETHER) await flush();
      }
      await flush();
      told({ deleted, left, whole: left === 0 });
      if (left === 0) return;
    } catch (error) {
      if (wait === undefined || signal.aborted) throw error;
    }
    if (wait !== undefined) await pause(wait, undefined, { signal });
  }
}
