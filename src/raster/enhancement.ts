/**
 * Enhancement: the curve of a picture, from the distribution of its shadows, midtones and
 * highlights (docs/spec/imgix.md 4.13).
 *
 * - Shadows and highlights: the levels below and above which a 500th of all samples of the
 *   three channels lies. A picture misses range where they stay away from black and white.
 * - Evidence: nearly every picture has a black, fewer have a white, so that missing highlights
 *   count three quarters. Below a bound nothing happens at all; above another the range is
 *   stretched in full.
 * - Ends: what lies beyond the new black and white is not cut off but bent, so that only black
 *   becomes black and only white white: nothing is clipped.
 * - Midtones: a median far below the middle is lifted, in part; one far above it lowered where the
 *   range is stretched too. A picture that is nearly all black is dark on purpose.
 * - Colors: one curve for all channels and no white balance, so that greys, skin and the light
 *   of an evening keep their hue. Vibrance only where range was missing: what took it, took
 *   saturation with it.
 *
 * Pure: rasters in, numbers and rasters out.
 */
import { clamp } from '../base/size.ts';
import type { Enhancement } from '../image/enhancement.ts';
import type { Raster } from '../image/raster.ts';
import { LUMA } from './tone.ts';

/** Longer side of the copy that is looked at, in pixels. */
export const ENHANCE_SIDE = 256;

/** Colors that a picture has at least, to be more than a drawing in a few. */
const FEW_COLORS = 16;

/** The share of pixels that these colors may leave over: edges between them are mixed. */
const LEFT_OVER = 0.02;

/** Below this alpha a pixel is not seen well enough to count. */
const SEEN = 128;

/** Share of all samples beyond the levels that count as shadows and highlights. */
const ENDS = 0.002;

/** Share of all samples that may end in the last level beside black, or white. */
const RARE = 0.0003;

/** The outer part of what lies beyond black or white that is bent into that level. */
const FLAT = 0.75;

/** The part 0..1 of the stretched range at either end into which all that lies beyond it is bent. */
const KNEE = 0.05;

/** Where shadows and highlights lie in a picture with all of its range. */
const FULL_RANGE = { shadows: 10, highlights: 242 } as const;

/** How many levels of missing range are too few to act on, and how many are enough to act in full. */
const EVIDENCE = { none: 20, full: 38 } as const;

/** What a level of missing highlights counts beside one of missing shadows. */
const HIGHLIGHTS_COUNT = 0.75;

/** Most levels that are taken away at either end. */
const FARTHEST = { shadows: 80, highlights: 150 } as const;

/** Medians 0..1 beyond which midtones move, with no range missing and with some. */
const MIDTONES = { low: 0.28, lowStretched: 0.33, high: 0.72 } as const;

/** How much of the way midtones move. */
const MOVED = { low: 0.8, lowStretched: 0.45, high: 0.4 } as const;

/** Medians 0..1 from which a picture is no longer dark on purpose. */
const LOW_KEY = { none: 0.05, full: 0.12 } as const;

/** The exponent stays in these bounds, and is none within `still` of 1. */
const EXPONENT = { least: 0.72, most: 1.12, still: 0.03 } as const;

const CONTRAST = 0.1;

/** Saturation 0..1 at which a picture needs none added, and what is added at most. */
const SATURATED = 0.4;
const MOST_VIBRANCE = 0.35;

/** Below this mean saturation a picture is black and white, or toned. */
const COLORLESS = 0.04;

/** The curve that a picture needs, from a small copy of all of it; `none` where it is well exposed. */
export function enhancementOf(copy: Raster): Enhancement | 'none' {
  const seen = seenPixels(copy);
  if (hasFewColors(seen)) return 'none';
  const { levels, luma } = histograms(seen);
  const shadows = percentile(levels, ENDS);
  const highlights = percentile(levels, 1 - ENDS);
  // What lies beyond the ends must be rare enough to be bent into one level.
  const missing = {
    shadows: Math.min(positive(shadows - FULL_RANGE.shadows), percentile(levels, RARE) / FLAT),
    highlights: Math.min(
      positive(FULL_RANGE.highlights - highlights),
      (255 - percentile(levels, 1 - RARE)) / FLAT,
    ),
  };
  const evidence = missing.shadows + HIGHLIGHTS_COUNT * missing.highlights;
  const strength = ramp(evidence, EVIDENCE);
  const black = strength * Math.min(missing.shadows, FARTHEST.shadows);
  const white = 255 - strength * Math.min(missing.highlights, FARTHEST.highlights);
  const median = clamp((percentile(luma, 0.5) - black) / (white - black), 0.02, 0.98);
  const curve = {
    black: rounded(black),
    white: rounded(white),
    exponent: rounded(exponentFor(median, strength)),
    contrast: rounded(CONTRAST * strength),
  };
  const vibrance = rounded(vibranceFor(seen, { ...curve, vibrance: 0 }) * strength);
  const enhancement = { ...curve, vibrance };
  return isNeutral(enhancement) ? 'none' : enhancement;
}

/** Whether no value of a picture would change by a level. */
function isNeutral({ black, white, exponent, contrast, vibrance }: Enhancement): boolean {
  return black < 0.5 && white > 254.5 && exponent === 1 && contrast < 0.005 && vibrance < 0.02;
}

