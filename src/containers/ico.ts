/**
 * ICO: the pictures of an icon file.
 *
 * Each is a PNG, or a bitmap without a file header whose height counts two
 * pictures: the colors, and below them a mask of one bit, 1 for clear.
 * Source: <https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)>.
 *
 * Pure; offsets are checked against the file.
 */
import { type BmpHeader, bitmapHeader, rowBytes } from './bmp.ts';
import { latin1, uint16, uint32 } from './bytes.ts';

/** A picture of an icon, in the file of the icon for a bitmap, whole by itself for a PNG. */
export type IconPicture =
  | { readonly kind: 'png'; readonly bytes: Uint8Array }
  | { readonly kind: 'bitmap'; readonly header: BmpHeader; readonly mask?: number };

interface Entry {
  readonly area: number;
  readonly bits: number;
  readonly at: number;
  readonly length: number;
}

const DIRECTORY = 6;
const ENTRY = 16;

/** The largest picture that is read, of equal ones that with the most colors; undefined where there is none. */
export function largestPicture(bytes: Uint8Array): IconPicture | undefined {
  if (uint32(bytes, 0, true) !== 0x10000) return undefined;
  const sorted = entriesOf(bytes).sort((a, b) => b.area - a.area || b.bits - a.bits);
  for (const entry of sorted) {
    const picture = pictureOf(bytes, entry);
    if (picture !== undefined) return picture;
  }
  return undefined;
}

function entriesOf(bytes: Uint8Array): Entry[] {
  const count = Math.min(
    uint16(bytes, 4, true) ?? 0,
    Math.floor((bytes.length - DIRECTORY) / ENTRY),
  );
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = DIRECTORY + i * ENTRY;
    // 256 has no place in a byte and is written as 0.
    const area = (bytes[at]! || 256) * (bytes[at + 1]! || 256);
    const [length, start] = [uint32(bytes, at + 8, true)!, uint32(bytes, at + 12, true)!];
    return { area, bits: uint16(bytes, at + 6, true)!, at: start, length };
  });
}

function pictureOf(bytes: Uint8Array, { at, length }: Entry): IconPicture | undefined {
  if (at + length > bytes.length) return undefined;
  if (latin1(bytes, at, at + 4) === '\x89PNG') {
    return { kind: 'png', bytes: bytes.subarray(at, at + length) };
  }
  const both = bitmapHeader(bytes, at);
  const height = both && both.height >> 1;
  if (!both || !height) return undefined;
  const header = { ...both, height };
  // Of 32 bits, the highest eight are alpha, whatever the header says.
  const masks =
    both.bits === 32
      ? ([...both.masks.slice(0, 3), 0xff000000] as unknown as BmpHeader['masks'])
      : both.masks;
  return {
    kind: 'bitmap',
    header: { ...header, masks },
    mask: header.pixels + rowBytes(header) * height,
  };
}
