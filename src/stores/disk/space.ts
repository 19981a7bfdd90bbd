/**
 * Disk space: what a folder of entries takes on its disk, kept within a bound.
 *
 * Files take whole blocks, and their names take room in folders, so 1,500
 * pictures of 1 KB are 6 MB and not 1.5. Room is taken before anything is
 * written: whoever wants some waits until old entries have made way for it, so
 * the bound holds in a burst too.
 */

import { type Room, roomFor } from '../../base/byte-budget.ts';
import type { TierStatus } from '../store.ts';
import { type DiskRecord, encodeRecord, readName } from './record.ts';

/** Bytes of a block; a common size of file systems. */
const BLOCK = 4096;

/** Bytes of a name in its folder: about 100 characters and what the file system adds. */
const NAME = 128;

/** Room that files of these lengths take on the disk, in bytes. */
export function roomOf(...lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + Math.ceil(length / BLOCK) * BLOCK + NAME, 0);
}

/** Room of a file by its name, which tells the length of a body. */
export function roomOfFile(file: string): number {
  const name = readName(file);
  return name?.kind === 'body' ? roomOf(name.length) : 0;
}

/** Room of an entry, its small body behind the record or in a file of its own. */
export function entryRoom(record: DiskRecord, inline: Uint8Array | undefined): number {
  const own = encodeRecord(record, inline).length;
  return inline ? roomOf(own) : roomOf(own, record.body.length);
}

export interface SpaceOptions {
  /** In bytes of disk. */
  readonly capacity: number;
  /** Room of what only waits for its removal. */
  readonly retired: () => number;
  /** Makes some room: false when there is nothing left that may go. */
  readonly evict: () => Promise<boolean>;
}

export class DiskSpace {
  readonly #options: SpaceOptions;
  /** Takers wait for one another, so that one eviction serves one of them. */
  #turn: Promise<unknown> = Promise.resolve();
  #entries = 0;
  #taken = 0;
  #evictions = 0;
  /** The cache folder, the root in it, that of temporary files and our own in it, and the shards. */
  readonly #folders = new Set<string>(['cache', 'root', 'tmp', 'own']);

  constructor(options: SpaceOptions) {
    this.#options = options;
  }

  /** Room of entries, in bytes. */
  get entries(): number {
    return this.#entries;
  }

  /** Room of all there is, in bytes: entries, what waits for its removal, folders, and what is taken for writing. */
  get held(): number {
    const { retired } = this.#options;
    return this.#entries + this.#taken + this.#folders.size * BLOCK + retired();
  }

  /** @param entries that there are */
  status(entries: number): TierStatus {
    const { capacity } = this.#options;
    return { bytes: this.held, capacity, entries, evictions: this.#evictions };
  }

  /** An entry has made room; true. */
  evicted(): true {
    this.#evictions++;
    return true;
  }

  /** Makes room on a disk that is fuller than this count says; false when there is none to be made. */
  async clear(bytes: number): Promise<boolean> {
    const { retired, evict } = this.#options;
    const held = () => this.#entries + retired();
    const goal = held() - bytes;
    let some = false;
    while (held() > goal && (await evict())) some = true;
    return some;
  }

  /** Counts an entry in, or with a negative number out. */
  count(bytes: number): void {
    this.#entries += bytes;
  }

  /** Folders take room too, a block each; their names count with the files in them. */
  hasFolder(name: string): void {
    this.#folders.add(name);
  }

  /**
   * Room for an entry; waits for eviction. Undefined where there cannot be enough.
   *
   * @param instead room held so far, which becomes part of this
   */
  async take(bytes: number, instead?: Room): Promise<Room | undefined> {
    instead?.release();
    // What would not fit into an empty store, beside what others are writing, evicts nothing.
    if (bytes + this.#taken + this.#folders.size * BLOCK > this.#options.capacity) return undefined;
    this.#taken += bytes;
    if (await this.fit()) return roomFor(bytes, () => (this.#taken -= bytes));
    this.#taken -= bytes;
    return undefined;
  }

  /** Evicts until all that is held and taken is within the bound; false when it cannot be. */
  fit(): Promise<boolean> {
    const turn = this.#turn.then(async () => {
      while (this.#over()) {
        if (!(await this.#options.evict())) return !this.#over();
      }
      return true;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #over(): boolean {
    return this.held > this.#options.capacity;
  }
}