function exponentFor(median: number, strength: number): number {
  const between = (from: number, to: number) => from + (to - from) * strength;
  const low = between(MIDTONES.low, MIDTONES.lowStretched);
  const towards = (bound: number, share: number) =>
    1 + (Math.log(bound) / Math.log(median) - 1) * share;
  const exponent =
    median < low
      ? towards(low, between(MOVED.low * ramp(median, LOW_KEY), MOVED.lowStretched))
      : median > MIDTONES.high
        ? towards(MIDTONES.high, MOVED.high * strength)
        : 1;
  const within = clamp(exponent, EXPONENT.least, EXPONENT.most);
  return Math.abs(within - 1) < EXPONENT.still ? 1 : within;
}

/** Vibrance 0..0.35 for what the saturation is once the curve has been applied. */
function vibranceFor(seen: Uint8Array, curve: Enhancement): number {
  const table = curveTable(curve);
  let sum = 0;
  for (let i = 0; i < seen.length; i += 3) {
    sum += saturationOf(table[seen[i]!]!, table[seen[i + 1]!]!, table[seen[i + 2]!]!);
  }
  const saturation = (3 * sum) / seen.length;
  if (saturation < COLORLESS) return 0;
  return clamp((SATURATED - saturation) * 0.9, 0, MOST_VIBRANCE);
}

/** What the curve makes of the levels 0..255, as fractions of a level. */
function curveTable({ black, white, exponent, contrast }: Enhancement): Float64Array {
  const range = white - black;
  const below = black / range;
  const above = (255 - white) / range;
  return Float64Array.from({ length: 256 }, (_, level) => {
    const low = bent((level - black) / range, below);
    const v = clamp(1 - bent(1 - low, above), 0, 1) ** exponent;
    const result = 255 * (v + contrast * (v - 0.5) * 4 * v * (1 - v));
    return level === 0 || level === 255 ? result : clamp(result, 1, 254);
  });
}

/**
 * A value from `-beyond` up, with what lies below the knee bent into 0..knee.
 *
 * A power that meets the straight line at the knee with the same slope; with nothing beyond it is
 * the line itself.
 */
function bent(value: number, beyond: number): number {
  if (value >= KNEE) return value;
  return KNEE * (Math.max(0, value + beyond) / (KNEE + beyond)) ** (1 + beyond / KNEE);
}

/**
 * The picture through the curve, each pixel by itself; alpha as it was.
 *
 * Vibrance stops before a channel leaves the levels, so that none is clipped by it.
 */
export function enhance(raster: Raster, enhancement: Enhancement): Raster {
  const table = curveTable(enhancement);
  const { vibrance } = enhancement;
  const { channels } = raster;
  const data = new Uint8Array(raster.data);
  for (let i = 0; i < data.length; i += channels) {
    let red = table[data[i]!]!;
    let green = table[data[i + 1]!]!;
    let blue = table[data[i + 2]!]!;
    if (vibrance > 0 && (red !== green || green !== blue)) {
      const luma = LUMA.red * red + LUMA.green * green + LUMA.blue * blue;
      const most = Math.max(red, green, blue);
      const least = Math.min(red, green, blue);
      const asked = 1 + vibrance * (1 - (most - least) / most);
      const room = Math.min((254 - luma) / (most - luma), (luma - 1) / (luma - least));
      const factor = Math.max(1, Math.min(asked, room));
      red = luma + factor * (red - luma);
      green = luma + factor * (green - luma);
      blue = luma + factor * (blue - luma);
    }
    data[i] = red + 0.5;
    data[i + 1] = green + 0.5;
    data[i + 2] = blue + 0.5;
  }
  return { ...raster, data };
}

/** The colors of the pixels that are seen, three bytes each. */
function seenPixels({ channels, data }: Raster): Uint8Array {
  if (channels === 3) return data;
  const out = new Uint8Array((data.length / 4) * 3);
  let to = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]! < SEEN) continue;
    out[to++] = data[i]!;
    out[to++] = data[i + 1]!;
    out[to++] = data[i + 2]!;
  }
  return out.subarray(0, to);
}

/** Whether fewer than 16 colors make nearly all of the picture. */
function hasFewColors(seen: Uint8Array): boolean {
  const counts = new Map<number, number>();
  for (let i = 0; i < seen.length; i += 3) {
    const color = (seen[i]! << 16) | (seen[i + 1]! << 8) | seen[i + 2]!;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const most = [...counts.values()].sort((a, b) => b - a).slice(0, FEW_COLORS - 1);
  const covered = most.reduce((sum, count) => sum + count, 0);
  return covered >= (seen.length / 3) * (1 - LEFT_OVER);
}

function histograms(seen: Uint8Array): { levels: Uint32Array; luma: Uint32Array } {
  const levels = new Uint32Array(256);
  const luma = new Uint32Array(256);
  for (let i = 0; i < seen.length; i += 3) {
    const [red, green, blue] = [seen[i]!, seen[i + 1]!, seen[i + 2]!];
    for (const level of [red, green, blue]) levels[level]!++;
    luma[Math.round(LUMA.red * red + LUMA.green * green + LUMA.blue * blue)]!++;
  }
  return { levels, luma };
}

/** The level below or at which more than this share 0..1 of all counts lies. */
function percentile(counts: Uint32Array, share: number): number {
  const bound = share * counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (let level = 0; level < 256; level++) {
    sum += counts[level]!;
    if (sum > bound) return level;
  }
  return 255;
}

function positive(value: number): number {
  return Math.max(0, value);
}

function saturationOf(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  return most === 0 ? 0 : (most - Math.min(red, green, blue)) / most;
}

/** 0 below `none`, 1 above `full`, smooth between. */
function ramp(value: number, bounds: { readonly none: number; readonly full: number }): number {
  const t = clamp((value - bounds.none) / (bounds.full - bounds.none), 0, 1);
  return t * t * (3 - 2 * t);
}

/** To a thousandth: what is printed is what is done. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
