/**
 * Spool reading: what is known of a body while it arrives.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Fault } from '../base/fault.ts';

export interface Arriving {
  /** Bytes it will have at most, where something is known before. */
  readonly length?: number | undefined;
  /** Bytes it may have at most. */
  readonly maxBytes: number;
  /** What a longer one is answered with. */
  readonly tooLarge: () => Fault;
  /**
   * Looks at what has arrived until it returns true; may throw, and then nothing more is read.
   *
   * @param head the first bytes, at most `HEAD_BYTES`
   * @param ended nothing comes after them
   */
  readonly check?: (head: Uint8Array, ended: boolean) => boolean;
}

/** First bytes that are kept for who wants to know what a body is. */
export const HEAD_BYTES = 16_384;

/** Bytes after which a body is looked at for the first time. */
const FIRST_LOOK = 32;

export class SpoolReading {
  readonly #arriving: Arriving;
  readonly #sha = createHash('sha256');
  readonly #head = new Gathered();
  /** Copied together: a small chunk may be cut from a large buffer, which would live on with it. */
  readonly #kept = new Gathered();
  #length = 0;
  #crc = 0;
  #nextLook: number;

  constructor(arriving: Arriving) {
    this.#arriving = arriving;
    this.#nextLook = arriving.check ? FIRST_LOOK : Number.POSITIVE_INFINITY;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws what `tooLarge` and `check` say */
  add(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > this.#arriving.maxBytes) throw this.#arriving.tooLarge();
    this.#sha.update(chunk);
    this.#crc = crc32(chunk, this.#crc);
    this.#head.add(chunk.subarray(0, HEAD_BYTES - this.#head.length));
    if (this.#head.length >= this.#nextLook) this.#look(false);
  }

  /** Holds a chunk in memory. */
  keep(chunk: Uint8Array): void {
    this.#kept.add(chunk);
  }

  /** What was kept so far, which is not held any longer. */
  takeKept(): Uint8Array {
    return this.#kept.take();
  }

  /** @throws what `check` says */
  end() {
    if (this.#nextLook !== Number.POSITIVE_INFINITY) this.#look(true);
    const hash = this.#sha.digest('hex');
    return { length: this.#length, crc: this.#crc, hash, head: this.#head.take() };
  }

  /** Looks at twice as many bytes each time, however small the chunks are. */
  #look(ended: boolean): void {
    const head = this.#head.bytes;
    const enough = this.#arriving.check?.(head, ended) || head.length === HEAD_BYTES;
    this.#nextLook = enough ? Number.POSITIVE_INFINITY : Math.min(HEAD_BYTES, 2 * head.length);
  }
}

/** Bytes in one buffer that grows. */
class Gathered {
  #buffer = Buffer.alloc(0);
  length = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  add(chunk: Uint8Array): void {
    const length = this.length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.length);
    this.length = length;
  }

  take(): Uint8Array {
    const { bytes } = this;
    this.#buffer = Buffer.alloc(0);
    this.length = 0;
    return bytes;
  }
}
