/**
 * Reading: the coefficients of a Huffman-coded JPEG of 8 bits, in one scan or
 * many, sequential or progressive (ITU-T T.81 specification, annex B).
 *
 * What is read is a whole and sound file or nothing: damage, arithmetic
 * coding, 12 bits, hierarchies and a height that comes later give `undefined`.
 * The time is linear in the bytes and in the blocks times their scans, which
 * are counted; the memory is two bytes per coefficient.
 */
import type { Size } from '../base/size.ts';
import { uint16 } from '../containers/bytes.ts';
import { BitReader } from './bit-reader.ts';
import { BLOCK, blocksOf, type JpegCoefficients, type JpegComponent } from './coefficients.ts';
import { type HuffmanSpec, type HuffmanTable, huffmanTable } from './huffman-table.ts';
import { readScan, type ScanHeader } from './read-scan.ts';

/** Most coefficients that are read: 128 MB, 42 megapixels of 4:2:0. */
export const MOST_COEFFICIENTS = 64e6;

/** Most scans: encoders write up to twenty, a hostile file as many as it has bytes. */
const MOST_SCANS = 64;

const SOF0 = 0xc0;
const SOF1 = 0xc1;
const SOF2 = 0xc2;
const DHT = 0xc4;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;

interface State {
  /** Tables by their number; those of AC from 4 on. */
  readonly huffman: (HuffmanSpec | undefined)[];
  readonly quantisation: (Uint16Array | undefined)[];
  restartInterval: number;
  frame: Frame | undefined;
  scans: number;
}

interface Frame extends JpegCoefficients {
  readonly progressive: boolean;
  readonly components: readonly FrameComponent[];
}

interface FrameComponent extends JpegComponent {
  /** Number of its quantisation table in the frame header. */
  readonly table: number;
  /** Its quantisation table was taken, with its first scan. */
  seen: boolean;
}

/** The shape of a picture, known before its coefficients. */
export type JpegShape = Size & {
  readonly components: readonly Pick<JpegComponent, 'horizontal' | 'vertical'>[];
};

export interface ReadOptions {
  /** Most coefficients; a picture with more is not read. */
  readonly most?: number;
  /** Whether a picture of this shape is wanted at all. */
  readonly wanted?: (shape: JpegShape) => boolean;
}

/** The coefficients of a JPEG; undefined for what is damaged, unusual, too large or not wanted. */
export function readJpeg(
  bytes: Uint8Array,
  options: ReadOptions = {},
): JpegCoefficients | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const state: State = {
    ...{ huffman: [], quantisation: [], restartInterval: 0 },
    ...{ frame: undefined, scans: 0 },
  };
  let at = 2;
  for (;;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (marker === EOI) return wholePicture(state);
    const length = uint16(bytes, at + 2);
    if (marker === undefined || length === undefined || length < 2) return undefined;
    const data = bytes.subarray(at + 4, at + 2 + length);
    if (data.length !== length - 2 || !takeSegment(state, marker, data, options)) return undefined;
    at += 2 + length;
    if (marker === SOS) {
      const end = takeScan(state, data, bytes, at);
      if (end === undefined) return undefined;
      at = end;
    }
  }
}

function wholePicture({ frame }: State): JpegCoefficients | undefined {
  return frame?.components.every(({ seen }) => seen) ? frame : undefined;
}

/** Notes a segment; false for damage and for kinds of JPEG that are not read. */
function takeSegment(
  state: State,
  marker: number,
  data: Uint8Array,
  options: ReadOptions,
): boolean {
  switch (marker) {
    case SOF0:
    case SOF1:
    case SOF2:
      if (state.frame !== undefined) return false;
      state.frame = readFrame(data, marker === SOF2, options);
      return state.frame !== undefined;
    case DHT:
      return takeHuffman(state, data);
    case DQT:
      return takeQuantisation(state, data);
    case DRI:
      state.restartInterval = uint16(data, 0) ?? 0;
      return data.length === 2;
    case SOS:
      return true;
    default:
      // Application data and comments; everything else is another kind of JPEG, or out of place.
      return marker >= 0xe0 && marker !== 0xff;
  }
}

/** The frame header (ITU-T T.81 specification, B.2.2), with room for its coefficients. */
function readFrame(
  data: Uint8Array,
  progressive: boolean,
  { most = MOST_COEFFICIENTS, wanted }: ReadOptions,
): Frame | undefined {
  const [height, width] = [uint16(data, 1), uint16(data, 3)];
  const count = data[5] ?? 0;
  if (data[0] !== 8 || !height || !width) return undefined;
  if (count < 1 || count > 4 || data.length !== 6 + 3 * count) return undefined;
  const headers = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = data.subarray(6 + 3 * i);
    return { id: id!, horizontal: factors! >> 4, vertical: factors! & 15, table: table! };
  });
  if (new Set(headers.map(({ id }) => id)).size !== count) return undefined;
  const sound = (factor: number) => factor >= 1 && factor <= 4;
  if (!headers.every((h) => sound(h.horizontal) && sound(h.vertical) && h.table < 4)) {
    return undefined;
  }
  const size = { width, height };
  const sized = headers.map((header) => ({ header, blocks: blocksOf(size, header, headers) }));
  const total = sized.reduce((sum, { blocks }) => sum + blocks.wide * blocks.high * BLOCK, 0);
  if (total > most || wanted?.({ ...size, components: headers }) === false) return undefined;
  const components = sized.map(({ header, blocks: { wide, high } }) => ({
    ...header,
    ...{ blocksWide: wide, blocksHigh: high, seen: false },
    quantisation: new Uint16Array(BLOCK),
    coefficients: new Int16Array(wide * high * BLOCK),
  }));
  return { ...size, progressive, components };
}

