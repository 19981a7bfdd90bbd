/**
 * Reading one scan: MCU by MCU, sequential (ITU-T T.81 specification, annex F)
 * or one band of a progressive picture (annex G).
 *
 * Every loop is bounded by the blocks of the picture. Failures are noted in
 * the reader; what was written to the coefficients by then is of no use.
 */
import type { Size } from '../base/size.ts';
import type { BitReader } from './bit-reader.ts';
import { BLOCK, type JpegComponent, mcuSize } from './coefficients.ts';
import type { HuffmanTable } from './huffman-table.ts';

export interface ScanHeader {
  readonly progressive: boolean;
  /** First and last coefficient of the band in zigzag order, 0..63. */
  readonly first: number;
  readonly last: number;
  /** The bit that the scan before ended with, 0 for a first scan; the bit that this one ends with. */
  readonly high: number;
  readonly low: number;
  readonly parts: readonly ScanPart[];
  /** MCUs between restart markers; 0 without. */
  readonly restartInterval: number;
}

export interface ScanPart {
  readonly component: JpegComponent;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

interface Run {
  readonly reader: BitReader;
  readonly header: ScanHeader;
  /** The last DC coefficient, by component of the scan. */
  readonly predictions: Int32Array;
  /** Blocks to come whose band has ended. */
  ended: number;
}

type BlockReader = (run: Run, part: ScanPart, index: number, out: Int16Array, at: number) => void;

/** Longest difference of DC coefficients of 8 bits, and longest AC coefficient, in bits (tables F.1 and F.2). */
const DC_BITS = 11;
const AC_BITS = 10;

/** Reads the scan into the coefficients of its components. */
export function readScan(
  reader: BitReader,
  frame: Size & { readonly components: readonly JpegComponent[] },
  header: ScanHeader,
): void {
  const run = { reader, header, predictions: new Int32Array(header.parts.length), ended: 0 };
  const readBlock = blockReader(header);
  const [only] = header.parts;
  if (header.parts.length === 1 && only !== undefined) readAlone(run, only, readBlock);
  else readInterleaved(run, frame, readBlock);
}

function blockReader({ progressive, first, high }: ScanHeader): BlockReader {
  if (!progressive) return readSequential;
  if (first === 0) return high === 0 ? readDcFirst : readDcRefinement;
  return high === 0 ? readAcFirst : readAcRefinement;
}

/** A scan of one component consists of its blocks (ITU-T T.81 specification, A.2.2). */
function readAlone(run: Run, part: ScanPart, readBlock: BlockReader): void {
  const { coefficients } = part.component;
  const blocks = coefficients.length / BLOCK;
  for (let block = 0; block < blocks; block++) {
    if (!startMcu(run, block)) return;
    readBlock(run, part, 0, coefficients, block * BLOCK);
  }
}

/** A scan of several consists of MCUs, filled up where the picture ends (A.2.3 and A.2.4). */
function readInterleaved(
  run: Run,
  frame: Size & { readonly components: readonly JpegComponent[] },
  readBlock: BlockReader,
): void {
  const { parts } = run.header;
  const beyond = new Int16Array(BLOCK);
  const mcu = mcuSize(frame.components);
  const wide = Math.ceil(frame.width / mcu.width);
  const count = wide * Math.ceil(frame.height / mcu.height);
  for (let number = 0; number < count; number++) {
    if (!startMcu(run, number)) return;
    const column = number % wide;
    const row = (number - column) / wide;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const { horizontal, vertical, blocksWide, blocksHigh, coefficients } = part.component;
      for (let y = row * vertical; y < (row + 1) * vertical; y++) {
        for (let x = column * horizontal; x < (column + 1) * horizontal; x++) {
          const inside = x < blocksWide && y < blocksHigh;
          const at = inside ? (y * blocksWide + x) * BLOCK : 0;
          readBlock(run, part, i, inside ? coefficients : beyond, at);
        }
      }
    }
  }
}

/** Steps over the restart marker where one is due; false where the scan is damaged. */
function startMcu(run: Run, number: number): boolean {
  const { restartInterval } = run.header;
  if (restartInterval > 0 && number > 0 && number % restartInterval === 0) {
    if (run.reader.failed) return false;
    run.reader.restart(number / restartInterval - 1);
    run.predictions.fill(0);
    run.ended = 0;
  }
  return !run.reader.failed;
}

