/**
 * Spool: bodies on their way in, hashed while they arrive and held where it
 * costs little.
 *
 * Small bodies are held in memory, larger ones are written to a temporary file
 * of the store, which can adopt it without reading it again. Where the disk
 * does not take a file, it goes on elsewhere (the system's folder for
 * temporary files, then memory) with nothing of it lost. All bodies together
 * hold a bounded number of bytes, in memory and on the disk: whoever would
 * pass a bound is refused, before anything of the body is read if its length
 * is known.
 *
 * Invariant: a body that breaks off, passes its limit or is refused leaves
 * nothing behind.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { ByteBudget, Room } from '../base/byte-budget.ts';
import { fileBody } from './file-body.ts';
import { busy, SpoolFile, type SpoolStore } from './spool-file.ts';
import { type Arriving, SpoolReading } from './spool-reading.ts';
import { SMALL_BODY, type StoredBody, type Sum } from './store.ts';

export interface SpoolOptions {
  readonly store: SpoolStore;
  /** What all bodies may take together: in memory, on the store's disk, and in another folder. */
  readonly memory: ByteBudget;
  readonly disk: ByteBudget;
  readonly elsewhere: ByteBudget;
  /** That other folder; the system's for temporary files by default. */
  readonly folder?: string;
  /** Told of failures of the disk. */
  readonly onError?: (error: unknown) => void;
  /** Asked to let go of some memory where there is none left; true when it has. */
  readonly relieve?: () => boolean;
}

/** Pieces of bodies that are written at once: one is as quick as four, and between two of them answers get their turn. */
const AT_ONCE = 1;

/** Bytes that are written at a time: as many as the memory that is taken for each body holds. */
const PIECE = SMALL_BODY;

/** A whole body that belongs to whoever has it, until it is discarded. */
export interface Spooled extends Sum {
  readonly body: Uint8Array | StoredBody;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** The first bytes, at most `HEAD_BYTES`. */
  readonly head: Uint8Array;
  /** Taken on the store's disk for the file, to be passed on with it. */
  readonly room?: Room;
  /** Takes back room and file, if the file is still there; more than once is once. */
  discard(): Promise<void>;
  /** The same for a new owner, who alone discards it from now on; undefined when it was passed on before. */
  pass(): Spooled | undefined;
}

/** A body that was let in and has not been read yet. */
export interface Admitted {
  /** Reads it to its end. @throws Fault overloaded; what `tooLarge`, `check` or the body throw */
  read(body: AsyncIterable<Uint8Array>): Promise<Spooled>;
  /** For a body that is not read after all; nothing once it was. */
  release(): Promise<void>;
}

/** What takes bodies in. */
export interface Receiver {
  /** Room for a body before it is read. @throws Fault overloaded; what `tooLarge` says */
  admit(arriving: Arriving): Promise<Admitted>;
}

export class Spool implements Receiver {
  readonly #options: SpoolOptions;
  readonly #turns = pLimit(AT_ONCE);

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  async admit(arriving: Arriving): Promise<Admitted> {
    const { length, maxBytes, tooLarge } = arriving;
    if (length !== undefined && length > maxBytes) throw tooLarge();
    const memory = this.#takeMemory(Math.min(length ?? SMALL_BODY, SMALL_BODY));
    if (!memory) throw busy();
    try {
      const large = length !== undefined && length > SMALL_BODY;
      const body = new Body(
        arriving,
        memory,
        this.#turns,
        large ? await this.#open(length) : undefined,
      );
      let used = false;
      return {
        read: (chunks) => {
          used = true;
          return body.read(chunks, () => this.#open(SMALL_BODY + 1));
        },
        release: async () => {
          if (!used) await body.discard();
        },
      };
    } catch (error) {
      memory.release();
      throw error;
    }
  }

  /** Reads a body to its end. @throws Fault overloaded; what `tooLarge`, `check` or the body throw */
  async read(body: AsyncIterable<Uint8Array>, arriving: Arriving): Promise<Spooled> {
    return (await this.admit(arriving)).read(body);
  }

  #open(length: number): Promise<SpoolFile> {
    const { store, disk, elsewhere, folder, onError = () => undefined } = this.#options;
    return SpoolFile.open(length, {
      store,
      disk,
      elsewhereBytes: elsewhere,
      ...(folder === undefined ? {} : { elsewhere: folder }),
      onError,
      takeMemory: (bytes) => this.#takeMemory(bytes),
    });
  }

