/**
 * Bucket deletion: everything whose name begins so is taken away, some names in each request and some requests side
 * by side, and tried again where some of it stays.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Bucket } from '../s3/bucket.ts';

/**
 * Names in one deletion. The protocol takes 1000 (docs/spec/s3.md 1.3), but servers take them away one after another,
 * so that several smaller deletions are done sooner.
 */
const TOGETHER = 100;

/** Deletions side by side. */
const ABREAST = 4;

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
 * @param told of what has come of it so far, before and after each deletion
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
    let failure: unknown;
    let known = false;
    const deleteSome = async (names: readonly string[]) => {
      if (failure !== undefined) return;
      try {
        const gone = names.length - (await bucket.deleteAll(names, signal)).length;
        deleted += gone;
        left -= gone;
        told({ deleted, left, whole: false });
      } catch (error) {
        failure ??= error;
      }
    };
    const limit = pLimit(ABREAST);
    const running: Promise<void>[] = [];
    let names: string[] = [];
    const flush = () => {
      if (names.length === 0) return;
      left += names.length;
      told({ deleted, left, whole: false });
      const some = names;
      running.push(limit(() => deleteSome(some)));
      names = [];
    };
    try {
      for await (const name of bucket.list(prefix, undefined, signal)) {
        names.push(name);
        if (names.length === TOGETHER) flush();
      }
      flush();
      known = true;
    } catch (error) {
      failure ??= error;
    }
    await Promise.all(running);
    const whole = failure === undefined && left === 0;
    // What could not be listed is not known to be left
    if (known) told({ deleted, left, whole });
    if (whole) return;
    if (failure !== undefined && (wait === undefined || signal.aborted)) throw failure;
    if (wait !== undefined) await pause(wait, undefined, { signal });
  }
}
