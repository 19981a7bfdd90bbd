/**
 * Disk scan: what a folder of entries holds, after whatever happened to it.
 *
 * Reads names and the times of records, not contents: one `stat` per entry.
 * What cannot be part of an entry is removed: bodies without a record (the
 * process ended between the two), records without a body, unknown names.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { remove } from './disk-files.ts';
import { decodeRecord, readName, recordName } from './disk-record.ts';
import type { StoreKey } from './store.ts';

export interface Found {
  readonly key: StoreKey;
  /** Name of the body. */
  readonly file: string;
  /** Of body and record. */
  readonly bytes: number;
  /** Last use, roughly; milliseconds since 1970. */
  readonly usedAt: number;
}

interface BodyFile {
  readonly name: string;
  readonly length: number;
}

/** Files looked at side by side: enough to keep a disk busy, few enough to leave threads free. */
const ABREAST = 16;

/**
 * The entries of one shard.
 *
 * @param busy keys that are being written, or were since the start; nothing of theirs is removed
 */
export async function scanShard(
  shard: string,
  busy: (key: StoreKey) => boolean,
): Promise<readonly Found[]> {
  const records: StoreKey[] = [];
  const bodies = new Map<StoreKey, BodyFile[]>();
  const litter: { readonly name: string; readonly key?: StoreKey }[] = [];
  for (const name of await fs.readdir(shard).catch(() => [])) {
    const read = readName(name);
    if (!read) litter.push({ name });
    else if (read.kind === 'record') records.push(read.key);
    else bodies.set(read.key, [...(bodies.get(read.key) ?? []), { name, length: read.length }]);
  }
  const entries: Found[] = [];
  for (let at = 0; at < records.length; at += ABREAST) {
    const some = records.slice(at, at + ABREAST);
    await Promise.all(
      some.map(async (key) => {
        const entry = await lookAt(shard, key, bodies.get(key) ?? []);
        if (entry) entries.push(entry);
        else litter.push({ name: recordName(key), key });
      }),
    );
  }
  const pointedAt = new Set(entries.map(({ file }) => file));
  for (const [key, files] of bodies) {
    litter.push(
      ...files.filter(({ name }) => !pointedAt.has(name)).map(({ name }) => ({ name, key })),
    );
  }
  for (const { name, key } of litter) {
    if (key === undefined || !busy(key)) await remove(join(shard, name));
  }
  return entries;
}

async function lookAt(
  shard: string,
  key: StoreKey,
  bodies: readonly BodyFile[],
): Promise<Found | undefined> {
  const path = join(shard, recordName(key));
  const stats = await fs.stat(path).catch(() => undefined);
  if (!stats) return undefined;
  let body = bodies[0];
  if (bodies.length > 1) {
    // Ended between writing a newer body and removing the older one: the record knows.
    const bytes = await fs.readFile(path).catch(() => Buffer.alloc(0));
    const file = decodeRecord(bytes, key)?.body.file;
    body = bodies.find(({ name }) => name === file);
  }
  return body && { key, file: body.name, bytes: stats.size + body.length, usedAt: stats.mtimeMs };
}

/** Removes what earlier processes left in the folder for temporary files. */
export async function sweepTemporary(folder: string, own: string): Promise<void> {
  for (const name of await fs.readdir(folder).catch(() => [])) {
    if (name === own || isAlive(Number.parseInt(name, 10))) continue;
    await fs.rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Folders are named `<pid>-<run>`. Our own number with another run is a former life's. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
