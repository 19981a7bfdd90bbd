/**
 * Deflate, for few bytes: a zlib stream that is nearly as short as one can be (RFC 1950, RFC 1951).
 *
 * A file of a few hundred bytes is mostly choices: which of many matches, and which codes they leave
 * short. Each pass finds the tokens that are cheapest in the codes of the pass before, and counts them
 * for the next (iterated shortest paths: Alakuijala and Vandevenne, "Data compression using Zopfli",
 * 2013). One block; 1 to 6 % less than zlib at its best.
 *
 * Pure. Time grows with bytes, matches and passes: for up to `MOST_BYTES`.
 */
import { type Bits, codeLengths, codesOf, headOf, LONGEST_CODE } from './code-lengths.ts';

/** Most bytes that are packed. */
export const MOST_BYTES = 8192;

/** Most passes, and how many in a row may bring nothing. */
const PASSES = { most: 12, idle: 3 } as const;

const LEAST_MATCH = 3;
const LONGEST_MATCH = 258;

/** Earlier places of three bytes that are looked at. */
const PLACES = 256;

const END = 256;

/** Most bits of a block with codes of its own beside which one without their table is tried. */
const FIXED_UP_TO = 4096;

/** The lengths of fixed codes (RFC 1951, 3.2.6). */
const FIXED = {
  literals: Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
  distances: new Uint8Array(32).fill(5),
} as const;

/** Bases of lengths and distances by their codes (RFC 1951, 3.2.5). */
const LENGTHS = [
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115],
  ...[131, 163, 195, 227, 258],
];
const DISTANCES = [
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537],
  ...[2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577],
];
const extraOfLength = (code: number) => (code < 8 || code === 28 ? 0 : (code >> 2) - 1);
const extraOfDistance = (code: number) => (code < 4 ? 0 : (code >> 1) - 1);

const CODE_OF_LENGTH = Uint8Array.from({ length: LONGEST_MATCH + 1 }, (_, length) =>
  Math.max(
    0,
    LENGTHS.findLastIndex((base) => base <= length),
  ),
);
const CODE_OF_DISTANCE = Uint8Array.from({ length: MOST_BYTES + 1 }, (_, distance) =>
  Math.max(
    0,
    DISTANCES.findLastIndex((base) => base <= distance),
  ),
);

/** The bytes as a zlib stream. @param bytes at most `MOST_BYTES` */
export function deflateSmall(bytes: Uint8Array): Uint8Array {
  const matches = matchesOf(bytes);
  let costs = firstCosts();
  let best: Block | undefined;
  let before: Counts | undefined;
  for (let pass = 0, idle = 0; pass < PASSES.most && idle < PASSES.idle; pass++, idle++) {
    const tokens = cheapest(bytes, matches, costs);
    const counts = countsOf(bytes, tokens);
    // The same counts make the same costs, and those the same tokens again.
    if (before !== undefined && areEqual(before, counts)) break;
    before = counts;
    const block = blockOf(tokens, counts);
    if (best === undefined || block.bits < best.bits) [best, idle] = [block, 0];
    costs = costsOf(counts);
  }
  if (best === undefined) return asZlib(bytes, [], 0);
  const fixed = best.bits <= FIXED_UP_TO ? inFixedCodes(bytes, matches) : best;
  const block = fixed.bits < best.bits ? fixed : best;
  return asZlib(bytes, sentOf(bytes, block), block.bits);
}

/** The block of fewest bits in the codes that need no table (RFC 1951, 3.2.6). */
function inFixedCodes(bytes: Uint8Array, matches: Matches): Block {
  const { literals, distances } = FIXED;
  const costs = {
    literals: Float64Array.from(literals.subarray(0, 286)),
    distances: Float64Array.from(distances.subarray(0, 30)),
  };
  const tokens = cheapest(bytes, matches, costs);
  const counts = countsOf(bytes, tokens);
  const head: Bits[] = [
    [1, 1],
    [1, 2],
  ];
  return { tokens, literals, distances, head, bits: 3 + bitsOf(counts, literals, distances) };
}

