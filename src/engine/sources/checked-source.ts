/**
 * Checked source: the source of a worker's task, proven to be the one that was
 * stored.
 *
 * A file is read once for its checksum before it is used, and has to be the
 * same file afterwards: what was made of altered bytes never leaves the worker,
 * and what failed on them is no fault of the picture.
 */
import { Fault } from '../../base/fault.ts';
import { fingerprintAt, readSummed } from '../../stores/disk/files.ts';
import type { SourceFile } from '../../vips/source-file.ts';
import type { WorkerSource } from '../worker-protocol.ts';

/**
 * What `work` makes of a source.
 *
 * @throws Fault source-lost, when the file is gone or altered, before or meanwhile; else what `work` throws
 */
export async function withSource<Result>(
  source: WorkerSource,
  work: (file: SourceFile) => Promise<Result>,
): Promise<Result> {
  if ('bytes' in source) return work(source);
  const { fingerprint: before, bytes } = await readGood(source);
  try {
    return await work({ path: source.path, bytes });
  } finally {
    // Thrown from here it takes the place of a result, and of what the alteration led to.
    const after = await fingerprintAt(source.path).catch(() => undefined);
    // biome-ignore lint/correctness/noUnsafeFinally: see above
    if (after !== before) throw lost();
  }
}

/** A file as it should be; read once, whoever needs its bytes afterwards. */
async function readGood({ path, length, crc }: Exclude<WorkerSource, { bytes: unknown }>) {
  const read = await readSummed(path, length).catch((cause: unknown) => {
    throw lost(cause);
  });
  if (read.fingerprint === undefined || read.length !== length || read.crc !== crc) throw lost();
  return read;
}

function lost(cause?: unknown): Fault {
  return new Fault('source-lost', 'The source was altered or lost in the store.', {}, cause);
}