/** The difference to the DC coefficient of the block before (ITU-T T.81 specification, F.2.2.1). */
function readDc({ reader, predictions }: Run, { dc }: ScanPart, index: number): number {
  const length = reader.symbol(dc);
  if (length > DC_BITS) reader.fail();
  predictions[index]! += reader.readSigned(Math.min(length, DC_BITS));
  return predictions[index]!;
}

/** A whole block (ITU-T T.81 specification, F.2.2.2). */
function readSequential(
  run: Run,
  part: ScanPart,
  index: number,
  out: Int16Array,
  at: number,
): void {
  const { reader } = run;
  const { ac } = part;
  out[at] = readDc(run, part, index);
  for (let k = 1; k < BLOCK; k++) {
    const symbol = reader.symbol(ac);
    const length = symbol & 15;
    const zeros = symbol >> 4;
    if (length === 0) {
      if (zeros !== 15) return; // end of block
      k += 15;
      continue;
    }
    k += zeros;
    if (k >= BLOCK || length > AC_BITS) return reader.fail();
    out[at + k] = reader.readSigned(length);
  }
}

/** The first bits of a DC coefficient (ITU-T T.81 specification, G.1.2.1). */
function readDcFirst(run: Run, part: ScanPart, index: number, out: Int16Array, at: number): void {
  out[at] = readDc(run, part, index) << run.header.low;
}

/** One more bit of it. */
function readDcRefinement(
  { reader, header }: Run,
  _part: ScanPart,
  _index: number,
  out: Int16Array,
  at: number,
): void {
  out[at]! |= reader.read(1) << header.low;
}

/** The first bits of a band (ITU-T T.81 specification, G.1.2.2). */
function readAcFirst(
  run: Run,
  { ac }: ScanPart,
  _index: number,
  out: Int16Array,
  at: number,
): void {
  if (run.ended > 0) {
    run.ended--;
    return;
  }
  const { reader } = run;
  const { first, last, low } = run.header;
  for (let k = first; k <= last; k++) {
    const symbol = reader.symbol(ac);
    const length = symbol & 15;
    const zeros = symbol >> 4;
    if (length === 0) {
      if (zeros < 15) {
        // The band ends here and in as many blocks behind.
        run.ended = (1 << zeros) + reader.read(zeros) - 1;
        return;
      }
      k += 15;
      continue;
    }
    k += zeros;
    if (k > last || length > AC_BITS) return reader.fail();
    out[at + k] = reader.readSigned(length) << low;
  }
}

/** One more bit of a band (ITU-T T.81 specification, G.1.2.3). */
function readAcRefinement(
  run: Run,
  { ac }: ScanPart,
  _index: number,
  out: Int16Array,
  at: number,
): void {
  const { reader } = run;
  const { first, last, low } = run.header;
  const one = 1 << low;
  let k = first;
  while (run.ended === 0 && k <= last) {
    const symbol = reader.symbol(ac);
    const length = symbol & 15;
    const zeros = symbol >> 4;
    if (length > 1) return reader.fail();
    if (length === 0 && zeros < 15) {
      run.ended = (1 << zeros) + reader.read(zeros);
      break;
    }
    const fresh = length === 0 ? 0 : reader.read(1) === 1 ? one : -one;
    k = refine(reader, out, at, k, last, zeros, one);
    if (fresh !== 0) {
      if (k > last) return reader.fail();
      out[at + k] = fresh;
    }
    k++;
  }
  if (run.ended > 0) {
    refine(reader, out, at, k, last, BLOCK, one);
    run.ended--;
  }
}

/**
 * Reads the next bit of every coefficient that is not zero from `k` on, over as
 * many that are; gives where the zero behind them stands, or behind the band.
 */
function refine(
  reader: BitReader,
  out: Int16Array,
  at: number,
  k: number,
  last: number,
  zeros: number,
  one: number,
): number {
  let left = zeros;
  for (let i = k; i <= last; i++) {
    const value = out[at + i]!;
    if (value === 0) {
      if (left-- === 0) return i;
    } else if (reader.read(1) === 1 && (value & one) === 0) {
      out[at + i] = value + (value > 0 ? one : -one);
    }
  }
  return last + 1;
}
