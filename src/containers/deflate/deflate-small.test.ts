import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeLengths, headOf } from './code-lengths.ts';
import { deflateSmall } from './deflate-small.ts';

/** Rows of modules by lot, each row four times: as a QR code has them. */
const modules = (rows: number, width: number) =>
  Uint8Array.from({ length: 4 * rows * width }, (_, i) => {
    const [row, x] = [Math.floor(i / width) >> 2, i % width];
    const two = (Math.imul(row * 131 + x * 57 + 7, 2654435761) >>> 16) & 3;
    return x === 0 ? 0 : [0, 15, 240, 255][two]!;
  });

describe('deflateSmall', () => {
  test('is read back as what went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600, max: 7 }), (bytes) => {
        expect(new Uint8Array(inflateSync(deflateSmall(bytes)))).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['one byte', Uint8Array.of(7)],
    ['bytes all alike', new Uint8Array(5000).fill(3)],
    ['all bytes there are', Uint8Array.from({ length: 512 }, (_, i) => (i * 167) & 255)],
    ['bytes by lot', Uint8Array.from({ length: 8192 }, (_, i) => Math.imul(i, 2654435761) >>> 24)],
  ])('is read back: %s', (_, bytes) => {
    expect(new Uint8Array(inflateSync(deflateSmall(bytes)))).toEqual(bytes);
  });

  test.each([
    [21, 14],
    [25, 17],
    [33, 21],
  ])('takes less than zlib for %i rows of modules', (rows, width) => {
    const bytes = modules(rows, width);
    const zlib = deflateSync(bytes, { level: 9, memLevel: 9 }).length;
    expect(deflateSmall(bytes).length).toBeLessThan(zlib);
  });

  test.each<[string, Uint8Array, number]>([
    // What it is, its bytes, and the kind of its block (RFC 1951, 3.2.3)
    ['few bytes', Uint8Array.from({ length: 40 }, (_, i) => (i * 37) % 61), 1],
    ['a short repetition', Uint8Array.from({ length: 30 }, (_, i) => i % 3), 1],
    ['bytes of two kinds by lot', modules(33, 21), 2],
  ])('has codes without a table where that takes less: %s', (_, bytes, kind) => {
    const packed = deflateSmall(bytes);
    expect((packed[2]! >> 1) & 3).toBe(kind);
    expect(packed.length).toBeLessThanOrEqual(deflateSync(bytes, { level: 9 }).length);
    expect(new Uint8Array(inflateSync(packed))).toEqual(bytes);
  });
});

describe('headOf', () => {
  /** The bits of a head that names each run of lengths, or none. */
  const bits = (head: readonly (readonly [number, number])[]) =>
    head.reduce((sum, [, count]) => sum + count, 0);
  const lengths = (write: (i: number) => number) =>
    Uint8Array.from({ length: 286 }, (_, i) => write(i));

  test.each([
    ['a run of 138 noughts', (i: number) => (i < 100 || i >= 238 ? 8 : 0)],
    ['runs of ten noughts', (i: number) => (i % 16 < 6 ? 8 : 0)],
    ['runs of one length', (i: number) => 7 + ((i >> 5) & 1)],
  ])('sends %s in fewer bits than one by one', (_, write) => {
    // 5 bits for each of two counts, 4 for a third, and at least one for each length.
    const all = headOf(lengths(write), Uint8Array.of(1));
    expect(bits(all)).toBeLessThan(14 + 286);
  });
});

describe('codeLengths', () => {
  test('are no longer than they may be, and leave no code unused', () => {
    const counts = Array.from({ length: 30 }, (_, i) => 2 ** i);
    const lengths = codeLengths(counts, 7);
    expect(Math.max(...lengths)).toBe(7);
    expect([...lengths].reduce((sum, length) => sum + 2 ** -length, 0)).toBeLessThanOrEqual(1);
    expect([...codeLengths([1, 1, 2, 4, 8], 15)]).toEqual([4, 4, 3, 2, 1]);
  });
});
