/**
 * Writing: coefficients as a sequential JPEG of one scan, with Huffman tables
 * made for it (ITU-T T.81 specification, annexes B, F and K).
 *
 * Two passes over the blocks: the first counts the symbols, the second writes
 * them. Whatever was read is written with every coefficient as it was.
 */
import { concat } from '../containers/bytes.ts';
import { BitWriter } from './bit-writer.ts';
import { BLOCK, type JpegCoefficients, type JpegComponent, mcuSize } from './coefficients.ts';
import {
  type HuffmanCodes,
  type HuffmanSpec,
  huffmanCodes,
  optimalHuffman,
} from './huffman-table.ts';

/** Symbols of AC coefficients: end of block, and sixteen zeros. */
const END_OF_BLOCK = 0x00;
const SIXTEEN_ZEROS = 0xf0;

/** Longest difference of DC coefficients of 8 bits, and longest AC coefficient, in bits (tables F.1 and F.2). */
const DC_BITS = 11;
const AC_BITS = 10;

/** The tables of brightness (or of all there is) and those of the rest, as DC and AC. */
interface Tables<T> {
  readonly dc: readonly T[];
  readonly ac: readonly T[];
}

/**
 * The file; undefined where a coefficient is none of an 8-bit picture.
 * `segments` (whole, with their markers) stand behind SOI: JFIF, profile, Adobe.
 */
export function writeJpeg(
  picture: JpegCoefficients,
  segments: readonly Uint8Array[] = [],
): Uint8Array | undefined {
  const { components } = picture;
  const kinds = components.length > 1 ? [0, 1] : [0];
  const counts = {
    dc: kinds.map(() => new Uint32Array(256)),
    ac: kinds.map(() => new Uint32Array(256)),
  };
  const sound = everyBlock(picture, (data, at, previous, component) =>
    countBlock(data, at, previous, counts.dc[component && 1]!, counts.ac[component && 1]!),
  );
  if (!sound) return undefined;
  const specs = { dc: counts.dc.map(optimalHuffman), ac: counts.ac.map(optimalHuffman) };
  const codes = { dc: specs.dc.map(huffmanCodes), ac: specs.ac.map(huffmanCodes) };
  const writer = new BitWriter(expectedBytes(counts));
  everyBlock(picture, (data, at, previous, component) =>
    writeBlock(writer, data, at, previous, codes.dc[component && 1]!, codes.ac[component && 1]!),
  );
  return concat([
    Uint8Array.of(0xff, 0xd8),
    ...segments,
    ...quantisationSegments(picture),
    frameSegment(picture),
    ...huffmanSegments(specs),
    scanSegment(components),
    writer.finish(),
    Uint8Array.of(0xff, 0xd9),
  ]);
}

/**
 * Visits one block: where it stands, the DC coefficient before it, and the
 * number of its component. Gives false where it cannot be written.
 */
type Visit = (data: Int16Array, at: number, previous: number, component: number) => boolean;

/** Every block in the order of one scan; blocks beyond the picture repeat the last DC and nothing else. */
function everyBlock({ width, height, components }: JpegCoefficients, visit: Visit): boolean {
  const beyond = new Int16Array(BLOCK);
  const previous = new Int32Array(components.length);
  const mcu = mcuSize(components);
  const [wide, high] = [Math.ceil(width / mcu.width), Math.ceil(height / mcu.height)];
  const alone = components.length === 1;
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      for (let c = 0; c < components.length; c++) {
        const { blocksWide, blocksHigh, coefficients, ...component } = components[c]!;
        const horizontal = alone ? 1 : component.horizontal;
        const vertical = alone ? 1 : component.vertical;
        for (let y = row * vertical; y < (row + 1) * vertical; y++) {
          for (let x = column * horizontal; x < (column + 1) * horizontal; x++) {
            const inside = x < blocksWide && y < blocksHigh;
            const data = inside ? coefficients : beyond;
            const at = inside ? (y * blocksWide + x) * BLOCK : 0;
            if (!inside) beyond[0] = previous[c]!;
            if (!visit(data, at, previous[c]!, c)) return false;
            previous[c] = data[at]!;
          }
        }
      }
    }
  }
  return true;
}

/** Bits that the absolute value takes: 0 for 0, 3 for -5. */
function bitsOf(value: number): number {
  return 32 - Math.clz32(value < 0 ? -value : value);
}

