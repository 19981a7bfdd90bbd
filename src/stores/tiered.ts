/**
 * Tiered store: memory in front of files.
 *
 * Reads go to the front and then to the back, and what the back gave is kept
 * in front if it is small. Writes go to both; what the back cannot keep, on a
 * disk that is full or takes nothing, the front keeps alone. A read from the
 * back that a write has overtaken is not kept in front, so the front never
 * holds what is older than the back.
 */
import { bytesOf } from '../base/body.ts';
import type { Room } from '../base/byte-budget.ts';
import {
  type Entry,
  type FileStore,
  type Meta,
  type OpenEntry,
  SMALL_BODY,
  type Store,
  type StoreKey,
} from './store.ts';

/** What a back tier may offer so that use seen only by the front counts there too. */
export interface Touchable {
  touch(key: StoreKey): void;
}

/** A store that answers at once. */
export interface NearStore extends Store {
  near(key: StoreKey): Entry | undefined;
}

export class TieredStore implements FileStore {
  readonly #front: NearStore;
  readonly #back: FileStore & Partial<Touchable>;
  /** Reads from the back under way, with whether a write has overtaken them. */
  readonly #reads = new Map<StoreKey, Set<{ overtaken: boolean }>>();
  /** Writes under way. */
  readonly #writers = new Map<StoreKey, number>();

  constructor(front: NearStore, back: FileStore & Partial<Touchable>) {
    this.#front = front;
    this.#back = back;
  }

  get bytes(): number {
    return this.#front.bytes + this.#back.bytes;
  }

  async get(key: StoreKey): Promise<Entry | undefined> {
    const entry = await this.open(key);
    if (!entry || entry.body instanceof Uint8Array) return entry as Entry | undefined;
    try {
      return { meta: entry.meta, body: await bytesOf(entry.body) };
    } catch {
      // Altered or gone since it was opened, or just replaced: the back knows.
      return this.#back.get(key);
    }
  }

  /** An entry of the front, at once; undefined where only the back can tell. Counts as a use. */
  near(key: StoreKey): Entry | undefined {
    const entry = this.#front.near(key);
    if (entry) this.#back.touch?.(key);
    return entry;
  }

  /** A large body stays in its file; a small one comes from memory where that has it. */
  async open(key: StoreKey): Promise<OpenEntry | undefined> {
    const near = this.near(key);
    if (near) return near;
    const read = { overtaken: this.#writers.has(key) };
    const reads = this.#reads.get(key) ?? new Set();
    this.#reads.set(key, reads.add(read));
    try {
      const far = await this.#back.open(key);
      if (far?.body instanceof Uint8Array && !read.overtaken) {
        await this.#front.put(key, far.meta, far.body);
      }
      return far;
    } finally {
      reads.delete(read);
      if (reads.size === 0 && this.#reads.get(key) === reads) this.#reads.delete(key);
    }
  }

  async head(key: StoreKey): Promise<Meta | undefined> {
    const near = await this.#front.head(key);
    if (!near) return this.#back.head(key);
    this.#back.touch?.(key);
    return near;
  }

  put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<boolean> {
    return this.#write(key, async () => {
      // While the back is at work, the front has the newer entry or none.
      const small = body.length <= SMALL_BODY;
      const near = small ? await this.#front.put(key, meta, body) : await this.#drop(key);
      const far = await this.#back.put(key, meta, body);
      if (far || small) return far || near;
      return this.#front.put(key, meta, body);
    });
  }

  update(key: StoreKey, meta: Meta): Promise<boolean> {
    return this.#write(key, async () => {
      const near = await this.#front.update(key, meta);
      const far = await this.#back.update(key, meta);
      return near || far;
    });
  }

  delete(key: StoreKey): Promise<boolean> {
    return this.#write(key, async () => {
      const near = await this.#front.delete(key);
      const far = await this.#back.delete(key);
      return near || far;
    });
  }

  async deleteWhere(matches: (key: StoreKey) => boolean): Promise<number> {
    for (const [key, reads] of this.#reads) {
      if (matches(key)) for (const read of reads) read.overtaken = true;
    }
    const near = await this.#front.deleteWhere(matches);
    // Again: the back may have given one to the front while it was at work.
    const far = await this.#back.deleteWhere(matches);
    await this.#front.deleteWhere(matches);
    return Math.max(near, far);
  }

  recheck(key: StoreKey): Promise<boolean> {
    return this.#back.recheck(key);
  }

  adopt(...[key, ...given]: Parameters<FileStore['adopt']>): Promise<boolean> {
    return this.#write(key, async () => {
      await this.#front.delete(key);
      return this.#back.adopt(key, ...given);
    });
  }

  reserve(bytes: number): Promise<Room | undefined> {
    return this.#back.reserve(bytes);
  }

  clear(bytes: number): Promise<boolean> {
    return this.#back.clear(bytes);
  }

  temporary(): string {
    return this.#back.temporary();
  }

  async close(): Promise<void> {
    await this.#front.close();
    await this.#back.close();
  }

  async #drop(key: StoreKey): Promise<false> {
    await this.#front.delete(key);
    return false;
  }

  /** Runs a write; a read from the back that meets it anywhere is not kept in front. */
  async #write<Result>(key: StoreKey, work: () => Promise<Result>): Promise<Result> {
    this.#writers.set(key, (this.#writers.get(key) ?? 0) + 1);
    for (const read of this.#reads.get(key) ?? []) read.overtaken = true;
    try {
      return await work();
    } finally {
      const left = (this.#writers.get(key) ?? 1) - 1;
      if (left > 0) this.#writers.set(key, left);
      else this.#writers.delete(key);
    }
  }
}
