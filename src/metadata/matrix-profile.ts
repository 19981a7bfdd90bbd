/**
 * A matrix profile: an ICC profile of RGB that is made of three colors and three curves
 * (ICC.1:2022, 8.3.4 and 10.6, 10.18).
 *
 * Nearly all RGB profiles are. One with tables for whole colors is left to a color engine.
 * Never reads outside the bytes, never throws.
 */
import { inverse, type Matrix, type Vector } from '../base/chromaticity.ts';
import { latin1, uint16, uint32 } from '../containers/bytes.ts';

export interface MatrixProfile {
  /** From light of red, green and blue to XYZ under D50. */
  readonly toXyz: Matrix;
  /** Light 0..1 of every 8-bit sample, for red, green and blue. */
  readonly curves: readonly [Float64Array, Float64Array, Float64Array];
}

/** Tags in a profile that are looked through. */
const MOST_TAGS = 100;

/** Tags that say whole colors by tables, which go before the curves. */
const TABLES = ['A2B0', 'A2B1', 'D2B0', 'D2B1'];

/** Parameters of the forms 0 to 4 of a parametric curve. */
const PARAMETERS = [1, 3, 4, 5, 7];

/** The colors and curves of a profile; undefined where it is made of other things. */
export function matrixProfile(icc: Uint8Array): MatrixProfile | undefined {
  if (latin1(icc, 16, 20) !== 'RGB ' || latin1(icc, 20, 24) !== 'XYZ ') return undefined;
  const tags = tagsOf(icc);
  if (TABLES.some((name) => tags.has(name))) return undefined;
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => xyzOf(icc, tags.get(name)));
  const curves = ['rTRC', 'gTRC', 'bTRC'].map((name) => curveOf(icc, tags.get(name)));
  const [red, green, blue] = columns;
  const [ofRed, ofGreen, ofBlue] = curves;
  if (!red || !green || !blue || !ofRed || !ofGreen || !ofBlue) return undefined;
  const toXyz: Matrix = [
    ...([red[0], green[0], blue[0]] as const),
    ...([red[1], green[1], blue[1]] as const),
    ...([red[2], green[2], blue[2]] as const),
  ];
  return inverse(toXyz) === undefined ? undefined : { toXyz, curves: [ofRed, ofGreen, ofBlue] };
}

/** Whether a profile of RGB is made of other things, which only a color engine applies. */
export function isTableProfile(icc: Uint8Array): boolean {
  return latin1(icc, 16, 20) === 'RGB ' && matrixProfile(icc) === undefined;
}

function tagsOf(icc: Uint8Array): ReadonlyMap<string, number> {
  const count = Math.min(uint32(icc, 128) ?? 0, MOST_TAGS);
  return new Map(
    Array.from({ length: count }, (_, i) => 132 + 12 * i).flatMap((entry) => {
      const at = uint32(icc, entry + 4);
      return at === undefined ? [] : [[latin1(icc, entry, entry + 4), at] as const];
    }),
  );
}

function xyzOf(icc: Uint8Array, at: number | undefined): Vector | undefined {
  if (at === undefined || latin1(icc, at, at + 4) !== 'XYZ ') return undefined;
  const [x, y, z] = [fixed(icc, at + 8), fixed(icc, at + 12), fixed(icc, at + 16)];
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z];
}

/** A number in 16.16 bits with a sign. */
function fixed(icc: Uint8Array, at: number): number | undefined {
  const value = uint32(icc, at);
  return value === undefined ? undefined : (value | 0) / 65_536;
}

/** Light of every 8-bit sample. */
function curveOf(icc: Uint8Array, at: number | undefined): Float64Array | undefined {
  if (at === undefined) return undefined;
  const type = latin1(icc, at, at + 4);
  const of = type === 'curv' ? tableCurve(icc, at) : type === 'para' ? formula(icc, at) : undefined;
  if (of === undefined) return undefined;
  const light = Float64Array.from({ length: 256 }, (_, sample) => of(sample / 255));
  return light.every(Number.isFinite) ? light : undefined;
}

type Curve = (value: number) => number;

/** No entry is linear light, one is an exponent, more are light at even steps. */
function tableCurve(icc: Uint8Array, at: number): Curve | undefined {
  const count = uint32(icc, at + 8);
  if (count === undefined || at + 12 + 2 * count > icc.length) return undefined;
  const entry = (i: number) => uint16(icc, at + 12 + 2 * i) ?? 0;
  if (count === 0) return (value) => value;
  if (count === 1) return (value) => value ** (entry(0) / 256);
  return (value) => {
    const place = value * (count - 1);
    const below = Math.min(count - 2, Math.floor(place));
    const share = place - below;
    return ((1 - share) * entry(below) + share * entry(below + 1)) / 65_535;
  };
}

function formula(icc: Uint8Array, at: number): Curve | undefined {
  const form = uint16(icc, at + 8) ?? PARAMETERS.length;
  const count = PARAMETERS[form];
  if (count === undefined) return undefined;
  const numbers = Array.from({ length: count }, (_, i) => fixed(icc, at + 12 + 4 * i));
  const [g, a = 1, b = 0, c = 0, d, e = 0, f = 0] = numbers;
  if (g === undefined || numbers.includes(undefined)) return undefined;
  const power = (value: number) => Math.max(0, a * value + b) ** g;
  switch (form) {
    case 0:
      return (value) => value ** g;
    case 1:
      return (value) => (value >= -b / a ? power(value) : 0);
    case 2:
      return (value) => (value >= -b / a ? power(value) + c : c);
    default:
      return (value) => (value >= (d ?? 0) ? power(value) + e : c * value + f);
  }
}
