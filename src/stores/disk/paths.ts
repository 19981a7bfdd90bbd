/**
 * Disk paths: where a disk store keeps what.
 *
 *     <folder>/v1/<first digits of the key>/<key>.entry
 *                                          /<key>.<length>.<run>-<n>.body
 *                /tmp/<pid>-<run>/<n>
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { StoreKey } from '../store.ts';
import { bodyName, type DiskRecord, recordName } from './record.ts';

/** Below this capacity, in bytes, 16 folders are enough, which take less room than 256. */
const MANY_SHARDS = 64e6;

export class DiskPaths {
  readonly root: string;
  /** Holds a folder of temporary files per process. */
  readonly temporaries: string;
  /** The name of ours. */
  readonly own: string;
  /** Digits of a key that name its shard. */
  readonly digits: number;
  readonly #run = randomBytes(6).toString('hex');
  #serial = 0;

  /** @param capacity of the store, in bytes */
  constructor(folder: string, capacity: number) {
    this.root = resolve(folder, 'v1');
    this.temporaries = join(this.root, 'tmp');
    this.own = `${process.pid}-${this.#run}`;
    this.digits = capacity < MANY_SHARDS ? 1 : 2;
  }

  shard(key: StoreKey): string {
    return key.slice(0, this.digits);
  }

  /** A file beside those of the key. */
  beside(key: StoreKey, name: string): string {
    return join(this.root, this.shard(key), name);
  }

  record(key: StoreKey): string {
    return this.beside(key, recordName(key));
  }

  /** The file with the body: one of its own, or that of the record. */
  body({ key, body }: Pick<DiskRecord, 'key' | 'body'>): string {
    return this.beside(key, body.file ?? recordName(key));
  }

  /** The name of a body, given once. */
  newBody(key: StoreKey, length: number): string {
    return bodyName(key, length, this.#run, this.#serial++);
  }

  /** The path of a temporary file, given once. */
  temporary(): string {
    return join(this.temporaries, this.own, (this.#serial++).toString(36));
  }
}
