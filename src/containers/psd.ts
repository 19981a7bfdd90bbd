/**
 * PSD: the header of a Photoshop file, its resources, and the composite: one picture of all layers,
 * which stands at its end (Adobe Photoshop File Formats Specification, "File Header", "Image
 * Resources", "Layer and Mask Information", "Image Data").
 *
 * The composite is stored plane by plane, raw or as runs (PackBits) with the lengths of all rows before
 * them. Never reads outside the bytes, never throws; makes as many samples as the header says.
 */
import { latin1, uint16, uint32 } from './bytes.ts';

export interface PsdHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits per channel. */
  readonly depth: number;
  /** 1 grey, 2 indexed, 3 RGB, 4 CMYK, 7 several, 8 duotone, 9 Lab. */
  readonly mode: number;
}

const HEADER_BYTES = 26;
const ICC_PROFILE = 1039;

/** The header; undefined for what is no PSD or PSB. */
export function psdHeader(file: Uint8Array): PsdHeader | undefined {
  if (latin1(file, 0, 4) !== '8BPS' || file.length < HEADER_BYTES) return undefined;
  const version = uint16(file, 4);
  if (version !== 1 && version !== 2) return undefined;
  const [channels, height, width] = [uint16(file, 12), uint32(file, 14), uint32(file, 18)];
  const [depth, mode] = [uint16(file, 22), uint16(file, 24)];
  if (!channels || !height || !width || !depth || mode === undefined) return undefined;
  return { width, height, channels, depth, mode };
}

/** The ICC profile; undefined where there is none. */
export function psdProfile(file: Uint8Array): Uint8Array | undefined {
  return psdResource(file, ICC_PROFILE);
}

/** The resource of a number; undefined where there is none. */
export function psdResource(file: Uint8Array, wanted: number): Uint8Array | undefined {
  const colorData = uint32(file, HEADER_BYTES);
  if (colorData === undefined) return undefined;
  let at = HEADER_BYTES + 4 + colorData;
  const length = uint32(file, at);
  if (length === undefined) return undefined;
  const end = Math.min(file.length, at + 4 + length);
  at += 4;
  while (at + 12 <= end && latin1(file, at, at + 4) === '8BIM') {
    const id = uint16(file, at + 4);
    const name = 1 + (file[at + 6] ?? 0);
    const body = at + 6 + name + (name & 1);
    const size = uint32(file, body);
    if (size === undefined || body + 4 + size > end) return undefined;
    if (id === wanted) return file.subarray(body + 4, body + 4 + size);
    at = body + 4 + size + (size & 1);
  }
  return undefined;
}

/** Samples as they are stored: planes one behind another, 8 bits or 16, the greatest first. */
export interface PsdComposite {
  /** Planes that were read: those of the color mode, and one of alpha where there is one. */
  readonly planes: number;
  readonly data: Uint8Array;
}

/** Why there is none. */
export type PsdRefusal = 'broken' | 'absent' | 'compressed';

/**
 * The first planes of the composite.
 *
 * @param planes how many are wanted, at most those of the file
 */
export function psdComposite(
  file: Uint8Array,
  { width, height, channels, depth }: PsdHeader,
  planes: number,
): PsdComposite | PsdRefusal {
  const at = imageDataAt(file);
  const coding = at === undefined ? undefined : uint16(file, at);
  if (at === undefined) return 'broken';
  // A file saved without its composite ends here.
  if (coding === undefined) return 'absent';
  const row = width * (depth / 8);
  const wanted = row * height * planes;
  if (coding === 0) {
    const data = file.subarray(at + 2, at + 2 + wanted);
    return data.length === wanted ? { planes, data } : 'broken';
  }
  if (coding !== 1) return coding === 2 || coding === 3 ? 'compressed' : 'broken';
  const data = unpacked(file, at + 2, { row, rows: height * planes, all: height * channels });
  return data === undefined ? 'broken' : { planes, data };
}

/** Colors of the palette: 256 of red, then of green, then of blue; undefined where there is none. */
export function psdPalette(file: Uint8Array): Uint8Array | undefined {
  const length = uint32(file, HEADER_BYTES);
  const from = HEADER_BYTES + 4;
  return length === 768 && from + length <= file.length
    ? file.subarray(from, from + length)
    : undefined;
}

