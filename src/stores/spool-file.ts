/**
 * Spool file: where a large body is written while it arrives.
 *
 * First a temporary file of the store, then a file elsewhere, then memory: when
 * the disk fails, what is written is carried on to the next place. A place is
 * promised for the whole body, where its length is known; older entries of the
 * store only go for bytes that have come, so that whoever announces much and
 * sends nothing empties no cache.
 */
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteBudget, Room } from '../base/byte-budget.ts';
import { Fault } from '../base/fault.ts';
import { isFull, remove, withFolder } from './disk/files.ts';
import type { FileStore } from './store.ts';

/** What a spool needs of a store. */
export type SpoolStore = Pick<FileStore, 'temporary' | 'reserve' | 'clear'>;

export interface Places {
  readonly store: SpoolStore;
  /** The folder for files that the store's disk does not take; that of the system by default. */
  readonly elsewhere?: string;
  /** Told of failures of the disk. */
  readonly onError: (error: unknown) => void;
  /** What bodies may take in each place. */
  readonly disk: ByteBudget;
  readonly elsewhereBytes: ByteBudget;
  readonly takeMemory: (bytes: number) => Room | undefined;
}

/** Bytes that are taken ahead at most for a body of unknown length. */
const MOST_AHEAD = 4 * 1024 * 1024;

/** Bytes that are copied at a time from one place to the next. */
const PIECE = 256 * 1024;

/** Attempts to write to a disk that is full, with more room made before each. */
const ATTEMPTS = 3;

interface OpenFile {
  readonly path: string;
  readonly handle: fs.FileHandle;
  /** Made for this file alone. */
  readonly folder?: string;
}

export class SpoolFile {
  readonly #places: Places;
  /** Of the budget of its place, for all of the body that is known of. */
  #promises: Room[] = [];
  #promised = 0;
  /** Bytes that are known to come; promises may be more, where the length is not known. */
  #expected = 0;
  /** Of the store, for what has come. */
  #rooms: Room[] = [];
  #occupied = 0;
  #place: 'store' | 'elsewhere' | 'memory' = 'store';
  #file: OpenFile | undefined;
  #chunks: Uint8Array[] = [];
  #at = 0;

  private constructor(places: Places) {
    this.#places = places;
  }

  /** A place for a body of so many bytes, or more where its length is unknown. @throws Fault overloaded */
  static async open(length: number, places: Places): Promise<SpoolFile> {
    const spool = new SpoolFile(places);
    try {
      await spool.#ensure(length);
      await spool.#openFile();
      return spool;
    } catch (error) {
      await spool.discard();
      throw error;
    }
  }

