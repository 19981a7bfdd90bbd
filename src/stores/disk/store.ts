/**
 * Disk store: entries as files, whole or not at all.
 *
 * An entry is a record under the key's name, with a small body behind it or
 * the name of a large one, which has a file and a name of its own, used once.
 * Files are written under a temporary name and renamed, the body before its
 * record, and synced when nobody waits any more. Killed at any point, what is left is the old entry, the
 * new one, or litter that the next start removes. A torn or altered file fails
 * its check and is a miss: small bodies are checked at every reading, large
 * ones when their file is not the one that was last found good.
 *
 * The index in memory serves eviction, not correctness: the scan that builds
 * it runs beside requests, and until it has ended a key is looked for on the
 * disk. One process per folder; a second one costs misses, never wrong bytes.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import pLimit from 'p-limit';
import { bytesOf } from '../../base/body.ts';
import type { Room } from '../../base/byte-budget.ts';
import { fileBody } from '../file-body.ts';
import { makeFolderSync } from '../folders.ts';
import {
  checkKey,
  type Entry,
  type FileStore,
  type Meta,
  type OpenEntry,
  SMALL_BODY,
  type StoreKey,
  type Sum,
} from '../store.ts';
import { AlteredError, type Fingerprint, remove, sumUp } from './files.ts';
import { DiskIndex } from './index.ts';
import { KeyLocks } from './locks.ts';
import { type DiskOptions, diskSettings } from './options.ts';
import { DiskPaths } from './paths.ts';
import { DiskReader } from './reader.ts';
import type { DiskRecord, ReadRecord } from './record.ts';
import { RetiredBodies } from './retired.ts';
import { scanFolder, sweepTemporary } from './scan.ts';
import { DiskSpace, entryRoom, roomOf, roomOfFile } from './space.ts';
import { type Content, DiskWriter } from './writer.ts';

export type { DiskOptions } from './options.ts';

/** Entries deleted side by side. */
const ABREAST = 32;

/** Share of the capacity that bodies waiting for removal may hold of it. */
const RETIRED_SHARE = 0.1;

/** Longest wait of a writer for the scan at the start, which tells how much room is taken, in milliseconds. */
const SCAN_WAIT_MS = 2000;

export class DiskStore implements FileStore {
  readonly #paths: DiskPaths;
  readonly #options: Required<DiskOptions>;
  /** Changes of an entry wait for one another. */
  readonly #locks = new KeyLocks<StoreKey>();
  readonly #index = new DiskIndex();
  readonly #reader: DiskReader;
  readonly #writer: DiskWriter;
  readonly #retired: RetiredBodies;
  readonly #space: DiskSpace;
  readonly #scan: Promise<void>;
  /** Ends with the scan, or when it takes too long to be waited for. */
  readonly #patience: Promise<unknown>;
  #closing: Promise<void> | undefined;

