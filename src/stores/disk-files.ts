/**
 * Disk files: the few ways in which the disk store touches a disk.
 *
 * Everything here either does the whole thing or throws and leaves nothing,
 * and makes the folder it needs, which nobody made yet or somebody removed.
 */
import { constants, promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const PIECE = 256 * 1024;

/** Writes a file that did not exist before; synced to the disk if asked. */
export async function writeNew(path: string, bytes: Uint8Array, sync: boolean): Promise<void> {
  const file = await withFolder(path, () => fs.open(path, 'wx', 0o600));
  try {
    await file.writeFile(bytes);
    if (sync) await file.datasync();
  } catch (error) {
    await remove(path);
    throw error;
  } finally {
    await file.close();
  }
}

/** Moves a file into place in one step; `spare` is a free name near `to` for files from elsewhere. */
export async function moveInto(from: string, to: string, spare: string): Promise<void> {
  try {
    await withFolder(to, () => fs.rename(from, to));
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    try {
      await fs.copyFile(from, spare);
      await fs.rename(spare, to);
    } finally {
      await remove(spare);
    }
  }
}

/** The bytes of a file, 'absent', or 'unreadable' for a failure that may pass. */
export async function readWhole(path: string): Promise<Buffer | 'absent' | 'unreadable'> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'absent' : 'unreadable';
  }
}

export async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await fs.lstat(path).catch(() => undefined);
  return stats?.isFile() ? stats.size : undefined;
}

/** Length and checksum of a regular file, read in pieces; synced to the disk if asked. */
export async function sumUp(path: string, sync: boolean): Promise<{ length: number; crc: number }> {
  const mode = sync ? constants.O_RDWR : constants.O_RDONLY;
  const file = await fs.open(path, mode | (constants.O_NOFOLLOW ?? 0));
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    let length = 0;
    let crc = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, length);
      if (bytesRead === 0) break;
      crc = crc32(piece.subarray(0, bytesRead), crc);
      length += bytesRead;
    }
    if (sync) await file.datasync();
    return { length, crc };
  } finally {
    await file.close();
  }
}

/** Removes a file if it is there; a file that cannot be removed is left for the next start. */
export async function remove(path: string): Promise<void> {
  await fs.rm(path, { force: true }).catch(() => {});
}

async function withFolder<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return work();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
