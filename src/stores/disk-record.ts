/**
 * Disk record: the small file that makes a body an entry.
 *
 * One line that says what follows and its checksum, then JSON. A record that
 * is short, long, altered, of another version or under another key's name is
 * read as none.
 *
 *     fovea-entry 1 9f3c02aa 214
 *     {"key":"…","body":{"file":"…","length":35100,"crc":2309737967},"meta":{…}}
 */
import { crc32 } from 'node:zlib';
import type { Meta, StoreKey } from './store.ts';

export interface DiskRecord {
  readonly key: StoreKey;
  readonly body: {
    /** Name beside the record; every body ever written has a name of its own. */
    readonly file: string;
    readonly length: number;
    readonly crc: number;
  };
  readonly meta: Meta;
}

const MAGIC = 'fovea-entry 1';

export function encodeRecord(record: DiskRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  const sum = crc32(json).toString(16).padStart(8, '0');
  return Buffer.concat([Buffer.from(`${MAGIC} ${sum} ${json.length}\n`), json]);
}

/** The record for `key`, or undefined for bytes that are not exactly one. */
export function decodeRecord(bytes: Buffer, key: StoreKey): DiskRecord | undefined {
  const end = bytes.indexOf(10);
  if (end < 0 || end > 64) return undefined;
  const head = /^(.+) ([0-9a-f]{8}) (\d+)$/.exec(bytes.toString('latin1', 0, end));
  const json = bytes.subarray(end + 1);
  if (head?.[1] !== MAGIC || Number(head[3]) !== json.length) return undefined;
  if (crc32(json) !== Number.parseInt(head[2] ?? '', 16)) return undefined;
  // The checksum vouches for the shape: only `encodeRecord` writes these.
  const record = JSON.parse(json.toString()) as DiskRecord;
  return record.key === key ? record : undefined;
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