  /** The store's room, for whoever adopts the file; absent where it is elsewhere. */
  get room(): Room | undefined {
    if (this.#place !== 'store') return undefined;
    const rooms = this.#rooms;
    return { bytes: this.#occupied, release: () => release(rooms) };
  }

  /** @throws Fault overloaded, when there is no place left */
  async write(chunk: Uint8Array): Promise<void> {
    await this.#ensure(this.#at + chunk.length);
    await this.#occupy(this.#at + chunk.length);
    for (let attempt = 1; this.#file; attempt++) {
      try {
        await writeAll(this.#file.handle, chunk, this.#at);
        this.#at += chunk.length;
        return;
      } catch (error) {
        this.#places.onError(error);
        const again = this.#place === 'store' && isFull(error) && attempt < ATTEMPTS;
        if (again && (await this.#places.store.clear(MOST_AHEAD * attempt))) continue;
        await this.#moveOn();
        attempt = 0;
      }
    }
    this.#chunks.push(new Uint8Array(chunk));
    this.#at += chunk.length;
  }

  /** The path of the finished file, or the bytes where no disk took it. */
  async end(): Promise<string | Uint8Array> {
    const file = this.#file;
    if (!file) return Buffer.concat(this.#chunks);
    await file.handle.close();
    return file.path;
  }

  /** Takes everything back. */
  async discard(): Promise<void> {
    release([...this.#rooms, ...this.#promises]);
    this.#chunks = [];
    await this.#drop();
  }

  async #drop(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    await file.handle.close().catch(() => undefined);
    await remove(file.folder ?? file.path);
  }

  /** Takes promises until there are enough for a body of so many bytes. */
  async #ensure(bytes: number): Promise<void> {
    this.#expected = Math.max(this.#expected, bytes);
    while (this.#promised < bytes) {
      const missing = bytes - this.#promised;
      // Twice as much each time, where there is so much: a body of unknown length takes few steps.
      const ample = Math.max(missing, Math.min(this.#promised, MOST_AHEAD));
      const room = (await this.#take(ample, missing)) ?? (await this.#take(missing, missing));
      if (room) {
        this.#promises.push(room);
        this.#promised += room.bytes;
      } else await this.#moveOn();
    }
  }

  /** Takes room of the store for so many bytes, and some ahead; where it has none, goes on elsewhere. */
  async #occupy(bytes: number): Promise<void> {
    const { store } = this.#places;
    while (this.#place === 'store' && this.#occupied < bytes) {
      const missing = bytes - this.#occupied;
      const ahead = Math.min(this.#promised - this.#occupied, missing + MOST_AHEAD);
      let taken = Math.max(missing, ahead);
      let room = await store.reserve(taken);
      if (!room) {
        taken = missing;
        room = await store.reserve(taken);
      }
      if (room) {
        this.#rooms.push(room);
        this.#occupied += taken;
      } else await this.#moveOn();
    }
  }

  /** Undefined where this place does not have so much. @throws Fault overloaded, where it may have what is missing later */
  async #take(bytes: number, missing: number): Promise<Room | undefined> {
    const { disk, elsewhereBytes, takeMemory } = this.#places;
    const last = bytes === missing;
    if (this.#place === 'elsewhere') return elsewhereBytes.take(bytes);
    const room = this.#place === 'store' ? disk.take(bytes) : takeMemory(bytes);
    const never = this.#place === 'store' && !disk.mayHold(this.#promised + bytes);
    if (!room && last && !never) throw busy();
    return room;
  }

  /** Opens a file in this place, or in the next. */
  async #openFile(): Promise<void> {
    while (!this.#file && this.#place !== 'memory') {
      try {
        this.#file = await (this.#place === 'store' ? this.#inStore() : this.#inFolder());
      } catch (error) {
        this.#places.onError(error);
        await this.#moveOn();
      }
    }
  }

  async #inStore(): Promise<OpenFile> {
    const path = this.#places.store.temporary();
    return { path, handle: await withFolder(path, () => fs.open(path, 'wx+', 0o600)) };
  }

  async #inFolder(): Promise<OpenFile> {
    const folder = await fs.mkdtemp(join(this.#places.elsewhere ?? tmpdir(), 'fovea-'));
    const path = join(folder, 'body');
    return { path, folder, handle: await fs.open(path, 'wx+', 0o600) };
  }

  /** Carries what was written on to the next place. @throws Fault overloaded */
  async #moveOn(): Promise<void> {
    const former = this.#file;
    const end = former ? this.#at : 0;
    const rooms = [...this.#rooms, ...this.#promises];
    this.#file = undefined;
    this.#rooms = [];
    this.#occupied = 0;
    this.#promises = [];
    this.#promised = 0;
    this.#place = this.#place === 'store' ? 'elsewhere' : 'memory';
    try {
      await this.#ensure(this.#expected);
      await this.#openFile();
      if (former) this.#at = 0;
      while (former && this.#at < end) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE, end - this.#at));
        const { bytesRead } = await former.handle.read(piece, 0, piece.length, this.#at);
        if (bytesRead === 0) throw busy();
        await this.write(piece.subarray(0, bytesRead));
      }
    } finally {
      release(rooms);
      await former?.handle.close().catch(() => undefined);
      if (former) await remove(former.folder ?? former.path);
    }
  }
}

/** Others hold what there is; whoever comes again finds room. */
export function busy(): Fault {
  return new Fault('overloaded', 'The server is busy with other bodies; please try again soon.');
}

function release(rooms: readonly Room[]): void {
  for (const room of rooms) room.release();
}

/** @throws the system's error, after which nothing before `position` has changed */
async function writeAll(file: fs.FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
