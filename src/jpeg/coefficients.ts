/**
 * Coefficients: a JPEG between its entropy coding and its pixels.
 *
 * A JPEG holds blocks of 8 × 8 quantised DCT coefficients. Reading them,
 * moving them and writing them again loses nothing, whatever their entropy
 * coding was: that is how a picture is turned or packed anew without a
 * generation (ITU-T T.81 specification, annexes A, F and G).
 *
 * Pure: nothing of this room knows a pixel, and no file makes it throw.
 */
import type { Size } from '../base/size.ts';

/** Coefficients of one block. */
export const BLOCK = 64;

export interface JpegComponent {
  /** The identifier in the frame header, 0..255. */
  readonly id: number;
  /** Sampling factors, 1..4: samples of this component for each of the largest factor. */
  readonly horizontal: number;
  readonly vertical: number;
  /** Blocks that hold a sample of the picture; those that fill up the last MCU are left out. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** Steps 1..65535, in zigzag order. */
  readonly quantisation: Uint16Array;
  /** Block by block in rows, 64 coefficients each, in zigzag order. */
  readonly coefficients: Int16Array;
}

export interface JpegCoefficients extends Size {
  readonly components: readonly JpegComponent[];
}

/** Row by row, which place of the zigzag sequence a coefficient has (ITU-T T.81 specification, figure A.6). */
const ZIGZAG = Uint8Array.of(
  ...[0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42],
  ...[3, 8, 12, 17, 25, 30, 41, 43, 9, 11, 18, 24, 31, 40, 44, 53],
  ...[10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60],
  ...[21, 34, 37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63],
);

/** The place in the zigzag sequence of the frequency `u` across and `v` down, each 0..7. */
export function zigzag(u: number, v: number): number {
  return ZIGZAG[8 * v + u]!;
}

type Sampling = Pick<JpegComponent, 'horizontal' | 'vertical'>;

/**
 * Blocks of a component that hold samples of the picture (ITU-T T.81
 * specification, A.1.1 and A.2.4): chroma of 4:2:0 in 20 × 20 has 10 × 10
 * samples in 2 × 2 blocks.
 */
export function blocksOf(
  { width, height }: Size,
  { horizontal, vertical }: Sampling,
  all: readonly Sampling[],
): { readonly wide: number; readonly high: number } {
  const most = largestSampling(all);
  const blocks = (side: number, factor: number, largest: number) =>
    Math.ceil(Math.ceil((side * factor) / largest) / 8);
  return {
    wide: blocks(width, horizontal, most.horizontal),
    high: blocks(height, vertical, most.vertical),
  };
}

export function largestSampling(all: readonly Sampling[]): Sampling {
  return {
    horizontal: Math.max(...all.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...all.map(({ vertical }) => vertical)),
  };
}

/**
 * Pixels of an MCU, the unit that the scan of a whole picture consists of: 16 × 16
 * for 4:2:0, 16 × 8 for 4:2:2. A picture of one component is coded block by block,
 * whatever its factors say (ITU-T T.81 specification, A.2.2 and A.2.3).
 */
export function mcuSize(components: readonly Sampling[]): Size {
  if (components.length === 1) return { width: 8, height: 8 };
  const { horizontal, vertical } = largestSampling(components);
  return { width: 8 * horizontal, height: 8 * vertical };
}
