/**
 * Bounded map: a map of the entries used last.
 *
 * Every entry has a weight, 1 unless the caller says otherwise: what comes from clients or origins is
 * weighed in bytes (`heapWeight` of `memory/heap-size.ts`). Past the bound
 * the entries whose use lies longest ago are forgotten. `use` and `set` count
 * as a use, `get` does not. In a map of many entries the order is exact to an
 * eighth of their number: one that was moved to the end so few uses ago stays
 * where it is, because moving it costs more than finding it.
 */
export interface BoundedMapOptions<Key, Value> {
  /** Weight of an entry, at least 0; asked once, when the entry is set. */
  readonly weigh?: (value: Value, key: Key) => number;
  /** Most entries, whatever they weigh. */
  readonly entries?: number;
  /** Told of entries that had to make room; not of those replaced or deleted. */
  readonly forgotten?: (value: Value, key: Key) => void;
}

interface Held<Value> {
  readonly value: Value;
  readonly weight: number;
  /** The use with which it came to its place, counted over all entries. */
  movedAt: number;
}

/** Share of the entries within which the order of use may be off. */
const SLACK = 1 / 8;

export class BoundedMap<Key, Value> {
  readonly #most: number;
  readonly #options: BoundedMapOptions<Key, Value>;
  /** In order of use, the least recent first. */
  readonly #held = new Map<Key, Held<Value>>();
  #weight = 0;
  #uses = 0;

  /** @param most weight of all entries together */
  constructor(most: number, options: BoundedMapOptions<Key, Value> = {}) {
    this.#most = most;
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Of all entries together. */
  get weight(): number {
    return this.#weight;
  }

  has(key: Key): boolean {
    return this.#held.has(key);
  }

  /** The value, without counting as a use. */
  get(key: Key): Value | undefined {
    return this.#held.get(key)?.value;
  }

  /** The value; counts as a use. */
  use(key: Key): Value | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    const uses = ++this.#uses;
    if (uses - held.movedAt > this.#held.size * SLACK) {
      held.movedAt = uses;
      this.#held.delete(key);
      this.#held.set(key, held);
    }
    return held.value;
  }

  /** Keeps a value as the latest; one heavier than the bound is not kept, nor is what it replaces. */
  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#options.weigh?.(value, key) ?? 1;
    const { entries = Number.POSITIVE_INFINITY } = this.#options;
    if (weight > this.#most || entries < 1) return;
    for (const [oldest, held] of this.#held) {
      if (this.#weight + weight <= this.#most && this.#held.size < entries) break;
      this.delete(oldest);
      this.#options.forgotten?.(held.value, oldest);
    }
    this.#held.set(key, { value, weight, movedAt: ++this.#uses });
    this.#weight += weight;
  }

  delete(key: Key): boolean {
    this.#weight -= this.#held.get(key)?.weight ?? 0;
    return this.#held.delete(key);
  }

  clear(): void {
    this.#held.clear();
    this.#weight = 0;
  }

  /** From the least to the most recently used. */
  keys(): IterableIterator<Key> {
    return this.#held.keys();
  }
}