/**
 * Of each place the nearest distance for each length from 3 on, as steps: from the length after that of
 * the step before up to its own, its distance.
 */
interface Matches {
  /** The first step of each place, and the end of those of the last. */
  readonly starts: Uint32Array;
  readonly lengths: Uint16Array;
  readonly distances: Uint16Array;
}

function matchesOf(bytes: Uint8Array): Matches {
  const heads = new Map<number, number>();
  const chain = new Int32Array(bytes.length).fill(-1);
  const starts = new Uint32Array(bytes.length + 1);
  const lengths: number[] = [];
  const distances: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    starts[at] = lengths.length;
    const most = Math.min(LONGEST_MATCH, bytes.length - at);
    if (most < LEAST_MATCH) continue;
    const key = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const nearest = heads.get(key) ?? -1;
    let longest = LEAST_MATCH - 1;
    let from = nearest;
    for (let tries = 0; from >= 0 && tries < PLACES && longest < most; tries++) {
      // One that differs here is no longer than what is known.
      if (bytes[from + longest] === bytes[at + longest]) {
        let length = LEAST_MATCH;
        while (length < most && bytes[from + length] === bytes[at + length]) length++;
        if (length > longest) {
          longest = length;
          lengths.push(length);
          distances.push(at - from);
        }
      }
      from = chain[from]!;
    }
    chain[at] = nearest;
    heads.set(key, at);
  }
  starts[bytes.length] = lengths.length;
  return { starts, lengths: Uint16Array.from(lengths), distances: Uint16Array.from(distances) };
}

/** Bits by symbol. */
interface Costs {
  readonly literals: Float64Array;
  readonly distances: Float64Array;
}

/** Before anything is known: codes of all literals alike, those of lengths a little shorter. */
function firstCosts(): Costs {
  return {
    literals: Float64Array.from({ length: 286 }, (_, symbol) => (symbol < END ? 6 : 4)),
    distances: new Float64Array(30).fill(3),
  };
}

/** What symbols that come so often take at best; one that does not come yet a bit more than one that comes once. */
function costsOf({ literals, distances }: Counts): Costs {
  const bits = (counts: Uint32Array) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    return Float64Array.from(counts, (count) =>
      count === 0 ? Math.log2(all + 1) + 1 : Math.log2(all / count),
    );
  };
  return { literals: bits(literals), distances: bits(distances) };
}

/** A literal (length 1) or a match. */
interface Token {
  readonly at: number;
  readonly length: number;
  readonly distance: number;
}

/** The tokens of fewest bits, by shortest path from the first byte to the last. */
function cheapest(
  bytes: Uint8Array,
  { starts, lengths: longest, distances: far }: Matches,
  { literals, distances }: Costs,
): Token[] {
  const ofLength = Float64Array.from(CODE_OF_LENGTH, (code) => {
    return literals[END + 1 + code]! + extraOfLength(code);
  });
  const ofDistance = distances.map((bits, code) => bits + extraOfDistance(code));
  const totals = new Float64Array(bytes.length + 1).fill(Number.POSITIVE_INFINITY);
  const lengths = new Uint16Array(bytes.length + 1);
  totals[0] = 0;
  for (let at = 0; at < bytes.length; at++) {
    const total = totals[at]!;
    const literal = total + literals[bytes[at]!]!;
    if (literal < totals[at + 1]!) {
      totals[at + 1] = literal;
      lengths[at + 1] = 1;
    }
    let length = LEAST_MATCH;
    for (let step = starts[at]!; step < starts[at + 1]!; step++) {
      const last = longest[step]!;
      const place = ofDistance[CODE_OF_DISTANCE[far[step]!]!]!;
      for (; length <= last; length++) {
        const sum = total + ofLength[length]! + place;
        if (sum < totals[at + length]!) {
          totals[at + length] = sum;
          lengths[at + length] = length;
        }
      }
    }
  }
  const tokens: Token[] = [];
  for (let end = bytes.length; end > 0; ) {
    const length = lengths[end]!;
    const at = end - length;
    let step = starts[at]!;
    if (length >= LEAST_MATCH) while (longest[step]! < length) step++;
    tokens.push({ at, length, distance: length < LEAST_MATCH ? 0 : far[step]! });
    end = at;
  }
  return tokens.reverse();
}

