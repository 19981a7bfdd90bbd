/**
 * Descriptors: how many connections the limit of open files leaves room for.
 *
 * A connection takes one descriptor and may take a second for the file it is
 * being sent; workers, origins, the store and clients being refused need some
 * of their own. A server that runs out of them fails in the middle of answers,
 * so it takes fewer connections instead.
 */
import { readFileSync } from 'node:fs';

/** Descriptors for logs, libraries, stores, sockets of origins, and clients being refused. */
const RESERVED = 192;
/** Descriptors per worker: its channel and its standard streams. */
const PER_WORKER = 8;

/** The limit of open files of this process; undefined where the system does not say or has none. */
export function openFilesLimit(
  read: () => string = () => readFileSync('/proc/self/limits', 'utf8'),
): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(read())?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * The connections that can be kept under a limit of open files, at most
 * `wanted`: with 1024 files and two workers it is 408. At least an eighth of
 * the files become connections, however few there are.
 */
export function affordableConnections(
  wanted: number,
  files: number | undefined,
  workers: number,
): number {
  if (files === undefined) return wanted;
  const left = Math.floor((files - RESERVED - workers * PER_WORKER) / 2);
  return Math.min(wanted, Math.max(left, Math.floor(files / 8), 1));
}
