/**
 * BlurHash: a picture as some twenty characters, for a placeholder.
 *
 * The form is that of <https://github.com/woltapp/blurhash>: amplitudes of a few
 * cosines in linear light, packed in base 83. Each pixel counts as the area it
 * covers. The reference takes a pixel as the point at its left upper corner, so
 * that the cosines of an even picture do not add up to nothing and it comes back
 * as a slope, the steeper the fewer pixels there are; on large pictures both agree
 * (docs/spec/imgix.md 5.9.2).
 *
 * The picture is averaged down first; a hash of 9 × 9 components sees nothing
 * finer than a few of those cells.
 */

import type { Raster } from '../image/raster.ts';
import { linearToSrgb, srgbToLinear } from '../image/srgb-curve.ts';

/** Longest side that is hashed. */
const SMALL = 64;

const DIGITS =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

/** Steps of an amplitude on each side of none, and of the largest amplitude. */
const STEPS = 9;
const LARGEST_STEPS = 166;
const MOST_LARGEST = 82;

type Light = readonly [number, number, number];

/** Cells in rows, each linear light of three channels, 0..1. */
interface Cells {
  readonly width: number;
  readonly height: number;
  readonly light: Float64Array;
}

/** The hash of the first frame with `x` by `y` components, 1..9; clear areas count as white. */
export function blurhash(raster: Raster, x = 4, y = 3): string {
  const cells = averaged(raster);
  const across = Array.from({ length: x }, (_, i) => shares(i, cells.width));
  const down = Array.from({ length: y }, (_, j) => shares(j, cells.height));
  const [mean, ...waves] = down.flatMap((rows) =>
    across.map((columns) => projected(cells, columns, rows)),
  );
  // What the reference gives a wave along one axis it gives one along both.
  const amplitudes = waves.map((wave) => wave.map((share) => 2 * share));
  const largest = Math.max(0, ...amplitudes.flat().map(Math.abs));
  const step = Math.min(MOST_LARGEST, Math.max(0, Math.floor(largest * LARGEST_STEPS - 0.5)));
  const scale = (step + 1) / LARGEST_STEPS;
  return [
    digits(x - 1 + (y - 1) * 9, 1),
    digits(waves.length === 0 ? 0 : step, 1),
    digits(packed(mean!.map(encoded), 256), 4),
    ...amplitudes.map((wave) =>
      digits(
        packed(
          wave.map((a) => stepOf(a / scale)),
          2 * STEPS + 1,
        ),
        2,
      ),
    ),
  ].join('');
}

/** What each of `count` cells has in the cosine of `waves` half turns along the axis; without any wave, its share. */
function shares(waves: number, count: number): Float64Array {
  const until = (cell: number) =>
    waves === 0 ? cell / count : Math.sin((Math.PI * waves * cell) / count) / (Math.PI * waves);
  return Float64Array.from({ length: count }, (_, cell) => until(cell + 1) - until(cell));
}

function projected(
  { width, height, light }: Cells,
  columns: Float64Array,
  rows: Float64Array,
): Light {
  const sums: [number, number, number] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3;
      const share = columns[x]! * rows[y]!;
      sums[0] += light[i]! * share;
      sums[1] += light[i + 1]! * share;
      sums[2] += light[i + 2]! * share;
    }
  }
  return sums;
}

/** An amplitude of -1..1 as a step of 0..18, fine where it is small. */
function stepOf(amplitude: number): number {
  const root = Math.sign(amplitude) * Math.sqrt(Math.abs(amplitude));
  return Math.min(2 * STEPS, Math.max(0, Math.floor(root * STEPS + STEPS + 0.5)));
}

/** Three numbers below `base` as one. */
function packed(values: readonly number[], base: number): number {
  return values.reduce((sum, value) => sum * base + value, 0);
}

function digits(value: number, length: number): string {
  let text = '';
  for (let place = length - 1; place >= 0; place--) {
    text += DIGITS[Math.floor(value / 83 ** place) % 83];
  }
  return text;
}

function averaged(raster: Raster): Cells {
  const factor = Math.max(1, Math.max(raster.width, raster.height) / SMALL);
  const width = Math.max(1, Math.round(raster.width / factor));
  const height = Math.max(1, Math.round(raster.height / factor));
  const light = new Float64Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * raster.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * raster.height) / height));
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * raster.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * raster.width) / width));
      light.set(meanOn(raster, left, top, right, bottom), (y * width + x) * 3);
    }
  }
  return { width, height, light };
}

/** The mean light of a rectangle, on white. */
function meanOn(
  { width, channels, data }: Raster,
  left: number,
  top: number,
  right: number,
  bottom: number,
): Light {
  const sums: [number, number, number] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i = (y * width + x) * channels;
      const alpha = channels === 4 ? data[i + 3]! / 255 : 1;
      for (let c = 0; c < 3; c++) {
        sums[c]! += LIGHT[Math.round(255 + (data[i + c]! - 255) * alpha)]!;
      }
    }
  }
  const count = (right - left) * (bottom - top);
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

/** Linear light 0..1 of each sRGB value. */
const LIGHT = Float64Array.from({ length: 256 }, (_, value) => srgbToLinear(value / 255));

/** The sRGB value 0..255 of linear light, whole. */
function encoded(light: number): number {
  return Math.min(255, Math.max(0, Math.round(255 * linearToSrgb(light))));
}
