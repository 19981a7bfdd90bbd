/**
 * ColorHistogram: which colors pixels have, and how often, over one frame or many.
 *
 * Where there are very many colors, neighbours count as one, with their mean: first those that
 * differ in the last bit of a channel, then in the last two, and so on. Clear, solid and
 * translucent colors are never gathered with one another.
 *
 * Memory is the same for any picture, and time in proportion to the colors added: a color that
 * is not found in so many steps makes the histogram coarser, as one too many does.
 */
import type { Raster } from '../../image/raster.ts';
import { colorAt, type Kind, kindOf } from './color.ts';

/** Most different colors that are told apart. */
const MOST_COUNTED = 8192;

/** Slots of the table in which colors are found: the upper 16 bits of a hash. */
const SLOTS = 65_536;

/** Most slots that are looked at for a color; usually it is the first or second. */
const LONGEST_PROBE = 256;

/** Colors, and how often they were met. */
export interface CountedColors {
  readonly size: number;
  /** As numbers (color.ts): those that were met, or the means of neighbours. */
  readonly colors: Uint32Array;
  /** As points (color.ts), means not rounded. */
  readonly points: Float64Array;
  readonly kinds: readonly Kind[];
  /** Pixels of each. */
  readonly counts: Float64Array;
}

export class ColorHistogram {
  readonly #slots = new Int32Array(SLOTS).fill(-1);
  readonly #keys = new Uint32Array(MOST_COUNTED);
  readonly #counts = new Float64Array(MOST_COUNTED);
  /** Sums of points. */
  readonly #sums = new Float64Array(4 * MOST_COUNTED);
  #size = 0;
  /** Last bits of each channel in which neighbours differ, 0..8. */
  #shift = 0;

  /** Different colors, or groups of neighbours once there are too many. */
  get size(): number {
    return this.#size;
  }

  /** Whether every color was counted for itself. */
  get isExact(): boolean {
    return this.#shift === 0;
  }

  /** Counts pixels of a color, a number as in color.ts. */
  add(color: number, times = 1): void {
    let index = this.#place(keyOf(color, this.#shift), LONGEST_PROBE);
    while (index < 0) {
      this.#coarsen();
      index = this.#place(keyOf(color, this.#shift), LONGEST_PROBE);
    }
    const alpha = color >>> 24;
    const part = (alpha * times) / 255;
    const sums = this.#sums;
    sums[4 * index]! += (color & 255) * part;
    sums[4 * index + 1]! += ((color >> 8) & 255) * part;
    sums[4 * index + 2]! += ((color >> 16) & 255) * part;
    sums[4 * index + 3]! += alpha * times;
    this.#counts[index]! += times;
  }

  /** The place among the entries of a color that was counted. */
  placeOf(color: number): number {
    return this.#place(keyOf(color, this.#shift), SLOTS);
  }

  entries(): CountedColors {
    const size = this.#size;
    const counts = this.#counts.slice(0, size);
    const points = this.#sums.slice(0, 4 * size).map((sum, i) => sum / counts[i >> 2]!);
    const keys = this.#keys.slice(0, size);
    const kinds = Array.from(keys, (key) => kindOf(key >>> 24));
    const colors = this.isExact ? keys : keys.map((_, i) => colorAt(points, 4 * i, kinds[i]!));
    return { size, colors, points, kinds, counts };
  }

  /** The place of a key, a new one where it has none; -1 where that takes too many steps or places. */
  #place(key: number, steps: number): number {
    let at = Math.imul(key, 0x9e3779b1) >>> 16;
    for (let step = 0; step < steps; step++, at = (at + 1) & (SLOTS - 1)) {
      const index = this.#slots[at]!;
      if (index >= 0 && this.#keys[index] === key) return index;
      if (index >= 0) continue;
      if (this.#size === MOST_COUNTED) return -1;
      this.#slots[at] = this.#size;
      this.#keys[this.#size] = key;
      return this.#size++;
    }
    return -1;
  }

  /** Gathers neighbours that differ in one bit more; in place, as no entry moves up. */
  #coarsen(): void {
    const before = this.#size;
    this.#shift++;
    this.#size = 0;
    this.#slots.fill(-1);
    for (let from = 0; from < before; from++) {
      const count = this.#counts[from]!;
      const sums = this.#sums.slice(4 * from, 4 * from + 4);
      this.#counts[from] = 0;
      this.#sums.fill(0, 4 * from, 4 * from + 4);
      const to = this.#place(keyOf(this.#keys[from]!, this.#shift), SLOTS);
      this.#counts[to]! += count;
      for (let c = 0; c < 4; c++) this.#sums[4 * to + c]! += sums[c]!;
    }
  }
}

/** Equal for colors that count as one; a key of a key is that of the color. */
function keyOf(color: number, shift: number): number {
  const alpha = color >>> 24;
  if (alpha === 0) return 0;
  const kept = (0xff << shift) & 0xff;
  const alphaKept = alpha === 255 ? 255 : Math.max(1, alpha & kept);
  return ((color & (kept | (kept << 8) | (kept << 16))) | (alphaKept << 24)) >>> 0;
}

/** The colors of all frames of a raster. */
export function histogramOf(raster: Raster): ColorHistogram {
  const histogram = new ColorHistogram();
  let [last, run] = [0, 0];
  for (const color of colorsOf(raster)) {
    if (color !== last && run > 0) histogram.add(last, run);
    run = color === last ? run + 1 : 1;
    last = color;
  }
  if (run > 0) histogram.add(last, run);
  return histogram;
}

/** Every pixel of a raster as a number (color.ts), frame by frame, row by row. */
export function colorsOf({ data, channels }: Raster): Uint32Array {
  const colors = new Uint32Array(data.length / channels);
  for (let i = 0, at = 0; i < colors.length; i++, at += channels) {
    const alpha = channels === 4 ? data[at + 3]! : 255;
    if (alpha === 0) continue;
    colors[i] = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (alpha << 24);
  }
  return colors;
}
