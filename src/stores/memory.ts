/**
 * Memory store: the most recently used entries, up to a number of bytes.
 *
 * Bodies are copied on the way in, so that neither a later change to the
 * caller's array nor the larger buffer it was cut from lives on here. What
 * comes out is the store's own array: read it, do not write to it.
 */
import { BoundedMap } from '../base/bounded-map.ts';
import {
  checkKey,
  type Entry,
  type Meta,
  type Store,
  type StoreKey,
  type TierStatus,
} from './store.ts';

/** Bytes counted per entry beside body, record and key: map slot, objects, array headers. */
const OVERHEAD = 256;

interface Kept extends Entry {
  readonly bytes: number;
}

export class MemoryStore implements Store {
  readonly #entries: BoundedMap<StoreKey, Kept>;
  readonly #capacity: number;
  #evictions = 0;

  /** @param capacity in bytes; bodies, records and an overhead of 256 bytes per entry count */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#entries = new BoundedMap(capacity, {
      weigh: ({ bytes }) => bytes,
      forgotten: () => {
        this.#evictions++;
      },
    });
  }

  get bytes(): number {
    return this.#entries.weight;
  }

  get status(): TierStatus {
    const { size: entries, weight: bytes } = this.#entries;
    return { bytes, capacity: this.#capacity, entries, evictions: this.#evictions };
  }

  async get(key: StoreKey): Promise<Entry | undefined> {
    return this.near(checkKey(key));
  }

  /** The same without waiting, for hits: nothing has another key than a good one. */
  near(key: StoreKey): Entry | undefined {
    return this.#entries.use(key);
  }

  async head(key: StoreKey): Promise<Meta | undefined> {
    return this.#entries.use(checkKey(key))?.meta;
  }

  async put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<boolean> {
    // Without a copy, the larger buffer that the body was cut from would live on.
    return this.#keep(checkKey(key), meta, new Uint8Array(body));
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    const entry = this.#entries.get(checkKey(key));
    if (!entry) return false;
    return this.#keep(key, meta, entry.body);
  }

  async delete(key: StoreKey): Promise<boolean> {
    return this.#entries.delete(checkKey(key));
  }

  async deleteWhere(matches: (key: StoreKey) => boolean): Promise<number> {
    const keys = [...this.#entries.keys()].filter(matches);
    for (const key of keys) this.#entries.delete(key);
    return keys.length;
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }

  #keep(key: StoreKey, meta: Meta, body: Uint8Array): boolean {
    const record = JSON.stringify(meta);
    const bytes = body.length + 2 * (record.length + key.length) + OVERHEAD;
    this.#entries.set(key, { meta: JSON.parse(record), body, bytes });
    return this.#entries.has(key);
  }
}
