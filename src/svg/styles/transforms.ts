/**
 * Transforms: what styles and attributes of one element say of its place, as one matrix (CSS Transforms 1 specification, section 6, and
 * Transforms 2, individual ones).
 *
 * Numbers without a unit are what an attribute has, those with one what a style has; both are pixels and degrees here.
 */
import type { Size } from '../../base/size.ts';

/** A rectangle in pixels of the element's own coordinates. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** What declarations, or attributes, of one element say. */
export interface Said {
  readonly transform: string | undefined;
  readonly origin: string | undefined;
  readonly translate: string | undefined;
  readonly rotate: string | undefined;
  readonly scale: string | undefined;
}

/** a, b, c, d, e and f of SVG's `matrix()`. */
type Matrix = readonly [number, number, number, number, number, number];

const NONE: Matrix = [1, 0, 0, 1, 0, 0];

/**
 * The whole transform as a value for the attribute; undefined where there is none, or it cannot be said.
 *
 * @param box of which shares are shares, and from whose corner an origin counts
 */
export function wholeTransform(said: Said, box: Box): string | undefined {
  const steps = [
    said.translate && `translate(${said.translate.trim().replace(/\s+/g, ',')})`,
    said.rotate && `rotate(${said.rotate})`,
    said.scale && `scale(${said.scale.trim().replace(/\s+/g, ',')})`,
    said.transform,
  ].filter((step) => step && !/^(?:\w+\()?\s*none\s*\)?$/i.test(step.trim()));
  if (steps.length === 0) return undefined;
  const inside = transformOf(steps.join(' '), box);
  const origin = said.origin === undefined ? [0, 0] : pointOf(said.origin, box);
  if (inside === undefined || origin === undefined) return undefined;
  const [x, y] = [origin[0]! + box.left, origin[1]! + box.top];
  const whole = times(times([1, 0, 0, 1, x, y], inside), [1, 0, 0, 1, -x, -y]);
  return whole.every(Number.isFinite) ? `matrix(${whole.map(written).join(' ')})` : undefined;
}

function written(number: number): string {
  return String(Number(number.toPrecision(12)));
}

function times(m: Matrix, n: Matrix): Matrix {
  const [a, b, c, d, e, f] = m;
  const [g, h, i, j, k, l] = n;
  return [
    a * g + c * h,
    b * g + d * h,
    a * i + c * j,
    b * i + d * j,
    a * k + c * l + e,
    b * k + d * l + f,
  ];
}

/** A list of functions as one matrix; undefined where there is one that is not known. */
export function transformOf(list: string, box: Size): Matrix | undefined {
  const STEP = /[\s,]*([a-z][a-z0-9]*)\s*\(([^()]*)\)/iy;
  let whole: Matrix = NONE;
  let done = 0;
  for (let found = STEP.exec(list); found; found = STEP.exec(list)) {
    done = STEP.lastIndex;
    const values = found[2]!.trim().split(/\s*,\s*|\s+/);
    const step = stepOf(found[1]!.toLowerCase(), values, box);
    if (step === undefined) return undefined;
    whole = times(whole, step);
  }
  return done > 0 && /^[\s,]*$/.test(list.slice(done)) ? whole : undefined;
}

function stepOf(name: string, values: readonly string[], box: Size): Matrix | undefined {
  const across = (at: number, none = 0) => lengthOf(values[at], box.width, none);
  const down = (at: number, none = 0) => lengthOf(values[at], box.height, none);
  const number = (at: number, none: number) => lengthOf(values[at], 1, none);
  const angle = (at: number, none = 0) => angleOf(values[at], none);
  const made = MADE[name]?.({ across, down, number, angle, count: values.length });
  return made?.every((one) => Number.isFinite(one)) ? made : undefined;
}

interface Values {
  readonly count: number;
  across(at: number, none?: number): number;
  down(at: number, none?: number): number;
  number(at: number, none: number): number;
  /** In radians. */
  angle(at: number, none?: number): number;
}

const turned = (by: number): Matrix => [
  Math.cos(by),
  Math.sin(by),
  -Math.sin(by),
  Math.cos(by),
  0,
  0,
];

