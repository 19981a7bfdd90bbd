/**
 * The colors in the sequence header of an AV1 picture (AV1 Bitstream & Decoding
 * Process Specification, 5.3, 5.5 and 5.9).
 *
 * They count where the file around the picture says nothing. Everything in front of
 * them is read over. Pure; behind the end of the bytes there are only zeros.
 */
import type { CodePoints } from './code-points.ts';

/** What a coded picture says of its samples. */
export interface SequenceColor {
  readonly codePoints?: CodePoints;
  /** One plane, without chroma. */
  readonly grey: boolean;
  /** Black and white lie within the scale: at 16 and 235 of 8 bits. */
  readonly limited: boolean;
}

const SEQUENCE_HEADER = 1;

/** Units looked through until a sequence header is met: it comes first, or behind a delimiter. */
const MOST_UNITS = 8;

/** The colors of the first sequence header; undefined where there is none. */
export function sequenceColor(data: Uint8Array): SequenceColor | undefined {
  let at = 0;
  for (let i = 0; i < MOST_UNITS && at < data.length; i++) {
    const header = data[at]!;
    const extended = (header & 4) !== 0;
    const sized = (header & 2) !== 0;
    const size = sized ? leb128(data, at + (extended ? 2 : 1)) : undefined;
    const start = at + (extended ? 2 : 1) + (size?.bytes ?? 0);
    const end = size === undefined ? data.length : start + size.value;
    if (((header >> 3) & 15) === SEQUENCE_HEADER) return readHeader(data.subarray(start, end));
    at = end;
  }
  return undefined;
}

/** A number in groups of seven bits, the lowest first. */
function leb128(data: Uint8Array, at: number): { value: number; bytes: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = data[at + i] ?? 0;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, bytes: i + 1 };
  }
  return { value, bytes: 8 };
}

type Bits = (count: number) => number;

function bitsOf(data: Uint8Array): Bits {
  let at = 0;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      value = value * 2 + (((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    }
    return value;
  };
}

function readHeader(data: Uint8Array): SequenceColor {
  const bits = bitsOf(data);
  const profile = bits(3);
  bits(1); // still_picture
  const reduced = bits(1) === 1;
  if (reduced) bits(5);
  else skipOperatingPoints(bits);
  const [width, height] = [bits(4) + 1, bits(4) + 1];
  bits(width);
  bits(height);
  if (!reduced && bits(1)) bits(7); // frame ids
  bits(3); // superblocks, filters of intra prediction
  if (!reduced) skipInterTools(bits);
  bits(3); // superres, cdef, restoration
  const deep = bits(1);
  if (profile === 2 && deep) bits(1);
  const grey = profile !== 1 && bits(1) === 1;
  const described = bits(1) === 1;
  const codePoints = described ? { primaries: bits(8), transfer: bits(8) } : undefined;
  const matrix = described ? bits(8) : undefined;
  // Samples of sRGB that no matrix mixes have no bit for it.
  const isRgb = codePoints?.primaries === 1 && codePoints.transfer === 13 && matrix === 0;
  const limited = (grey || !isRgb) && bits(1) === 0;
  return { ...(codePoints ? { codePoints } : {}), grey, limited };
}

function skipOperatingPoints(bits: Bits): void {
  let delayBits = 0;
  if (bits(1)) {
    bits(32);
    bits(32);
    if (bits(1)) skipUvlc(bits);
    if (bits(1)) {
      delayBits = bits(5) + 1;
      bits(32);
      bits(10);
    }
  }
  const displayDelays = bits(1);
  const points = bits(5) + 1;
  for (let i = 0; i < points; i++) {
    bits(12);
    if (bits(5) > 7) bits(1);
    if (delayBits > 0 && bits(1)) {
      bits(delayBits);
      bits(delayBits);
      bits(1);
    }
    if (displayDelays && bits(1)) bits(4);
  }
}

/** A number whose length is told by zeros in front of it. */
function skipUvlc(bits: Bits): void {
  let zeros = 0;
  while (zeros < 32 && bits(1) === 0) zeros++;
  if (zeros < 32) bits(zeros);
}

function skipInterTools(bits: Bits): void {
  bits(4);
  const ordered = bits(1);
  if (ordered) bits(2);
  const screenTools = bits(1) ? 2 : bits(1);
  if (screenTools > 0 && !bits(1)) bits(1);
  if (ordered) bits(3);
}
