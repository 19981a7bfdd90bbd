/**
 * Huffman tables: as files hold them, as they are read with, and as they are
 * made to fit what is written (ITU-T T.81 specification, annexes C, F and K).
 */

/** Codes up to this many bits are found with one look. */
export const LOOK_BITS = 9;

/** A table as DHT holds it. */
export interface HuffmanSpec {
  /** Codes of each length, index 1..16; index 0 is 0. */
  readonly counts: Uint8Array;
  /** By rising length of their codes, at most 256. */
  readonly symbols: Uint8Array;
}

/** A table to read with. */
export interface HuffmanTable {
  /** By the next nine bits: length of the code times 256 plus its symbol; 0 for longer codes. */
  readonly look: Uint16Array;
  /** By length: the largest code; -1 where there is none. */
  readonly last: Int32Array;
  /** By length: what a code takes to become the index of its symbol. */
  readonly shift: Int32Array;
  readonly symbols: Uint8Array;
}

/** A table to write with, by symbol. */
export interface HuffmanCodes {
  readonly codes: Uint16Array;
  /** In bits; 0 for symbols without a code. */
  readonly lengths: Uint8Array;
}

/** The table to read with; undefined where the lengths are those of no code. */
export function huffmanTable({ counts, symbols }: HuffmanSpec): HuffmanTable | undefined {
  const look = new Uint16Array(1 << LOOK_BITS);
  const last = new Int32Array(17).fill(-1);
  const shift = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length]!;
    if (code + count > 1 << length) return undefined;
    shift[length] = index - code;
    if (length <= LOOK_BITS) {
      const spread = LOOK_BITS - length;
      for (let i = 0; i < count; i++) {
        const from = (code + i) << spread;
        look.fill((length << 8) | symbols[index + i]!, from, from + (1 << spread));
      }
    }
    code += count;
    index += count;
    if (count > 0) last[length] = code - 1;
    code <<= 1;
  }
  return { look, last, shift, symbols };
}

/** The table to write with (ITU-T T.81 specification, annex C). */
export function huffmanCodes({ counts, symbols }: HuffmanSpec): HuffmanCodes {
  const codes = new Uint16Array(256);
  const lengths = new Uint8Array(256);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    for (let i = 0; i < counts[length]!; i++) {
      const symbol = symbols[index++]!;
      codes[symbol] = code++;
      lengths[symbol] = length;
    }
    code <<= 1;
  }
  return { codes, lengths };
}

/** Longest code before it is cut to 16 bits: that of 257 symbols with Fibonacci's frequencies. */
const LONGEST = 257;

/**
 * The shortest code for symbols of these frequencies (256 of them), none longer
 * than 16 bits and none of ones alone (ITU-T T.81 specification, K.2).
 */
export function optimalHuffman(frequencies: ArrayLike<number>): HuffmanSpec {
  const lengths = codeLengths(frequencies);
  const counts = new Uint32Array(LONGEST + 1);
  for (const length of lengths) if (length > 0) counts[length]!++;
  limitTo16(counts);
  // The place that was kept for the code of ones alone is the last of the longest length.
  let longest = 16;
  while (counts[longest] === 0) longest--;
  counts[longest]!--;
  const symbols = Array.from({ length: 256 }, (_, symbol) => symbol)
    .filter((symbol) => lengths[symbol]! > 0)
    .sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return { counts: Uint8Array.from(counts.subarray(0, 17)), symbols: Uint8Array.from(symbols) };
}

/** Length of the code of each symbol (figure K.1); the 257th keeps the place of the code of ones. */
function codeLengths(frequencies: ArrayLike<number>): Uint16Array {
  const sums = Float64Array.from({ length: 257 }, (_, i) => (i === 256 ? 1 : frequencies[i]!));
  const lengths = new Uint16Array(257);
  const next = new Int16Array(257).fill(-1);
  const rarest = (but: number) => {
    let found = -1;
    for (let i = 0; i < 257; i++) {
      const lower = found < 0 || sums[i]! <= sums[found]!;
      if (sums[i]! > 0 && i !== but && lower) found = i;
    }
    return found;
  };
  for (;;) {
    const first = rarest(-1);
    const second = rarest(first);
    if (second < 0) break;
    sums[first]! += sums[second]!;
    sums[second] = 0;
    let tail = first;
    for (;;) {
      lengths[tail]!++;
      if (next[tail]! < 0) break;
      tail = next[tail]!;
    }
    next[tail] = second;
    for (let i = second; i >= 0; i = next[i]!) lengths[i]!++;
  }
  // A symbol alone: two codes of one bit, of which one is kept free.
  return lengths;
}

/** Moves pairs of too long codes up (figure K.3). */
function limitTo16(counts: Uint32Array): void {
  for (let length = LONGEST; length > 16; length--) {
    while (counts[length]! > 0) {
      let shorter = length - 2;
      while (counts[shorter] === 0) shorter--;
      counts[length]! -= 2;
      counts[length - 1]!++;
      counts[shorter + 1]! += 2;
      counts[shorter]!--;
    }
  }
}
