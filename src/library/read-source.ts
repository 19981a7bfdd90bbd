/**
 * ReadSource: the bytes of a picture as a render worker takes them, from a file, from memory or from a
 * stream, each with its hash and its format.
 */
import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { Fault } from '../base/fault.ts';
import type { WorkerSource } from '../engine/worker-protocol.ts';
import type { FormatName } from '../image/format.ts';
import { notAnImage, sniffFormat } from '../image/sniff.ts';

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
 * @throws Fault source-empty, source-not-an-image, source-too-large; errors of the system for a file, whatever a stream throws
 */
export async function readSource(input: OptimizeInput): Promise<ReadSource> {
  if (typeof input === 'string' || input instanceof URL) return readFileSource(input);
  const bytes = input instanceof Uint8Array ? input : await collected(input);
  if (bytes.length > MOST_SOURCE_BYTES) throw tooLarge(bytes.length);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { source: { bytes }, hash, bytes: bytes.length, format: formatOf(bytes) };
}

/** A file is read once in pieces; the worker reads it again and finds out whether it is the same. */
async function readFileSource(path: string | URL): Promise<ReadSource> {
  // A link that was named is followed, here and nowhere else
  const real = await realpath(path);
  const file = await open(real);
  try {
    const sum = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE);
    let format: FormatName | undefined;
    let length = 0;
    let crc = 0;
    for (;;) {
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

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > MOST_SOURCE_BYTES) throw tooLarge(length);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function formatOf(bytes: Uint8Array): FormatName {
  const head = bytes.subarray(0, HEAD);
  if (head.length === 0) throw new Fault('source-empty', 'The source is empty.');
  const format = sniffFormat(head);
  if (format === undefined) throw notAnImage(head);
  return format;
}

function tooLarge(bytes: number): Fault {
  const most = MOST_SOURCE_BYTES / 1e6;
  return new Fault('source-too-large', `The source is larger than ${most} MB.`, { bytes });
}
