/**
 * ReadSource: the bytes of a picture as a render worker takes them, from a file, from memory or from a
 * stream, each with its hash and its format.
 */
import { createHash } from 'node:crypto';
import { open, realpath, stat } from 'node:fs/promises';
import { isUint8Array } from 'node:util/types';
import { crc32 } from 'node:zlib';
import { Fault } from '../base/fault.ts';
import type { WorkerSource } from '../engine/worker-protocol.ts';
import type { FormatName } from '../image/format.ts';
import { notAnImage, sniffFormat } from '../image/sniff.ts';
import { unlessAborted } from './unless-aborted.ts';

/** A path, the bytes themselves, or a stream of them. */
export type OptimizeInput = string | URL | Uint8Array | AsyncIterable<Uint8Array>;

/** A source that is known by its content. */
export interface ReadSource {
  readonly source: WorkerSource;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly bytes: number;
  /** By its first bytes. */
  readonly format: FormatName;
}

/** Most bytes of one source: a worker holds them. */
export const MOST_SOURCE_BYTES = 500_000_000;

/** Bytes that tell a format. */
export const HEAD = 16_384;

const PIECE = 256 * 1024;

/**
 * A source as it stands now.
 *
 * @throws Fault source-empty, source-not-an-image, source-too-large; errors of the system for a file, whatever a
 * stream throws, TypeError for what is no input; the reason of the signal
 */
export async function readSource(input: OptimizeInput, signal?: AbortSignal): Promise<ReadSource> {
  if (typeof input === 'string' || input instanceof URL) return readFileSource(input, signal);
  const bytes = isUint8Array(input) ? input : await collected(input, signal);
  if (bytes.length > MOST_SOURCE_BYTES) throw tooLarge(bytes.length);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { source: { bytes }, hash, bytes: bytes.length, format: formatOf(bytes) };
}

/** A file is read once in pieces; the worker reads it again and finds out whether it is the same. */
async function readFileSource(path: string | URL, signal?: AbortSignal): Promise<ReadSource> {
  // A link that was named is followed, here and nowhere else
  const real = await realpath(path);
  const stats = await stat(real);
  // To open a pipe is to wait for who writes into it
  if (!stats.isFile() && !stats.isDirectory()) throw noFile();
  const file = await open(real);
  try {
    const sum = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE);
    let format: FormatName | undefined;
    let length = 0;
    let crc = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, piece.length, length);
      const part = piece.subarray(0, bytesRead);
      if (length === 0) format = formatOf(part);
      if (bytesRead === 0) break;
      sum.update(part);
      crc = crc32(part, crc);
      length += bytesRead;
      if (length > MOST_SOURCE_BYTES) throw tooLarge(length);
    }
    const source = { path: real, length, crc };
    return { source, hash: sum.digest('hex'), bytes: length, format: format ?? formatOf(piece) };
  } finally {
    await file.close();
  }
}

async function collected(
  stream: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const iterator = piecesOf(stream);
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const next = Promise.resolve(iterator.next());
      const { done, value } = await (signal ? unlessAborted(next, signal) : next);
      if (done) return Buffer.concat(pieces);
      if (!isUint8Array(value))
        throw new TypeError(`expected pieces of bytes, got ${kindOf(value)}`);
      length += value.length;
      if (length > MOST_SOURCE_BYTES) throw tooLarge(length);
      pieces.push(value);
    }
  } catch (error) {
    // Nobody waits for that: a stream that stands still ends never
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
    throw error;
  }
}

function piecesOf(stream: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof stream === 'object' && stream !== null) {
    const iterable = stream as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
    const begun = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
    if (begun !== undefined) return begun;
  }
  throw new TypeError(
    `expected a path, a file URL, bytes or a stream of bytes, got ${kindOf(stream)}`,
  );
}

/** A value in a word: `undefined`, `number`, `ArrayBuffer`. */
function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return String(value === null ? null : typeof value);
  return Object.prototype.toString.call(value).slice(8, -1);
}

function formatOf(bytes: Uint8Array): FormatName {
  const head = bytes.subarray(0, HEAD);
  if (head.length === 0) throw new Fault('source-empty', 'The source is empty.');
  const format = sniffFormat(head);
  if (format === undefined) throw notAnImage(head);
  return format;
}

function noFile(): Fault {
  return new Fault('source-not-an-image', 'Expected a file as the source, got a pipe or a device.');
}

function tooLarge(bytes: number): Fault {
  const most = MOST_SOURCE_BYTES / 1e6;
  return new Fault('source-too-large', `The source is larger than ${most} MB.`, { bytes });
}
