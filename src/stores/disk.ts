/**
 * Disk store: entries as files, whole or not at all.
 *
 * An entry is a body under a name that is used once, and a record under the
 * key's name that points at it with length and checksum. The body is written
 * to a temporary file, synced and renamed; then the record is renamed over the
 * old one. Killed at any point, what is left is the old entry, the new one, or
 * litter that the next start removes. A torn or altered file fails its check
 * and is a miss.
 *
 * The index in memory serves eviction, not correctness: the scan that builds
 * it runs beside requests, and until it has ended a key is looked for on the
 * disk. One process per folder; a second one costs misses, never wrong bytes.
 */
import { randomBytes } from 'node:crypto';
import { promises as fs, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Clock, systemClock } from '../base/clock.ts';
import { moveInto, readWhole, remove, sizeOf, sumUp, writeNew } from './disk-files.ts';
import {
  bodyName,
  type DiskRecord,
  decodeRecord,
  encodeRecord,
  readName,
  recordName,
} from './disk-record.ts';
import { RetiredBodies } from './disk-retired.ts';
import { type Found, scanShard, sweepTemporary } from './disk-scan.ts';
import { checkKey, type Entry, type FileStore, type Meta, type StoreKey } from './store.ts';

export interface DiskOptions {
  /** How long a replaced or evicted body stays readable, in milliseconds. */
  readonly graceMs?: number;
  /** A use is written down at most this often per entry, in milliseconds. */
  readonly touchMs?: number;
  /** Sync bodies to the disk before their records; without, a power cut costs more entries. */
  readonly sync?: boolean;
  readonly clock?: Clock;
  /** Told of failures of the disk; the store itself goes on without the entry. */
  readonly onError?: (error: unknown) => void;
}

interface Indexed {
  /** Name of the body. */
  readonly file: string;
  /** Of body and record. */
  readonly bytes: number;
  usedAt: number;
  /** The body was written or checked by this process. */
  verified: boolean;
}

/** Eviction goes down to this share of the capacity, so that it does not run at every write. */
const LOW_WATER = 0.95;

/** Writers wait for eviction past this share of the capacity. */
const HIGH_WATER = 1.05;

/** Share of the capacity that bodies waiting for removal may hold on top. */
const RETIRED_SHARE = 0.1;

export class DiskStore implements FileStore {
  readonly #root: string;
  readonly #tmp: string;
  readonly #capacity: number;
  readonly #options: Required<DiskOptions>;
  /** Part of the names this process gives, so that they are given once. */
  readonly #run = randomBytes(6).toString('hex');
  /** Changes of an entry wait for one another. */
  readonly #locks = new Map<StoreKey, Promise<void>>();
  readonly #retired: RetiredBodies;
  readonly #scan: Promise<void>;
  /** In order of use, the least recent first. */
  #index = new Map<StoreKey, Indexed>();
  /** Keys removed while the scan runs, which may have seen them; absent when it has ended. */
  #gone: Set<StoreKey> | undefined = new Set();
  #bytes = 0;
  #serial = 0;
  #evicting: Promise<void> | undefined;
  #closed = false;

  /**
   * @param capacity in bytes, bodies and records
   * @throws when the folder cannot be made
   */
  constructor(folder: string, capacity: number, options: DiskOptions = {}) {
    this.#root = resolve(folder, 'v1');
    this.#tmp = join(this.#root, 'tmp', `${process.pid}-${this.#run}`);
    this.#capacity = capacity;
    this.#options = {
      graceMs: 60_000,
      touchMs: 600_000,
      sync: true,
      clock: systemClock,
      onError: () => {},
      ...options,
    };
    const { graceMs, clock } = this.#options;
    this.#retired = new RetiredBodies(graceMs, capacity * RETIRED_SHARE, clock);
    mkdirSync(this.#tmp, { recursive: true, mode: 0o700 });
    this.#scan = this.#rebuild().catch(this.#options.onError);
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
    return this.#bytes;
  }

