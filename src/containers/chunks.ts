/**
 * The chunks of PNG and WebP files.
 *
 * Lengths are checked against the file; at the first damage the walk ends.
 * Chunk data are views, nothing is copied or inflated.
 */
import { crc32 } from 'node:zlib';
import { bytes32, concat, latin1, uint32 } from './bytes.ts';

export interface Chunk {
  /** Four characters. */
  readonly name: string;
  readonly data: Uint8Array;
  /** The chunk as it stands in the file, with length, name and checksum or padding. */
  readonly whole: Uint8Array;
}

const PNG_SIGNATURE = 8;

/** Chunks of a PNG up to IEND; `complete` when IEND was met. */
export function pngChunks(bytes: Uint8Array): { chunks: Chunk[]; complete: boolean } {
  const chunks: Chunk[] = [];
  let at = PNG_SIGNATURE;
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

/** A PNG chunk with its length and checksum. */
export function pngChunk(name: string, data: Uint8Array): Uint8Array {
  const named = concat([Buffer.from(name, 'latin1'), data]);
  return concat([bytes32(data.length), named, bytes32(crc32(named))]);
}

/** A PNG file of these chunks. */
export function joinPng(chunks: readonly Uint8Array[]): Uint8Array {
  return concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks]);
}

/** Chunks of a WebP file, or of an animation frame's payload when `from` says where they begin. */
export function webpChunks(bytes: Uint8Array, from = 12): { chunks: Chunk[]; complete: boolean } {
  const chunks: Chunk[] = [];
  const declared = from === 12 ? 8 + (uint32(bytes, 4, true) ?? 0) : bytes.length;
  const end = Math.min(bytes.length, declared);
  let at = from;
  while (at + 8 <= end) {
    const length = uint32(bytes, at + 4, true)!;
    const next = at + 8 + length + (length & 1);
    if (at + 8 + length > end) return { chunks, complete: false };
    chunks.push({
      name: latin1(bytes, at, at + 4),
      data: bytes.subarray(at + 8, at + 8 + length),
      whole: bytes.subarray(at, Math.min(next, bytes.length)),
    });
    at = next;
  }
  return { chunks, complete: declared <= bytes.length };
}

/** A WebP chunk with its length and padding. */
export function webpChunk(name: string, data: Uint8Array): Uint8Array {
  const padding = new Uint8Array(data.length & 1);
  return concat([Buffer.from(name, 'latin1'), bytes32(data.length, true), data, padding]);
}

/** A WebP file of these chunks. */
export function joinWebp(chunks: readonly Uint8Array[]): Uint8Array {
  const body = concat(
    chunks.map((chunk) => (chunk.length & 1 ? concat([chunk, new Uint8Array(1)]) : chunk)),
  );
  return concat([
    Buffer.from('RIFF', 'latin1'),
    bytes32(body.length + 4, true),
    Buffer.from('WEBP', 'latin1'),
    body,
  ]);
}

/**
 * Whether every frame of a WebP is lossless (VP8L), as the chunk names tell;
 * undefined where no picture chunk was found.
 */
export function webpIsLossless(bytes: Uint8Array): boolean | undefined {
  const kinds: string[] = [];
  for (const { name, data } of webpChunks(bytes).chunks) {
    if (name === 'ANMF') {
      for (const inner of webpChunks(data, 16).chunks) kinds.push(inner.name);
    } else {
      kinds.push(name);
    }
  }
  const pictures = kinds.filter((name) => name === 'VP8L' || name === 'VP8 ');
  return pictures.length === 0 ? undefined : pictures.every((name) => name === 'VP8L');
}
