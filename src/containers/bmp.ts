/**
 * The headers of BMP files and of the bitmaps inside icons.
 *
 * Read as Windows wrote them: the header of OS/2 1 (12 bytes) and those of Windows
 * (40 to 124 bytes), pixels of 1 to 32 bits, plain, by masks, or run-length coded in 8
 * bits. JPEG and PNG inside, run lengths of 4 bits and the further codings of OS/2 are
 * not read. Source: <https://learn.microsoft.com/windows/win32/gdi/bitmap-storage>.
 *
 * Pure; every offset is checked against the file, and nothing is allocated by a stated size.
 */
import type { Size } from '../base/size.ts';
import { latin1, uint16, uint32 } from './bytes.ts';

export type BmpBits = 1 | 4 | 8 | 16 | 24 | 32;

/** A bitmap, as its header describes it; offsets are from the start of the file. */
export interface BmpHeader extends Size {
  readonly bits: BmpBits;
  readonly runs: boolean;
  /** The first row stored is the upper one. */
  readonly topDown: boolean;
  /** Where the palette begins, its colors, and the bytes of each: blue, green, red. */
  readonly palette: { readonly at: number; readonly colors: number; readonly step: 3 | 4 };
  /** Bits of red, green, blue and alpha in a pixel of 16 or 32 bits; 0 for none. */
  readonly masks: readonly [number, number, number, number];
  readonly pixels: number;
}

const FILE_HEADER = 14;
const HEADERS: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);

const PLAIN = 0;
const RUNS_OF_8 = 1;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;

/** Longest side, so that no product of sides is inexact. */
const MOST_SIDE = 0x7fffff;

/** The header of a BMP file; undefined for what is not read. */
export function bmpHeader(bytes: Uint8Array): BmpHeader | undefined {
  const pixels = uint32(bytes, 10, true);
  if (latin1(bytes, 0, 2) !== 'BM' || pixels === undefined) return undefined;
  const header = bitmapHeader(bytes, FILE_HEADER);
  return header && { ...header, pixels: pixels === 0 ? header.pixels : pixels };
}

/** The header at `at`, with the pixels behind header, masks and palette. */
export function bitmapHeader(bytes: Uint8Array, at: number): BmpHeader | undefined {
  const size = uint32(bytes, at, true);
  if (size === undefined || !HEADERS.has(size) || at + size > bytes.length) return undefined;
  return size === 12 ? coreHeader(bytes, at) : infoHeader(bytes, at, size);
}

function coreHeader(bytes: Uint8Array, at: number): BmpHeader | undefined {
  const bits = bitsOf(uint16(bytes, at + 10, true));
  if (bits === undefined || bits === 16 || bits === 32) return undefined;
  const palette = { at: at + 12, colors: bits <= 8 ? 2 ** bits : 0, step: 3 } as const;
  return checked({
    width: uint16(bytes, at + 4, true) ?? 0,
    height: uint16(bytes, at + 6, true) ?? 0,
    bits,
    runs: false,
    topDown: false,
    palette,
    masks: usual(bits),
    pixels: palette.at + palette.colors * palette.step,
  });
}

function infoHeader(bytes: Uint8Array, at: number, size: number): BmpHeader | undefined {
  const height = (uint32(bytes, at + 8, true) ?? 0) | 0;
  const bits = bitsOf(uint16(bytes, at + 14, true));
  const coding = uint32(bytes, at + 16, true) ?? 0;
  const used = uint32(bytes, at + 32, true) ?? 0;
  if (bits === undefined || !isRead(coding, bits, height)) return undefined;
  const fields = coding === BIT_FIELDS || coding === ALPHA_BIT_FIELDS;
  // Masks belong to the longer headers, and follow the shorter ones.
  const behind = size > 40 || !fields ? 0 : coding === ALPHA_BIT_FIELDS ? 16 : 12;
  const masks = fields
    ? masksAt(bytes, at + 40, size > 52 || coding === ALPHA_BIT_FIELDS)
    : usual(bits);
  if (masks === undefined) return undefined;
  const most = bits <= 8 ? 2 ** bits : 0;
  const stored = used === 0 ? most : used;
  const palette = { at: at + size + behind, colors: Math.min(most, stored), step: 4 } as const;
  return checked({
    width: (uint32(bytes, at + 4, true) ?? 0) | 0,
    height: Math.abs(height),
    bits,
    runs: coding === RUNS_OF_8,
    topDown: height < 0,
    palette,
    masks,
    pixels: palette.at + Math.min(stored, bytes.length) * palette.step,
  });
}

function isRead(coding: number, bits: BmpBits, height: number): boolean {
  if (coding === PLAIN) return true;
  if (coding === RUNS_OF_8) return bits === 8 && height > 0;
  return (coding === BIT_FIELDS || coding === ALPHA_BIT_FIELDS) && (bits === 16 || bits === 32);
}

function checked(header: BmpHeader): BmpHeader | undefined {
  const { width, height } = header;
  return width > 0 && height > 0 && width <= MOST_SIDE && height <= MOST_SIDE ? header : undefined;
}

function bitsOf(value: number | undefined): BmpBits | undefined {
  return ([1, 4, 8, 16, 24, 32] as const).find((bits) => bits === value);
}

function usual(bits: BmpBits): BmpHeader['masks'] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
}

function masksAt(bytes: Uint8Array, at: number, alpha: boolean): BmpHeader['masks'] | undefined {
  const [red, green, blue] = [0, 4, 8].map((offset) => uint32(bytes, at + offset, true));
  const clear = alpha ? uint32(bytes, at + 12, true) : 0;
  return red === undefined || green === undefined || blue === undefined || clear === undefined
    ? undefined
    : [red, green, blue, clear];
}

/** Bytes of a row of pixels: whole groups of four. */
export function rowBytes({ width, bits }: Pick<BmpHeader, 'width' | 'bits'>): number {
  return Math.ceil((width * bits) / 32) * 4;
}
