/** A shared store in memory, whose distance and failures are a test's to choose. */
import { type Body, bytesOf } from '../../src/base/body.ts';
import type {
  ArrivingEntry,
  Notices,
  PrefixDeletion,
  ReadOptions,
  SharedStore,
  SharedStoreStatus,
} from '../../src/stores/shared-store.ts';
import { checkKey, type Entry, type Meta, type StoreKey } from '../../src/stores/store.ts';

export class MemorySharedStore implements SharedStore {
  readonly entries = new Map<StoreKey, { readonly record: string; readonly body: Uint8Array }>();
  /** Nothing can be had or kept. */
  away = false;
  /** Waited for before every answer. */
  delay: () => Promise<void> = async () => undefined;
  /** Keys that were asked for and put, in order. */
  readonly asked: StoreKey[] = [];
  readonly kept: StoreKey[] = [];
  /** Texts for all nodes, by name. */
  readonly texts = new Map<string, string>();
  readonly notices: Notices = {
    names: async () => {
      await this.delay();
      return this.away ? undefined : [...this.texts.keys()].sort();
    },
    read: async (name) => {
      await this.delay();
      const text = this.texts.get(name);
      if (this.away) return { kind: 'away' };
      return text === undefined ? { kind: 'none' } : { kind: 'text', text };
    },
    write: async (name, text) => {
      await this.delay();
      if (!this.away) this.texts.set(name, text);
      return !this.away;
    },
    delete: async (names) => {
      if (!this.away) for (const name of names) this.texts.delete(name);
    },
  };
  readonly #counts = { hits: 0, misses: 0, errors: 0, skipped: 0, written: 0 };

  get status(): SharedStoreStatus {
    return { available: !this.away, ...this.#counts };
  }

  async get(key: StoreKey, { signal }: ReadOptions = {}): Promise<Entry | undefined> {
    this.asked.push(checkKey(key));
    await this.delay();
    if (this.away || signal?.aborted) {
      this.#counts.errors++;
      return undefined;
    }
    const entry = this.entries.get(key);
    this.#counts[entry ? 'hits' : 'misses']++;
    return entry && { meta: JSON.parse(entry.record), body: new Uint8Array(entry.body) };
  }

  async open(key: StoreKey, options?: ReadOptions): Promise<ArrivingEntry | undefined> {
    const entry = await this.get(key, options);
    if (entry === undefined) return undefined;
    async function* body() {
      yield entry!.body;
    }
    return { meta: entry.meta, length: entry.body.length, body: body() };
  }

  async put(key: StoreKey, meta: Meta, body: Body): Promise<boolean> {
    const bytes = new Uint8Array(await bytesOf(body));
    await this.delay();
    if (this.away) return false;
    this.kept.push(key);
    this.entries.set(checkKey(key), { record: JSON.stringify(meta), body: bytes });
    this.#counts.written++;
    return true;
  }

  async update(key: StoreKey, meta: Meta): Promise<boolean> {
    const entry = this.entries.get(checkKey(key));
    return entry === undefined ? false : this.put(key, meta, entry.body);
  }

  async delete(key: StoreKey): Promise<boolean> {
    if (this.away) return false;
    this.entries.delete(checkKey(key));
    return true;
  }

  async deletePrefix(prefix: string): Promise<PrefixDeletion> {
    if (this.away) return { deleted: 0, left: 0, whole: false };
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys) this.entries.delete(key);
    return { deleted: keys.length, left: 0, whole: true };
  }

  async *list(prefix: string, after = ''): AsyncIterable<StoreKey> {
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix) && key > after);
    yield* keys.sort();
  }

  async close(): Promise<void> {}
}
