/**
 * Content grid: how much each part of a picture counts when a window is looked for.
 *
 * - `edges`: the gradient of luma (Sobel), 3 × 3.
 * - `entropy`: how many tones there are around each pixel, 9 × 9: two to the power of the
 *   collision entropy (Rényi's of order 2) of luma in 32 levels.
 * - `saliency`: the gradient times how far the color stands out from its surround, the largest
 *   rectangle around the pixel that is centred on it ("symmetric surround", Achanta and
 *   Süsstrunk 2010). A sharp thing of another color than its ground counts; texture that
 *   fills the picture does not, nor does a plain area, however bright.
 *
 * Where alpha is clear nothing counts; in a picture that is clear in part, what is not clear
 * counts by itself. A mirrored picture has the mirrored grid.
 *
 * Pure, and the same on every machine: whole numbers but for square roots, which are rounded.
 */
import { clamp, type Size, wholePixels } from '../base/size.ts';
import type { ContentGrid } from '../image/content-grid.ts';
import type { Raster } from '../image/raster.ts';
import type { ContentMeasure } from '../plan/op.ts';
import { isOpaque } from '../raster/pixels.ts';

/** Longer side of the copy of a source that should be handed in: enough for the widest picture. */
export const COPY_SIDE = 1024;

/** Pixels that are looked at, at most. */
const LOOKED_AT = 65_536;

/** Most cells of a grid: about 55 by 37 for a photograph. */
const CELLS = 2048;

/** The largest weight of a cell. */
const LARGEST = 65535;

/** Levels of luma that entropy tells apart, as the bits that are dropped of 8. */
const DROPPED_BITS = 3;
const LEVELS = 256 >> DROPPED_BITS;

/** Pixels on each side of the one whose entropy is measured. */
const REACH = 4;

/** Pixels on each side that one color is the mean of. */
const NEAR = 2;

/** Numbers of levels are counted in so many parts. */
const PARTS = 64;

/** What clear areas are laid on; a color of its own for none. */
const GROUND = 128;

/**
 * The grid of the first frame of a raster.
 *
 * It is made smaller first, here, so that the grid is the same on every machine.
 */
export function contentGrid(raster: Raster, by: ContentMeasure): ContentGrid {
  const picture = reduced(laidOnGround(raster));
  const weights = MEASURES[by](picture);
  return inCells(picture.alpha ? onlyShown(weights, picture.alpha) : weights, picture);
}

/** What is looked at of a picture: 313 × 209 of 1024 × 683. */
export function lookedAtSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(LOOKED_AT / (width * height)));
  return { width: wholePixels(width * scale), height: wholePixels(height * scale) };
}

function reduced(picture: Picture): Picture {
  const size = lookedAtSize(picture);
  if (size.width === picture.width) return picture;
  const { colors, alpha } = picture;
  return {
    ...size,
    colors: averaged(colors, 3, picture, size),
    ...(alpha ? { alpha: averaged(alpha, 1, picture, size) } : {}),
  };
}

/** Interleaved channels as means of areas. */
function averaged(values: Uint8Array, channels: number, from: Size, to: Size): Uint8Array {
  const across = new Float64Array(to.width * from.height * channels);
  const line = to.width * channels;
  for (let y = 0; y < from.height; y++) {
    for (let c = 0; c < channels; c++) {
      const source = { values, start: y * from.width * channels + c, step: channels };
      shareOut(
        source,
        from.width,
        { values: across, start: y * line + c, step: channels },
        to.width,
      );
    }
  }
  const sums = new Float64Array(line * to.height);
  for (let i = 0; i < line; i++) {
    const source = { values: across, start: i, step: line };
    shareOut(source, from.height, { values: sums, start: i, step: line }, to.height);
  }
  const area = (from.width * from.height) / (to.width * to.height);
  return Uint8Array.from(sums, (sum) => Math.round(sum / area));
}

const MEASURES: Readonly<Record<ContentMeasure, (picture: Picture) => Float64Array>> = {
  edges,
  entropy,
  saliency(picture) {
    const weights = edges(picture);
    const contrast = contrasts(picture);
    for (let p = 0; p < weights.length; p++) weights[p] = weights[p]! * contrast[p]!;
    return weights;
  },
};

