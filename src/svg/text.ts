/**
 * Text: the characters of an SVG file, whichever way they were stored, within
 * the limits and free of entities.
 *
 * A file may be gzip-compressed (`.svgz`, SVG 1.1 specification, section 1.2), begin with a byte
 * order mark, or name its encoding in the XML declaration (XML 1.0, 4.3.3). What
 * leaves this file is always plain text with the SVG elements unprefixed; the
 * limit of bytes counts the inflated file (docs/spec/http.md 14.9).
 */
import { gunzipSync } from 'node:zlib';
import { Fault } from '../base/fault.ts';
import { withoutPrefix } from './root.ts';

export interface SvgLimits {
  /** Longest text, in bytes. */
  readonly bytes: number;
  /** Most tags. */
  readonly elements: number;
}

/** Room for a chart of a megabyte and no more. */
export const DEFAULT_SVG_LIMITS: SvgLimits = { bytes: 2 * 1024 * 1024, elements: 100_000 };

/**
 * The text of an SVG that may be parsed: within the limits, without entities and
 * without a document type, its elements in the default name space.
 *
 * @throws Fault source-too-large, source-unsupported, source-broken
 */
export function safeSvgText(bytes: Uint8Array, limits: SvgLimits = DEFAULT_SVG_LIMITS): string {
  const text = decoded(inflated(bytes, limits));
  if (/<!ENTITY/i.test(text) || doctypes(text).some((one) => one.includes('['))) {
    throw new Fault(
      'source-unsupported',
      'Expected an SVG without entities, got one that declares some.',
    );
  }
  let elements = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) elements++;
  if (elements > limits.elements) {
    throw new Fault(
      'source-too-large',
      `Expected an SVG of at most ${limits.elements} tags, got ${elements}.`,
    );
  }
  return withoutPrefix(text.replace(/<!DOCTYPE[^>]*>?/gi, ''));
}

function doctypes(text: string): string[] {
  return text.match(/<!DOCTYPE[^>]*/gi) ?? [];
}

/** @throws Fault source-too-large, source-broken */
function inflated(bytes: Uint8Array, { bytes: most }: SvgLimits): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    if (bytes.length > most) throw tooLong(most, String(bytes.length));
    return bytes;
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(most, 'more');
    throw new Fault('source-broken', 'The source SVG is compressed and damaged.', {}, cause);
  }
}

function tooLong(most: number, got: string): Fault {
  return new Fault('source-too-large', `Expected an SVG of at most ${most} bytes, got ${got}.`);
}

const DECLARATION = /^(\s*<\?xml\b[^?>]*?\s)encoding\s*=\s*["']([\w.-]{1,40})["']/;

/** A byte order mark goes before the encoding that the file names; without either it is UTF-8. */
function decoded(bytes: Uint8Array): string {
  const marked = byteOrderMark(bytes);
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const text = textOf(bytes, marked ?? DECLARATION.exec(head)?.[2] ?? 'utf-8');
  // The text is handed on as UTF-8, so the declaration may not say otherwise.
  return text
    .replace(DECLARATION, (_, head: string) => head.trimEnd())
    .replace(/^\s*<\?xml/, '<?xml');
}

function byteOrderMark([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

/** @throws Fault source-unsupported for an encoding that this platform does not know */
function textOf(bytes: Uint8Array, encoding: string): string {
  // UTF-16 without its mark would have been no text at all; the declaration then lies.
  const name =
    /^utf-?16/i.test(encoding) && byteOrderMark(bytes) === undefined ? 'utf-8' : encoding;
  try {
    return new TextDecoder(name).decode(bytes);
  } catch (cause) {
    throw new Fault(
      'source-unsupported',
      'Expected an SVG in a known character encoding, got another.',
      { encoding },
      cause,
    );
  }
}
