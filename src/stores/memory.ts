/**
 * Memory store: the most recently used entries, up to a number of bytes.
 *
 * Bodies are copied on the way in, so that neither a later change to the
 * caller's array nor the larger buffer it was cut from lives on here. What
 * comes out is the store's own array: read it, do not write to it.
 */
import { checkKey, type Entry, type Meta, type Store, type StoreKey } from './store.ts';

/** Bytes counted per entry beside body, record and key: map slot, objects, array headers. */
const OVERHEAD = 256;

interface Kept extends Entry {
  readonly bytes: number;
}

export class MemoryStore implements Store {
  readonly #capacity: number;
  /** In order of use, the least recent first. */
  readonly #entries = new Map<StoreKey, Kept>();
  #bytes = 0;

  /** @param capacity in bytes; bodies, records and an overhead of 256 bytes per entry count */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async get(key: StoreKey): Promise<Entry | undefined> {
    const entry = this.#use(key);
    return entry && { meta: entry.meta, body: entry.body };
  }

  async head(key: StoreKey): Promise<Meta | undefined> {
    return this.#use(key)?.meta;
  }

  async put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<void> {
    this.#keep(checkKey(key), meta, body, (bytes) => new Uint8Array(bytes));
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    const entry = this.#use(key);
    if (!entry) return false;
    this.#keep(key, meta, entry.body, (bytes) => bytes);
    return this.#entries.has(key);
  }

  async delete(key: StoreKey): Promise<boolean> {
    return this.#drop(checkKey(key));
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #use(key: StoreKey): Kept | undefined {
    const entry = this.#entries.get(checkKey(key));
    if (entry) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #keep(key: StoreKey, meta: Meta, body: Uint8Array, copy: (b: Uint8Array) => Uint8Array): void {
    this.#drop(key);
    const record = JSON.stringify(meta);
    const bytes = body.length + 2 * (record.length + key.length) + OVERHEAD;
    if (bytes > this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes + bytes <= this.#capacity) break;
      this.#drop(oldest);
    }
    this.#entries.set(key, { meta: JSON.parse(record), body: copy(body), bytes });
    this.#bytes += bytes;
  }

  #drop(key: StoreKey): boolean {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    return this.#entries.delete(key);
  }
}
