/**
 * LZW as GIF stores it (GIF89a specification, appendix F), over pixels some of which have a choice.
 *
 * A pixel that shows already what it should may be written as it is or left clear. Each code
 * is the longest string of the dictionary that the next pixels accept. A full dictionary
 * is kept for as long as its codes hold as many pixels as they did.
 *
 * Invariant: decoded, every pixel is a symbol that it accepts.
 */

/** A symbol per pixel, and the pixels that may be left clear instead. */
export interface LzwPixels {
  /** The symbol of each pixel, 0..255. */
  readonly symbols: Uint8Array;
  /** 1 for a pixel that may be left clear, else 0. */
  readonly free: Uint8Array;
  /** The clear symbol, 0..255; -1 where there is none and no pixel is free. */
  readonly clear: number;
}

const MOST_CODES = 4096;

/** The fewest bits that codes of GIF begin with. */
const BLANK_BITS = 2;

/** Strings that are looked at for one code. */
const PATIENCE = 400;

/** Codes over which a full dictionary is judged. */
const WINDOW = 128;

/** A full dictionary is given up when its codes hold this share of the pixels they held before. */
const WORN = 0.9;

/** The compressed pixels, at least one: the size of the first codes, sub-blocks and their end. */
export function compressLzw(pixels: LzwPixels): Uint8Array {
  const bits = symbolBits(pixels);
  const codes = new CodeWriter(bits);
  const dictionary = new Dictionary(bits);
  const { length } = pixels.symbols;
  codes.write(dictionary.clearCode, dictionary.bits);
  let symbol = preferred(pixels, 0, -1);
  const worn = new Wear();
  for (let at = 0; at < length; ) {
    const end = dictionary.longest(pixels, at, symbol);
    codes.write(dictionary.found, dictionary.bits);
    const taken = end - at;
    at = end;
    if (at === length) break;
    symbol = preferred(pixels, at, dictionary.last);
    if (dictionary.isFull) {
      if (!worn.out(taken)) continue;
      codes.write(dictionary.clearCode, dictionary.bits);
      dictionary.reset();
      worn.reset();
    } else {
      dictionary.add(symbol);
      worn.fill(taken);
    }
  }
  codes.write(dictionary.clearCode + 1, dictionary.bitsAtEnd);
  return codes.finish();
}

/** So many pixels of symbol 0, at least one, as `compressLzw` would write them; in the time of its codes. */
export function compressBlank(pixels: number): Uint8Array {
  const codes = new CodeWriter(BLANK_BITS);
  const dictionary = new Dictionary(BLANK_BITS);
  codes.write(dictionary.clearCode, dictionary.bits);
  // The string added last is one pixel longer than that before it.
  for (let [left, run] = [pixels, 1]; ; ) {
    const taken = Math.min(run, left);
    dictionary.found = taken === 1 ? 0 : dictionary.clearCode + taken;
    codes.write(dictionary.found, dictionary.bits);
    left -= taken;
    if (left === 0) break;
    if (dictionary.isFull) continue;
    dictionary.add(0);
    run++;
  }
  codes.write(dictionary.clearCode + 1, dictionary.bitsAtEnd);
  return codes.finish();
}

/** Bits of the largest symbol that may be written, at least two. */
function symbolBits({ symbols, free, clear }: LzwPixels): number {
  let most = 0;
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i]! > most) most = symbols[i]!;
    if (free[i] === 1 && clear > most) most = clear;
  }
  return Math.max(2, 32 - Math.clz32(most));
}

/** The symbol of a pixel behind a string: as the string ends where that will do, else clear if it may. */
function preferred({ symbols, free, clear }: LzwPixels, at: number, last: number): number {
  const symbol = symbols[at]!;
  return free[at] === 1 && symbol !== last ? clear : symbol;
}

/** Whether a full dictionary still pays, by the pixels that a code holds. */
class Wear {
  #pixels = 0;
  #codes = 0;
  #best = 0;

  reset(): void {
    this.#pixels = 0;
    this.#codes = 0;
    this.#best = 0;
  }

  /** A code was written while the dictionary grew. */
  fill(pixels: number): void {
    this.#count(pixels);
  }

  /** A code was written with the full dictionary. */
  out(pixels: number): boolean {
    const held = this.#count(pixels);
    return held !== undefined && held < this.#best * WORN;
  }

