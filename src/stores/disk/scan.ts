/**
 * Disk scan: what a folder of entries holds, after whatever happened to it.
 *
 * Reads names, sizes and times of records, not contents: one `stat` per entry.
 * What cannot be part of an entry is removed: bodies without a record (the
 * process ended between the two), files too short to be a record, unknown
 * names. A record whose body is gone is found out when it is asked for.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { StoreKey } from '../store.ts';
import { remove } from './files.ts';
import { decodeRecord, readName, recordName, SHORTEST_RECORD } from './record.ts';
import { roomOf } from './space.ts';

export interface Found {
  readonly key: StoreKey;
  /** Name of the body; absent where it stands in the record's file. */
  readonly file?: string;
  /** Of record and body, in bytes of disk. */
  readonly room: number;
  /** Last use, roughly; milliseconds since 1970. */
  readonly usedAt: number;
}

interface BodyFile {
  readonly name: string;
  readonly length: number;
}

/** Files looked at side by side: enough to keep a disk busy, few enough to leave threads free. */
const ABREAST = 16;

export interface ScanOptions {
  /** Digits in the names of shards; those with another number are of a store of another size. */
  readonly digits: number;
  /** Keys that are being written, or were since the start; nothing of theirs is removed. */
  readonly busy: (key: StoreKey) => boolean;
  /** True when the store is closing. */
  readonly stopped: () => boolean;
}

/** The entries below a root with their shards, in the order of their use; undefined when stopped. */
export async function scanFolder(
  root: string,
  { digits, busy, stopped }: ScanOptions,
): Promise<{ readonly found: Found[]; readonly shards: string[] } | undefined> {
  const found: Found[] = [];
  const shards: string[] = [];
  for (const name of await fs.readdir(root)) {
    if (stopped()) return undefined;
    if (!/^[0-9a-f]{1,2}$/.test(name)) continue;
    if (name.length !== digits) {
      await remove(join(root, name));
      continue;
    }
    shards.push(name);
    found.push(...(await scanShard(join(root, name), busy)));
  }
  return { found: found.sort((a, b) => a.usedAt - b.usedAt), shards };
}

async function scanShard(
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
  const stats = await fs.lstat(path).catch(() => undefined);
  if (!stats?.isFile() || stats.size < SHORTEST_RECORD) return undefined;
  const entry = { key, usedAt: stats.mtimeMs };
  if (bodies.length === 0) return { ...entry, room: roomOf(stats.size) };
  // Ended between writing a newer body and removing the older one: the record knows.
  const bytes = await fs.readFile(path).catch(() => Buffer.alloc(0));
  const record = decodeRecord(bytes, key);
  if (record?.inline) return { ...entry, room: roomOf(stats.size) };
  const body = bodies.find(({ name }) => name === record?.body.file);
  return body && { ...entry, file: body.name, room: roomOf(stats.size, body.length) };
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