  /**
   * @param capacity in bytes of disk: whole blocks of records, bodies and folders
   * @throws the system's error when the folder cannot be made
   */
  constructor(folder: string, capacity: number, options: DiskOptions = {}) {
    this.#options = diskSettings(options);
    const { graceMs, clock, sync, onError } = this.#options;
    this.#paths = new DiskPaths(folder, capacity);
    this.#reader = new DiskReader(this.#paths, this.#index);
    this.#writer = new DiskWriter(this.#paths, {
      sync,
      onError,
      clear: (bytes) => this.clear(bytes),
    });
    this.#retired = new RetiredBodies(graceMs, capacity * RETIRED_SHARE, clock);
    this.#space = new DiskSpace({
      capacity,
      retired: () => this.#retired.bytes,
      evict: () => this.#evict(),
    });
    makeFolderSync(join(this.#paths.temporaries, this.#paths.own));
    this.#scan = this.#rebuild().catch(onError);
    const enough = new Promise((resolve) => setTimeout(resolve, SCAN_WAIT_MS).unref());
    this.#patience = Promise.race([this.#scan, enough]);
  }

  /** A store on a folder, at work at once; its index fills in the background. */
  static async open(folder: string, capacity: number, options?: DiskOptions): Promise<DiskStore> {
    return new DiskStore(folder, capacity, options);
  }

  /** Resolves when the index knows every entry. */
  get scanned(): Promise<void> {
    return this.#scan;
  }

  /** Of the entries known so far; of all once scanned. */
  get bytes(): number {
    return this.#space.entries;
  }

  /** What it takes of its disk, bodies that wait for removal and folders included. */
  get status(): ReturnType<DiskSpace['status']> {
    return this.#space.status(this.#index.size);
  }

  async get(key: StoreKey): Promise<Entry | undefined> {
    const entry = await this.open(key);
    if (!entry) return undefined;
    try {
      return { meta: entry.meta, body: await bytesOf(entry.body) };
    } catch {
      // Altered or gone since it was opened; it may also just have been replaced.
      return (await this.recheck(key)) ? this.get(key) : undefined;
    }
  }

  async open(key: StoreKey): Promise<OpenEntry | undefined> {
    const record = await this.#find(checkKey(key));
    if (!record) return undefined;
    const { meta, inline } = record;
    if (inline) {
      this.touch(key);
      return { meta, body: inline };
    }
    const state = await this.#reader.state(record);
    if (state.kind === 'unreadable') return undefined;
    if (state.kind === 'broken') {
      // It may just have been replaced, and the newer entry is as good an answer.
      return (await this.#discard(key, record)) ? this.open(key) : undefined;
    }
    this.touch(key);
    const { length, crc } = record.body;
    const body = fileBody(this.#paths.body(record), length, {
      verify: { crc, onMismatch: () => void this.recheck(key) },
      fingerprint: state.fingerprint,
    });
    return { meta, body: { ...body, crc } };
  }

  async head(key: StoreKey): Promise<Meta | undefined> {
    const record = await this.#find(checkKey(key));
    if (!record || !(await this.#reader.hasBody(record))) return undefined;
    this.touch(key);
    return record.meta;
  }

  async recheck(key: StoreKey): Promise<boolean> {
    const record = await this.#find(checkKey(key));
    if (!record || record.inline) return record !== undefined;
    const { kind } = await this.#reader.verify(record);
    return kind === 'broken' ? this.#discard(key, record) : kind === 'good';
  }

  async put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<boolean> {
    return this.#keep(checkKey(key), meta, body, { length: body.length, crc: crc32(body) });
  }

  async adopt(...[key, meta, file, sum, room, again]: Parameters<FileStore['adopt']>) {
    return this.#keep(checkKey(key), meta, file, sum ?? (await sumUp(file)), room, !again);
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    return this.#locks.exclusive(checkKey(key), async () => {
      const record = await this.#reader.record(key);
      if (typeof record === 'string' || !(await this.#reader.hasBody(record))) return false;
      const { inline, ...former } = record;
      const next = { ...former, meta };
      try {
        await this.#writer.record(next, inline);
        this.#count(next, inline, this.#index.get(key)?.good);
        return true;
      } catch (error) {
        this.#options.onError(error);
        return false;
      }
    });
  }

  async delete(key: StoreKey): Promise<boolean> {
    return this.#locks.exclusive(checkKey(key), async () => {
      const record = await this.#reader.record(key);
      const there = typeof record !== 'string';
      await this.#remove(key, there ? record.body.file : undefined);
      return there;
    });
  }

  async deleteWhere(matches: (key: StoreKey) => boolean): Promise<number> {
    await this.#scan;
    const limit = pLimit(ABREAST);
    const keys = [...this.#index.keys()].filter(matches);
    const gone = keys.map((key) =>
      limit(() => this.#locks.exclusive(key, () => this.#remove(key, undefined))),
    );
    await Promise.all(gone);
    return keys.length;
  }

  temporary(): string {
    return this.#paths.temporary();
  }

  async reserve(bytes: number): Promise<Room | undefined> {
    await this.#patience;
    return this.#space.take(roomOf(bytes));
  }

  /** Counts as a use, for tiers in front that answer without asking here. */
  touch(key: StoreKey): void {
    const now = this.#options.clock.now();
    if (!this.#index.use(key, now, this.#options.touchMs)) return;
    fs.utimes(this.#paths.record(key), now / 1000, now / 1000).catch(() => {});
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#scan;
      await this.#locks.idle();
      await this.#retired.close();
      await remove(join(this.#paths.temporaries, this.#paths.own));
    })();
    return this.#closing;
  }

  // ---- changing

  /** The record of an entry; what is there without being a record is removed. */
  async #find(key: StoreKey): Promise<ReadRecord | undefined> {
    const record = await this.#reader.record(key);
    if (record === 'torn') await this.#discard(key, undefined);
    return typeof record === 'string' ? undefined : record;
  }

  /** Makes content the body of an entry; on failure there is no entry, and a file is left where it is. */
  async #keep(
    key: StoreKey,
    meta: Meta,
    content: Content,
    { length, crc }: Sum,
    taken?: Room,
    durable = true,
  ): Promise<boolean> {
    const inline = typeof content !== 'string' && length <= SMALL_BODY ? content : undefined;
    const file = inline ? {} : { file: this.#paths.newBody(key, length) };
    const record: DiskRecord = { key, body: { ...file, length, crc }, meta };
    const bytes = entryRoom(record, inline);
    await this.#patience;
    const room = await this.#space.take(bytes, taken);
    return this.#locks.exclusive(key, async () => {
      const former = await this.#reader.record(key);
      const formerFile = typeof former === 'string' ? this.#index.get(key)?.file : former.body.file;
      const written = room && (await this.#writer.entry(record, content, inline, bytes, durable));
      room?.release();
      if (!written) {
        // The older entry was to be replaced; without the newer one there is none.
        await this.#remove(key, formerFile);
        return false;
      }
      this.#count(record, inline, written.good);
      if (formerFile !== undefined) this.#retire(key, formerFile);
      return true;
    });
  }

  /** Counts an entry that was written. */
  #count(record: DiskRecord, inline?: Uint8Array, good?: Fingerprint): void {
    const { key } = record;
    const room = entryRoom(record, inline);
    this.#space.count(room - (this.#index.get(key)?.room ?? 0));
    this.#space.hasFolder(this.#paths.shard(key));
    const usedAt = this.#options.clock.now();
    this.#index.set(key, { file: record.body.file, room, usedAt, good });
  }

  /** The record first: an entry half removed must not look like one. */
  async #remove(key: StoreKey, file: string | undefined): Promise<void> {
    const entry = this.#index.delete(key);
    this.#space.count(-(entry?.room ?? 0));
    await remove(this.#paths.record(key));
    const body = file ?? entry?.file;
    if (body !== undefined) this.#retire(key, body);
  }

  #retire(key: StoreKey, file: string): void {
    this.#retired.add(this.#paths.beside(key, file), roomOfFile(file));
  }

  /**
   * Removes an entry found broken: one whose body fails its check, or (without
   * `broken`) whose record does. True when a whole one is there by now.
   */
  #discard(key: StoreKey, broken: DiskRecord | undefined): Promise<boolean> {
    return this.#locks.exclusive(key, async () => {
      const now = await this.#reader.record(key);
      if (now === 'unreadable') return false;
      if (typeof now !== 'string' && now.body.file !== broken?.body.file) return true;
      if (broken) this.#options.onError(new AlteredError(this.#paths.body(broken)));
      await this.#remove(key, broken?.body.file);
      return false;
    });
  }

  // ---- room

  /** Takes the oldest away, first what only waits for that; false when nothing is left that may go. */
  async #evict(): Promise<boolean> {
    if (await this.#retired.shed()) return true;
    // One that is at work may hold the very lock that waits for this room.
    const key = this.#index.oldest((one) => this.#locks.has(one));
    if (key === undefined) return false;
    return this.#locks.exclusive(key, async () => {
      // On a disk that takes nothing away, entries stay what they are.
      if (!(await remove(this.#paths.record(key)))) return false;
      await this.#remove(key, undefined);
      return this.#space.evicted();
    });
  }

  clear(bytes: number): Promise<boolean> {
    return this.#space.clear(bytes);
  }

  async #rebuild(): Promise<void> {
    const { root, temporaries, own, digits } = this.#paths;
    await sweepTemporary(temporaries, own);
    const scan = await scanFolder(root, {
      digits,
      busy: (key) => this.#index.has(key) || this.#locks.has(key) || this.#index.knows(key),
      stopped: () => this.#closing !== undefined,
    });
    if (!scan) return;
    for (const shard of scan.shards) this.#space.hasFolder(shard);
    this.#space.count(this.#index.merge(scan.found));
    await this.#space.fit();
  }
}