  #count(pixels: number): number | undefined {
    this.#pixels += pixels;
    this.#codes++;
    if (this.#codes < WINDOW) return undefined;
    const held = this.#pixels / this.#codes;
    this.#best = Math.max(this.#best, held);
    this.#pixels = 0;
    this.#codes = 0;
    return held;
  }
}

/** Strings by their codes, as a tree: each is a shorter one and a symbol. */
class Dictionary {
  readonly clearCode: number;
  /** The code of the last string found. */
  found = 0;
  /** The last symbol of that string. */
  get last(): number {
    return this.#symbol[this.found]!;
  }
  bits: number;
  readonly #firstBits: number;
  #next: number;
  /** First child, next sibling and last symbol of each string; 0 for none: that code is nobody's child. */
  readonly #child = new Uint16Array(MOST_CODES);
  readonly #sibling = new Uint16Array(MOST_CODES);
  readonly #symbol = new Uint8Array(MOST_CODES);
  /** By length, the next string to look at. */
  readonly #open = new Uint16Array(MOST_CODES + 1);

  constructor(bits: number) {
    this.clearCode = 1 << bits;
    this.#firstBits = bits + 1;
    this.bits = this.#firstBits;
    this.#next = this.clearCode + 2;
    for (let i = 0; i < this.clearCode; i++) this.#symbol[i] = i;
  }

  /** Bits of a code that follows the last string, behind which nothing is added. */
  get bitsAtEnd(): number {
    return this.#next === 1 << this.bits && this.bits < 12 ? this.bits + 1 : this.bits;
  }

  get isFull(): boolean {
    return this.#next >= MOST_CODES;
  }

  reset(): void {
    this.#child.fill(0);
    this.#next = this.clearCode + 2;
    this.bits = this.#firstBits;
  }

  /** Adds the string found last with a symbol behind it. */
  add(symbol: number): void {
    const code = this.#next++;
    this.#symbol[code] = symbol;
    this.#sibling[code] = this.#child[this.found]!;
    this.#child[this.found] = code;
    // The decoder is one string behind: it needs a longer code one code later.
    if (code === 1 << this.bits && this.bits < 12) this.bits++;
  }

  /** Finds the longest string from a pixel on that begins with `symbol`; gives the pixel behind it. */
  longest({ symbols, free, clear }: LzwPixels, at: number, symbol: number): number {
    const { length } = symbols;
    const open = this.#open;
    let best = symbol;
    let bestDepth = 1;
    let patience = PATIENCE;
    open[1] = this.#child[symbol]!;
    for (let depth = 1; depth > 0; ) {
      const code = open[depth]!;
      const pixel = at + depth;
      if (code === 0 || pixel === length) {
        depth--;
        continue;
      }
      const next = this.#symbol[code]!;
      const fixed = free[pixel] === 0;
      open[depth] = this.#sibling[code]!;
      if (next !== symbols[pixel] && (fixed || next !== clear)) continue;
      if (fixed) open[depth] = 0;
      if (--patience < 0) break;
      depth++;
      if (depth > bestDepth) {
        best = code;
        bestDepth = depth;
      }
      open[depth] = this.#child[code]!;
    }
    this.found = best;
    return at + bestDepth;
  }
}

/** Codes of so many bits each, the lowest first, in sub-blocks of up to 255 bytes. */
class CodeWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Where the length of the current sub-block stands. */
  #block = 1;
  #held = 0;
  #count = 0;

  constructor(symbolBits: number) {
    this.#bytes[0] = symbolBits;
    this.#length = 2;
  }

  write(code: number, bits: number): void {
    this.#held |= code << this.#count;
    this.#count += bits;
    for (; this.#count >= 8; this.#count -= 8, this.#held >>>= 8) this.#push(this.#held & 255);
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#push(this.#held & 255);
    const inside = this.#length - this.#block - 1;
    this.#bytes[this.#block] = inside;
    // A sub-block of nothing is the terminator itself.
    const length = inside === 0 ? this.#length : this.#length + 1;
    return this.#room(1).slice(0, length);
  }

  #push(byte: number): void {
    const bytes = this.#room(2);
    bytes[this.#length++] = byte;
    if (this.#length - this.#block - 1 < 255) return;
    bytes[this.#block] = 255;
    this.#block = this.#length++;
    bytes[this.#block] = 0;
  }

  #room(more: number): Uint8Array {
    if (this.#length + more > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
