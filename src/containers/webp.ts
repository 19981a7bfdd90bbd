/**
 * The chunks of WebP files (RFC 9649, "RIFF file format").
 *
 * Lengths are checked against the file; at the first damage the walk ends.
 * Chunk data are views, nothing is copied.
 */
import { bytes32, concat, latin1, latin1Bytes, uint32 } from './bytes.ts';
import type { Chunk } from './png.ts';

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
  return concat([latin1Bytes(name), bytes32(data.length, true), data, padding]);
}

/** A WebP file of these chunks. */
export function joinWebp(chunks: readonly Uint8Array[]): Uint8Array {
  const body = concat(
    chunks.map((chunk) => (chunk.length & 1 ? concat([chunk, new Uint8Array(1)]) : chunk)),
  );
  return concat([latin1Bytes('RIFF'), bytes32(body.length + 4, true), latin1Bytes('WEBP'), body]);
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

/** Bit of the first byte of VP8X that says that frames have clear pixels (RFC 9649, 2.7.1.1). */
const ALPHA_FLAG = 0x10;

/**
 * An animated WebP that says that its canvas is clear where no frame covers it; a file that
 * is no animation comes back as it is. Frames may be opaque boxes on a clear canvas: without
 * the flag readers take the canvas for opaque (docs/spec/http.md 14.18).
 */
export function withClearCanvas(bytes: Uint8Array): Uint8Array {
  const { chunks } = webpChunks(bytes);
  if (!chunks.some(({ name }) => name === 'ANIM')) return bytes;
  const out = new Uint8Array(bytes);
  for (const { name, data } of chunks) {
    const at = data.byteOffset - bytes.byteOffset;
    if (name === 'VP8X') out[at] = out[at]! | ALPHA_FLAG;
    // The background color: clear.
    if (name === 'ANIM') out.fill(0, at, at + 4);
  }
  return out;
}

/** Where the time of a frame stands in its chunk, behind its place and size: three bytes, the lowest first. */
const TIME_AT = 12;

/** The most that they can say. */
const MOST_TIME = 0xffffff;

/**
 * An animated WebP with longer times than its writer takes.
 *
 * @param given milliseconds of each frame as the writer was told them
 * @param meant the same as they are to be; frames that the writer made one are shown for the sum of theirs
 */
export function withFrameTimes(
  bytes: Uint8Array,
  given: readonly number[],
  meant: readonly number[],
): Uint8Array {
  const out = new Uint8Array(bytes);
  let next = 0;
  for (const { name, data } of webpChunks(bytes).chunks) {
    if (name !== 'ANMF') continue;
    const time = data[TIME_AT]! + data[TIME_AT + 1]! * 256 + data[TIME_AT + 2]! * 65_536;
    let [left, sum] = [time, 0];
    while (left > 0 && next < given.length) {
      left -= given[next]!;
      sum += meant[next]!;
      next++;
    }
    if (left !== 0) return bytes; // not the frames that were told
    const at = data.byteOffset - bytes.byteOffset + TIME_AT;
    const written = Math.min(MOST_TIME, sum);
    for (let i = 0; i < 3; i++) out[at + i] = (written >> (8 * i)) & 255;
  }
  return next === given.length ? out : bytes;
}
