/**
 * To Adobe RGB (1998) or sRGB: pixels of sRGB, of a matrix profile or of a space told by numbers
 * (docs/spec/color.md 5).
 *
 * Light is mixed by one matrix and clipped channel by channel, as relative colorimetric profiles do.
 * Alpha keeps its value. Pure.
 */
import {
  ADOBE_RGB,
  adaptation,
  BT709,
  type Chromaticities,
  D50,
  inverse,
  type Matrix,
  product,
  rgbToXyz,
  whiteOf,
} from '../../base/chromaticity.ts';
import type { Raster } from '../../image/raster.ts';
import { ADOBE_RGB_CURVE, type SampleCurve, SRGB_CURVE } from '../../image/source-color.ts';
import { linearToSrgb } from '../../image/srgb-curve.ts';

/** What the samples of a raster mean. */
export interface RgbSpace {
  /** From light of red, green and blue to XYZ under D50. */
  readonly toXyz: Matrix;
  /** Light 0..1 of every 8-bit sample, for red, green and blue. */
  readonly curves: readonly [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>];
}

/** Steps of the table from the root of light to a level: a tenth of a level each. */
const ROOT_STEPS = 4096;

/** A space by its primaries and one curve. @throws Error for primaries that span nothing */
export function rgbSpace(primaries: Chromaticities, curve: SampleCurve): RgbSpace {
  const light = Float64Array.from({ length: 256 }, (_, sample) => {
    const { exponent, a, b, slope, from } = curve;
    const value = sample / 255;
    return value < from ? slope * value : (a * value + b) ** exponent;
  });
  return { toXyz: toXyzOf(primaries), curves: [light, light, light] };
}

export const srgbSpace = (): RgbSpace => rgbSpace(BT709, SRGB_CURVE);

function toXyzOf(primaries: Chromaticities): Matrix {
  const xyz = rgbToXyz(primaries);
  if (xyz === undefined) throw new Error('Expected primaries that span a color space.');
  return product(adaptation(whiteOf(primaries), D50), xyz);
}

/** The raster in Adobe RGB (1998), without a profile. Colors that it does not have are clipped. */
export function toAdobeRgb(raster: Raster, from: RgbSpace): Raster {
  adobe ??= levelTable((light) => light ** (1 / ADOBE_RGB_CURVE.exponent));
  return converted(raster, from, ADOBE_RGB, adobe);
}

/** The same in sRGB. */
export function toStandardRgb(raster: Raster, from: RgbSpace): Raster {
  standard ??= levelTable(linearToSrgb);
  return converted(raster, from, BT709, standard);
}

function converted(
  raster: Raster,
  { toXyz, curves: [red, green, blue] }: RgbSpace,
  to: Chromaticities,
  levels: Uint8Array,
): Raster {
  const [a, b, c, d, e, f, g, h, k] = product(inverse(toXyzOf(to))!, toXyz);
  const { channels, data } = raster;
  const out = new Uint8Array(data);
  for (let i = 0; i < data.length; i += channels) {
    const [r, s, t] = [red[data[i]!]!, green[data[i + 1]!]!, blue[data[i + 2]!]!];
    out[i] = levels[rootStep(a * r + b * s + c * t)]!;
    out[i + 1] = levels[rootStep(d * r + e * s + f * t)]!;
    out[i + 2] = levels[rootStep(g * r + h * s + k * t)]!;
  }
  const { profile: _, ...others } = raster;
  return { ...others, data: out };
}

function rootStep(light: number): number {
  return light >= 1 ? ROOT_STEPS : light <= 0 ? 0 : (Math.sqrt(light) * ROOT_STEPS + 0.5) | 0;
}

let adobe: Uint8Array | undefined;
let standard: Uint8Array | undefined;

/** The level 0..255 of each root of light. */
function levelTable(encoded: (light: number) => number): Uint8Array {
  return Uint8Array.from({ length: ROOT_STEPS + 1 }, (_, step) =>
    Math.round(255 * encoded((step / ROOT_STEPS) ** 2)),
  );
}
