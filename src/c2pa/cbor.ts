/**
 * CBOR (RFC 8949), as far as C2PA uses it: numbers, bytes, text, lists, maps, tags.
 *
 * Reading is bounded in depth and by the bytes themselves; writing gives the shortest
 * heads and keeps the order of the names.
 *
 * Pure.
 */
import { bytes32, concat, uint16, uint32 } from '../containers/bytes.ts';

/** A tag and what it stands before. */
export interface Tagged {
  readonly tag: number;
  readonly value: CborValue;
}

/** What was read. Maps keep numbers and texts as names; other names are not used here. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<string | number, CborValue>
  | Tagged;

/** What can be written: whole numbers within 32 bits; an object is a map of texts, without what is undefined. */
export type CborSource =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborSource[]
  | ReadonlyMap<number, CborSource>
  | { readonly [name: string]: CborSource | undefined };

/** Values within values. */
const DEEPEST = 32;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are not CBOR, or more deeply nested than anything that is meant. */
export class CborError extends Error {}

/** The one value that the bytes are. @throws CborError */
export function readCbor(bytes: Uint8Array): CborValue {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new CborError('expected one value, got more bytes');
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(depth: number): CborValue {
    if (depth > DEEPEST) throw new CborError(`expected at most ${DEEPEST} levels`);
    const first = this.#take(1)[0]!;
    const [major, info] = [first >> 5, first & 31];
    if (major === 7) return this.#simple(info);
    const open = info === 31;
    if (open && (major < 2 || major > 5)) throw new CborError('expected a length');
    const count = open ? undefined : this.#argument(info);
    switch (major) {
      case 0:
        return count!;
      case 1:
        return typeof count === 'bigint' ? -1n - count : -1 - count!;
      case 2:
        return this.#string(count, 2);
      case 3:
        return text(this.#string(count, 3));
      case 4:
        return this.#list(count, depth);
      case 5:
        return this.#map(count, depth);
      default:
        return { tag: Number(count), value: this.value(depth + 1) };
    }
  }

  #list(count: number | bigint | undefined, depth: number): CborValue[] {
    const out: CborValue[] = [];
    while (this.#goesOn(count, out.length)) out.push(this.value(depth + 1));
    return out;
  }

  #map(count: number | bigint | undefined, depth: number): Map<string | number, CborValue> {
    const out = new Map<string | number, CborValue>();
    for (let i = 0; this.#goesOn(count, i); i++) {
      const name = this.value(depth + 1);
      const value = this.value(depth + 1);
      if (typeof name === 'string' || typeof name === 'number') out.set(name, value);
    }
    return out;
  }

  /** Bytes of a string; of one in parts, those of its parts. */
  #string(count: number | bigint | undefined, major: number): Uint8Array {
    if (count !== undefined) return this.#take(count);
    const parts: Uint8Array[] = [];
    while (!this.#ends()) {
      const first = this.#take(1)[0]!;
      if (first >> 5 !== major || (first & 31) === 31) throw new CborError('expected a part');
      parts.push(this.#take(this.#argument(first & 31)));
    }
    return concat(parts);
  }

  /** Whether a list or map has another item; one without a length takes its end mark. */
  #goesOn(count: number | bigint | undefined, done: number): boolean {
    return count === undefined ? !this.#ends() : done < count;
  }

  #ends(): boolean {
    if (this.#bytes[this.at] !== 0xff) return false;
    this.at++;
    return true;
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info;
    if (info > 27) throw new CborError('expected a number');
    const bytes = this.#take(1 << (info - 24));
    if (info === 24) return bytes[0]!;
    if (info === 25) return uint16(bytes, 0)!;
    if (info === 26) return uint32(bytes, 0)!;
    const whole = (BigInt(uint32(bytes, 0)!) << 32n) | BigInt(uint32(bytes, 4)!);
    return whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : whole;
  }

  #simple(info: number): CborValue {
    if (info === 20) return false;
    if (info === 21) return true;
    if (info === 22) return null;
    if (info === 25) return half(uint16(this.#take(2), 0)!);
    if (info === 26 || info === 27) {
      const bytes = this.#take(info === 26 ? 4 : 8);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return info === 26 ? view.getFloat32(0) : view.getFloat64(0);
    }
    if (info === 31) throw new CborError('expected a value, got the end of a list');
    if (info === 24) this.#take(1);
    return undefined;
  }

  #take(count: number | bigint): Uint8Array {
    const end = this.at + Number(count);
    if (end > this.#bytes.length) throw new CborError('expected more bytes');
    const part = this.#bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}

function text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new CborError('expected UTF-8');
  }
}

/** The value of a number of 16 bits (RFC 8949, appendix D). */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const TEXT = new TextEncoder();

/** A value as bytes. @throws RangeError for numbers that are not whole or wider than 32 bits */
export function writeCbor(value: CborSource): Uint8Array {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    const bytes = TEXT.encode(value);
    return concat([head(3, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return concat([head(2, value.length), value]);
  if (isList(value)) return concat([head(4, value.length), ...value.map(writeCbor)]);
  const entries: [number | string, CborSource][] =
    value instanceof Map
      ? [...value]
      : Object.entries(value).filter((e): e is [string, CborSource] => e[1] !== undefined);
  return concat([
    head(5, entries.length),
    ...entries.flatMap(([name, field]) => [writeCbor(name), writeCbor(field)]),
  ]);
}

/** A value behind its tag. @param tag 0..65535 */
export function writeTagged(tag: number, value: CborSource): Uint8Array {
  return concat([head(6, tag), writeCbor(value)]);
}

function isList(value: CborSource): value is readonly CborSource[] {
  return Array.isArray(value);
}

function head(major: number, count: number): Uint8Array {
  const first = major << 5;
  if (!Number.isInteger(count) || count < 0 || count > 0xffffffff) {
    throw new RangeError(`expected a whole number of 32 bits, got ${count}`);
  }
  if (count < 24) return Uint8Array.of(first | count);
  if (count < 0x100) return Uint8Array.of(first | 24, count);
  if (count < 0x10000) return Uint8Array.of(first | 25, count >> 8, count & 255);
  return concat([Uint8Array.of(first | 26), bytes32(count)]);
}
