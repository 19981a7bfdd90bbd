/**
 * Unkept sources: what was read and the store does not take, held for those
 * who are about to use it.
 *
 * Each stays a minute after its last use, less where their bytes pass a bound
 * or memory is short.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import type { Key } from '../../plan/key.ts';
import { fingerprintAt } from '../../stores/disk/files.ts';
import type { Spooled } from '../../stores/spool.ts';
import type { StoredBody } from '../../stores/store.ts';

/** Bytes of all of them, in memory and in files. */
const MOST_BYTES = 256e6;

const HELD_MS = 60_000;

interface Held {
  readonly spooled: Spooled;
  readonly timer: NodeJS.Timeout;
}

export class UnkeptSources {
  readonly #held = new BoundedMap<Key, Held>(MOST_BYTES, {
    weigh: ({ spooled }) => spooled.length,
    forgotten: (held) => release(held),
  });

  /** Holds a source, which is discarded when it is not held any more. */
  set(key: Key, spooled: Spooled): void {
    this.delete(key);
    const timer = setTimeout(() => this.delete(key), HELD_MS);
    timer.unref();
    this.#held.set(key, { spooled, timer });
    if (!this.#held.has(key)) release({ spooled, timer });
  }

  /** The content with this hash, if it is held and its file is still there. */
  async content(key: Key, hash: string): Promise<Uint8Array | StoredBody | undefined> {
    const held = this.#held.use(key);
    if (held?.spooled.hash !== hash) return undefined;
    const { body } = held.spooled;
    if (!(body instanceof Uint8Array)) {
      const there = await fingerprintAt(body.file).catch(() => undefined);
      if (there === undefined) this.delete(key);
      if (there === undefined) return undefined;
    }
    held.timer.refresh();
    return body;
  }

  delete(key: Key): void {
    const held = this.#held.get(key);
    this.#held.delete(key);
    if (held) release(held);
  }

  /** Lets go of the one in memory that was used least recently; false when there is none. */
  relieve(): boolean {
    for (const key of this.#held.keys()) {
      if (!(this.#held.get(key)?.spooled.body instanceof Uint8Array)) continue;
      this.delete(key);
      return true;
    }
    return false;
  }

  close(): void {
    for (const key of [...this.#held.keys()]) this.delete(key);
  }
}

function release({ spooled, timer }: Held): void {
  clearTimeout(timer);
  void spooled.discard();
}
