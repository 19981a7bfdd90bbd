/**
 * Disk index: which entries a disk store holds, in the order of their use
 * (exact to an eighth of their number).
 *
 * It fills while the store is at work already: until the scan of the folder
 * has been merged, an entry that is not here may still be on the disk.
 */

import type { StoreKey } from '../store.ts';
import type { Fingerprint } from './files.ts';
import type { Found } from './scan.ts';

export interface Indexed {
  /** Name of the body; absent where it stands in the record's file. */
  readonly file?: string | undefined;
  /** Bytes of disk. */
  readonly room: number;
  /** When the last use was written down, milliseconds since 1970. */
  usedAt: number;
  /** Of the body's file, when its checksum was last found right. */
  readonly good?: Fingerprint | undefined;
  /** The use with which it came to its place in the order, counted over all entries. */
  movedAt?: number;
}

export class DiskIndex {
  /** In order of use, the least recent first. */
  #entries = new Map<StoreKey, Indexed>();
  /** Keys removed while the scan runs, which may have seen them; absent when it has been merged. */
  #gone: Set<StoreKey> | undefined = new Set();
  #uses = 0;

  /** Whether a key that is not here is nowhere. */
  knows(key: StoreKey): boolean {
    return this.#gone === undefined || this.#gone.has(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: StoreKey): boolean {
    return this.#entries.has(key);
  }

  get(key: StoreKey): Indexed | undefined {
    return this.#entries.get(key);
  }

  /** Counts as a use. */
  set(key: StoreKey, entry: Indexed): void {
    this.#gone?.delete(key);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.movedAt = ++this.#uses;
  }

  /** Counts a use; true when the last one that was written down is `every` milliseconds old. */
  use(key: StoreKey, now: number, every: number): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    const due = now - entry.usedAt >= every;
    if (due) entry.usedAt = now;
    // One that came to the end a moment ago stays where it is: every hit comes by here.
    if (due || ++this.#uses - (entry.movedAt ?? 0) > this.#entries.size / 8) this.set(key, entry);
    return due;
  }

  /** Remembers that a body is good while its file has this fingerprint. */
  found(key: StoreKey, file: string | undefined, good: Fingerprint): void {
    const entry = this.#entries.get(key);
    // In place: a check is not a use.
    if (entry?.file === file && entry) this.#entries.set(key, { ...entry, good });
  }

  delete(key: StoreKey): Indexed | undefined {
    const entry = this.#entries.get(key);
    this.#gone?.add(key);
    this.#entries.delete(key);
    return entry;
  }

  /** Those known so far. */
  keys(): IterableIterator<StoreKey> {
    return this.#entries.keys();
  }

  /** The key used least recently, but for those to be passed over. */
  oldest(pass: (key: StoreKey) => boolean): StoreKey | undefined {
    for (const key of this.#entries.keys()) if (!pass(key)) return key;
    return undefined;
  }

  /** Puts what a scan found behind what was used since the start; gives the room of what is new. */
  merge(found: readonly Found[]): number {
    const recent = this.#entries;
    this.#entries = new Map();
    let room = 0;
    for (const { key, ...entry } of found) {
      if (recent.has(key) || this.#gone?.has(key)) continue;
      this.#entries.set(key, entry);
      room += entry.room;
    }
    for (const [key, entry] of recent) this.#entries.set(key, entry);
    this.#gone = undefined;
    return room;
  }
}