/** How often each symbol comes. */
interface Counts {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
}

function countsOf(bytes: Uint8Array, tokens: readonly Token[]): Counts {
  const literals = new Uint32Array(286);
  const distances = new Uint32Array(30);
  literals[END] = 1;
  for (const { at, length, distance } of tokens) {
    if (distance === 0) literals[bytes[at]!]!++;
    else {
      literals[END + 1 + CODE_OF_LENGTH[length]!]!++;
      distances[CODE_OF_DISTANCE[distance]!]!++;
    }
  }
  return { literals, distances };
}

function areEqual(a: Counts, b: Counts): boolean {
  return (
    a.literals.every((count, i) => count === b.literals[i]) &&
    a.distances.every((count, i) => count === b.distances[i])
  );
}

/** One last block: its tokens, and the lengths of its codes. */
interface Block {
  readonly tokens: readonly Token[];
  readonly literals: Uint8Array;
  readonly distances: Uint8Array;
  readonly head: readonly Bits[];
  /** Of all of it. */
  readonly bits: number;
}

function blockOf(tokens: readonly Token[], counts: Counts): Block {
  const literals = codeLengths(counts.literals, LONGEST_CODE);
  const distances = codeLengths(counts.distances, LONGEST_CODE);
  const head: Bits[] = [[1, 1], [2, 2], ...headOf(literals, distances)];
  const start = head.reduce((sum, [, count]) => sum + count, 0);
  return { tokens, literals, distances, head, bits: start + bitsOf(counts, literals, distances) };
}

/** What symbols that come so often take in codes of these lengths. */
function bitsOf(counts: Counts, literals: Uint8Array, distances: Uint8Array): number {
  let bits = 0;
  counts.literals.forEach((count, symbol) => {
    const extra = symbol > END ? extraOfLength(symbol - END - 1) : 0;
    bits += count * (literals[symbol]! + extra);
  });
  counts.distances.forEach((count, code) => {
    bits += count * (distances[code]! + extraOfDistance(code));
  });
  return bits;
}

/** The numbers of a block, in the order in which they are sent. */
function sentOf(bytes: Uint8Array, { tokens, literals, distances, head }: Block): Bits[] {
  const [codes, far] = [codesOf(literals), codesOf(distances)];
  const sent: Bits[] = [...head];
  const put = (symbol: number) => sent.push([codes[symbol]!, literals[symbol]!]);
  for (const { at, length, distance } of tokens) {
    if (distance === 0) {
      put(bytes[at]!);
      continue;
    }
    const [code, place] = [CODE_OF_LENGTH[length]!, CODE_OF_DISTANCE[distance]!];
    put(END + 1 + code);
    sent.push(
      [length - LENGTHS[code]!, extraOfLength(code)],
      [far[place]!, distances[place]!],
      [distance - DISTANCES[place]!, extraOfDistance(place)],
    );
  }
  put(END);
  return sent;
}

/** Head, bits and checksum of a zlib stream (RFC 1950, 2.2). */
function asZlib(bytes: Uint8Array, sent: readonly Bits[], bits: number): Uint8Array {
  const out = new Uint8Array(2 + Math.ceil(bits / 8) + 4);
  out.set([0x78, 0xda]);
  let at = 16;
  for (const [value, count] of sent) {
    for (let bit = 0; bit < count; bit++, at++) out[at >> 3]! |= ((value >> bit) & 1) << (at & 7);
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  out.set([b >> 8, b & 255, a >> 8, a & 255], out.length - 4);
  return out;
}
