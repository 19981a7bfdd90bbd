/**
 * Disk writer: puts bodies and records in their places, whole or not at all.
 *
 * Nobody waits for the disk itself: what was written is synced behind its
 * back, a file at a time. A power cut in between leaves a body that is not the
 * one of its record, which its checksum finds out: a miss, like every loss.
 */
import pLimit from 'p-limit';

import type { Fingerprint } from './files.ts';
import { fingerprintAt, isFull, isGone, moveInto, remove, sync, writeNew } from './files.ts';
import type { DiskPaths } from './paths.ts';
import { type DiskRecord, encodeRecord } from './record.ts';

/** What to keep as a body: its bytes, or the file they are in. */
export type Content = Uint8Array | string;

export interface WriterOptions {
  /** Sync bodies to the disk once they are in their places. */
  readonly sync: boolean;
  readonly onError: (error: unknown) => void;
  /** Makes room on a disk that is full; false when there is none to be made. */
  readonly clear: (bytes: number) => Promise<boolean>;
}

/** Files that may wait to be synced; the system writes further ones in its own time. */
const MOST_UNSYNCED = 200;

/** Attempts to write to a full disk, with more room made before each. */
const ATTEMPTS = 3;

export class DiskWriter {
  readonly #paths: DiskPaths;
  readonly #options: WriterOptions;
  readonly #syncs = pLimit(1);

  constructor(paths: DiskPaths, options: WriterOptions) {
    this.#paths = paths;
    this.#options = options;
  }

  /**
   * Writes body and record of an entry. Gives the fingerprint of a body with a file of its own;
   * false where nothing was written, and then a file that was to become a body is where it was.
   *
   * @param inline the content again, where it is to follow the record
   * @param bytes how much the entry takes on the disk
   * @param durable a body with a file of its own is synced
   */
  async entry(
    record: DiskRecord,
    content: Content,
    inline: Uint8Array | undefined,
    bytes: number,
    durable = true,
  ): Promise<{ readonly good?: Fingerprint | undefined } | false> {
    const path = this.#paths.body(record);
    let placed = inline !== undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        if (!placed) await this.#body(content, path, durable);
        placed = true;
        const good = inline ? undefined : await fingerprintAt(path);
        await this.record(record, inline);
        return { good };
      } catch (error) {
        this.#options.onError(error);
        const again = attempt < ATTEMPTS && isFull(error);
        if (again && (await this.#options.clear(bytes * 2 ** attempt))) continue;
        if (inline === undefined && placed) await this.#giveBack(content, path);
        return false;
      }
    }
  }

  /** Writes a record, which makes its body an entry; gives its length. @throws the system's error */
  async record(record: DiskRecord, inline?: Uint8Array): Promise<number> {
    const bytes = encodeRecord(record, inline);
    // A body behind its record is worth what one in a file is; a record alone is soon written again.
    await this.#new(bytes, this.#paths.record(record.key), inline !== undefined);
    return bytes.length;
  }

  async #body(content: Content, path: string, durable: boolean): Promise<void> {
    if (typeof content !== 'string') return this.#new(content, path, durable);
    await moveInto(content, path, this.#paths.temporary());
    if (durable) this.#syncLater(path);
  }

  #syncLater(path: string): void {
    if (!this.#options.sync || this.#syncs.pendingCount >= MOST_UNSYNCED) return;
    void this.#syncs(() => sync(path)).catch((error: unknown) => {
      // It may have been replaced or evicted meanwhile.
      if (!isGone(error)) this.#options.onError(error);
    });
  }

  async #new(bytes: Uint8Array, path: string, durable: boolean): Promise<void> {
    const temporary = this.#paths.temporary();
    await writeNew(temporary, bytes);
    try {
      await moveInto(temporary, path, this.#paths.temporary());
      if (durable) this.#syncLater(path);
    } catch (error) {
      await remove(temporary);
      throw error;
    }
  }

  async #giveBack(content: Content, path: string): Promise<void> {
    if (typeof content !== 'string') await remove(path);
    else await moveInto(path, content, this.#paths.temporary()).catch(this.#options.onError);
  }
}
