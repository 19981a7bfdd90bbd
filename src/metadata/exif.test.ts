import { describe, expect, test } from 'vitest';
import { concat, latin1Bytes } from '../containers/bytes.ts';
import { orientationExif, readExif } from './exif.ts';

const [ASCII, SHORT, LONG, RATIONAL, SIGNED, SIGNED_RATIONAL] = [2, 3, 4, 5, 9, 10] as const;
type Entry = readonly [tag: number, type: number, count: number, value: Uint8Array];

/** Whole numbers of `size` bytes in either byte order. */
function numbers(little: boolean, size: 2 | 4, ...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, i) => {
    if (size === 2) view.setUint16(2 * i, value, little);
    else view.setUint32(4 * i, value >>> 0, little);
  });
  return new Uint8Array(view.buffer);
}

/** A TIFF block with one directory at 8; what is longer than four bytes stands behind it. */
function block(little: boolean, entries: readonly Entry[]): Uint8Array {
  const far: Uint8Array[] = [];
  let free = 8 + 2 + 12 * entries.length + 4;
  const rows = entries.map(([tag, type, count, value]) => {
    const head = concat([numbers(little, 2, tag, type), numbers(little, 4, count)]);
    if (value.length <= 4) return concat([head, value, new Uint8Array(4 - value.length)]);
    const at = free;
    far.push(value);
    free += value.length;
    return concat([head, numbers(little, 4, at)]);
  });
  return concat([
    latin1Bytes(little ? 'II' : 'MM'),
    numbers(little, 2, 42),
    numbers(little, 4, 8),
    numbers(little, 2, entries.length),
    ...rows,
    new Uint8Array(4),
    ...far,
  ]);
}

const text = (words: string) => latin1Bytes(`${words}\0`);

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('readExif, %s', (_, little) => {
  const read = (...entries: Entry[]) => readExif(block(little, entries)).main;
  const n = (size: 2 | 4, ...values: number[]) => numbers(little, size, ...values);

  test.each([
    // a text, with its end, of so many bytes: up to four stand in the entry itself
    ['A', 2],
    ['An', 3],
    ['Ann', 4],
    ['Anna', 5],
    ['Anna Maria', 11],
  ])('the text %s takes %i bytes', (words, bytes) => {
    expect(text(words)).toHaveLength(bytes);
    expect(read([0x13b, ASCII, bytes, text(words)]).get(0x13b)).toBe(words);
  });

  test.each<[string, number, number, Uint8Array, number | number[]]>([
    ['a short', SHORT, 1, n(2, 6), 6],
    ['two shorts', SHORT, 2, n(2, 6, 7), [6, 7]],
    ['three shorts', SHORT, 3, n(2, 6, 7, 65_535), [6, 7, 65_535]],
    ['a long', LONG, 1, n(4, 4_000_000_000), 4_000_000_000],
    ['two longs', LONG, 2, n(4, 1, 70_000), [1, 70_000]],
    ['a ratio', RATIONAL, 1, n(4, 1, 125), 0.008],
    ['two ratios', RATIONAL, 2, n(4, 72, 1, 3, 2), [72, 1.5]],
    ['a signed long', SIGNED, 1, n(4, -3), -3],
    ['a signed ratio', SIGNED_RATIONAL, 1, n(4, -1, 3), -1 / 3],
  ])('%s', (_, type, count, value, expected) => {
    expect(read([0x9999, type, count, value]).get(0x9999)).toEqual(expected);
  });

  test('what follows an entry is read as well', () => {
    const main = read(
      [0x112, SHORT, 1, n(2, 8)],
      [0x13b, ASCII, 4, text('Ann')],
      [0x8298, ASCII, 13, text('2024 Ann Lee')],
    );
    expect(Object.fromEntries(main)).toEqual({ 274: 8, 315: 'Ann', 33432: '2024 Ann Lee' });
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i is written as it is read', (orientation) => {
  expect(Object.fromEntries(readExif(orientationExif(orientation)).main)).toEqual({
    274: orientation,
  });
});