/** Where the image data begin: behind colors, resources and layers. */
function imageDataAt(file: Uint8Array): number | undefined {
  const large = uint16(file, 4) === 2;
  let at = HEADER_BYTES;
  for (const wide of [false, false, large]) {
    // Lengths of eight bytes whose upper half is used are past any file here.
    if (wide && uint32(file, at) !== 0) return undefined;
    const length = uint32(file, wide ? at + 4 : at);
    if (length === undefined) return undefined;
    at += (wide ? 8 : 4) + length;
  }
  return at <= file.length ? at : undefined;
}

interface Rows {
  /** Bytes of a row. */
  readonly row: number;
  /** Rows that are wanted. */
  readonly rows: number;
  /** Rows whose lengths stand before the runs. */
  readonly all: number;
}

/** Rows of runs, undefined where one is not exactly as long as the picture is wide. */
function unpacked(file: Uint8Array, at: number, { row, rows, all }: Rows): Uint8Array | undefined {
  const wide = uint16(file, 4) === 2;
  const lengths = wide ? 4 : 2;
  let from = at + all * lengths;
  // Runs make at most 128 bytes of two: what a file cannot hold is not reserved.
  if (from > file.length || row * rows > (file.length - from) * 64) return undefined;
  const out = new Uint8Array(row * rows);
  for (let index = 0; index < rows; index++) {
    const length = (wide ? uint32 : uint16)(file, at + index * lengths) ?? Number.NaN;
    if (!(from + length <= file.length)) return undefined;
    if (!unpackRow(file, from, from + length, out, index * row, row)) return undefined;
    from += length;
  }
  return out;
}

function unpackRow(
  file: Uint8Array,
  from: number,
  end: number,
  out: Uint8Array,
  start: number,
  row: number,
): boolean {
  let [at, to] = [from, start];
  const stop = start + row;
  while (at < end && to < stop) {
    const head = file[at++]!;
    if (head === 128) continue;
    if (head < 128) {
      const count = head + 1;
      if (at + count > end || to + count > stop) return false;
      out.set(file.subarray(at, at + count), to);
      at += count;
      to += count;
    } else {
      const count = 257 - head;
      if (at >= end || to + count > stop) return false;
      out.fill(file[at++]!, to, to + count);
      to += count;
    }
  }
  return to === stop;
}

/** Blocks behind the layers that are looked through. */
const MOST_BLOCKS = 200;

/** Blocks that say that alpha was merged, and those that hold the layers of deep files. */
const ALPHA_BLOCKS = new Set(['Mtrn', 'Mt16', 'Mt32']);
const LAYER_BLOCKS = new Set(['Lr16', 'Lr32', 'Layr']);

/**
 * Whether the first channel behind the colors is the transparency of the composite: the number of
 * layers is then negative. Other channels are selections, which are not seen.
 */
export function hasMergedAlpha(file: Uint8Array): boolean {
  const large = uint16(file, 4) === 2;
  let at = HEADER_BYTES;
  for (let section = 0; section < 2; section++) {
    const length = uint32(file, at);
    if (length === undefined) return false;
    at += 4 + length;
  }
  const lengthAt = (place: number) => uint32(file, large ? place + 4 : place);
  const width = large ? 8 : 4;
  const section = lengthAt(at);
  if (section === undefined || section === 0) return false;
  const end = Math.min(file.length, at + width + section);
  at += width;
  const layers = lengthAt(at) ?? 0;
  if (layers > 0) return isNegative(file, at + width);
  at += width;
  at += 4 + (uint32(file, at) ?? 0);
  for (let block = 0; block < MOST_BLOCKS && at + 12 <= end; block++) {
    const key = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (ALPHA_BLOCKS.has(key)) return true;
    const long = large && LAYER_BLOCKS.has(key);
    const length = uint32(file, long ? at + 12 : at + 8) ?? 0;
    const body = at + (long ? 16 : 12);
    if (LAYER_BLOCKS.has(key)) return isNegative(file, body);
    at = body + length + (-length & 3);
  }
  return false;
}

function isNegative(file: Uint8Array, at: number): boolean {
  return ((uint16(file, at) ?? 0) & 0x8000) !== 0;
}