const skewed = (x: number, y: number): Matrix => [1, Math.tan(y), Math.tan(x), 1, 0, 0];

const MADE: Readonly<Record<string, (values: Values) => Matrix>> = {
  matrix: ({ number }) =>
    [0, 1, 2, 3, 4, 5].map((at) => number(at, Number.NaN)) as unknown as Matrix,
  translate: ({ across, down }) => [1, 0, 0, 1, across(0, Number.NaN), down(1)],
  translatex: ({ across }) => [1, 0, 0, 1, across(0, Number.NaN), 0],
  translatey: ({ down }) => [1, 0, 0, 1, 0, down(0, Number.NaN)],
  // Without a perspective depth is not seen
  translatez: () => NONE,
  translate3d: ({ across, down }) => [1, 0, 0, 1, across(0, Number.NaN), down(1, Number.NaN)],
  scale: ({ number }) => [number(0, Number.NaN), 0, 0, number(1, number(0, 1)), 0, 0],
  scalex: ({ number }) => [number(0, Number.NaN), 0, 0, 1, 0, 0],
  scaley: ({ number }) => [1, 0, 0, number(0, Number.NaN), 0, 0],
  scalez: () => NONE,
  scale3d: ({ number }) => [number(0, Number.NaN), 0, 0, number(1, Number.NaN), 0, 0],
  rotate: ({ angle, across, down, count }) => {
    const by = turned(angle(0, Number.NaN));
    if (count < 3) return by;
    const [x, y] = [across(1), down(2)];
    return times(times([1, 0, 0, 1, x, y], by), [1, 0, 0, 1, -x, -y]);
  },
  rotatez: ({ angle }) => turned(angle(0, Number.NaN)),
  skew: ({ angle }) => skewed(angle(0, Number.NaN), angle(1)),
  skewx: ({ angle }) => skewed(angle(0, Number.NaN), 0),
  skewy: ({ angle }) => skewed(0, angle(0, Number.NaN)),
};

const NUMBER = /^([+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?)([a-z%]*)$/i;

const PIXELS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  in: 96,
  pt: 4 / 3,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
};

/** Of a circle. */
const SHARES: Readonly<Record<string, number>> = {
  '': 360,
  deg: 360,
  rad: 2 * Math.PI,
  grad: 400,
  turn: 1,
};

/** Pixels; not a number for what cannot be read. */
function lengthOf(text: string | undefined, whole: number, none: number): number {
  if (text === undefined || text === '') return none;
  const match = NUMBER.exec(text);
  if (match === null) return Number.NaN;
  const unit = match[2]!.toLowerCase();
  return unit === '%'
    ? (Number(match[1]) / 100) * whole
    : Number(match[1]) * (PIXELS[unit] ?? Number.NaN);
}

/** Radians; not a number for what cannot be read. */
function angleOf(text: string | undefined, none: number): number {
  if (text === undefined || text === '') return none;
  const match = NUMBER.exec(text);
  const circle = match && SHARES[match[2]!.toLowerCase()];
  return circle ? (Number(match[1]) / circle) * 2 * Math.PI : Number.NaN;
}

const KEYWORDS: Readonly<Record<string, readonly [axis: 'x' | 'y' | 'any', share: number]>> = {
  left: ['x', 0],
  right: ['x', 1],
  top: ['y', 0],
  bottom: ['y', 1],
  center: ['any', 0.5],
};

function pointOf(origin: string, box: Size): readonly [number, number] | undefined {
  const words = origin
    .trim()
    .toLowerCase()
    .split(/[\s,]+/)
    .slice(0, 3);
  const [first = '', second = 'center'] = words;
  const swapped = KEYWORDS[first]?.[0] === 'y' || KEYWORDS[second]?.[0] === 'x';
  const [across, down] = swapped ? [second, first] : [first, second];
  const x = along(across, 'x', box.width);
  const y = along(down, 'y', box.height);
  return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : undefined;
}

function along(word: string, axis: 'x' | 'y', length: number): number {
  const keyword = KEYWORDS[word];
  if (keyword)
    return keyword[0] === axis || keyword[0] === 'any' ? keyword[1] * length : Number.NaN;
  return lengthOf(word, length, Number.NaN);
}
