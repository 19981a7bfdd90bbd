/**
 * EBML: the elements that Matroska and WebM are made of (RFC 8794).
 *
 * An element is a number that names it, a length, and its bytes. Lengths are
 * written with eight bytes, so that what is written is as long whatever it says.
 * Reading is bounded by the bytes: an element that states more than there is
 * ends the list.
 *
 * Pure.
 */
import { concat, latin1Bytes } from '../bytes.ts';

/** A part of a file: its number in the registry, with its marker bits, and its bytes. */
export interface Element {
  readonly id: number;
  readonly data: Uint8Array;
}

/** The length of an element that goes on to the end of the file. */
const UNKNOWN_LENGTH = Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** An element of bytes or of other elements. */
export function element(id: number, ...content: readonly Uint8Array[]): Uint8Array {
  return concat([
    ...elementHead(
      id,
      content.reduce((sum, { length }) => sum + length, 0),
    ),
    ...content,
  ]);
}

/** The number and length before the bytes of an element; without a length it has no end. */
export function elementHead(id: number, length?: number): readonly Uint8Array[] {
  return [idBytes(id), length === undefined ? UNKNOWN_LENGTH : lengthBytes(length)];
}

/** A whole number from 0 to 2^53 - 1, in as few bytes as hold it. */
export function unsigned(id: number, value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  return element(id, Uint8Array.from(bytes));
}

/** A number with eight bytes. */
export function float(id: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return element(id, bytes);
}

/** Characters 0..255. */
export function text(id: number, value: string): Uint8Array {
  return element(id, latin1Bytes(value));
}

/**
 * The elements that stand one after another in some bytes; what does not end
 * within them is left out, but for `open` ones, which end with them.
 *
 * @param open numbers of elements that may state no length
 */
export function* elementsOf(bytes: Uint8Array, open: ReadonlySet<number>): Generator<Element> {
  for (let at = 0; at < bytes.length; ) {
    const name = variable(bytes, at, 4);
    const size = name && variable(bytes, name.end, 8);
    if (name === undefined || size === undefined) return;
    const endless = size.ones && open.has(name.raw);
    const end = endless ? bytes.length : size.end + size.value;
    if (end > bytes.length) return;
    yield { id: name.raw, data: bytes.subarray(size.end, end) };
    at = end;
  }
}

/** The bytes of an element as a whole number; 0 where there are none, undefined above 2^53 - 1. */
export function asUnsigned({ data }: Element): number | undefined {
  let value = 0;
  for (const byte of data) value = value * 256 + byte;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A number of variable length, as it stands (`raw`) and without its marker (`value`). */
export interface Variable {
  readonly raw: number;
  readonly value: number;
  /** All bits of the value are set. */
  readonly ones: boolean;
  /** Where it ends. */
  readonly end: number;
}

/** Reads a number of variable length; undefined where there is none of at most `longest` bytes. */
export function variable(bytes: Uint8Array, at: number, longest: number): Variable | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > longest || at + length > bytes.length) return undefined;
  let raw = first;
  let value = first & (0xff >> length);
  let ones = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    raw = raw * 256 + byte;
    value = value * 256 + byte;
    ones &&= byte === 0xff;
  }
  return ones || Number.isSafeInteger(value) ? { raw, value, ones, end: at + length } : undefined;
}

function idBytes(id: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

function lengthBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x01000000 + Math.floor(length / 2 ** 32));
  view.setUint32(4, length % 2 ** 32);
  return bytes;
}
