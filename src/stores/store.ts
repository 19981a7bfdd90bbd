/**
 * Store: keeps bytes by key.
 *
 * Two kinds of entry live in stores, sources and renditions; to the store both
 * are a key, a small JSON record and a body. Losing an entry is a miss; wrong
 * bytes never leave a store.
 *
 * Keys are lower-case hexadecimal, 8 to 128 digits.
 */
import type { Body, FileBody } from '../base/body.ts';
import type { Room } from '../base/byte-budget.ts';

export type StoreKey = string;

export type Meta = Readonly<Record<string, unknown>>;

export interface Entry {
  readonly meta: Meta;
  readonly body: Uint8Array;
}

export interface Store {
  /** The entry, or undefined: never stored, evicted, torn or corrupt. Counts as a use. */
  get(key: StoreKey): Promise<Entry | undefined>;
  /** The record alone. Counts as a use. */
  head(key: StoreKey): Promise<Meta | undefined>;
  /**
   * Keeps an entry, in place of any older one; whole or not at all. Never throws for lack
   * of room or for a failing disk: then neither entry is there, and the result is false.
   */
  put(key: StoreKey, meta: Meta, body: Uint8Array): Promise<boolean>;
  /** Puts another record on a body already kept; false when there is none. */
  update(key: StoreKey, meta: Meta): Promise<boolean>;
  delete(key: StoreKey): Promise<boolean>;
  /** Deletes all entries with such keys; gives their number. What is put meanwhile may stay. */
  deleteWhere(matches: (key: StoreKey) => boolean): Promise<number>;
  /** Room that entries take, in bytes. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** Bodies up to this many bytes travel as arrays; larger ones stay in a file of their own until they are read. */
export const SMALL_BODY = 256 * 1024;

/** A large body in its file. */
export interface StoredBody extends FileBody {
  readonly file: string;
  /** CRC-32 of the bytes, for readers in other processes. */
  readonly crc: number;
}

export interface OpenEntry {
  readonly meta: Meta;
  readonly body: Uint8Array | StoredBody;
}

export function isStoredBody(body: Body | StoredBody): body is StoredBody {
  return !(body instanceof Uint8Array) && 'crc' in body;
}

/** Length and CRC-32 of a file, from whoever wrote it. */
export interface Sum {
  readonly length: number;
  readonly crc: number;
}

/** A store whose large bodies are files that another process may read. */
export interface FileStore extends Store {
  /**
   * The entry with a large body still in its file, which holds exactly the body and stays readable
   * while the entry is kept and a while after. Counts as a use.
   */
  open(key: StoreKey): Promise<OpenEntry | undefined>;
  /** Reads a body anew, whatever is known of its file; an altered one is dropped. Whether a good one is there. */
  recheck(key: StoreKey): Promise<boolean>;
  /**
   * Keeps a file as a body by moving it into place. False: not kept, and the file is left to the caller.
   *
   * @param sum of the file; it is read for it when absent
   * @param room taken for the file before it was written, which passes to the entry
   * @param again it can be had again: the system writes it to the disk in its own time
   * @throws when the file cannot be read
   */
  adopt(
    key: StoreKey,
    meta: Meta,
    file: string,
    sum?: Sum,
    room?: Room,
    again?: boolean,
  ): Promise<boolean>;
  /** A fresh file name on the same file system, for `adopt`. Its folder may have to be made. */
  temporary(): string;
  /** Room for bytes that are about to be written to a temporary file, for which older entries go; undefined where there cannot be enough. */
  reserve(bytes: number): Promise<Room | undefined>;
  /** Makes room on a disk that is fuller than the store's own count says; false when there is none to be made. */
  clear(bytes: number): Promise<boolean>;
}

/** What a store holds, for metrics. */
export interface TierStatus {
  /** Room that entries take, in bytes. */
  readonly bytes: number;
  /** The most that they may take. */
  readonly capacity: number;
  readonly entries: number;
  /** Entries that had to make room, since the start. */
  readonly evictions: number;
}

/** The key itself. @throws TypeError for text that is no key, which would be a path elsewhere */
export function checkKey(key: StoreKey): StoreKey {
  if (!/^[0-9a-f]{8,128}$/.test(key)) {
    throw new TypeError(`expected 8 to 128 hexadecimal digits for a store key, got ${key}`);
  }
  return key;
}
