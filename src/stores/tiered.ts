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
    const read = { overtaken: false };
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

  async put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<void> {
    this.#overtake(key);
    if (body.length <= this.#largest) await this.#front.put(key, meta, body);
    else await this.#front.delete(key);
    await this.#back.put(key, meta, body);
    this.#overtake(key);
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    this.#overtake(key);
    const near = await this.#front.update(key, meta);
    const far = await this.#back.update(key, meta);
    this.#overtake(key);
    return near || far;
  }

  async delete(key: StoreKey): Promise<boolean> {
    this.#overtake(key);
    const near = await this.#front.delete(key);
    const far = await this.#back.delete(key);
    this.#overtake(key);
    return near || far;
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

  async adopt(key: StoreKey, meta: Meta, file: string): Promise<void> {
    this.#overtake(key);
    await this.#front.delete(key);
    await this.#back.adopt(key, meta, file);
    // A reader may have brought the older entry forward meanwhile.
    await this.#front.delete(key);
    this.#overtake(key);
  }

  temporary(): string {
    return this.#back.temporary();
  }

  async close(): Promise<void> {
    await this.#front.close();
    await this.#back.close();
  }

  #overtake(key: StoreKey): void {
    for (const read of this.#reads.get(key) ?? []) read.overtaken = true;
  }
}
