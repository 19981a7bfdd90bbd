/**
 * Disk reader: records and the state of bodies, as they are on the disk now.
 */
import { promises as fs } from 'node:fs';
import type { StoreKey } from '../store.ts';
import { type Fingerprint, fingerprintAt, isGone, readWhole, sumUp } from './files.ts';
import type { DiskIndex } from './index.ts';
import type { DiskPaths } from './paths.ts';
import { type DiskRecord, decodeRecord, type ReadRecord } from './record.ts';

/** A good body, by the fingerprint of its file; one that is gone or altered; or a failure that may pass. */
export type BodyState =
  | { readonly kind: 'good'; readonly fingerprint: Fingerprint }
  | { readonly kind: 'broken' }
  | { readonly kind: 'unreadable' };

export class DiskReader {
  readonly #paths: DiskPaths;
  readonly #index: DiskIndex;

  constructor(paths: DiskPaths, index: DiskIndex) {
    this.#paths = paths;
    this.#index = index;
  }

  /** 'torn' is also what the index knows and the disk does not. */
  async record(key: StoreKey): Promise<ReadRecord | 'absent' | 'torn' | 'unreadable'> {
    if (!this.#index.has(key) && this.#index.knows(key)) return 'absent';
    const bytes = await readWhole(this.#paths.record(key));
    if (bytes === 'absent') return this.#index.has(key) ? 'torn' : 'absent';
    return bytes === 'unreadable' ? bytes : (decodeRecord(bytes, key) ?? 'torn');
  }

  /** Whether a body is there, by its length. */
  async hasBody(record: ReadRecord): Promise<boolean> {
    if (record.inline) return true;
    const stats = await fs.lstat(this.#paths.body(record)).catch(() => undefined);
    return stats?.isFile() === true && stats.size === record.body.length;
  }

  /** The state of a large body: one `stat` while its file has the fingerprint last found good. */
  async state(record: DiskRecord): Promise<BodyState> {
    try {
      const known = this.#index.get(record.key);
      const fingerprint = await fingerprintAt(this.#paths.body(record));
      const good = fingerprint !== undefined && fingerprint === known?.good;
      if (good && known.file === record.body.file) return { kind: 'good', fingerprint };
      return await this.verify(record);
    } catch (error) {
      return { kind: isGone(error) ? 'broken' : 'unreadable' };
    }
  }

  /** The state of a large body by reading all of it. */
  async verify(record: DiskRecord): Promise<BodyState> {
    try {
      const { length, crc, fingerprint } = await sumUp(this.#paths.body(record));
      if (length !== record.body.length || crc !== record.body.crc) return { kind: 'broken' };
      if (fingerprint === undefined) return { kind: 'unreadable' };
      this.#index.found(record.key, record.body.file, fingerprint);
      return { kind: 'good', fingerprint };
    } catch (error) {
      return { kind: isGone(error) ? 'broken' : 'unreadable' };
    }
  }
}
