/**
 * Entropy-coded data being written: the most significant bit first, a zero
 * behind every 0xff (ITU-T T.81 specification, B.1.1.5 and F.1.2.3).
 */
export class BitWriter {
  private bytes: Uint8Array;
  private length = 0;
  private bits = 0;
  /** Bits that are no whole byte yet, 0..7. */
  private count = 0;

  /** `expected`: how many bytes it is likely to be. */
  constructor(expected: number) {
    this.bytes = new Uint8Array(Math.max(64, expected));
  }

  /** The lowest `length` bits of `value`, 0..16 of them. */
  write(value: number, length: number): void {
    this.bits = (this.bits << length) | (value & ((1 << length) - 1));
    this.count += length;
    while (this.count >= 8) {
      this.count -= 8;
      this.put((this.bits >>> this.count) & 255);
    }
  }

  /** The bytes, the last one filled up with ones. */
  finish(): Uint8Array {
    if (this.count > 0) this.write(0x7f, 8 - this.count);
    return this.bytes.subarray(0, this.length);
  }

  private put(byte: number): void {
    if (this.length + 2 > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = byte;
    if (byte === 0xff) this.bytes[this.length++] = 0;
  }
}