/** A picture of whole numbers, without clear areas. */
interface Picture extends Size {
  /** Red, green and blue of every pixel, 0..255. */
  readonly colors: Uint8Array;
  /** 0..255 for each pixel; absent where all are opaque. */
  readonly alpha?: Uint8Array;
}

function laidOnGround(raster: Raster): Picture {
  const { width, height, channels, data } = raster;
  const colors = new Uint8Array(width * height * 3);
  const opaque = isOpaque(raster);
  const alpha = opaque ? undefined : new Uint8Array(width * height);
  for (let p = 0, i = 0; p < width * height; p++, i += channels) {
    const share = channels === 4 ? data[i + 3]! : 255;
    for (let c = 0; c < 3; c++) {
      colors[3 * p + c] = Math.round((data[i + c]! * share + GROUND * (255 - share)) / 255);
    }
    if (alpha) alpha[p] = share;
  }
  return { width, height, colors, ...(alpha ? { alpha } : {}) };
}

/** Weights where something is shown; a thing on a clear ground counts by its area as well. */
function onlyShown(weights: Float64Array, alpha: Uint8Array): Float64Array {
  let total = 0;
  let shown = 0;
  for (let p = 0; p < weights.length; p++) {
    total += weights[p]!;
    shown += alpha[p]!;
  }
  // As much for being there as for what it shows.
  const each = shown === 0 ? 0 : Math.max(1, Math.round((255 * total) / shown));
  return weights.map((weight, p) => Math.round(((weight + each) * alpha[p]!) / 255));
}

/** Luma, 0..255, by Rec. 709 in whole numbers. */
function lumas({ width, height, colors }: Picture): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let p = 0, i = 0; p < out.length; p++, i += 3) {
    out[p] = (54 * colors[i]! + 183 * colors[i + 1]! + 19 * colors[i + 2]!) >> 8;
  }
  return out;
}

/** Sobel gradients; beyond the frame its own pixels go on, so that one row or column has some too. */
function edges(picture: Picture): Float64Array {
  const { width, height, alpha } = picture;
  const out = gradients(lumas(picture), width, height);
  if (!alpha) return out;
  const outlines = gradients(alpha, width, height);
  return out.map((gradient, p) => Math.max(gradient, outlines[p]!));
}

function gradients(values: Uint8Array, width: number, height: number): Float64Array {
  const out = new Float64Array(width * height);
  for (let y = 0, p = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const here = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++, p++) {
      const left = Math.max(0, x - 1);
      const right = Math.min(width - 1, x + 1);
      const [a, b, c] = [values[above + left]!, values[above + x]!, values[above + right]!];
      const [d, f] = [values[here + left]!, values[here + right]!];
      const [g, h, i] = [values[below + left]!, values[below + x]!, values[below + right]!];
      const across = c + 2 * f + i - a - 2 * d - g;
      const down = g + 2 * h + i - a - 2 * b - c;
      out[p] = Math.round(Math.sqrt(across * across + down * down));
    }
  }
  return out;
}

/**
 * How many levels there are around each pixel, less one, in parts: two to the power of the
 * collision entropy, which is n² over the sum of the squares of the counts.
 */
function entropy(picture: Picture): Float64Array {
  const { width, height } = picture;
  const luma = lumas(picture);
  const out = new Float64Array(width * height);
  const counts = new Uint16Array(LEVELS);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - REACH);
    const bottom = Math.min(height - 1, y + REACH);
    counts.fill(0);
    let [count, squares] = [0, 0];
    const column = (x: number, step: 1 | -1) => {
      if (x < 0 || x >= width) return;
      for (let row = top; row <= bottom; row++) {
        const level = luma[row * width + x]! >> DROPPED_BITS;
        // (c + 1)² - c² is 2c + 1.
        squares += 2 * step * counts[level]! + 1;
        counts[level] = counts[level]! + step;
        count += step;
      }
    };
    for (let x = 0; x < REACH; x++) column(x, 1);
    for (let x = 0; x < width; x++) {
      column(x - REACH - 1, -1);
      column(x + REACH, 1);
      out[y * width + x] = Math.round((PARTS * count * count) / squares) - PARTS;
    }
  }
  return out;
}

