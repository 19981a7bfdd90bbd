/**
 * Colors: those of CSS Color 4 in the sRGB that librsvg reads, cut to what a screen of sRGB shows, as browsers do.
 *
 * `lab()`, `lch()`, `oklab()`, `oklch()`, `color()` of sRGB, its linear form and Display P3, and the light one of `light-dark()` (CSS Color 4
 * specification, sections 9 and 10; CSS Color 5 specification, section 4). One that is made of another color, or calculated, stays as it is.
 */

import { linearToSrgb, srgbToLinear } from '../../image/srgb-curve.ts';
import { splitOutside } from './sheet.ts';

/** What has to be in a value. */
const SIGNS = /(?:lab|lch|color|light-dark)\(/i;

const FUNCTION = /\b(oklab|oklch|lab|lch|color)\(([^()]{0,200})\)/gi;

/** Brackets in brackets of `light-dark()`. */
const MOST_DEPTH = 8;

/** A value with its colors in sRGB. */
export function withPlainColors(value: string): string {
  if (!SIGNS.test(value)) return value;
  return light(value, 0).replace(FUNCTION, (whole, name: string, inside: string) => {
    return srgbText(name.toLowerCase(), inside.trim().toLowerCase()) ?? whole;
  });
}

/** A value with the first of each `light-dark()` in its place. */
function light(value: string, depth: number): string {
  const start = value.search(/light-dark\(/i);
  if (start < 0 || depth >= MOST_DEPTH) return value;
  const inside = splitOutside(`${value.slice(start + 11)}`, ')')[0] ?? '';
  const end = start + 11 + inside.length + 1;
  const [first = ''] = splitOutside(inside, ',');
  return light(value.slice(0, start) + first.trim() + value.slice(end), depth + 1);
}

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

function srgbText(name: string, inside: string): string | undefined {
  const [colors = '', opacity] = inside.split('/').map((part) => part.trim());
  const words = colors.split(/\s+/);
  const space = name === 'color' ? words.shift() : undefined;
  if (words.length !== 3) return undefined;
  const read = (at: number, whole: number) => amount(words[at]!, whole);
  const linear = linearOf(name, space, read);
  const alpha = opacity === undefined ? 1 : amount(opacity, 1);
  if (linear === undefined || ![...linear, alpha].every(Number.isFinite)) return undefined;
  const bytes = linear.map((one) => Math.round(255 * linearToSrgb(Math.min(1, Math.max(0, one)))));
  if (alpha >= 1) return `rgb(${bytes.join(',')})`;
  return `rgba(${bytes.join(',')},${Math.max(0, alpha)})`;
}

/** Linear light of sRGB, not cut. */
function linearOf(
  name: string,
  space: string | undefined,
  read: (at: number, whole: number) => number,
): Vector | undefined {
  if (name === 'color') {
    const given: Vector = [read(0, 1), read(1, 1), read(2, 1)];
    if (space === 'srgb-linear') return given;
    const decoded = given.map((one) => Math.sign(one) * srgbToLinear(Math.abs(one)));
    if (space === 'srgb') return decoded as unknown as Vector;
    return space === 'display-p3' ? times(P3, decoded as unknown as Vector) : undefined;
  }
  const ok = name.startsWith('ok');
  const lightness = read(0, ok ? 1 : 100);
  let [a, b] = [read(1, ok ? 0.4 : 125), read(2, ok ? 0.4 : 125)];
  if (name.endsWith('lch')) {
    const chroma = read(1, ok ? 0.4 : 150);
    const hue = (read(2, 360) * Math.PI) / 180;
    [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  }
  if (!ok) return times(XYZ_D50, labToXyz(lightness, a, b));
  const roots = times(OKLAB, [lightness, a, b]);
  return times(LMS, [roots[0] ** 3, roots[1] ** 3, roots[2] ** 3]);
}

/** A number, a share of a whole, or degrees; not a number for what cannot be read. */
function amount(text: string, whole: number): number {
  if (text === 'none') return 0;
  const match =
    /^([+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?)(%|deg|rad|turn|grad)?$/.exec(
      text,
    );
  if (match === null) return Number.NaN;
  const number = Number(match[1]);
  const units: Readonly<Record<string, number>> = {
    '%': whole / 100,
    rad: 180 / Math.PI,
    turn: 360,
    grad: 0.9,
  };
  return number * (units[match[2] ?? ''] ?? 1);
}

function labToXyz(lightness: number, a: number, b: number): Vector {
  const y = (lightness + 16) / 116;
  const [x, z] = [a / 500 + y, y - b / 200];
  const cube = (one: number) =>
    one ** 3 > 216 / 24389 ? one ** 3 : (116 * one - 16) / (24389 / 27);
  return [0.96429568 * cube(x), cube(y), 0.8251046 * cube(z)];
}

function times(m: Matrix, [x, y, z]: Vector): Vector {
  return m.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Vector;
}

/** Linear Display P3 to linear sRGB. */
const P3: Matrix = [
  [1.2249401763, -0.2249401763, 0],
  [-0.0420569547, 1.0420569547, 0],
  [-0.0196375546, -0.0786360456, 1.0982736001],
];

/** XYZ by the white D50 to linear sRGB. */
const XYZ_D50: Matrix = [
  [3.1341358529, -1.6173863321, -0.4906622179],
  [-0.9787955479, 1.9162543735, 0.0334427351],
  [0.0719557, -0.228976745, 1.4053860368],
];

/** Oklab to the roots of its cones, and cones to linear sRGB (B. Ottosson, 2020). */
const OKLAB: Matrix = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const LMS: Matrix = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];
