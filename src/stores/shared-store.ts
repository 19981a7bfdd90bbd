/**
 * Shared store: what all nodes keep together, behind the memory and the disk of each.
 *
 * It is further away than a store and may be gone at any time, so nothing of it is a failure: what cannot be had
 * is a miss, what cannot be kept is `false`, and both come back at once while it is left alone. Bytes that are
 * not those that were put are a miss as well.
 *
 * A body and its record are one object. Keys that begin alike lie side by side, so that what was made of one
 * source is taken away as one prefix (`groupOf` in `plan/key.ts`).
 */
import type { Body } from '../base/body.ts';
import type { Entry, Meta, StoreKey } from './store.ts';

/** An entry whose body comes while it is read. */
export interface ArrivingEntry {
  readonly meta: Meta;
  /** Of the body, in bytes. */
  readonly length: number;
  /** Throws where it does not bring exactly the bytes that were put. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface ReadOptions {
  /** Fires when nobody waits any more. */
  readonly signal?: AbortSignal;
}

/** Counts are since the start. */
export interface SharedStoreStatus {
  /** False while it is left alone, because it failed again and again. */
  readonly available: boolean;
  /** What it failed with last, for operators; absent where it never did. */
  readonly reason?: string;
  readonly hits: number;
  readonly misses: number;
  /** Operations that failed or came too late. */
  readonly errors: number;
  /** Operations that were not tried, because it is left alone. */
  readonly skipped: number;
  /** Entries written. */
  readonly written: number;
}

/** What became of a prefix. */
export interface PrefixDeletion {
  /** Entries that are gone. */
  readonly deleted: number;
  /** Entries that are known to be still there. */
  readonly left: number;
  /** False where some may be left, known or not. */
  readonly whole: boolean;
}

/** `away`: it could not be asked. `none`: there is no such notice, or none that is read. */
export type NoticeRead =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'away' };

/** Small texts for all who share the store, by name, beside its entries. Nothing of them throws. */
export interface Notices {
  /** The names of all, in order; undefined where they cannot be had. */
  names(): Promise<readonly string[] | undefined>;
  read(name: string): Promise<NoticeRead>;
  /** @param name of letters, digits and "-". @returns whether everybody may read it */
  write(name: string, text: string): Promise<boolean>;
  /** Takes away those that are there; what cannot be taken away stays. */
  delete(names: readonly string[]): Promise<void>;
}

export interface SharedStore {
  /** The entry, or undefined: never put, gone, altered, or not to be had in time. */
  get(key: StoreKey, options?: ReadOptions): Promise<Entry | undefined>;
  /** The same for large bodies. Whoever does not read the body to its end returns its iterator. */
  open(key: StoreKey, options?: ReadOptions): Promise<ArrivingEntry | undefined>;
  /** Keeps an entry, in place of any older one. True when every node may read it. */
  put(key: StoreKey, meta: Meta, body: Body): Promise<boolean>;
  /** Puts another record on a body already kept, which is written anew; false when there is none. */
  update(key: StoreKey, meta: Meta): Promise<boolean>;
  /** True when it is not there any more. */
  delete(key: StoreKey): Promise<boolean>;
  /** Deletes all entries whose keys begin so, at least eight digits. What is put meanwhile may stay. */
  deletePrefix(prefix: string): Promise<PrefixDeletion>;
  /** The keys that begin so, in order, those after `after` alone. @throws Error where they cannot be had */
  list(prefix: string, after?: StoreKey): AsyncIterable<StoreKey>;
  /** Whether it answers; the first time also what makes a connection to it. Absent: it is always there. */
  probe?(): Promise<boolean>;
  readonly notices: Notices;
  readonly status: SharedStoreStatus;
  close(): Promise<void>;
}
