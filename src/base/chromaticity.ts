/**
 * Chromaticity: the three colors and the white that a color space is made of,
 * and the matrices that follow from them.
 *
 * A matrix is nine numbers, row by row. Light is relative: 1 is the white of the
 * space. Where white differs, colors are adapted by Bradford's transform, as ICC
 * profiles and browsers do, so that white stays white.
 */

/** A color without its brightness, as CIE 1931 x and y. */
export type Chromaticity = readonly [x: number, y: number];

export interface Chromaticities {
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
  readonly white: Chromaticity;
}

export type Matrix = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export type Vector = readonly [number, number, number];

export const D65: Chromaticity = [0.3127, 0.329];

/** The primaries of sRGB and of BT.709. */
export const BT709: Chromaticities = {
  red: [0.64, 0.33],
  green: [0.3, 0.6],
  blue: [0.15, 0.06],
  white: D65,
};

/** The primaries of Adobe RGB (1998) (docs/spec/color.md 5.1). */
export const ADOBE_RGB: Chromaticities = {
  red: [0.64, 0.33],
  green: [0.21, 0.71],
  blue: [0.15, 0.06],
  white: D65,
};

/** The white of ICC profiles, as XYZ. */
export const D50: Vector = [0.9642, 1, 0.8249];

const BRADFORD: Matrix = [
  0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296,
];

/** Below this a determinant means colors on one line, between which nothing can be mixed. */
const FLAT = 1e-6;

/**
 * From linear RGB of a space to XYZ under its own white; undefined where the
 * colors span nothing or the numbers are none.
 */
export function rgbToXyz({ red, green, blue, white }: Chromaticities): Matrix | undefined {
  if (![red, green, blue, white].flat().every(Number.isFinite) || white[1] <= 0) return undefined;
  const row = (at: (place: Chromaticity) => number): Vector => [at(red), at(green), at(blue)];
  const colors: Matrix = [...row(([x]) => x), ...row(([, y]) => y), ...row(([x, y]) => 1 - x - y)];
  const back = inverse(colors);
  if (back === undefined) return undefined;
  const [s, t, u] = apply(back, xyzOf(white));
  if (![s, t, u].every((share) => share > 0 && Number.isFinite(share))) return undefined;
  const [a, c, d, e, f, h, i, j, k] = colors;
  return [a * s, c * t, d * u, e * s, f * t, h * u, i * s, j * t, k * u];
}

/** From XYZ under one white to XYZ under another. */
export function adaptation(from: Vector, to: Vector): Matrix {
  const source = apply(BRADFORD, from);
  const target = apply(BRADFORD, to);
  const gain = (cone: 0 | 1 | 2) => target[cone] / source[cone];
  const gains: Matrix = [gain(0), 0, 0, 0, gain(1), 0, 0, 0, gain(2)];
  return product(inverse(BRADFORD)!, product(gains, BRADFORD));
}

/** From linear RGB of one space to that of another; undefined where one of them is none. */
export function conversion(from: Chromaticities, to: Chromaticities): Matrix | undefined {
  const [out, into] = [rgbToXyz(from), rgbToXyz(to)];
  const back = into && inverse(into);
  if (out === undefined || back === undefined) return undefined;
  return product(back, product(adaptation(whiteOf(from), whiteOf(to)), out));
}

/** The white of a space as XYZ with Y = 1. */
export function whiteOf({ white }: Chromaticities): Vector {
  return xyzOf(white);
}

export function product(a: Matrix, b: Matrix): Matrix {
  const at = (row: number, column: number) =>
    a[3 * row]! * b[column]! + a[3 * row + 1]! * b[3 + column]! + a[3 * row + 2]! * b[6 + column]!;
  const row = (index: number): Vector => [at(index, 0), at(index, 1), at(index, 2)];
  return [...row(0), ...row(1), ...row(2)];
}

export function apply(m: Matrix, [x, y, z]: Vector): Vector {
  return [
    m[0] * x + m[1] * y + m[2] * z,
    m[3] * x + m[4] * y + m[5] * z,
    m[6] * x + m[7] * y + m[8] * z,
  ];
}

/** Undefined for a matrix that loses a dimension. */
export function inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix | undefined {
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const determinant = a * A + b * B + c * C;
  if (!(Math.abs(determinant) > FLAT)) return undefined;
  const s = 1 / determinant;
  return [
    A * s,
    (c * h - b * i) * s,
    (b * f - c * e) * s,
    B * s,
    (a * i - c * g) * s,
    (c * d - a * f) * s,
    C * s,
    (b * g - a * h) * s,
    (a * e - b * d) * s,
  ];
}

function xyzOf([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y];
}