/** Quantisation tables (ITU-T T.81 specification, B.2.4.1). */
function takeQuantisation({ quantisation }: State, data: Uint8Array): boolean {
  let at = 0;
  while (at < data.length) {
    const head = data[at++]!;
    const wide = head >> 4;
    if (wide > 1 || (head & 15) > 3 || at + BLOCK * (1 + wide) > data.length) return false;
    const table = new Uint16Array(BLOCK);
    for (let i = 0; i < BLOCK; i++, at += 1 + wide) {
      table[i] = wide ? uint16(data, at)! : data[at]!;
    }
    if (table.includes(0)) return false;
    quantisation[head & 15] = table;
  }
  return true;
}

/** Huffman tables (ITU-T T.81 specification, B.2.4.2). */
function takeHuffman({ huffman }: State, data: Uint8Array): boolean {
  let at = 0;
  while (at < data.length) {
    const head = data[at]!;
    const [kind, number] = [head >> 4, head & 15];
    if (kind > 1 || number > 3 || at + 17 > data.length) return false;
    const counts = Uint8Array.of(0, ...data.subarray(at + 1, at + 17));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = data.slice(at + 17, at + 17 + total);
    if (total > 256 || symbols.length !== total) return false;
    huffman[4 * kind + number] = { counts, symbols };
    at += 17 + total;
  }
  return true;
}

/** Reads one scan behind its header; gives where the next marker stands. */
function takeScan(
  state: State,
  data: Uint8Array,
  bytes: Uint8Array,
  at: number,
): number | undefined {
  const { frame } = state;
  if (frame === undefined || ++state.scans > MOST_SCANS) return undefined;
  const header = scanHeader(state, frame, data);
  if (header === undefined) return undefined;
  for (const { component } of header.parts) {
    if (component.seen) continue;
    // A component keeps the table that was there with its first scan.
    const table = state.quantisation[component.table];
    if (table === undefined) return undefined;
    component.quantisation.set(table);
    component.seen = true;
  }
  const reader = new BitReader(bytes, at);
  readScan(reader, frame, header);
  return reader.failed ? undefined : reader.end();
}

interface FrameScanHeader extends ScanHeader {
  readonly parts: readonly (ScanHeader['parts'][number] & { readonly component: FrameComponent })[];
}

/** The scan header (ITU-T T.81 specification, B.2.3), with its tables to read with. */
function scanHeader(state: State, frame: Frame, data: Uint8Array): FrameScanHeader | undefined {
  const count = data[0] ?? 0;
  if (count < 1 || count > 4 || data.length !== 4 + 2 * count) return undefined;
  const [first = 0, last = 0, bits = 0] = data.subarray(1 + 2 * count);
  const header = { first, last, high: bits >> 4, low: bits & 15 };
  if (!isSoundBand(header, frame.progressive, count)) return undefined;
  const needed = neededTables(header, frame.progressive);
  const parts = Array.from({ length: count }, (_, i) => {
    const [id, tables] = data.subarray(1 + 2 * i);
    const component = frame.components.find((it) => it.id === id);
    const dc = needed.dc ? tableOf(state.huffman[tables! >> 4]) : NO_TABLE;
    const ac = needed.ac ? tableOf(state.huffman[4 + (tables! & 15)]) : NO_TABLE;
    const sound = tables! >> 4 < 4 && (tables! & 15) < 4;
    return sound && component && dc && ac ? { component, dc, ac } : undefined;
  });
  if (!parts.every((part) => part !== undefined)) return undefined;
  if (new Set(parts.map(({ component }) => component)).size !== count) return undefined;
  const { restartInterval } = state;
  return { ...header, progressive: frame.progressive, parts, restartInterval };
}

type Band = Pick<ScanHeader, 'first' | 'last' | 'high' | 'low'>;

/** Whether the coefficients and bits are such as a scan may send (ITU-T T.81 specification, G.1.1.1). */
function isSoundBand(
  { first, last, high, low }: Band,
  progressive: boolean,
  count: number,
): boolean {
  if (!progressive) return first === 0 && last === 63 && high === 0 && low === 0;
  if (low > 13 || (high !== 0 && high !== low + 1)) return false;
  return first === 0 ? last === 0 : count === 1 && first <= last && last <= 63;
}

const NO_TABLE: HuffmanTable = huffmanTable({
  counts: new Uint8Array(17),
  symbols: new Uint8Array(0),
})!;

function tableOf(held: HuffmanSpec | undefined): HuffmanTable | undefined {
  return held && huffmanTable(held);
}

function neededTables({ first, high }: Band, progressive: boolean): { dc: boolean; ac: boolean } {
  if (!progressive) return { dc: true, ac: true };
  return { dc: first === 0 && high === 0, ac: first > 0 };
}
