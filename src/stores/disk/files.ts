/**
 * Disk files: the few ways in which the disk store touches a disk.
 *
 * Everything here either does the whole thing or throws and leaves nothing,
 * and makes the folder it needs, which nobody made yet or somebody removed.
 */
import { type BigIntStats, constants, promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolder } from '../folders.ts';
import type { Sum } from '../store.ts';

const PIECE = 256 * 1024;

/** Writes a file that did not exist before. */
export async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await withFolder(path, () => fs.open(path, 'wx', 0o600));
  try {
    await file.writeFile(bytes);
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
      await withFolder(spare, () => fs.copyFile(from, spare));
      await fs.rename(spare, to);
      await remove(from);
    } finally {
      await remove(spare);
    }
  }
}

/** The bytes of a file, 'absent' (also where something else has its name), or 'unreadable' for a failure that may pass. */
export async function readWhole(path: string): Promise<Buffer | 'absent' | 'unreadable'> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    return isGone(error) ? 'absent' : 'unreadable';
  }
}

/**
 * What tells that a file is the one it was: any write, replacement or change
 * of its metadata alters one of these. Undefined for what is no regular file.
 */
export type Fingerprint = string;

export function fingerprintOf(stats: BigIntStats): Fingerprint | undefined {
  if (!stats.isFile()) return undefined;
  return `${stats.ino}-${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`;
}

/** @throws the system's error, for a file that is absent too */
export async function fingerprintAt(path: string): Promise<Fingerprint | undefined> {
  return fingerprintOf(await fs.lstat(path, { bigint: true }));
}

/** Length and checksum of a regular file, read in pieces; and its fingerprint, if it stayed the same. */
export async function sumUp(
  path: string,
): Promise<Sum & { readonly fingerprint: Fingerprint | undefined }> {
  const file = await fs.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const before = fingerprintOf(await file.stat({ bigint: true }));
    const sum = await sumOf(file);
    const after = fingerprintOf(await file.stat({ bigint: true }));
    return { ...sum, fingerprint: before === after ? before : undefined };
  } finally {
    await file.close();
  }
}

/**
 * The bytes of a regular file with their checksum; and its fingerprint, if it stayed the same.
 * A file that is not of this length is not read.
 */
export async function readSummed(
  path: string,
  length: number,
): Promise<Sum & { readonly bytes: Uint8Array; readonly fingerprint: Fingerprint | undefined }> {
  const file = await fs.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const stats = await file.stat({ bigint: true });
    const before = fingerprintOf(stats);
    const bytes = Number(stats.size) === length ? await file.readFile() : new Uint8Array(0);
    const after = fingerprintOf(await file.stat({ bigint: true }));
    const fingerprint = before === after ? before : undefined;
    return { length: bytes.length, crc: crc32(bytes), bytes, fingerprint };
  } finally {
    await file.close();
  }
}

/** Length and checksum of an open file. */
export async function sumOf(file: fs.FileHandle): Promise<Sum> {
  const piece = Buffer.allocUnsafe(PIECE);
  let length = 0;
  let crc = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, length);
    if (bytesRead === 0) return { length, crc };
    crc = crc32(piece.subarray(0, bytesRead), crc);
    length += bytesRead;
  }
}

/** Syncs a file to the disk. */
export async function sync(path: string): Promise<void> {
  const file = await fs.open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Removes a file, or what stands in its place; true when nothing is there any
 * more. What cannot be removed is left for the next start.
 */
export async function remove(path: string): Promise<boolean> {
  try {
    await fs.rm(path, { force: true, recursive: true });
    return true;
  } catch {
    return false;
  }
}

export async function withFolder<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    return work();
  }
}

/** The file is not there, or something else is in its place. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(codeOf(error));
}

/** The disk, or the share of it that is ours, has no room. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error));
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** A body whose file was changed behind the store's back, or is gone. */
export class AlteredError extends Error {
  readonly code = 'ALTERED';
  readonly path: string;

  constructor(path: string) {
    super(`expected the bytes that were stored, got others or none in ${path}`);
    this.path = path;
  }
}
