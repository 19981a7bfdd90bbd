/**
 * Filters that are loops over pixels: blocks, dots, two levels.
 *
 * Pure: a raster and a step in, a new raster out; alpha stays.
 * (docs/spec/fastly-io.md 7.14 and 7.16, docs/spec/imgix.md 5.5 and 5.6)
 */
import type { Raster } from '../image/raster.ts';
import type { Instruction } from '../plan/program.ts';
import { LUMA } from './tone.ts';

type Step<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;

/** Luma of the pixel whose red stands at `i`, 0..255. */
export function lumaOf(data: Uint8Array, i: number): number {
  return LUMA.red * data[i]! + LUMA.green * data[i + 1]! + LUMA.blue * data[i + 2]!;
}

/** Square blocks, each in the mean of its pixels; clear pixels lend no color. */
export function pixelate(raster: Raster, step: Step<'pixelate'>): Raster {
  const side = Math.max(1, Math.round(step.side));
  if (side === 1) return raster;
  const { width, channels, data } = raster;
  const out = new Uint8Array(data.length);
  for (const { left, top, right, bottom, mean } of blocksOf(raster, side)) {
    for (let y = top; y < bottom; y++) {
      const end = (y * width + right) * channels;
      for (let i = (y * width + left) * channels; i < end; i++) out[i] = mean[i % channels]!;
    }
  }
  return { ...raster, data: out };
}

/** Black dots on white, one per square; a dot's area is the darkness of its square. */
export function halftone(raster: Raster, step: Step<'halftone'>): Raster {
  const side = Math.max(2, Math.round(step.side));
  const { width, channels, data } = raster;
  const out = new Uint8Array(data);
  for (const { left, top, right, bottom, mean } of blocksOf(raster, side)) {
    const luma = LUMA.red * mean[0] + LUMA.green * mean[1] + LUMA.blue * mean[2];
    // Area of the dot over area of the square; past a full square the dots run together.
    const radius = side * Math.sqrt((1 - luma / 255) / Math.PI) * 1.12;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const away = Math.hypot(x + 0.5 - left - side / 2, y + 0.5 - top - side / 2);
        const ink = Math.min(1, Math.max(0, radius - away + 0.5));
        const i = (y * width + x) * channels;
        out[i] = out[i + 1] = out[i + 2] = Math.round(255 * (1 - ink));
      }
    }
  }
  return { ...raster, data: out };
}

/** A rectangle of a raster, its edges in pixels, with its mean color and alpha. */
interface Block {
  readonly left: number;
  readonly top: number;
  /** Behind the last column. */
  readonly right: number;
  /** Behind the last row. */
  readonly bottom: number;
  /** Red, green, blue and alpha, 0..255. */
  readonly mean: readonly [number, number, number, number];
}

/** Squares of `side` pixels from the upper left corner; those at the far edges are cut. */
function* blocksOf({ width, height, channels, data }: Raster, side: number): Generator<Block> {
  for (let top = 0; top < height; top += side) {
    const bottom = Math.min(height, top + side);
    for (let left = 0; left < width; left += side) {
      const right = Math.min(width, left + side);
      const mean = meanOf(data, width, channels, left, top, right, bottom);
      yield { left, top, right, bottom, mean };
    }
  }
}

/** Mean color, weighted by alpha, and mean alpha of a rectangle. */
function meanOf(
  data: Uint8Array,
  width: number,
  channels: 3 | 4,
  left: number,
  top: number,
  right: number,
  bottom: number,
): [number, number, number, number] {
  let [red, green, blue, weight] = [0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    const end = (y * width + right) * channels;
    for (let i = (y * width + left) * channels; i < end; i += channels) {
      const alpha = channels === 4 ? data[i + 3]! : 255;
      red += data[i]! * alpha;
      green += data[i + 1]! * alpha;
      blue += data[i + 2]! * alpha;
      weight += alpha;
    }
  }
  if (weight === 0) return [0, 0, 0, 0];
  const count = (right - left) * (bottom - top);
  return [
    Math.round(red / weight),
    Math.round(green / weight),
    Math.round(blue / weight),
    Math.round(weight / count),
  ];
}

/**
 * Strictly black and white. Threshold: white where luma is above `level`.
 * Atkinson: three quarters of each pixel's error go to six neighbours, one
 * quarter is dropped, which keeps whites and blacks clean.
 */
export function bilevel(raster: Raster, { method, level }: Step<'bilevel'>): Raster {
  const { width, height, channels, data } = raster;
  const luma = new Float32Array(width * height);
  for (let i = 0, p = 0; p < luma.length; i += channels, p++) luma[p] = lumaOf(data, i);
  const out = new Uint8Array(data);
  const border = method === 'threshold' ? level * 255 : 127.5;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const value = luma[p]! > border ? 255 : 0;
      const i = p * channels;
      out[i] = out[i + 1] = out[i + 2] = value;
      if (method === 'atkinson') spread(luma, width, height, x, y, (luma[p]! - value) / 8);
    }
  }
  return { ...raster, data: out };
}

function spread(
  luma: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  share: number,
): void {
  const p = y * width + x;
  const add = (at: number) => {
    luma[at] = luma[at]! + share;
  };
  if (x + 1 < width) add(p + 1);
  if (x + 2 < width) add(p + 2);
  if (y + 1 < height) {
    if (x > 0) add(p + width - 1);
    add(p + width);
    if (x + 1 < width) add(p + width + 1);
  }
  if (y + 2 < height) add(p + 2 * width);
}