  async get(key: StoreKey): Promise<Entry | undefined> {
    const record = await this.#find(checkKey(key));
    if (!record) return undefined;
    const body = await readWhole(this.#in(key, record.body.file));
    if (body === 'unreadable') return undefined;
    if (
      body === 'absent' ||
      body.length !== record.body.length ||
      crc32(body) !== record.body.crc
    ) {
      // It may just have been replaced, and the newer entry is as good an answer.
      return (await this.#discard(key, record.body.file)) ? this.get(key) : undefined;
    }
    this.#used(key, record);
    return { meta: record.meta, body };
  }

  async head(key: StoreKey): Promise<Meta | undefined> {
    const record = await this.#find(checkKey(key));
    if (!record || !(await this.#hasBody(key, record))) return undefined;
    this.touch(key);
    return record.meta;
  }

  /** The first call after a start reads the body to check it; later ones ask for its size. */
  async path(key: StoreKey): Promise<string | undefined> {
    const record = await this.#find(checkKey(key));
    if (!record) return undefined;
    const known = this.#index.get(key);
    const checked = known?.verified && known.file === record.body.file;
    if (!(await (checked ? this.#hasBody(key, record) : this.#hasGoodBody(key, record)))) {
      return (await this.#discard(key, record.body.file)) ? this.path(key) : undefined;
    }
    this.#used(key, record);
    return this.#in(key, record.body.file);
  }

  async put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<void> {
    await this.#exclusive(checkKey(key), () =>
      this.#keep(key, meta, { length: body.length, crc: crc32(body) }, async (place) => {
        const temporary = this.temporary();
        await writeNew(temporary, body, this.#options.sync);
        await moveInto(temporary, place, this.temporary());
      }),
    );
    await this.#makeRoom();
  }

  /** @throws when `file` cannot be read; it is gone afterwards in every other case */
  async adopt(key: StoreKey, meta: Meta, file: string): Promise<void> {
    await this.#exclusive(checkKey(key), async () => {
      const sum = await sumUp(file, this.#options.sync);
      await this.#keep(key, meta, sum, (place) => moveInto(file, place, this.temporary()));
      await remove(file);
    });
    await this.#makeRoom();
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    return this.#exclusive(checkKey(key), async () => {
      const record = await this.#read(key);
      if (typeof record === 'string' || !(await this.#hasBody(key, record))) return false;
      try {
        await this.#point(key, { ...record, meta });
        return true;
      } catch (error) {
        this.#options.onError(error);
        return false;
      }
    });
  }

  async delete(key: StoreKey): Promise<boolean> {
    return this.#exclusive(checkKey(key), async () => {
      const record = await this.#read(key);
      const there = typeof record !== 'string';
      await this.#remove(key, there ? record.body.file : undefined);
      return there;
    });
  }

  temporary(): string {
    return join(this.#tmp, (this.#serial++).toString(36));
  }

  /** Counts as a use, for tiers in front that answer without asking here. */
  touch(key: StoreKey): void {
    const entry = this.#index.get(key);
    if (!entry) return;
    this.#index.delete(key);
    this.#index.set(key, entry);
    const now = this.#options.clock.now();
    if (now - entry.usedAt < this.#options.touchMs) return;
    entry.usedAt = now;
    fs.utimes(this.#in(key, recordName(key)), now / 1000, now / 1000).catch(() => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#scan;
    await Promise.all(this.#locks.values());
    await this.#evicting;
    await this.#retired.close();
    await fs.rm(this.#tmp, { recursive: true, force: true }).catch(this.#options.onError);
  }

  // ---- reading

  /** The record of an entry; what is there without being a record is removed. */
  async #find(key: StoreKey): Promise<DiskRecord | undefined> {
    const record = await this.#read(key);
    if (record === 'torn') await this.#discard(key, undefined);
    return typeof record === 'string' ? undefined : record;
  }

  /** 'torn' is also what the index knows and the disk does not. */
  async #read(key: StoreKey): Promise<DiskRecord | 'absent' | 'torn' | 'unreadable'> {
    if (!this.#gone && !this.#index.has(key)) return 'absent';
    const bytes = await readWhole(this.#in(key, recordName(key)));
    if (bytes === 'absent') return this.#index.has(key) ? 'torn' : 'absent';
    return bytes === 'unreadable' ? bytes : (decodeRecord(bytes, key) ?? 'torn');
  }

  async #hasBody(key: StoreKey, { body }: DiskRecord): Promise<boolean> {
    return (await sizeOf(this.#in(key, body.file))) === body.length;
  }

  async #hasGoodBody(key: StoreKey, { body }: DiskRecord): Promise<boolean> {
    const sum = await sumUp(this.#in(key, body.file), false).catch(() => undefined);
    return sum?.length === body.length && sum.crc === body.crc;
  }

  #used(key: StoreKey, { body }: DiskRecord): void {
    const entry = this.#index.get(key);
    if (entry?.file === body.file) entry.verified = true;
    this.touch(key);
  }

  // ---- changing; all under the lock of the key

  /** Makes `place`d bytes the body of an entry; on failure there is no entry. */
  async #keep(
    key: StoreKey,
    meta: Meta,
    sum: { readonly length: number; readonly crc: number },
    place: (path: string) => Promise<void>,
  ): Promise<void> {
    const former = await this.#read(key);
    const formerFile = typeof former === 'string' ? this.#index.get(key)?.file : former.body.file;
    const file = bodyName(key, sum.length, this.#run, this.#serial++);
    const record: DiskRecord = { key, body: { file, ...sum }, meta };
    if (sum.length + encodeRecord(record).length > this.#capacity) {
      return this.#remove(key, formerFile);
    }
    try {
      await place(this.#in(key, file));
      await this.#point(key, record);
      if (formerFile !== undefined) this.#retire(key, formerFile);
    } catch (error) {
      this.#options.onError(error);
      await remove(this.#in(key, file));
      // The older entry was to be replaced; without the newer one there is none.
      await this.#remove(key, formerFile);
    }
  }

  /** Writes the record of an entry, which makes it one, and counts it. */
  async #point(key: StoreKey, record: DiskRecord): Promise<void> {
    const bytes = encodeRecord(record);
    const temporary = this.temporary();
    await writeNew(temporary, bytes, false);
    await moveInto(temporary, this.#in(key, recordName(key)), this.temporary());
    const { file, length } = record.body;
    const known = this.#index.get(key);
    this.#bytes += length + bytes.length - (known?.bytes ?? 0);
    this.#index.delete(key);
    this.#index.set(key, {
      file,
      bytes: length + bytes.length,
      usedAt: this.#options.clock.now(),
      verified: file.includes(`.${this.#run}-`) || (known?.file === file && known.verified),
    });
  }

  /** The record first: an entry half removed must not look like one. */
  async #remove(key: StoreKey, file: string | undefined): Promise<void> {
    const entry = this.#index.get(key);
    this.#gone?.add(key);
    this.#index.delete(key);
    this.#bytes -= entry?.bytes ?? 0;
    await remove(this.#in(key, recordName(key)));
    const body = file ?? entry?.file;
    if (body !== undefined) this.#retire(key, body);
  }

  #retire(key: StoreKey, file: string): void {
    const name = readName(file);
    this.#retired.add(this.#in(key, file), name?.kind === 'body' ? name.length : 0);
  }

  /**
   * Removes an entry found broken: a body that fails its check, or (without
   * `file`) a record that does. True when a whole one is there by now.
   */
  #discard(key: StoreKey, file: string | undefined): Promise<boolean> {
    return this.#exclusive(key, async () => {
      const now = await this.#read(key);
      if (now === 'unreadable') return false;
      if (typeof now !== 'string' && now.body.file !== file) return true;
      await this.#remove(key, file);
      return false;
    });
  }

  #exclusive<Result>(key: StoreKey, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#locks.get(key) ?? Promise.resolve()).then(work);
    const release = () => {
      if (this.#locks.get(key) === settled) this.#locks.delete(key);
    };
    const settled: Promise<void> = result.then(release, release);
    this.#locks.set(key, settled);
    return result;
  }

  #in(key: StoreKey, name: string): string {
    return join(this.#root, key.slice(0, 2), name);
  }

  // ---- room

  /** Starts eviction where it is due; waits for it only when it does not keep up. */
  async #makeRoom(): Promise<void> {
    if (this.#gone || this.#bytes <= this.#capacity) return;
    this.#evicting ??= this.#evict().finally(() => {
      this.#evicting = undefined;
    });
    if (this.#bytes > this.#capacity * HIGH_WATER) await this.#evicting;
  }

  async #evict(): Promise<void> {
    for (const [key, entry] of this.#index) {
      if (this.#bytes <= this.#capacity * LOW_WATER) return;
      await this.#exclusive(key, async () => {
        // Replaced while we waited: then it is not the oldest any more.
        if (this.#index.get(key) === entry) await this.#remove(key, entry.file);
      });
    }
  }

  // ---- start

  async #rebuild(): Promise<void> {
    await sweepTemporary(dirname(this.#tmp), `${process.pid}-${this.#run}`);
    const busy = (key: StoreKey) =>
      this.#index.has(key) || this.#locks.has(key) || this.#gone?.has(key) === true;
    const found: Found[] = [];
    for (const shard of await fs.readdir(this.#root)) {
      if (this.#closed) return;
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      found.push(...(await scanShard(join(this.#root, shard), busy)));
    }
    this.#merge(found.sort((a, b) => a.usedAt - b.usedAt));
    await this.#makeRoom();
  }

  /** Puts what the scan found behind what was used since the start. */
  #merge(found: readonly Found[]): void {
    const recent = this.#index;
    this.#index = new Map();
    for (const { key, file, bytes, usedAt } of found) {
      if (recent.has(key) || this.#gone?.has(key)) continue;
      this.#index.set(key, { file, bytes, usedAt, verified: false });
      this.#bytes += bytes;
    }
    for (const [key, entry] of recent) this.#index.set(key, entry);
    this.#gone = undefined;
  }
}
