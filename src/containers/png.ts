/**
 * The chunks of PNG files (W3C PNG, third edition, "Datastream structure").
 *
 * Lengths are checked against the file; at the first damage the walk ends.
 * Chunk data are views, nothing is copied or inflated. Chunks with a checksum
 * of their own are written in png-chunk.ts.
 */
import { concat, latin1, uint32 } from './bytes.ts';

/** A chunk of a PNG or a WebP file. */
export interface Chunk {
  /** Four characters. */
  readonly name: string;
  readonly data: Uint8Array;
  /** The chunk as it stands in the file, with length, name and checksum or padding. */
  readonly whole: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Chunks of a PNG up to IEND; `complete` when IEND was met. */
export function pngChunks(bytes: Uint8Array): { chunks: Chunk[]; complete: boolean } {
  const chunks: Chunk[] = [];
  let at = SIGNATURE.length;
  for (;;) {
    const length = uint32(bytes, at);
    if (length === undefined || at + 12 + length > bytes.length) return { chunks, complete: false };
    const name = latin1(bytes, at + 4, at + 8);
    const end = at + 12 + length;
    chunks.push({
      name,
      data: bytes.subarray(at + 8, at + 8 + length),
      whole: bytes.subarray(at, end),
    });
    if (name === 'IEND') return { chunks, complete: true };
    at = end;
  }
}

/** How a PNG says a pixel: bits a sample, and its color type (0 is grey). Its header is the first chunk. */
export function pngSample(bytes: Uint8Array): { readonly bits: number; readonly type: number } {
  return { bits: bytes[24] ?? 0, type: bytes[25] ?? 0 };
}

/** The EXIF block before the pixels; one behind them comes too late for browsers, and counts for nothing. */
export function pngExif(bytes: Uint8Array): Uint8Array | undefined {
  for (const { name, data } of pngChunks(bytes).chunks) {
    if (name === 'IDAT') return undefined;
    if (name === 'eXIf') return data;
  }
  return undefined;
}

/** Frames of an animation, as the file states them before its pixels; 1 for a still. */
export function pngFrames(bytes: Uint8Array): number {
  for (const { name, data } of pngChunks(bytes).chunks) {
    if (name === 'IDAT') return 1;
    if (name === 'acTL') return Math.max(1, uint32(data, 0) ?? 1);
  }
  return 1;
}

/** A PNG file of these chunks, each as it stands in a file. */
export function joinPng(chunks: readonly Uint8Array[]): Uint8Array {
  return concat([SIGNATURE, ...chunks]);
}

/** Looks for the last chunk of a PNG that comes in pieces; what follows it is not looked at. */
export class PngWalk {
  /** Bytes of the signature or of a chunk to pass over. */
  #skip = 8;
  #header: number[] = [];
  #whole = false;

  /** The next bytes of the file. */
  add(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length && !this.#whole; ) {
      const skipped = Math.min(this.#skip, bytes.length - i);
      this.#skip -= skipped;
      i += skipped;
      if (i < bytes.length) this.#step(bytes[i++]!);
    }
  }

  /** The last chunk was met. */
  get whole(): boolean {
    return this.#whole;
  }

  #step(byte: number): void {
    if (this.#header.push(byte) < 8) return;
    const header = Uint8Array.from(this.#header);
    this.#header = [];
    this.#whole = latin1(header, 4, 8) === 'IEND';
    this.#skip = uint32(header, 0)! + 4;
  }
}
