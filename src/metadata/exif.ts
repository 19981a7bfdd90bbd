/**
 * A small reader of TIFF directories: EXIF blocks, and the first directory of
 * TIFF files.
 *
 * Tags are numbers here; whoever asks for one names it. Where a picture was
 * taken (the GPS directory) is not followed. Offsets are hostile: each is checked, counts are capped, and a
 * directory is read once, so that no file can make this slow or loop.
 */
import { latin1, tidyText, uint16, uint32, utf8 } from '../containers/bytes.ts';

export type ExifValue = string | number | readonly number[];

/** Values by tag number. */
export type Directory = ReadonlyMap<number, ExifValue>;

export interface ExifBlock {
  /** The first directory, IFD0: the picture, its maker and its rights. */
  readonly main: Directory;
  /** The EXIF directory: how the picture was taken. */
  readonly exif: Directory;
}

const EXIF_POINTER = 0x8769;
const MOST_ENTRIES = 512;
const MOST_TEXT = 8192;
const MOST_NUMBERS = 64;

/** Bytes per value, by TIFF type 1..12. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** The directories of a TIFF block; empty ones where there is nothing readable. */
export function readExif(block: Uint8Array): ExifBlock {
  const main = readDirectory(block, firstDirectory(block));
  const pointer = main.get(EXIF_POINTER);
  const exif = readDirectory(block, typeof pointer === 'number' ? pointer : undefined);
  return { main, exif };
}

function firstDirectory(block: Uint8Array): number | undefined {
  const order = latin1(block, 0, 2);
  if (order !== 'II' && order !== 'MM') return undefined;
  return uint16(block, 2, order === 'II') === 42 ? uint32(block, 4, order === 'II') : undefined;
}

function readDirectory(block: Uint8Array, at: number | undefined): Directory {
  const values = new Map<number, ExifValue>();
  if (at === undefined || at < 8) return values;
  const little = block[0] === 0x49;
  const count = Math.min(uint16(block, at, little) ?? 0, MOST_ENTRIES);
  for (let i = 0; i < count; i++) {
    const entry = at + 2 + 12 * i;
    const tag = uint16(block, entry, little);
    const type = uint16(block, entry + 2, little);
    const length = uint32(block, entry + 4, little);
    if (tag === undefined || type === undefined || length === undefined) break;
    const size = SIZES[type];
    if (!size || values.has(tag)) continue;
    const offset = size * length <= 4 ? entry + 8 : uint32(block, entry + 8, little);
    if (offset === undefined || offset + size * Math.min(length, MOST_TEXT) > block.length)
      continue;
    const value =
      type === 2
        ? readText(block, offset, length)
        : readNumbers(block, offset, type, length, little);
    if (value !== undefined) values.set(tag, value);
  }
  return values;
}

function readText(block: Uint8Array, at: number, length: number): string {
  const bytes = block.subarray(at, at + Math.min(length, MOST_TEXT));
  return tidyText(utf8(bytes));
}

function readNumbers(
  block: Uint8Array,
  at: number,
  type: number,
  length: number,
  little: boolean,
): number | number[] | undefined {
  // Undefined bytes (maker notes, comments) are nobody's business here.
  if (type === 7 || length === 0) return undefined;
  const size = SIZES[type]!;
  const numbers: number[] = [];
  for (let i = 0; i < Math.min(length, MOST_NUMBERS); i++) {
    numbers.push(readNumber(block, at + i * size, type, little));
  }
  return numbers.length === 1 ? numbers[0] : numbers;
}

function readNumber(block: Uint8Array, at: number, type: number, little: boolean): number {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (at + SIZES[type]! > block.length) return Number.NaN;
  switch (type) {
    case 1:
      return view.getUint8(at);
    case 3:
      return view.getUint16(at, little);
    case 4:
      return view.getUint32(at, little);
    case 5:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
      return view.getInt32(at, little);
    case 10:
      return view.getInt32(at, little) / view.getInt32(at + 4, little);
    case 11:
      return view.getFloat32(at, little);
    default:
      return view.getFloat64(at, little);
  }
}

/** An EXIF block that says nothing but an orientation, 26 bytes. */
export function orientationExif(orientation: number): Uint8Array {
  return Uint8Array.from([
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
}
