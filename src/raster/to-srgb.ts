/**
 * To sRGB: samples of another color space, or inks, as 8-bit sRGB
 * (docs/spec/color.md 2, 3 and 4).
 *
 * Curves are tables over the samples, at the depth they came in; light is mixed by one
 * matrix and clipped channel by channel, as browsers and relative colorimetric profiles
 * do. Alpha keeps its value.
 */
import { BT709, conversion, rgbToXyz } from '../base/chromaticity.ts';
import type { Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { isHdr, type SourceColor, type Transfer } from '../image/source-color.ts';
import { linearToSrgb } from '../image/srgb-curve.ts';
import { still } from './pixels.ts';
import {
  HLG_SYSTEM_GAMMA,
  hlgLight,
  mapped,
  PQ_PEAK,
  pqLight,
  REFERENCE_WHITE,
  USUAL_PEAK,
} from './tone-map.ts';

/** Pixels as they are stored in a file. */
export interface Samples<Channels extends number> extends Size {
  readonly channels: Channels;
  readonly data: Uint8Array | Uint16Array;
  /** The sample that stands for 1. */
  readonly white: number;
}

/** Steps of the table from light to sRGB: a twentieth of a level where it is steepest. */
const LIGHT_STEPS = 65_536;

/** Steps of tables over the root of light. */
const ROOT_STEPS = 4096;

/** The samples as sRGB. Colors that sRGB does not have are clipped. */
export function toSrgb(samples: Samples<3 | 4>, color: SourceColor): Raster {
  const { width, height, channels, data, white } = samples;
  const matrix = conversion(color.primaries, BT709);
  if (matrix === undefined) throw new Error('Expected primaries that span a color space.');
  const [a, b, c, d, e, f, g, h, k] = matrix;
  const most = data instanceof Uint8Array ? 255 : 65_535;
  const light = lightTable(color.transfer, most, white);
  const gain = isHdr(color) ? hdrGain(color) : () => 1;
  const table = encodingTable();
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += channels) {
    const red = light[data[i]!]!;
    const green = light[data[i + 1]!]!;
    const blue = light[data[i + 2]!]!;
    const by = gain(red, green, blue) * LIGHT_STEPS;
    out[i] = table[step((a * red + b * green + c * blue) * by)]!;
    out[i + 1] = table[step((d * red + e * green + f * blue) * by)]!;
    out[i + 2] = table[step((g * red + h * green + k * blue) * by)]!;
    if (channels === 4) out[i + 3] = Math.round((data[i + 3]! * 255) / most);
  }
  return still(width, height, channels, out);
}

/** The entry of the table for so many steps of light, clipped. */
function step(light: number): number {
  return light <= 0 ? 0 : light >= LIGHT_STEPS ? LIGHT_STEPS : (light + 0.5) | 0;
}

/** Light of every sample: 1 is white, for HDR the most that the curve can say. */
function lightTable(transfer: Transfer, most: number, white: number): Float32Array {
  return Float32Array.from({ length: most + 1 }, (_, sample) => {
    const value = Math.min(1, sample / white);
    switch (transfer.kind) {
      case 'pq':
        return pqLight(value) / PQ_PEAK;
      case 'hlg':
        return hlgLight(value);
      case 'curve': {
        const { exponent, a, b, slope, from } = transfer;
        return value < from ? slope * value : (a * value + b) ** exponent;
      }
    }
  });
}

/**
 * By what the light of a pixel is multiplied, so that 1 is the white of sRGB. The
 * brightest channel decides for all three, so that no hue turns.
 */
function hdrGain(color: SourceColor): (red: number, green: number, blue: number) => number {
  const hlg = color.transfer.kind === 'hlg';
  const scale = hlg ? USUAL_PEAK : PQ_PEAK;
  const peak = hlg ? USUAL_PEAK : (color.peak ?? USUAL_PEAK);
  const gains = overRoot((share) => {
    const light = scale * share;
    return ((mapped(light, peak) / light) * scale) / REFERENCE_WHITE;
  });
  if (!hlg) return (red, green, blue) => gains[rootStep(largest(red, green, blue))]!;
  const [, , , r, g, b] = rgbToXyz(color.primaries)!;
  const system = overRoot((scene) => scene ** (HLG_SYSTEM_GAMMA - 1));
  return (red, green, blue) => {
    const by = system[rootStep(r * red + g * green + b * blue)]!;
    return by * gains[rootStep(by * largest(red, green, blue))]!;
  };
}

/** A function of light 0..1 as a table that is finer where light is dark; its first entry is the second. */
function overRoot(of: (light: number) => number): Float32Array {
  return Float32Array.from({ length: ROOT_STEPS + 1 }, (_, at) =>
    of((Math.max(1, at) / ROOT_STEPS) ** 2),
  );
}

function rootStep(light: number): number {
  return light >= 1 ? ROOT_STEPS : (Math.sqrt(light) * ROOT_STEPS + 0.5) | 0;
}

function largest(red: number, green: number, blue: number): number {
  const most = red > green ? red : green;
  return most > blue ? most : blue;
}

let encodings: Uint8Array | undefined;

/** The sRGB value 0..255 of light 0..1. */
function encodingTable(): Uint8Array {
  encodings ??= Uint8Array.from({ length: LIGHT_STEPS + 1 }, (_, step) => {
    return Math.round(255 * linearToSrgb(step / LIGHT_STEPS));
  });
  return encodings;
}

/**
 * Inks without a profile, multiplied as browsers do: a channel lets through what its ink
 * and black leave of it (docs/spec/color.md 4.1). A fifth channel is alpha.
 */
export function multipliedInks({ width, height, channels, data, white }: Samples<4 | 5>): Raster {
  const kept = channels === 5 ? 4 : 3;
  const out = new Uint8Array(width * height * kept);
  for (let i = 0, o = 0; i < data.length; i += channels, o += kept) {
    const black = (white - data[i + 3]!) / white;
    for (let c = 0; c < 3; c++)
      out[o + c] = Math.round(((255 * (white - data[i + c]!)) / white) * black);
    if (kept === 4) out[o + 3] = Math.round((255 * data[i + 4]!) / white);
  }
  return still(width, height, kept, out);
}
