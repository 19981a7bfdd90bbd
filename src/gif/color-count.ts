/**
 * ColorCount: which colors pixels have, and how often.
 *
 * A color is a number with red in its lowest byte. Beyond 16,384 different ones, colors that
 * agree in their first five bits per channel are counted together, with their mean.
 */
import { colorError, nearest, packedColor } from './color.ts';

/** Different colors that are counted one by one; beyond, those of one cell are counted together. */
const MOST_COUNTED = 16_384;

/** Slots of the table in which colors are found: the upper 16 bits of a hash. */
const SLOTS = 65_536;

/** Bits per channel of a cell. */
const CELL_BITS = 5;

/** Colors of pixels, counted. A color is a number with red in its lowest byte. */
export class ColorCount {
  readonly #slots = new Int32Array(SLOTS).fill(-1);
  #keys: number[] = [];
  #counts: number[] = [];
  /** Sums of the channels, once cells are counted. */
  #sums: number[][] | undefined;

  /** Different colors, or cells once there are too many. */
  get size(): number {
    return this.#keys.length;
  }

  /** Whether every color was counted for itself. */
  get isExact(): boolean {
    return this.#sums === undefined;
  }

  add(color: number, times = 1): void {
    const key = this.#sums === undefined ? color : cellOf(color);
    const at = this.#slot(key);
    const index = this.#slots[at]!;
    if (index < 0) {
      if (this.#sums === undefined && this.#keys.length === MOST_COUNTED) {
        this.#gather();
        this.add(color, times);
        return;
      }
      this.#slots[at] = this.#keys.length;
      this.#keys.push(key);
      this.#counts.push(times);
      this.#sums?.push(sumsOf(color, times));
      return;
    }
    this.#counts[index] = this.#counts[index]! + times;
    const sums = this.#sums?.[index];
    if (sums !== undefined) addTo(sums, color, times);
  }

  /** The colors, or the means of the cells, and how often they were met. */
  entries(): { readonly colors: Uint32Array; readonly counts: Float64Array } {
    const counts = Float64Array.from(this.#counts);
    const means = this.#sums?.map(([red, green, blue], i) =>
      packedColor(red! / counts[i]!, green! / counts[i]!, blue! / counts[i]!),
    );
    return { colors: Uint32Array.from(means ?? this.#keys), counts };
  }

  #slot(key: number): number {
    let at = Math.imul(key, 0x9e3779b1) >>> 16;
    while (this.#slots[at]! >= 0 && this.#keys[this.#slots[at]!] !== key)
      at = (at + 1) & (SLOTS - 1);
    return at;
  }

  #gather(): void {
    const keys = this.#keys;
    const counts = this.#counts;
    this.#keys = [];
    this.#counts = [];
    this.#sums = [];
    this.#slots.fill(-1);
    keys.forEach((key, i) => {
      this.add(key, counts[i]!);
    });
  }
}

function cellOf(color: number): number {
  const kept = 0xff & ~(0xff >> CELL_BITS);
  return color & (kept | (kept << 8) | (kept << 16));
}

function sumsOf(color: number, times: number): number[] {
  return [(color & 255) * times, ((color >> 8) & 255) * times, ((color >> 16) & 255) * times];
}

function addTo(sums: number[], color: number, times: number): void {
  sums[0]! += (color & 255) * times;
  sums[1]! += ((color >> 8) & 255) * times;
  sums[2]! += ((color >> 16) & 255) * times;
}

/** A color is flat where it fills this share of the pixels beside those of its own color only, 0..1. */
const FLAT_SHARE = 1 / 1000;

/** The colors of flat areas, the largest area first. */
export function flatColors(inner: ColorCount, pixels: number): number[] {
  const { colors, counts } = inner.entries();
  if (!inner.isExact) return [];
  const least = Math.max(4, pixels * FLAT_SHARE);
  const order = Array.from(colors, (_, i) => i).filter((i) => counts[i]! >= least);
  return order.sort((a, b) => counts[b]! - counts[a]! || a - b).map((i) => colors[i]!);
}

/** Squared error up to which a pixel shows a color of its source. */
const SAME = 50;

/** Those of the source's colors that are seen, the most frequent first. */
export function seenColors(count: ColorCount, source: readonly number[]): number[] {
  const { colors, counts } = count.entries();
  const table = Uint32Array.from(source);
  const seen = new Float64Array(table.length);
  colors.forEach((color, i) => {
    const at = nearest(table, color);
    if (colorError(table[at]!, color) <= SAME) seen[at]! += counts[i]!;
  });
  const order = Array.from(table, (_, i) => i).filter((i) => seen[i]! > 0);
  return order.sort((a, b) => seen[b]! - seen[a]! || a - b).map((i) => table[i]!);
}