  #takeMemory(bytes: number): Room | undefined {
    const { memory, relieve } = this.#options;
    let room = memory.take(bytes);
    while (!room && relieve?.()) room = memory.take(bytes);
    return room;
  }
}

/** A body that was let in: its room in memory, and its file once it has one. */
class Body {
  readonly #reading: SpoolReading;
  readonly #memory: Room;
  readonly #turns: LimitFunction;
  #file: SpoolFile | undefined;
  /** What waits to be written: the memory is that of `#memory`. */
  #gathered: Uint8Array | undefined;
  #waiting = 0;

  constructor(arriving: Arriving, memory: Room, turns: LimitFunction, file: SpoolFile | undefined) {
    this.#turns = turns;
    this.#reading = new SpoolReading(arriving);
    this.#memory = memory;
    this.#file = file;
  }

  async read(chunks: AsyncIterable<Uint8Array>, open: () => Promise<SpoolFile>): Promise<Spooled> {
    const reading = this.#reading;
    try {
      for await (const chunk of chunks) {
        if (this.#file) await this.#gather(this.#file, chunk);
        else await this.#keep(chunk, open);
      }
      if (this.#file) await this.#flush(this.#file);
      return this.#whole(reading.end(), (await this.#file?.end()) ?? reading.takeKept());
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Pieces from a socket are small, and each write is a way to another thread and back: they are written together. */
  async #gather(file: SpoolFile, chunk: Uint8Array): Promise<void> {
    this.#reading.add(chunk);
    if (this.#waiting === 0 && chunk.length >= PIECE) return this.#write(file, chunk);
    this.#gathered ??= Buffer.allocUnsafeSlow(PIECE);
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE - this.#waiting);
      this.#gathered.set(part, this.#waiting);
      this.#waiting += part.length;
      at += part.length;
      if (this.#waiting === PIECE) await this.#flush(file);
    }
  }

  async #flush(file: SpoolFile): Promise<void> {
    const part = this.#gathered?.subarray(0, this.#waiting);
    this.#waiting = 0;
    if (part && part.length > 0) await this.#write(file, part);
  }

  #write(file: SpoolFile, piece: Uint8Array): Promise<void> {
    return this.#turns(() => file.write(piece));
  }

  /** Holds a chunk in memory, until there are too many of them. */
  async #keep(chunk: Uint8Array, open: () => Promise<SpoolFile>): Promise<void> {
    const reading = this.#reading;
    reading.add(chunk);
    reading.keep(chunk);
    if (reading.length <= SMALL_BODY) return;
    this.#file = await open();
    await this.#file.write(reading.takeKept());
  }

  async discard(): Promise<void> {
    this.#memory.release();
    await this.#file?.discard();
  }

  #whole(facts: ReturnType<SpoolReading['end']>, content: Uint8Array | string): Spooled {
    // What has a place of its own needs none of the memory for small bodies.
    if (this.#file) this.#memory.release();
    if (typeof content !== 'string') return this.#owned({ ...facts, body: content });
    const { length, crc } = facts;
    const body = { ...fileBody(content, length, { verify: { crc } }), crc };
    const room = this.#file?.room;
    return this.#owned({ ...facts, body, ...(room ? { room } : {}) });
  }

  #owned(whole: Omit<Spooled, 'discard' | 'pass'>): Spooled {
    let passed = false;
    return {
      ...whole,
      discard: async () => {
        if (!passed) await this.discard();
      },
      pass: () => {
        if (passed) return undefined;
        passed = true;
        return this.#owned(whole);
      },
    };
  }
}