/** How far the color near a pixel is from the mean of its symmetric surround, in sixths of a level. */
function contrasts(picture: Picture): Float64Array {
  const { width, height } = picture;
  const sums = opponents(picture).map((channel) => summed(channel, width, height));
  const out = new Float64Array(width * height);
  for (let y = 0, p = 0; y < height; y++) {
    const reachY = Math.min(y, height - 1 - y);
    for (let x = 0; x < width; x++, p++) {
      const reachX = Math.min(x, width - 1 - x);
      let squares = 0;
      for (const sum of sums) {
        const near = meanAround(sum, width, x, y, Math.min(NEAR, reachX), Math.min(NEAR, reachY));
        const far = meanAround(sum, width, x, y, reachX, reachY);
        squares += (near - far) ** 2;
      }
      out[p] = Math.round(Math.sqrt(squares));
    }
  }
  return out;
}

/** Lightness, red against green and yellow against blue, each six times as large as levels are. */
function opponents({ width, height, colors }: Picture): readonly Int32Array[] {
  const channels = [0, 1, 2].map(() => new Int32Array(width * height));
  for (let p = 0, i = 0; p < width * height; p++, i += 3) {
    const [red, green, blue] = [colors[i]!, colors[i + 1]!, colors[i + 2]!];
    channels[0]![p] = 2 * (red + green + blue);
    channels[1]![p] = 4 * (red - green);
    channels[2]![p] = 2 * (red + green - 2 * blue);
  }
  return channels;
}

/** Sums over the rectangle from the upper left corner to each pixel, with an empty row and column first. */
function summed(values: Int32Array, width: number, height: number): Float64Array {
  const columns = width + 1;
  const sums = new Float64Array(columns * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x]!;
      sums[(y + 1) * columns + x + 1] = sums[y * columns + x + 1]! + row;
    }
  }
  return sums;
}

function meanAround(
  sums: Float64Array,
  width: number,
  x: number,
  y: number,
  reachX: number,
  reachY: number,
): number {
  const columns = width + 1;
  const [left, right] = [x - reachX, x + reachX + 1];
  const [top, bottom] = [(y - reachY) * columns, (y + reachY + 1) * columns];
  const sum = sums[bottom + right]! - sums[bottom + left]! - sums[top + right]! + sums[top + left]!;
  return sum / ((right - left) * (2 * reachY + 1));
}

/** Weights of pixels as means of cells; a pixel on the border of cells belongs to each in part. */
function inCells(weights: Float64Array, { width, height }: Size): ContentGrid {
  const side = Math.sqrt(CELLS / (width * height));
  const columns = clamp(Math.floor(width * side), 1, Math.min(width, CELLS));
  const rows = clamp(Math.floor(height * side), 1, Math.min(height, CELLS));
  const across = new Float64Array(columns * height);
  for (let y = 0; y < height; y++) {
    const row = { values: weights, start: y * width, step: 1 };
    shareOut(row, width, { values: across, start: y * columns, step: 1 }, columns);
  }
  const cells = new Float64Array(columns * rows);
  for (let x = 0; x < columns; x++) {
    const column = { values: across, start: x, step: columns };
    shareOut(column, height, { values: cells, start: x, step: columns }, rows);
  }
  let most = 0;
  for (const cell of cells) most = Math.max(most, cell);
  const scale = most === 0 ? 0 : LARGEST / most;
  return { columns, rows, weights: Uint16Array.from(cells, (cell) => Math.round(cell * scale)) };
}

/** A line in an array: where it begins, and how far apart its values stand. */
interface Line<Values> {
  readonly values: Values;
  readonly start: number;
  readonly step: number;
}

/** A line of `length` values added up in `parts` equal parts. */
function shareOut(
  from: Line<Uint8Array | Float64Array>,
  length: number,
  to: Line<Float64Array>,
  parts: number,
): void {
  const size = length / parts;
  for (let part = 0; part < parts; part++) {
    const near = part * size;
    const far = near + size;
    const last = Math.min(length, Math.ceil(far));
    let sum = 0;
    for (let i = Math.floor(near); i < last; i++) {
      sum += from.values[from.start + i * from.step]! * (Math.min(i + 1, far) - Math.max(i, near));
    }
    to.values[to.start + part * to.step] = sum;
  }
}
