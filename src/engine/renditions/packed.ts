/**
 * Packed: the bytes of a result for their way from a worker to the front.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { writeNew } from '../../stores/disk/files.ts';
import { INLINE_BYTES, type ResultBody } from '../worker-protocol.ts';

/** A large result goes into a file where there is one; where that cannot be written, it travels like a small one. */
export async function packed(bytes: Uint8Array, file: string | undefined): Promise<ResultBody> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (file === undefined || bytes.length <= INLINE_BYTES) return { inline: bytes, hash };
  try {
    await writeNew(file, bytes);
    return { file, bytes: bytes.length, crc: crc32(bytes), hash };
  } catch {
    return { inline: bytes, hash };
  }
}
