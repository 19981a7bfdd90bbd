/**
 * ICC profiles: their names, and whether they only say "sRGB".
 *
 * A profile that means sRGB need not be applied, which saves as much time as
 * decoding, and need not be kept. It is known by its description, as the
 * makers of the common ones write it (IEC, HP, Adobe, Apple, Google, GIMP).
 */
import { latin1, tidyText, uint16, uint32 } from '../containers/bytes.ts';

export type ProfileKind = 'none' | 'srgb' | 'other';

/** Tags in a profile that are looked through. */
const MOST_TAGS = 100;

/** What a picture's profile asks of its reader. */
export function profileKind(icc: Uint8Array | undefined): ProfileKind {
  if (icc === undefined || icc.length < 132) return 'none';
  const space = latin1(icc, 16, 20);
  if (space === 'RGB ' && isSrgbName(profileName(icc) ?? '')) return 'srgb';
  return 'other';
}

/** `sRGB IEC61966-2.1`, `sRGB built-in`, … and the tiny `c2` profiles; not `linear sRGB`. */
function isSrgbName(name: string): boolean {
  if (/linear|scrgb|gamma|e-?srgb|g=1|gr[ae]y/i.test(name)) return false;
  return /\bsRGB(\b|[^a-z])/i.test(`${name} `) || /^c2(ci)?$/.test(name);
}

/** The description of a profile; undefined where it has none that reads. */
export function profileName(icc: Uint8Array): string | undefined {
  const count = Math.min(uint32(icc, 128) ?? 0, MOST_TAGS);
  for (let i = 0; i < count; i++) {
    const entry = 132 + 12 * i;
    if (latin1(icc, entry, entry + 4) !== 'desc') continue;
    const at = uint32(icc, entry + 4);
    if (at === undefined) return undefined;
    return latin1(icc, at, at + 4) === 'mluc' ? unicodeText(icc, at) : asciiText(icc, at);
  }
  return undefined;
}

function asciiText(icc: Uint8Array, at: number): string | undefined {
  const length = Math.min(uint32(icc, at + 8) ?? 0, 256);
  return tidy(latin1(icc, at + 12, at + 12 + length));
}

/** The first of the translations. */
function unicodeText(icc: Uint8Array, at: number): string | undefined {
  const length = uint32(icc, at + 20);
  const offset = uint32(icc, at + 24);
  if (length === undefined || offset === undefined) return undefined;
  const start = at + offset;
  const bytes = icc.subarray(start, start + Math.min(length, 512) - (length & 1));
  if (bytes.length < 2 || bytes.length % 2 === 1) return undefined;
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode(uint16(bytes, i)!);
  return tidy(text);
}

function tidy(text: string): string | undefined {
  return tidyText(text) || undefined;
}
