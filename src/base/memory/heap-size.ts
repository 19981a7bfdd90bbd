/**
 * Heap size: about how many bytes plain data takes in memory.
 *
 * What is kept by the bytes it takes has to say how many, and a number that was true of one
 * address is wrong by ten times for another: so the data itself is walked. The sizes of the parts
 * are those of V8 with pointers of 64 bits. Each object counts once in a walk, so that two who
 * hold the same one both count it: the sum is rather above than below what is held.
 *
 * Instances of classes other than errors count as an object alone, whatever they hang on; functions as nothing.
 * Pure.
 */

/** Bytes of an object beside its properties: its shape, properties and elements. */
const OBJECT = 24;
/** Of a place for a property or an element; values of small whole numbers stand in it. */
const PLACE = 8;
/** Of any other number. */
const NUMBER = 16;
/** Of a string beside its characters. */
const STRING = 16;
/** Of an array beside its elements: its object, and the head of the list behind it. */
const ARRAY = 48;
/** Of a view with a buffer of its own beside its bytes. */
const VIEW = 200;
/** Of an entry of a map or set, with its share of the places that are free. */
const ENTRY = 40;
/** Of what an error has seen of its stack. */
const STACK = 1500;

/** Of an entry of a bounded map beside key and value: its record, and its place in the order. */
const SLOT = 100;

/** Largest whole number that stands in its place. */
const SMALL = 2 ** 31;

const WIDE = /[\u0100-\uffff]/;

/** Bytes that a value takes, estimated: text, numbers, arrays, objects, maps, sets, bytes and errors. */
export function heapSize(value: unknown): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  let bytes = 0;
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one === 'string') bytes += stringSize(one);
    else if (typeof one === 'number') bytes += isSmall(one) ? 0 : NUMBER;
    else if (typeof one === 'object' && one !== null && !seen.has(one)) {
      seen.add(one);
      bytes += ownSize(one, waiting);
    }
  }
  return bytes;
}

/** Weighs entries of a `BoundedMap` in bytes: key, value and the entry itself. */
export function heapWeight(value: unknown, key: unknown): number {
  return SLOT + heapSize([key, value]) - ARRAY - 2 * PLACE;
}

/** Bytes of an object itself; what it holds is put on the list. */
function ownSize(one: object, waiting: unknown[]): number {
  if (Array.isArray(one)) {
    for (const element of one) waiting.push(element);
    return ARRAY + PLACE * one.length;
  }
  if (ArrayBuffer.isView(one)) return VIEW + one.byteLength;
  if (one instanceof ArrayBuffer) return VIEW + one.byteLength;
  if (one instanceof Map) {
    for (const entry of one) waiting.push(entry[0], entry[1]);
    return ARRAY + ENTRY * one.size;
  }
  if (one instanceof Set) {
    for (const element of one) waiting.push(element);
    return ARRAY + ENTRY * one.size;
  }
  let bytes = OBJECT;
  if (one instanceof Error) {
    waiting.push(one.message, one.cause);
    bytes += STACK;
  }
  for (const value of Object.values(isPlain(one) || one instanceof Error ? one : {})) {
    waiting.push(value);
    bytes += PLACE;
  }
  return bytes;
}

/** Whether an object is data: an instance of a class may hang on everything there is. */
function isPlain(one: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(one);
  return prototype === Object.prototype || prototype === null;
}

function stringSize(text: string): number {
  return STRING + (WIDE.test(text) ? 2 : 1) * text.length;
}

function isSmall(number: number): boolean {
  return Number.isInteger(number) && number >= -SMALL && number < SMALL;
}
