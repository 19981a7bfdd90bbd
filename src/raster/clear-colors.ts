/**
 * Clear colors: what stands in pixels that nobody sees.
 *
 * A lossy encoder spends bytes on the colors of clear pixels and lets them run into
 * their visible neighbours: an edge beside black that hides under alpha 0 moves by 14 to
 * 34 levels. So they are replaced by what costs least and does least harm, a smooth
 * continuation of the visible colors.
 *
 * Pull and push: the picture is halved again and again, each mean weighted by alpha,
 * until every pixel has a color; going back up, a pixel without one takes that of the
 * pixel above it. Linear in the pixels. Pure.
 */
import type { Raster } from '../image/raster.ts';

/** One size of the pyramid, from half the picture on: the mean color of each pixel, and its weight, 0..1. */
interface Level {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, 0..255; of no meaning where the weight is 0. */
  readonly colors: Float32Array;
  readonly weights: Float32Array;
}

/**
 * The raster with other colors in its wholly clear pixels; alpha and every other pixel
 * stay. A raster without such pixels comes back as it is.
 */
export function withSmoothClear(raster: Raster): Raster {
  const { width, height, channels, pages, data } = raster;
  if (channels === 3 || !hasClear(data)) return raster;
  const out = new Uint8Array(data);
  const size = width * height * 4;
  for (let page = 0; page < pages; page++) {
    fill(out.subarray(page * size, (page + 1) * size), width, height);
  }
  return { ...raster, data: out };
}

function hasClear(data: Uint8Array): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] === 0) return true;
  return false;
}

function fill(data: Uint8Array, width: number, height: number): void {
  const levels = [halfOf(data, width, height)];
  for (let level = levels[0]!; level.width > 1 || level.height > 1; level = levels.at(-1)!) {
    levels.push(halved(level));
  }
  for (let i = levels.length - 2; i >= 0; i--) push(levels[i]!, levels[i + 1]!);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      if (data[i + 3] === 0) copyBetween(levels[0]!, x, y, data, i);
    }
  }
}

/** The first smaller size, straight from the bytes: a copy of the picture in floats would take four times its room. */
function halfOf(data: Uint8Array, width: number, height: number): Level {
  const half = empty(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const weight = data[i + 3]! / 255;
      if (weight > 0) add(half, x, y, weight, data, i);
    }
  }
  return averaged(half);
}

/** Means of 2 x 2 pixels, weighted by how much of each is seen. */
function halved(from: Level): Level {
  const half = empty(from.width, from.height);
  for (let y = 0, p = 0; y < from.height; y++) {
    for (let x = 0; x < from.width; x++, p++) {
      const weight = from.weights[p]!;
      if (weight > 0) add(half, x, y, weight, from.colors, 3 * p);
    }
  }
  return averaged(half);
}

/** A level of half the sides, without a color yet. */
function empty(wholeWidth: number, wholeHeight: number): Level {
  const [width, height] = [Math.ceil(wholeWidth / 2), Math.ceil(wholeHeight / 2)];
  const colors = new Float32Array(width * height * 3);
  return { width, height, colors, weights: new Float32Array(width * height) };
}

/** Adds the color at `at` of `from` to the pixel that stands for `x`, `y` of the larger size. */
function add(
  { width, colors, weights }: Level,
  x: number,
  y: number,
  weight: number,
  from: Uint8Array | Float32Array,
  at: number,
): void {
  const target = (y >> 1) * width + (x >> 1);
  weights[target] = weights[target]! + weight;
  for (let c = 0; c < 3; c++) {
    colors[3 * target + c] = colors[3 * target + c]! + weight * from[at + c]!;
  }
}

/** Sums as means; a pixel counts no more than one of the larger size. */
function averaged(level: Level): Level {
  const { colors, weights } = level;
  for (let w = 0; w < weights.length; w++) {
    if (weights[w] === 0) continue;
    for (let c = 0; c < 3; c++) colors[3 * w + c] = colors[3 * w + c]! / weights[w]!;
    weights[w] = Math.min(1, weights[w]!);
  }
  return level;
}

/** Gives pixels without a weight the color of the smaller picture. */
function push(to: Level, from: Level): void {
  for (let y = 0, p = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++, p++) {
      if (to.weights[p] === 0) copyBetween(from, x, y, to.colors, 3 * p);
    }
  }
}

/** Writes the color at `x`, `y` of the larger size, straight between the middles of four pixels. */
function copyBetween(
  { width, height, colors }: Level,
  x: number,
  y: number,
  to: Uint8Array | Float32Array,
  at: number,
): void {
  const across = Math.min(width - 1, Math.max(0, (x - 0.5) / 2));
  const down = Math.min(height - 1, Math.max(0, (y - 0.5) / 2));
  const [left, top] = [Math.floor(across), Math.floor(down)];
  const right = 3 * (Math.min(width - 1, left + 1) - left);
  const below = 3 * (Math.min(height - 1, top + 1) - top) * width;
  const [shareX, shareY] = [across - left, down - top];
  const first = 3 * (top * width + left);
  const round = to instanceof Uint8Array ? 0.5 : 0;
  for (let i = first, c = 0; c < 3; i++, c++) {
    const upper = colors[i]! + shareX * (colors[i + right]! - colors[i]!);
    const lower = colors[i + below]! + shareX * (colors[i + below + right]! - colors[i + below]!);
    to[at + c] = upper + shareY * (lower - upper) + round;
  }
}
