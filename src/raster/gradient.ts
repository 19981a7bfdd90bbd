/**
 * Gradients: a canvas that runs from one color to another (docs/spec/imgix.md 5.4.3).
 *
 * The way between the colors is a table; a pixel takes the entry of its place. Hues go the shorter
 * way round. Clear colors lend no color.
 *
 * Pure loops.
 */
import type { Color } from '../base/color.ts';
import { clamp, type Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { linearToSrgb, srgbToLinear } from '../image/srgb-curve.ts';
import type { Gradient, GradientShape, GradientSpace } from '../plan/composition/gradient.ts';
import { still } from './pixels.ts';

/** Entries on the way, its middle one of them: more than any side that is seen has levels. */
const STEPS = 4097;

/** A canvas of a size. */
export function gradient(
  { width, height }: Size,
  {
    shape,
    space,
    colors,
    ...given
  }: Gradient<number> & {
    readonly colors: readonly [Color, Color];
  },
): Raster {
  const opaque = colors.every(({ alpha }) => alpha >= 1);
  const channels = opaque ? 3 : 4;
  const way = given.way ?? wayBetween(colors, space);
  const place = placeOf(shape, width, height);
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      const at = Math.round(clamp(place(x + 0.5, y + 0.5), 0, 1) * (STEPS - 1)) * 4;
      data[i] = way[at]!;
      data[i + 1] = way[at + 1]!;
      data[i + 2] = way[at + 2]!;
      if (channels === 4) data[i + 3] = way[at + 3]!;
    }
  }
  return still(width, height, channels, data);
}

/** How far on the way a point lies, from 0 to 1 and beyond. */
function placeOf(
  shape: GradientShape<number>,
  width: number,
  height: number,
): (x: number, y: number) => number {
  if (shape.kind === 'radial') {
    const [first, second] = shape.radii;
    return (x, y) => {
      const away = Math.hypot(x - shape.x, y - shape.y);
      if (first === second) return away < first ? 0 : 1;
      return (away - first) / (second - first);
    };
  }
  const along = (at: number, side: number, way: number) => (way < 0 ? 1 - at / side : at / side);
  const across = shape.x === 0 ? 0 : 1;
  const down = shape.y === 0 ? 0 : 1;
  const sum = Math.max(1, across + down);
  return (x, y) => (across * along(x, width, shape.x) + down * along(y, height, shape.y)) / sum;
}

type Triple = readonly [number, number, number];

/** Levels of every entry, RGBA. @param convert from sRGB to what they are to be in */
export function wayBetween(
  [from, to]: readonly [Color, Color],
  space: GradientSpace,
  convert: (color: Color) => Color = (color) => color,
): Uint8Array {
  const { encode, decode, hue } = SPACES[space];
  const [a, b] = [encode(unit(from)), encode(unit(to))];
  const way = new Uint8Array(STEPS * 4);
  for (let step = 0; step < STEPS; step++) {
    const share = step / (STEPS - 1);
    const alpha = from.alpha + (to.alpha - from.alpha) * share;
    const weight = alpha === 0 ? share : (to.alpha * share) / alpha;
    const mixed = [0, 1, 2].map((c) => {
      const way = c === hue ? shorter(b[c]! - a[c]!) : b[c]! - a[c]!;
      return a[c]! + way * weight;
    }) as unknown as Triple;
    const levels = each(decode(mixed), (value) => clamp(value, 0, 1) * 255);
    const shown = convert({ red: levels[0], green: levels[1], blue: levels[2], alpha });
    way.set([shown.red, shown.green, shown.blue, alpha * 255].map(Math.round), step * 4);
  }
  return way;
}

function unit({ red, green, blue }: Color): Triple {
  return [red / 255, green / 255, blue / 255];
}

/** A turn of degrees the shorter way round. */
function shorter(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}

interface Space {
  readonly encode: (rgb: Triple) => Triple;
  readonly decode: (values: Triple) => Triple;
  /** Which of the values is an angle in degrees. */
  readonly hue?: 0 | 2;
}

