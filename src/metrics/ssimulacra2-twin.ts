/**
 * Plain twin of the kernel: SSIMULACRA 2 by its definition, in float64.
 *
 * Every plane, level and map is computed and stored, nothing is skipped and
 * nothing is clever; it takes seconds per megapixel. Tests hold the kernel
 * against it, and a reader who wants to know what the metric is reads this.
 *
 * The one thing beyond the definition: sums are kept per tile, so that the
 * worst region comes out of it too.
 */
import type { Size } from '../base/size.ts';
import { C2, OPSIN_BIAS, OPSIN_MATRIX, PLANES, RANGES, TAPS } from './ssimulacra2-constants.ts';
import { type ErrorSums, type Level, levelsOf, SUMS } from './ssimulacra2-score.ts';

/** Three planes of one size, row by row. */
type Planes = readonly [Float64Array, Float64Array, Float64Array];

/** An 8-bit sRGB picture with 3 channels, or 4 with straight alpha. */
export interface TwinPicture extends Size {
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/**
 * The error sums of a candidate against a reference of the same size.
 *
 * `background` is the grey behind transparent pixels, encoded sRGB in 0..1;
 * `shift` halvings come before the first level.
 */
export function twinErrors(
  reference: TwinPicture,
  candidate: TwinPicture,
  { background = 0.1, shift = 0 } = {},
): ErrorSums {
  let ours = linearPlanes(reference, background);
  let theirs = linearPlanes(candidate, background);
  let size: Size = reference;
  for (let i = 0; i < shift; i++) {
    ours = halve(ours, size);
    theirs = halve(theirs, size);
    size = { width: Math.ceil(size.width / 2), height: Math.ceil(size.height / 2) };
  }
  const levels = levelsOf(size);
  const cells: Float64Array[][] = Array.from({ length: PLANES }, () => []);
  levels.forEach((level, at) => {
    if (at > 0) {
      ours = halve(ours, levels[at - 1]!);
      theirs = halve(theirs, levels[at - 1]!);
    }
    const a = positiveXyb(ours);
    const b = positiveXyb(theirs);
    for (let plane = 0; plane < PLANES; plane++) {
      cells[plane]![at] = errorsOfPlane(a[plane]!, b[plane]!, level);
    }
  });
  return { levels, cell: (plane, level) => cells[plane]?.[level] };
}

/** Linear light in 0..1 of an encoded sRGB value in 0..1 (IEC 61966-2-1). */
function linear(encoded: number): number {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

function linearPlanes({ width, height, channels, data }: TwinPicture, background: number): Planes {
  const planes: Planes = [
    new Float64Array(width * height),
    new Float64Array(width * height),
    new Float64Array(width * height),
  ];
  for (let i = 0; i < width * height; i++) {
    const alpha = channels === 4 ? data[i * 4 + 3]! / 255 : 1;
    for (let c = 0; c < 3; c++) {
      const encoded = data[i * channels + c]! / 255;
      planes[c]![i] = linear(alpha * encoded + (1 - alpha) * background);
    }
  }
  return planes;
}

/** The mean of each 2 x 2; odd sides round up and the last row and column count twice. */
function halve(planes: Planes, { width, height }: Size): Planes {
  const w = Math.ceil(width / 2);
  const h = Math.ceil(height / 2);
  return planes.map((plane) => {
    const half = new Float64Array(w * h);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const right = Math.min(2 * x + 1, width - 1);
        const upper = 2 * y * width;
        const lower = Math.min(2 * y + 1, height - 1) * width;
        const sum = plane[upper + 2 * x]! + plane[upper + right]!;
        half[y * w + x] = (sum + plane[lower + 2 * x]! + plane[lower + right]!) / 4;
      }
    }
    return half;
  }) as unknown as Planes;
}

/** X, Y and B - Y, moved into 0..1. */
function positiveXyb([red, green, blue]: Planes): Planes {
  const size = red.length;
  const planes: Planes = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const root = (row: readonly [number, number, number], i: number) =>
    Math.cbrt(row[0] * red[i]! + row[1] * green[i]! + row[2] * blue[i]! + OPSIN_BIAS) -
    Math.cbrt(OPSIN_BIAS);
  for (let i = 0; i < size; i++) {
    const l = root(OPSIN_MATRIX[0], i);
    const m = root(OPSIN_MATRIX[1], i);
    const s = root(OPSIN_MATRIX[2], i);
    const y = (l + m) / 2;
    planes[0][i] = ((l - m) / 2) * RANGES.x[0] + RANGES.x[1];
    planes[1][i] = y * RANGES.y[0] + RANGES.y[1];
    planes[2][i] = (s - y) * RANGES.b[0] + RANGES.b[1];
  }
  return planes;
}

/** The nine-tap blur across and down; outside the picture there is zero. */
function blur(plane: Float64Array, { width, height }: Size): Float64Array {
  const pass = (from: Float64Array, dx: number, dy: number) => {
    const to = new Float64Array(from.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let n = -4; n <= 4; n++) {
          const px = x + n * dx;
          const py = y + n * dy;
          const inside = px >= 0 && py >= 0 && px < width && py < height;
          if (inside) sum += TAPS[Math.abs(n)]! * from[py * width + px]!;
        }
        to[y * width + x] = sum;
      }
    }
    return to;
  };
  return pass(pass(plane, 1, 0), 0, 1);
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value * b[i]!);
}

/** The three maps of one plane at one level, summed per tile: values, then fourth powers. */
function errorsOfPlane(a: Float64Array, b: Float64Array, level: Level): Float64Array {
  const meanA = blur(a, level);
  const meanB = blur(b, level);
  const squareA = blur(product(a, a), level);
  const squareB = blur(product(b, b), level);
  const cross = blur(product(a, b), level);
  const sums = new Float64Array(level.columns * level.rows * SUMS);
  for (let y = 0; y < level.height; y++) {
    for (let x = 0; x < level.width; x++) {
      const i = y * level.width + x;
      const ma = meanA[i]!;
      const mb = meanB[i]!;
      const closeness = 1 - (ma - mb) ** 2;
      const covariance = 2 * (cross[i]! - ma * mb) + C2;
      const variances = squareA[i]! - ma * ma + (squareB[i]! - mb * mb) + C2;
      const structure = Math.max(0, 1 - (closeness * covariance) / variances);
      const edge = (1 + Math.abs(b[i]! - mb)) / (1 + Math.abs(a[i]! - ma)) - 1;
      const came = Math.max(0, edge);
      const went = Math.max(0, -edge);
      const tile = Math.floor(y / level.side) * level.columns + Math.floor(x / level.side);
      const at = tile * SUMS;
      sums[at]! += structure;
      sums[at + 1]! += came;
      sums[at + 2]! += went;
      sums[at + 3]! += structure ** 4;
      sums[at + 4]! += came ** 4;
      sums[at + 5]! += went ** 4;
    }
  }
  return sums;
}
