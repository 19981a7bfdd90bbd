/**
 * Code lengths: the Huffman codes of a deflate block (RFC 1951, 3.2.2 and 3.2.7). Pure.
 */

/** Longest code of a literal, length or distance; that of a length of codes. */
export const LONGEST_CODE = 15;
const LONGEST_OF_LENGTHS = 7;

/** The order in which lengths of codes for lengths of codes are sent (RFC 1951, 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/**
 * The lengths of codes with the fewest bits for symbols that come so often, none above `longest`
 * (package-merge: Larmore and Hirschberg, 1990). A symbol that never comes has length 0.
 */
export function codeLengths(counts: ArrayLike<number>, longest: number): Uint8Array {
  const lengths = new Uint8Array(counts.length);
  const leaves = Array.from({ length: counts.length }, (_, symbol) => symbol)
    .filter((symbol) => counts[symbol]! > 0)
    .map((symbol): Package => ({ weight: counts[symbol]!, symbols: [symbol] }))
    .sort((a, b) => a.weight - b.weight);
  if (leaves.length < 2) {
    for (const { symbols } of leaves) lengths[symbols[0]!] = 1;
    return lengths;
  }
  let packages: Package[] = [];
  for (let level = 0; level < longest; level++) {
    const pairs: Package[] = [];
    for (let i = 0; i + 1 < packages.length; i += 2) {
      const [a, b] = [packages[i]!, packages[i + 1]!];
      pairs.push({ weight: a.weight + b.weight, symbols: [...a.symbols, ...b.symbols] });
    }
    packages = [...leaves, ...pairs].sort((a, b) => a.weight - b.weight);
  }
  for (const { symbols } of packages.slice(0, 2 * leaves.length - 2)) {
    for (const symbol of symbols) lengths[symbol]!++;
  }
  return lengths;
}

interface Package {
  readonly weight: number;
  readonly symbols: readonly number[];
}

/** The codes of these lengths, each as it is sent: its first bit lowest (RFC 1951, 3.2.2). */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const next = new Uint16Array(LONGEST_CODE + 2);
  for (const length of lengths) if (length > 0) next[length + 1]!++;
  for (let bits = 2; bits <= LONGEST_CODE + 1; bits++) {
    next[bits] = (next[bits]! + next[bits - 1]!) << 1;
  }
  // `next[n]` counted the codes of n - 1 bits; now it is the first code of n bits.
  return Uint16Array.from(lengths, (length) => {
    if (length === 0) return 0;
    const code = next[length]!++;
    let sent = 0;
    for (let bit = 0; bit < length; bit++) sent |= ((code >> bit) & 1) << (length - 1 - bit);
    return sent;
  });
}

/** A number and the bits that it is sent in. */
export type Bits = readonly [value: number, bits: number];

/** The head of a block with codes of its own, in the form with the fewest bits. */
export function headOf(literals: Uint8Array, distances: Uint8Array): Bits[] {
  const last = (lengths: Uint8Array, least: number) =>
    Math.max(least, lengths.findLastIndex((length) => length > 0) + 1);
  const [most, far] = [last(literals, 257), last(distances, 1)];
  const all = [...literals.subarray(0, most), ...distances.subarray(0, far)];
  const heads = waysOf(all).map((ways): Bits[] => [
    ...([
      [most - 257, 5],
      [far - 1, 5],
    ] as const),
    ...inRuns(all, ways),
  ]);
  const bits = (head: readonly Bits[]) => head.reduce((sum, [, count]) => sum + count, 0);
  return heads.reduce((a, b) => (bits(b) < bits(a) ? b : a));
}

/** Which ways there are to send lengths of codes: those that differ only in runs that these do not have are one. */
function waysOf(lengths: readonly number[]): number[] {
  let used = 0;
  for (let i = 0, run = 1; i < lengths.length; i++, run++) {
    if (lengths[i] !== lengths[i - 1]) run = 1;
    if (lengths[i] !== 0) used |= run >= 4 ? 1 : 0;
    else used |= (run >= 3 ? 2 : 0) | (run >= 11 ? 4 : 0);
  }
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((ways) => (ways & ~used) === 0);
}

/** Lengths of codes with their runs. @param ways bits: whether runs of 16, 17 and 18 are used */
function inRuns(lengths: readonly number[], ways: number): Bits[] {
  const symbols: { symbol: number; extra: Bits }[] = [];
  const put = (symbol: number, value = 0, bits = 0) =>
    symbols.push({ symbol, extra: [value, bits] });
  for (let i = 0; i < lengths.length; ) {
    const length = lengths[i]!;
    let run = 1;
    while (i + run < lengths.length && lengths[i + run] === length) run++;
    let left = run;
    if (length === 0) {
      while (ways & 4 && left >= 11) {
        const taken = Math.min(left, 138);
        put(18, taken - 11, 7);
        left -= taken;
      }
      while (ways & 2 && left >= 3) {
        const taken = Math.min(left, 10);
        put(17, taken - 3, 3);
        left -= taken;
      }
    } else if (ways & 1 && left >= 4) {
      put(length);
      left--;
      while (left >= 3) {
        const taken = left > 6 && left < 9 ? left - 3 : Math.min(left, 6);
        put(16, taken - 3, 2);
        left -= taken;
      }
    }
    for (; left > 0; left--) put(length);
    i += run;
  }
  const counts = new Uint32Array(19);
  for (const { symbol } of symbols) counts[symbol]!++;
  const own = codeLengths(counts, LONGEST_OF_LENGTHS);
  const codes = codesOf(own);
  const sent = Math.max(4, ORDER.findLastIndex((symbol) => own[symbol]! > 0) + 1);
  return [
    [sent - 4, 4],
    ...ORDER.slice(0, sent).map((symbol): Bits => [own[symbol]!, 3]),
    ...symbols.flatMap(({ symbol, extra }): Bits[] => [[codes[symbol]!, own[symbol]!], extra]),
  ];
}
