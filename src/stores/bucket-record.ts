/**
 * Bucket record: an object of a bucket that is an entry, read while it comes.
 *
 * It is the record of the disk store with its body behind it (`disk/record.ts`): a line that says what follows
 * and its checksum, JSON, the body. What is short, long, altered or under the name of another key is none.
 */
import { crc32 } from 'node:zlib';
import { type DiskRecord, encodeRecord } from './disk/record.ts';
import type { ArrivingEntry } from './shared-store.ts';
import type { Meta, StoreKey } from './store.ts';

/** A record with a body of at most this many bytes in front of its JSON. */
const LONGEST_LINE = 64;

/** Bytes of JSON that a record may have. */
const LONGEST_RECORD = 4e6;

const LINE = /^fovea-entry 2 ([0-9a-f]{8}) (\d{1,8})$/;

/** What goes before the body. */
export function bucketRecord(key: StoreKey, meta: Meta, length: number, crc: number): Buffer {
  return encodeRecord({ key, body: { length, crc }, meta });
}

/**
 * The entry of an object whose body has begun to come; undefined for one that is none.
 *
 * @param total bytes of the object
 */
export async function readBucketRecord(
  key: StoreKey,
  total: number,
  body: AsyncIterable<Uint8Array>,
): Promise<ArrivingEntry | undefined> {
  const pieces = body[Symbol.asyncIterator]();
  const release = async () => void (await pieces.return?.());
  try {
    const read = await readHead(key, pieces);
    const whole = read && read.at + read.record.body.length === total;
    if (whole) {
      const { record, rest } = read;
      const { length, crc } = record.body;
      return { meta: record.meta, length, body: checked(rest, pieces, length, crc) };
    }
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
  await release();
  return undefined;
}

/** The record, the bytes that have come behind it, and where they begin. */
async function readHead(key: StoreKey, pieces: AsyncIterator<Uint8Array>) {
  let head = Buffer.alloc(0);
  let end = -1;
  let needed = Number.POSITIVE_INFINITY;
  let sum = 0;
  while (head.length < needed) {
    const { value, done } = await pieces.next();
    if (done) return undefined;
    head = Buffer.concat([head, value]);
    if (end >= 0) continue;
    end = head.indexOf(10);
    if (end < 0 && head.length > LONGEST_LINE) return undefined;
    if (end < 0) continue;
    const line = LINE.exec(head.toString('latin1', 0, end));
    const length = Number(line?.[2]);
    if (line?.[1] === undefined || length > LONGEST_RECORD) return undefined;
    sum = Number.parseInt(line[1], 16);
    needed = end + 1 + length;
  }
  const json = head.subarray(end + 1, needed);
  if (crc32(json) !== sum) return undefined;
  // The checksum vouches for the shape: only `encodeRecord` writes these.
  const record = JSON.parse(json.toString()) as DiskRecord;
  if (record.key !== key || record.body.file !== undefined) return undefined;
  return { record, rest: head.subarray(needed), at: needed };
}

/** The body, whose last piece comes when its sum is known to be right. */
async function* checked(
  first: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
  length: number,
  crc: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let sum = 0;
  let held: Uint8Array | undefined = first;
  try {
    for (;;) {
      const piece: Uint8Array | undefined = held ?? (await nextOf(pieces));
      held = undefined;
      if (piece === undefined) break;
      at += piece.length;
      if (at > length) break;
      sum = crc32(piece, sum);
      if (at < length) yield piece;
      else {
        if (sum !== crc) break;
        yield piece;
        return;
      }
    }
    throw new Error('expected the bytes that were put, got others');
  } finally {
    await pieces.return?.();
  }
}

async function nextOf(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const { value, done } = await pieces.next();
  return done ? undefined : value;
}
