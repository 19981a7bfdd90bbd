/**
 * Tiered store: memory in front of files.
 *
 * Reads go to the front and then to the back, and what the back gave is kept
 * in front. Writes go to both. A read from the back that a write has overtaken
 * is not kept in front, so the front never holds what is older than the back.
 */
import type { Entry, FileStore, Meta, Store, StoreKey } from './store.ts';

/** What a back tier may offer so that use seen only by the front counts there too. */
export interface Touchable {
  touch(key: StoreKey): void;
}

export interface TieredOptions {
  /** Larger bodies stay out of the front, in bytes; 4 MB by default. */
  readonly frontBodyBytes?: number;
}

export class TieredStore implements FileStore {
  readonly #front: Store;
  readonly #back: FileStore & Partial<Touchable>;
  readonly #largest: number;
  /** Reads from the back under way, with whether a write has overtaken them. */
  readonly #reads = new Map<StoreKey, Set<{ overtaken: boolean }>>();
  /** Writes under way. */
  readonly #writers = new Map<StoreKey, number>();

  constructor(front: Store, back: FileStore & Partial<Touchable>, options: TieredOptions = {}) {
    this.#front = front;
    this.#back = back;
    this.#largest = options.frontBodyBytes ?? 4_000_000;
  }

  get bytes(): number {
    return this.#front.bytes + this.#back.bytes;
  }

  async get(key: StoreKey): Promise<Entry | undefined> {
    const near = await this.#front.get(key);
    if (near) {
      this.#back.touch?.(key);
      return near;
    }
    const read = { overtaken: this.#writers.has(key) };
    const reads = this.#reads.get(key) ?? new Set();
    this.#reads.set(key, reads.add(read));
    try {
      const far = await this.#back.get(key);
      if (far && !read.overtaken && far.body.length <= this.#largest) {
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

  put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<void> {
    return this.#write(key, async () => {
      if (body.length <= this.#largest) await this.#front.put(key, meta, body);
      else await this.#front.delete(key);
      await this.#back.put(key, meta, body);
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

  /** A file with the body; written now if only the front still held the entry. */
  async path(key: StoreKey): Promise<string | undefined> {
    const path = await this.#back.path(key);
    if (path !== undefined) return path;
    const near = await this.#front.get(key);
    if (!near) return undefined;
    await this.#back.put(key, near.meta, near.body);
    return this.#back.path(key);
  }

  adopt(key: StoreKey, meta: Meta, file: string): Promise<void> {
    return this.#write(key, async () => {
      await this.#front.delete(key);
      await this.#back.adopt(key, meta, file);
    });
  }

  temporary(): string {
    return this.#back.temporary();
  }

  async close(): Promise<void> {
    await this.#front.close();
    await this.#back.close();
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
