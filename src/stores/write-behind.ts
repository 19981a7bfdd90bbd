/**
 * Write behind: puts entries into a shared store after they were answered with, never before.
 *
 * What waits is bounded in bytes and number; what finds no room is dropped and counted, because the node that
 * made it has it, and whoever else needs it makes it again. A newer entry takes the place of one that still
 * waits under its key, and writes of one key never run side by side.
 */
import { type Body, bodyLength } from '../base/body.ts';
import type { SharedStore, SharedStoreStatus } from './shared-store.ts';
import type { Meta, StoreKey } from './store.ts';

/** Entries waiting, and the bytes of their bodies. */
const MOST_ENTRIES = 10_000;
const MOST_BYTES = 128e6;

/** Entries written at once. */
const ABREAST = 4;

/** Milliseconds for what waits when the process ends. */
const LAST_MS = 5000;

export interface WriteBehindStatus {
  /** Entries waiting or being written. */
  readonly waiting: number;
  /** Entries that found no room, or that the store did not take; since the start. */
  readonly dropped: number;
}

/** Of a shared store with what waits to be written to it. */
export interface SharedTierStatus extends SharedStoreStatus, WriteBehindStatus {}

/** An entry with what is asked once more when its turn comes. */
export interface Write {
  readonly meta: Meta;
  readonly body: Body;
  /** Whether it is still to be kept; asked before it is written and after. */
  readonly wanted?: () => boolean;
}

interface Waiting extends Write {
  readonly settle: (kept: boolean) => void;
}

export class WriteBehind {
  readonly #store: Pick<SharedStore, 'put' | 'delete'>;
  readonly #most: { readonly entries: number; readonly bytes: number };
  readonly #waiting = new Map<StoreKey, Waiting>();
  readonly #writing = new Set<StoreKey>();
  #bytes = 0;
  #dropped = 0;
  #idle: (() => void)[] = [];

  constructor(
    store: Pick<SharedStore, 'put' | 'delete'>,
    most = { entries: MOST_ENTRIES, bytes: MOST_BYTES },
  ) {
    this.#store = store;
    this.#most = most;
  }

  get status(): WriteBehindStatus {
    return { waiting: this.#waiting.size + this.#writing.size, dropped: this.#dropped };
  }

  /** Has an entry written. Resolves when every node may read it (true), or when it is given up. */
  offer(key: StoreKey, write: Write): Promise<boolean> {
    this.#forget(key, true);
    const length = bodyLength(write.body);
    const full =
      this.#waiting.size >= this.#most.entries || this.#bytes + length > this.#most.bytes;
    if (full) {
      this.#dropped++;
      return Promise.resolve(false);
    }
    return new Promise((settle) => {
      this.#waiting.set(key, { ...write, settle });
      this.#bytes += length;
      this.#next();
    });
  }

  /** Gives up what waits under such keys. */
  forget(matches: (key: StoreKey) => boolean): void {
    for (const key of [...this.#waiting.keys()]) if (matches(key)) this.#forget(key, false);
  }

  /** Writes what waits, for a bounded time. */
  async close(milliseconds = LAST_MS): Promise<void> {
    if (this.status.waiting > 0) {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
        this.#idle.push(resolve);
      });
      await over;
      clearTimeout(timer);
    }
    for (const key of [...this.#waiting.keys()]) this.#forget(key, false);
  }

  /** @param replaced another entry takes its place */
  #forget(key: StoreKey, replaced: boolean): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    this.#bytes -= bodyLength(waiting.body);
    if (!replaced) this.#dropped++;
    waiting.settle(false);
  }

  #next(): void {
    for (const [key, waiting] of this.#waiting) {
      if (this.#writing.size >= ABREAST) return;
      if (this.#writing.has(key)) continue;
      this.#waiting.delete(key);
      this.#bytes -= bodyLength(waiting.body);
      this.#writing.add(key);
      void this.#write(key, waiting).then((kept) => {
        this.#writing.delete(key);
        waiting.settle(kept);
        this.#next();
        if (this.status.waiting === 0) for (const done of this.#idle.splice(0)) done();
      });
    }
  }

  async #write(key: StoreKey, { meta, body, wanted }: Write): Promise<boolean> {
    if (wanted?.() === false) return false;
    try {
      const kept = await this.#store.put(key, meta, body);
      if (!kept) this.#dropped++;
      if (!kept || wanted?.() !== false) return kept;
      await this.#store.delete(key);
    } catch {
      // A body that has left the disk since cannot be read any more.
      this.#dropped++;
    }
    return false;
  }
}
