import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { huffmanCodes, huffmanTable, optimalHuffman } from './huffman-table.ts';

/** Shares of a whole that the codes take: 1 for a complete code. */
const kraft = (counts: Uint8Array) => counts.reduce((sum, n, length) => sum + n / 2 ** length, 0);

const sparse = fc
  .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 1e6 })), { minLength: 1, maxLength: 256 })
  .map((pairs) => {
    const frequencies = new Uint32Array(256);
    for (const [symbol, count] of pairs) frequencies[symbol] = count;
    return frequencies;
  });

describe('a Huffman table made for frequencies', () => {
  test('has a code for each symbol, the shorter the more frequent, and none of ones alone', () => {
    fc.assert(
      fc.property(sparse, (frequencies) => {
        const spec = optimalHuffman(frequencies);
        const { codes, lengths } = huffmanCodes(spec);
        const used = [...frequencies.keys()].filter((symbol) => frequencies[symbol]! > 0);
        expect([...spec.symbols].sort((a, b) => a - b)).toEqual(used);
        expect(huffmanTable(spec)).toBeDefined();
        expect(kraft(spec.counts)).toBeLessThan(1);
        for (const symbol of used) {
          expect(lengths[symbol]).toBeGreaterThan(0);
          expect(lengths[symbol]).toBeLessThanOrEqual(16);
          expect(codes[symbol]).not.toBe((1 << lengths[symbol]!) - 1);
          for (const other of used) {
            if (frequencies[symbol]! > frequencies[other]!) {
              expect(lengths[symbol]).toBeLessThanOrEqual(lengths[other]!);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('comes within a bit of the entropy', () => {
    fc.assert(
      fc.property(sparse, (frequencies) => {
        const { lengths } = huffmanCodes(optimalHuffman(frequencies));
        const total = frequencies.reduce((a, b) => a + b, 0);
        let [bits, entropy] = [0, 0];
        frequencies.forEach((count, symbol) => {
          if (count === 0) return;
          bits += count * lengths[symbol]!;
          entropy -= count * Math.log2(count / total);
        });
        expect(bits).toBeLessThanOrEqual(entropy + total * 1.001 + 32);
      }),
    );
  });

  test('keeps to 16 bits for frequencies that ask for more', () => {
    const frequencies = new Float64Array(256);
    let [a, b] = [1, 1];
    for (let i = 0; i < 40; i++) {
      frequencies[i] = a;
      [a, b] = [b, a + b];
    }
    const { counts, symbols } = optimalHuffman(frequencies);
    expect(counts[16]).toBeGreaterThan(0);
    expect(symbols).toHaveLength(40);
    expect(kraft(counts)).toBeLessThan(1);
  });

  test('holds a symbol that is alone, and all of them', () => {
    const alone = new Uint32Array(256);
    alone[77] = 1000;
    expect(optimalHuffman(alone).symbols).toEqual(Uint8Array.of(77));
    expect(optimalHuffman(new Uint32Array(256).fill(1)).symbols).toHaveLength(256);
  });
});

test('lengths that are those of no code give no table', () => {
  const counts = (...lengths: number[]) =>
    Uint8Array.from({ length: 17 }, (_, i) => lengths[i] ?? 0);
  const symbols = new Uint8Array(256);
  expect(huffmanTable({ counts: counts(0, 2), symbols })).toBeDefined();
  expect(huffmanTable({ counts: counts(0, 3), symbols })).toBeUndefined();
  expect(huffmanTable({ counts: counts(0, 2, 1), symbols })).toBeUndefined();
});
