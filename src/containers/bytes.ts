/**
 * Numbers and text in byte order, read with a check: outside the bytes a
 * number is `undefined`, so that a parser of hostile files cannot run over.
 *
 * Pure, and free of Node: browsers have all that is used here.
 */

/** Two bytes as a number 0..65535, most significant first unless `little`; undefined where they do not lie within the bytes. */
export function uint16(bytes: Uint8Array, at: number, little = false): number | undefined {
  if (at < 0 || at + 2 > bytes.length) return undefined;
  const [a, b] = [bytes[at]!, bytes[at + 1]!];
  return little ? a | (b << 8) : (a << 8) | b;
}

/** Four bytes as a number 0..2^32 - 1, most significant first unless `little`; undefined where they do not lie within the bytes. */
export function uint32(bytes: Uint8Array, at: number, little = false): number | undefined {
  if (at < 0 || at + 4 > bytes.length) return undefined;
  const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
  return (
    (little ? a | (b << 8) | (c << 16) | (d << 24) : (a << 24) | (b << 16) | (c << 8) | d) >>> 0
  );
}

/** Characters 0..255, one per byte from `from` up to `to`; shorter where the bytes end. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  const end = Math.min(bytes.length, to);
  for (let at = Math.max(0, from); at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** One byte per character of a text of characters 0..255. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 as text, with U+FFFD for what is none; a byte order mark stays. */
export function utf8(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

/** The parts one after another, copied. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** 32 bits as four bytes, the most significant first unless `little`. */
export function bytes32(value: number, little = false): Uint8Array {
  const out = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  return Uint8Array.from(little ? out.reverse() : out);
}

/** Text for people: up to its terminator, control characters as spaces, trimmed. */
export function tidyText(text: string): string {
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).replace(/\p{Cc}/gu, ' ').trim();
}

/** A Buffer as the plain bytes it is, without copying. */
export function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
