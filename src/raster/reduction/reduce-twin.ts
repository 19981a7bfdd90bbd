/**
 * The plain twin of `kernels/reduce.kernel.ts`: the same whole numbers in the same order,
 * down and then across, so that both give the same bytes.
 */
import type { Raster } from '../../image/raster.ts';
import { still } from '../pixels.ts';
import type { FilterSpans } from './filter-spans.ts';
import { MOST_LIGHT, SRGB_LIGHT, WHITE } from './light.ts';
import { planReduction, type Reduce } from './reduce.ts';

/** Light per level of alpha: alpha has the scale of light. */
const ALPHA_STEP = WHITE / 255;

export const reduceTwin: Reduce = (raster, reduction) => {
  const { left, top, width, height, across, down } = planReduction(raster, reduction);
  const { to, tables = SRGB_LIGHT } = reduction;
  const { channels } = raster;
  const out = new Uint8Array(to.width * to.height * channels);
  const samples = width * channels;
  const light = new Int16Array(samples * height);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * raster.width + left) * channels;
    toLight(raster, from, light.subarray(y * samples, (y + 1) * samples), tables.light);
  }
  const row = new Int16Array(samples);
  const pixel = new Int32Array(channels);
  let weights = 0;
  for (let y = 0; y < to.height; y++) {
    weights = filterDown(light, height, down, y, weights, row);
    let acrossWeights = 0;
    for (let x = 0; x < to.width; x++) {
      acrossWeights = filterAcross(row, width, across, x, acrossWeights, pixel);
      write(pixel, out, (y * to.width + x) * channels, tables.bytes);
    }
  }
  return still(to.width, to.height, channels, out);
};

/** A row as light, multiplied by alpha where there is some; 257 / 65536 stands for 1 / 255. */
function toLight(
  { data, channels }: Raster,
  from: number,
  to: Int16Array,
  lightOf: Int32Array,
): void {
  for (let i = 0; i < to.length; i += channels) {
    const alpha = channels === 4 ? data[from + i + 3]! : 255;
    for (let c = 0; c < 3; c++) {
      const own = lightOf[data[from + i + c]!]!;
      to[i + c] = channels === 4 ? (own * alpha * 257 + 32_768) >> 16 : own;
    }
    if (channels === 4) to[i + 3] = alpha * ALPHA_STEP;
  }
}

/** The weighted sum of the rows of one row of the result; where its weights end. */
function filterDown(
  light: Int16Array,
  height: number,
  { spans, weights, shift }: FilterSpans,
  y: number,
  at: number,
  row: Int16Array,
): number {
  const first = spans[2 * y]! * 2;
  const count = spans[2 * y + 1]! * 2;
  const sums = new Int32Array(row.length).fill(1 << (shift - 1));
  for (let k = 0; k < count && first + k < height; k++) {
    const weight = weights[at + k]!;
    const from = (first + k) * row.length;
    for (let i = 0; i < row.length; i++) sums[i]! += weight * light[from + i]!;
  }
  for (let i = 0; i < row.length; i++) {
    row[i] = Math.min(MOST_LIGHT, Math.max(-MOST_LIGHT - 1, sums[i]! >> shift));
  }
  return at + count;
}

/** The same across for one pixel, each channel in 0..MOST_LIGHT. */
function filterAcross(
  row: Int16Array,
  width: number,
  { spans, weights, shift }: FilterSpans,
  x: number,
  at: number,
  pixel: Int32Array,
): number {
  const first = spans[2 * x]! * 2;
  const count = spans[2 * x + 1]! * 2;
  pixel.fill(1 << (shift - 1));
  for (let k = 0; k < count && first + k < width; k++) {
    const weight = weights[at + k]!;
    const from = (first + k) * pixel.length;
    for (let c = 0; c < pixel.length; c++) pixel[c]! += weight * row[from + c]!;
  }
  for (let c = 0; c < pixel.length; c++) {
    pixel[c] = Math.min(MOST_LIGHT, Math.max(0, pixel[c]! >> shift));
  }
  return at + count;
}

function write(pixel: Int32Array, out: Uint8Array, at: number, bytes: Uint8Array): void {
  if (pixel.length === 4) {
    const alpha = Math.min(pixel[3]!, WHITE);
    out[at + 3] = (alpha + ALPHA_STEP / 2) / ALPHA_STEP;
    if (alpha > 0 && alpha < WHITE) {
      // In the 32-bit floats of the kernel.
      const by = Math.fround(WHITE / alpha);
      for (let c = 0; c < 3; c++) {
        const shown = Math.fround(Math.fround(pixel[c]! * by) + 0.5);
        pixel[c] = Math.min(MOST_LIGHT, Math.trunc(shown));
      }
    }
  }
  for (let c = 0; c < 3; c++) out[at + c] = bytes[pixel[c]!]!;
}
