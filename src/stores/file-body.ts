/**
 * File body: a body that is read from its file when somebody takes it.
 *
 * A reader gets exactly the bytes that were promised or an error: a file that
 * is gone, has another length or another checksum never ends as a whole body.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ByteRange, FileBody } from '../base/body.ts';
import { type Fingerprint, fingerprintOf, sumOf } from './disk/files.ts';

/** Bytes read at once: what one slow reader holds in memory. */
const PIECE = 64 * 1024;

export interface FileBodyOptions {
  /**
   * The CRC-32 of the whole file. Whoever reads all of it gets the last piece
   * only when the sum is right; a part is given unchecked, unless there is a
   * fingerprint.
   */
  readonly verify?: { readonly crc: number; readonly onMismatch?: () => void };
  /** Of the file when its sum was right: with another one, a part is given only after a check of the whole. */
  readonly fingerprint?: Fingerprint;
}

/** The body in `file`, which is `bytes` long. Nothing is opened before it is read. */
export function fileBody(
  file: string,
  bytes: number,
  options: FileBodyOptions = {},
): FileBody & { readonly file: string } {
  return {
    file,
    bytes,
    read: (range = { start: 0, end: bytes }) => pieces(file, bytes, range, options),
  };
}

async function* pieces(
  path: string,
  bytes: number,
  { start, end }: ByteRange,
  { verify, fingerprint }: FileBodyOptions,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const stats = await file.stat({ bigint: true });
    if (Number(stats.size) !== bytes) {
      throw new Error(`expected ${bytes} bytes in the file, got ${stats.size}`);
    }
    const check = verify !== undefined && start === 0 && end === bytes ? verify : undefined;
    if (!check && verify && fingerprint !== undefined && fingerprint !== fingerprintOf(stats)) {
      await checkWhole(file, verify);
    }
    let crc = 0;
    for (let at = start; at < end; ) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error(`expected ${bytes} bytes in the file, got ${at}`);
      const read = piece.subarray(0, bytesRead);
      at += bytesRead;
      if (check !== undefined) crc = crc32(read, crc);
      if (check !== undefined && at === end && crc !== check.crc) {
        check.onMismatch?.();
        throw altered();
      }
      yield read;
    }
  } finally {
    await file.close();
  }
}

async function checkWhole(
  file: FileHandle,
  { crc, onMismatch }: NonNullable<FileBodyOptions['verify']>,
): Promise<void> {
  if ((await sumOf(file)).crc === crc) return;
  onMismatch?.();
  throw altered();
}

function altered(): Error {
  return new Error('expected the bytes that were stored, got a file with another checksum');
}
