/**
 * Store: keeps bytes by key.
 *
 * Two kinds of entry live in stores, sources and renditions; to the store both
 * are a key, a small JSON record and a body. Losing an entry is a miss; wrong
 * bytes never leave a store.
 *
 * Keys are lower-case hexadecimal, 8 to 128 digits.
 */
export type StoreKey = string;

export type Meta = Readonly<Record<string, unknown>>;

export interface Entry {
  readonly meta: Meta;
  readonly body: Uint8Array;
}

export interface Store {
  /** The entry, or undefined: never stored, evicted, torn or corrupt. Counts as a use. */
  get(key: StoreKey): Promise<Entry | undefined>;
  /** The record alone, without reading the body. Counts as a use. */
  head(key: StoreKey): Promise<Meta | undefined>;
  /**
   * Keeps an entry, in place of any older one; whole or not at all. Never throws for lack
   * of room: an entry larger than the store is not kept.
   */
  put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<void>;
  /** Puts another record on a body already kept; false when there is none. */
  update(key: StoreKey, meta: Meta): Promise<boolean>;
  delete(key: StoreKey): Promise<boolean>;
  /** Bytes held, bodies and records. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** A store whose bodies are files that another process may read. */
export interface FileStore extends Store {
  /** A path to a file that holds exactly the body; it stays readable while the entry is kept and a while after. */
  path(key: StoreKey): Promise<string | undefined>;
  /** Keeps a file as a body by moving it into place. */
  adopt(key: StoreKey, meta: Meta, file: string): Promise<void>;
  /** A fresh file name on the same file system, for `adopt`. */
  temporary(): string;
}

/** The key itself. @throws TypeError for text that is no key, which would be a path elsewhere */
export function checkKey(key: StoreKey): StoreKey {
  if (!/^[0-9a-f]{8,128}$/.test(key)) {
    throw new TypeError(`expected 8 to 128 hexadecimal digits for a store key, got ${key}`);
  }
  return key;
}
