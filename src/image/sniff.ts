/**
 * Sniffing: which format some bytes are, by what they begin with.
 *
 * File names and media types of origins are claims; magic bytes decide. Only
 * formats that have a card are named, everything else (scripts, archives) is `undefined` and never reaches a decoder (docs/spec/http.md 14.1).
 *
 * Pure; looks at the first few kilobytes at most and never throws.
 */
import { Fault } from '../base/fault.ts';
import type { FormatName } from './format.ts';

/** How far into a text the root element of an SVG is looked for. */
const PROLOGUE = 16_384;

/** HEIF brands that hold AV1 pictures, and those that hold HEVC ones. */
const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);

/** Lengths of BMP headers: OS/2 1 and 2, Windows 3 to 5. */
const BMP_HEADERS = new Set([12, 40, 52, 56, 64, 108, 124]);

/** The format of a file that begins with `bytes`; undefined for all that has no card. */
export function sniffFormat(bytes: Uint8Array): FormatName | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  const head = ascii(bytes, 0, 12);
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  // Classic and big TIFF, both byte orders.
  if (startsWith(bytes, [0x49, 0x49, 0x2a, 0]) || startsWith(bytes, [0x49, 0x49, 0x2b, 0])) {
    return 'tiff';
  }
  if (startsWith(bytes, [0x4d, 0x4d, 0, 0x2a]) || startsWith(bytes, [0x4d, 0x4d, 0, 0x2b])) {
    return 'tiff';
  }
  if (head.slice(4, 8) === 'ftyp') return sniffBoxes(bytes);
  if (startsWith(bytes, [0xff, 0x0a])) return 'jxl';
  if (startsWith(bytes, [0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a]))
    return 'jxl';
  if (head.startsWith('%PDF-')) return 'pdf';
  if (head.startsWith('8BPS')) return 'psd';
  if (isBmp(bytes)) return 'bmp';
  if (isIco(bytes)) return 'ico';
  if (startsWith(bytes, [0x1a, 0x45, 0xdf, 0xa3])) return isWebm(bytes) ? 'webm' : undefined;
  // The one compressed format that has a card is SVG (`.svgz`); its reader says if it is none.
  if (startsWith(bytes, [0x1f, 0x8b, 8])) return 'svg';
  return rootElement(bytes) === 'svg' ? 'svg' : undefined;
}

/** Bytes of a file made of boxes that may hold its brands. */
const BRANDS = 4096;

/** Bytes after which a file without magic bytes is none of ours, unless it is text or made of boxes. */
const MAGIC = 64;

/**
 * Whether a file that begins with `head` is no picture, as soon as that is certain.
 *
 * @param ended the file has no further bytes
 */
export function isNoPicture(head: Uint8Array, ended: boolean): boolean {
  if (sniffFormat(head) !== undefined) return false;
  const boxes = ascii(head, 4, 8) === 'ftyp';
  return ended || head.length >= (looksLikeText(head) ? PROLOGUE : boxes ? BRANDS : MAGIC);
}

/** @param bytes the first of what was expected to be a picture */
export function notAnImage(bytes: Uint8Array): Fault {
  const seen = bytes.length === 0 ? 'nothing' : looksLikeText(bytes) ? 'text' : 'other bytes';
  return new Fault('source-not-an-image', `Expected an image as the source, got ${seen}.`);
}

/**
 * Whether the bytes read as text for people (HTML, scripts, JSON, plain words):
 * no control characters but white space in the first 512. Empty bytes do not.
 */
export function looksLikeText(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, 512);
  for (let i = 0; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0x7f || (byte < 0x20 && !(byte >= 9 && byte <= 13) && byte !== 0x1b)) return false;
  }
  return end > 0;
}

/** Whether the bytes are an HTML page: what an origin answers when it meant an error. */
export function looksLikeHtml(bytes: Uint8Array): boolean {
  const name = rootElement(bytes);
  return name !== undefined && /^(html|head|body|!doctype html|script|title|div|p|h1)$/.test(name);
}

/** The brands of a file made of boxes: AVIF by its own brands, else HEIC, else a film. */
function sniffBoxes(bytes: Uint8Array): FormatName | undefined {
  const size = Math.min(
    bytes.length,
    ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0,
    BRANDS,
  );
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= size; at += 4) brands.push(ascii(bytes, at, at + 4));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return 'avif';
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return 'heic';
  // A general HEIF without a coding brand is HEVC in practice.
  if (brands[0] === 'mif1' || brands[0] === 'msf1') return 'heic';
  return /^(isom|iso[2-9]|mp4[12]|avc1|M4V |dash|mmp4)$/.test(brands[0]!) ? 'mp4' : undefined;
}

/** Whether the main brand of a file made of boxes is that of an AVIF that moves. */
export function isImageSequence(bytes: Uint8Array): boolean {
  return ascii(bytes, 4, 12) === 'ftypavis';
}

/** Two letters are no proof: the length of the header behind them has to be a known one. */
function isBmp(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x42, 0x4d]) && BMP_HEADERS.has(little32(bytes, 14));
}

/** An icon, by the first entry of its directory: a length, and a place behind the directory. */
function isIco(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, [0, 0, 1, 0]) || bytes.length < 22) return false;
  const count = bytes[4]! | (bytes[5]! << 8);
  return count > 0 && little32(bytes, 14) > 0 && little32(bytes, 18) >= 6 + 16 * count;
}

function little32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) return 0;
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}

function isWebm(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, Math.min(bytes.length, 64)).includes('webm');
}

/**
 * The name of the first element of a text, lower case and without its name
 * space prefix; `!doctype html` for a page that begins with one.
 */
function rootElement(given: Uint8Array): string | undefined {
  const bytes = narrowed(given);
  if (!looksLikeText(bytes)) return undefined;
  const text = ascii(bytes, 0, Math.min(bytes.length, PROLOGUE));
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at]!)) at++;
    if (text[at] !== '<') return undefined;
    if (text.startsWith('<?', at)) {
      at = after(text, '?>', at);
    } else if (text.startsWith('<!--', at)) {
      at = after(text, '-->', at);
    } else if (/^<!doctype/i.test(text.slice(at, at + 9))) {
      if (/^<!doctype\s+html/i.test(text.slice(at, at + 32))) return '!doctype html';
      at = afterDoctype(text, at);
    } else {
      const name = /^<([a-z][\w.-]*:)?([a-z][\w.-]*)(?=[\s/>])/i.exec(text.slice(at, at + 128));
      return name?.[2]?.toLowerCase();
    }
    if (at < 0) return undefined;
  }
}

/** UTF-16 with its byte order mark as one byte per character; other bytes as they are. */
function narrowed(bytes: Uint8Array): Uint8Array {
  const little = startsWith(bytes, [0xff, 0xfe]);
  if (!little && !startsWith(bytes, [0xfe, 0xff])) return bytes;
  const length = Math.min(PROLOGUE, (bytes.length - 2) >> 1);
  return Uint8Array.from({ length }, (_, i) => {
    const [low, high] = [
      bytes[2 + 2 * i + (little ? 0 : 1)]!,
      bytes[2 + 2 * i + (little ? 1 : 0)]!,
    ];
    return high === 0 ? low : 0x7e;
  });
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? -1 : at + end.length;
}

/** Behind a DOCTYPE, whose internal subset may hold `>` of its own. */
function afterDoctype(text: string, from: number): number {
  const open = text.indexOf('[', from);
  const close = text.indexOf('>', from);
  if (close < 0) return -1;
  return open >= 0 && open < close ? after(text, ']>', open) : close + 1;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  const end = Math.min(to, bytes.length);
  for (let i = from; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