const SPACES: Readonly<Record<GradientSpace, Space>> = {
  srgb: { encode: (rgb) => rgb, decode: (rgb) => rgb },
  linear: { encode: (rgb) => each(rgb, srgbToLinear), decode: (rgb) => each(rgb, fromLinear) },
  oklab: { encode: toOklab, decode: fromOklab },
  hsl: { encode: toHsl, decode: fromHsl, hue: 0 },
  lch: {
    encode: (rgb) => polar(toLab(rgb)),
    decode: (lch) => fromLab(cartesian(lch)),
    hue: 2,
  },
};

function each([a, b, c]: Triple, by: (value: number) => number): Triple {
  return [by(a), by(b), by(c)];
}

function fromLinear(value: number): number {
  return linearToSrgb(Math.max(0, value));
}

/** Rows of a matrix times a column. */
function times(rows: readonly [Triple, Triple, Triple], [a, b, c]: Triple): Triple {
  const row = (r: Triple) => r[0] * a + r[1] * b + r[2] * c;
  return [row(rows[0]), row(rows[1]), row(rows[2])];
}

/** From linear sRGB to the cone responses of Oklab, and on (https://bottosson.github.io/posts/oklab/). */
const TO_CONES: readonly [Triple, Triple, Triple] = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_OKLAB: readonly [Triple, Triple, Triple] = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const FROM_OKLAB: readonly [Triple, Triple, Triple] = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const FROM_CONES: readonly [Triple, Triple, Triple] = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

function toOklab(rgb: Triple): Triple {
  return times(TO_OKLAB, each(times(TO_CONES, each(rgb, srgbToLinear)), Math.cbrt));
}

function fromOklab(lab: Triple): Triple {
  const cones = each(times(FROM_OKLAB, lab), (value) => value ** 3);
  return each(times(FROM_CONES, cones), fromLinear);
}

/** Linear sRGB to CIE XYZ and back, of D65. */
const TO_XYZ: readonly [Triple, Triple, Triple] = [
  [0.4123907993, 0.3575843394, 0.1804807884],
  [0.2126390059, 0.7151686788, 0.0721923154],
  [0.0193308187, 0.1191947798, 0.9505321522],
];
const FROM_XYZ: readonly [Triple, Triple, Triple] = [
  [3.2409699419, -1.5373831776, -0.4986107603],
  [-0.9692436363, 1.8759675015, 0.0415550574],
  [0.0556300797, -0.2039769589, 1.0569715142],
];
const WHITE: Triple = [0.9504559271, 1, 1.0890577508];

function toLab(rgb: Triple): Triple {
  const [x, y, z] = times(TO_XYZ, each(rgb, srgbToLinear));
  const f = (value: number) =>
    value > 216 / 24_389 ? Math.cbrt(value) : ((24_389 / 27) * value + 16) / 116;
  const [fx, fy, fz] = [f(x / WHITE[0]), f(y / WHITE[1]), f(z / WHITE[2])];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function fromLab([l, a, b]: Triple): Triple {
  const fy = (l + 16) / 116;
  const back = (f: number) => (f ** 3 > 216 / 24_389 ? f ** 3 : (116 * f - 16) / (24_389 / 27));
  const xyz: Triple = [
    WHITE[0] * back(fy + a / 500),
    WHITE[1] * back(fy),
    WHITE[2] * back(fy - b / 200),
  ];
  return each(times(FROM_XYZ, xyz), fromLinear);
}

/** Lightness, chroma and hue. */
function polar([l, a, b]: Triple): Triple {
  return [l, Math.hypot(a, b), (Math.atan2(b, a) * 180) / Math.PI];
}

function cartesian([l, c, h]: Triple): Triple {
  const angle = (h * Math.PI) / 180;
  return [l, c * Math.cos(angle), c * Math.sin(angle)];
}

/** Hue in degrees, saturation and lightness. */
function toHsl([red, green, blue]: Triple): Triple {
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  const light = most - range / 2;
  if (range === 0) return [0, 0, light];
  const sector =
    most === red
      ? (green - blue) / range
      : most === green
        ? 2 + (blue - red) / range
        : 4 + (red - green) / range;
  return [60 * sector, range / (1 - Math.abs(2 * light - 1)), light];
}

function fromHsl([hue, saturation, light]: Triple): Triple {
  const amount = saturation * Math.min(light, 1 - light);
  const channel = (n: number) => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    return light - amount * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}
