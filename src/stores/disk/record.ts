/**
 * Disk record: the file that makes an entry.
 *
 * One line that says what follows and its checksum, then JSON, then the body
 * where it is small. A large body stands in a file of its own, which the record
 * names. A record that is short, long, altered, of another version or under
 * another key's name is read as none; so is one whose small body is altered.
 *
 *     fovea-entry 2 9f3c02aa 214
 *     {"key":"…","body":{"file":"…","length":351000,"crc":2309737967},"meta":{…}}
 */
import { crc32 } from 'node:zlib';
import type { Meta, StoreKey } from '../store.ts';

export interface DiskRecord {
  readonly key: StoreKey;
  readonly body: {
    /** Name beside the record, used once; absent where the body follows the record. */
    readonly file?: string;
    readonly length: number;
    readonly crc: number;
  };
  readonly meta: Meta;
}

/** A record as it was read, with its body where that follows it. */
export interface ReadRecord extends DiskRecord {
  readonly inline?: Uint8Array;
}

const MAGIC = 'fovea-entry 2';

/** Fewer bytes than any record has. */
export const SHORTEST_RECORD = MAGIC.length + 60;

/** @param inline the body, where it is to follow the record */
export function encodeRecord(record: DiskRecord, inline?: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  const sum = crc32(json).toString(16).padStart(8, '0');
  const head = Buffer.from(`${MAGIC} ${sum} ${json.length}\n`);
  return Buffer.concat(inline === undefined ? [head, json] : [head, json, inline]);
}

/** The record for `key`, or undefined for bytes that are not exactly one. */
export function decodeRecord(bytes: Buffer, key: StoreKey): ReadRecord | undefined {
  const end = bytes.indexOf(10);
  if (end < 0 || end > 64) return undefined;
  const head = /^(.+) ([0-9a-f]{8}) (\d+)$/.exec(bytes.toString('latin1', 0, end));
  if (head?.[1] !== MAGIC) return undefined;
  const json = bytes.subarray(end + 1, end + 1 + Number(head[3]));
  const inline = bytes.subarray(end + 1 + Number(head[3]));
  if (json.length !== Number(head[3])) return undefined;
  if (crc32(json) !== Number.parseInt(head[2] ?? '', 16)) return undefined;
  // The checksum vouches for the shape: only `encodeRecord` writes these.
  const { key: itsKey, body, meta } = JSON.parse(json.toString()) as DiskRecord;
  if (itsKey !== key) return undefined;
  if (body.file !== undefined) return inline.length === 0 ? { key, body, meta } : undefined;
  const whole = inline.length === body.length && crc32(inline) === body.crc;
  return whole ? { key, body, meta, inline } : undefined;
}

/** Names in a shard: `<key>.entry`, and `<key>.<bytes in base 36>.<run>-<n>.body`. */
export function recordName(key: StoreKey): string {
  return `${key}.entry`;
}

export function bodyName(key: StoreKey, length: number, run: string, serial: number): string {
  return `${key}.${length.toString(36)}.${run}-${serial.toString(36)}.body`;
}

export type DiskName =
  | { readonly kind: 'record'; readonly key: StoreKey }
  | {
      readonly kind: 'body';
      readonly key: StoreKey;
      readonly length: number;
      readonly run: string;
    };

export function readName(name: string): DiskName | undefined {
  const record = /^([0-9a-f]{8,128})\.entry$/.exec(name);
  if (record?.[1]) return { kind: 'record', key: record[1] };
  const body = /^([0-9a-f]{8,128})\.([0-9a-z]+)\.([0-9a-z]+)-[0-9a-z]+\.body$/.exec(name);
  if (!body?.[1] || !body[2] || !body[3]) return undefined;
  return { kind: 'body', key: body[1], length: Number.parseInt(body[2], 36), run: body[3] };
}