/** Counts the symbols of a block; false where one of them does not exist. */
function countBlock(
  data: Int16Array,
  at: number,
  previous: number,
  dc: Uint32Array,
  ac: Uint32Array,
): boolean {
  const difference = bitsOf(data[at]! - previous);
  if (difference > DC_BITS) return false;
  dc[difference]!++;
  let zeros = 0;
  for (let k = 1; k < BLOCK; k++) {
    const value = data[at + k]!;
    if (value === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) ac[SIXTEEN_ZEROS]!++;
    const length = bitsOf(value);
    if (length > AC_BITS) return false;
    ac[(zeros << 4) | length]!++;
    zeros = 0;
  }
  if (zeros > 0) ac[END_OF_BLOCK]!++;
  return true;
}

/** Writes the symbols of a block, each with the bits that follow it (ITU-T T.81 specification, F.1.2). */
function writeBlock(
  writer: BitWriter,
  data: Int16Array,
  at: number,
  previous: number,
  dc: HuffmanCodes,
  ac: HuffmanCodes,
): boolean {
  writeValue(writer, dc, 0, data[at]! - previous);
  let zeros = 0;
  for (let k = 1; k < BLOCK; k++) {
    const value = data[at + k]!;
    if (value === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) writeSymbol(writer, ac, SIXTEEN_ZEROS);
    writeValue(writer, ac, zeros << 4, value);
    zeros = 0;
  }
  if (zeros > 0) writeSymbol(writer, ac, END_OF_BLOCK);
  return true;
}

function writeValue(writer: BitWriter, codes: HuffmanCodes, run: number, value: number): void {
  const length = bitsOf(value);
  writeSymbol(writer, codes, run | length);
  // A negative number is sent as its value less one, in the lowest bits.
  writer.write(value < 0 ? value - 1 : value, length);
}

function writeSymbol(writer: BitWriter, { codes, lengths }: HuffmanCodes, symbol: number): void {
  writer.write(codes[symbol]!, lengths[symbol]!);
}

/** About what the scan will take: symbols of 5 bits and the bits behind them. */
function expectedBytes({ dc, ac }: Tables<Uint32Array>): number {
  let bits = 0;
  for (const counts of [...dc, ...ac]) {
    counts.forEach((count, symbol) => {
      bits += count * (5 + (symbol & 15));
    });
  }
  return Math.ceil(bits / 8);
}

function segment(marker: number, data: readonly number[]): Uint8Array {
  const length = data.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 255, ...data);
}

/** The numbers of the quantisation tables of the components: equal tables are written once. */
function tableNumbers(components: readonly JpegComponent[]): number[] {
  const firsts = components.map(({ quantisation }) =>
    components.findIndex((other) =>
      quantisation.every((step, i) => step === other.quantisation[i]),
    ),
  );
  const distinct = [...new Set(firsts)];
  return firsts.map((first) => distinct.indexOf(first));
}

function isWide({ quantisation }: JpegComponent): boolean {
  return quantisation.some((step) => step > 255);
}

function quantisationSegments({ components }: JpegCoefficients): Uint8Array[] {
  const numbers = tableNumbers(components);
  return components.flatMap((component, i) => {
    if (numbers.indexOf(numbers[i]!) !== i) return [];
    const wide = isWide(component);
    const steps = [...component.quantisation];
    const data = wide ? steps.flatMap((step) => [step >> 8, step & 255]) : steps;
    return [segment(0xdb, [(wide ? 16 : 0) | numbers[i]!, ...data])];
  });
}

/** SOF0; SOF1 where the baseline cannot hold a quantisation table (ITU-T T.81 specification, B.2.2). */
function frameSegment({ width, height, components }: JpegCoefficients): Uint8Array {
  const numbers = tableNumbers(components);
  const alone = components.length === 1;
  return segment(components.some(isWide) ? 0xc1 : 0xc0, [
    ...[8, height >> 8, height & 255, width >> 8, width & 255, components.length],
    ...components.flatMap(({ id, horizontal, vertical }, i) => [
      id,
      alone ? 0x11 : (horizontal << 4) | vertical,
      numbers[i]!,
    ]),
  ]);
}

function huffmanSegments({ dc, ac }: Tables<HuffmanSpec>): Uint8Array[] {
  const one =
    (kind: number) =>
    ({ counts, symbols }: HuffmanSpec, number: number) =>
      segment(0xc4, [(kind << 4) | number, ...counts.subarray(1), ...symbols]);
  return [...dc.map(one(0)), ...ac.map(one(1))];
}

function scanSegment(components: readonly JpegComponent[]): Uint8Array {
  return segment(0xda, [
    components.length,
    ...components.flatMap(({ id }, i) => [id, i === 0 ? 0x00 : 0x11]),
    ...[0, 63, 0],
  ]);
}
