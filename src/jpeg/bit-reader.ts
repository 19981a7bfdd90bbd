/**
 * Bits of entropy-coded data, the most significant first, with the zeros
 * behind 0xff taken out (ITU-T T.81 specification, B.1.1.5 and F.2.2.5).
 *
 * Behind the data come zeros without end, so that no reader runs over;
 * `failed` tells that one of them was taken.
 */
import { type HuffmanTable, LOOK_BITS } from './huffman-table.ts';

export class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;
  /** The lowest `count` bits are those to come. */
  private bits = 0;
  private count = 0;
  /** How many of them are zeros that the data do not hold. */
  private padding = 0;
  private broken = false;

  /** `at`: where the entropy-coded data begin, behind the scan header. */
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** The data ended too soon, or held what no encoder writes. */
  get failed(): boolean {
    return this.broken || this.count < this.padding;
  }

  fail(): void {
    this.broken = true;
  }

  /** The next `length` bits as a number, 0..16 of them. */
  read(length: number): number {
    if (length === 0) return 0;
    if (this.count < length) this.fill();
    this.count -= length;
    return (this.bits >>> this.count) & ((1 << length) - 1);
  }

  /** The signed number in `length` bits, 0..16 (RECEIVE and EXTEND, ITU-T T.81 specification, F.2.2.1). */
  readSigned(length: number): number {
    if (length === 0) return 0;
    const value = this.read(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** The next symbol of a table, 0..255; a code that the table lacks is a failure. */
  symbol(table: HuffmanTable): number {
    if (this.count < 16) this.fill();
    const found = table.look[(this.bits >>> (this.count - LOOK_BITS)) & ((1 << LOOK_BITS) - 1)]!;
    if (found !== 0) {
      this.count -= found >> 8;
      return found & 255;
    }
    for (let length = LOOK_BITS + 1; length <= 16; length++) {
      const code = (this.bits >>> (this.count - length)) & ((1 << length) - 1);
      if (code <= table.last[length]!) {
        this.count -= length;
        return table.symbols[code + table.shift[length]!]!;
      }
    }
    this.broken = true;
    return 0;
  }

  /** Steps over the restart marker RST0..RST7 of this number; without it the reading has failed. */
  restart(number: number): void {
    if (this.count - this.padding >= 8) this.broken = true;
    while (this.bytes[this.at] === 0xff && this.bytes[this.at + 1] === 0xff) this.at++;
    const met = this.bytes[this.at] === 0xff && this.bytes[this.at + 1] === 0xd0 + (number & 7);
    if (!met) this.broken = true;
    this.at += 2;
    this.bits = 0;
    this.count = 0;
    this.padding = 0;
  }

  /** Where the marker stands that ends the data, or where the bytes end. */
  end(): number {
    for (let at = this.at; ; at++) {
      at = this.bytes.indexOf(0xff, at);
      if (at < 0) return this.bytes.length;
      const next = this.bytes[at + 1];
      if (next !== 0 && next !== 0xff) return at;
    }
  }

  /** At least 25 bits. */
  private fill(): void {
    while (this.count <= 24) {
      let byte = this.bytes[this.at];
      if (byte === 0xff && this.bytes[this.at + 1] !== 0) byte = undefined;
      if (byte === undefined) {
        this.padding += 8;
      } else {
        this.at += byte === 0xff ? 2 : 1;
      }
      this.bits = (this.bits << 8) | (byte ?? 0);
      this.count += 8;
    }
  }
}
