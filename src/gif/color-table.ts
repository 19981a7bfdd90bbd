/**
 * Color tables: the colors that stand for those of many pixels.
 *
 * Colors are counted; while there are more than a table holds, or than its
 * looks need, they are gathered in boxes that are split where they are off by
 * most, and the means of the boxes are moved to where the pixels are. A color that
 * makes up most of its box stays what it is, so that flat areas keep their color.
 *
 * Deterministic: no random start, ties go to the lower number. Pure loops.
 */

import { colorError, nearest, packedColor } from './color.ts';
import type { ColorCount } from './color-count.ts';

/** Weight of a color that was met so often: edges are few pixels, and seen. */
const weightOf = (count: number) => count ** 0.6;

/** A color that has this share of the weight of its box stays what it is. */
const DOMINANT = 0.4;

/** Squared error up to which a color is shown well enough by one that is there. */
const NEAR = 400;

/** Rounds in which means move. */
const ROUNDS = 3;

/**
 * Up to `most` colors that stand for those counted, the most frequent first: all of them where
 * they fit, else first those that are to be kept, the most important first.
 */
export function colorTable(
  count: ColorCount,
  most: number,
  keep: readonly number[] = [],
): Uint32Array {
  const { colors, counts } = count.entries();
  if (count.isExact && colors.length <= most) return byFrequency(colors, counts);
  // Many more than the table holds are the steps of a gradient.
  const fixed = Uint32Array.from(keep.slice(0, keep.length <= 2 * most ? most : most >> 1));
  const weights = counts.map(weightOf);
  const rest = { colors, weights: withoutExact(colors, weights, fixed) };
  let centers = concatColors(fixed, split(rest.colors, rest.weights, most - fixed.length));
  for (let round = 0; round < ROUNDS; round++) {
    const owners = ownersOf(colors, centers);
    centers = moved(colors, weights, owners, centers, fixed.length);
  }
  const owners = ownersOf(colors, centers);
  const table = kept(colors, weights, owners, centers, fixed.length);
  const times = new Float64Array(table.length);
  for (let i = 0; i < owners.length; i++) times[owners[i]!]! += counts[i]!;
  return byFrequency(table, times);
}

function concatColors(first: Uint32Array, second: Uint32Array): Uint32Array {
  const out = new Uint32Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out;
}

/** The weights by how far the colors are from those that are there already: what is exact needs no box. */
function withoutExact(
  colors: Uint32Array,
  weights: Float64Array,
  fixed: Uint32Array,
): Float64Array {
  if (fixed.length === 0) return weights;
  return weights.map((weight, i) => {
    const error = colorError(fixed[nearest(fixed, colors[i]!)]!, colors[i]!);
    return weight * Math.min(1, error / NEAR);
  });
}

/** The colors without repetition, the most frequent first. */
function byFrequency(colors: Uint32Array, counts: Float64Array): Uint32Array {
  const order = Array.from(colors, (_, i) => i).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return Uint32Array.from(new Set(order.map((i) => colors[i]!)));
}

interface Box {
  readonly members: number[];
  readonly mean: readonly [number, number, number];
  /** Squared error of the members, by channel and as colors are compared. */
  readonly spread: readonly [number, number, number];
  readonly error: number;
}

const CHANNEL_WEIGHTS = [2 / 7, 4 / 7, 1 / 7] as const;
const channelOf = (color: number, channel: number) => (color >> (8 * channel)) & 255;

function boxOf(colors: Uint32Array, weights: Float64Array, members: number[]): Box {
  let weight = 0;
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (const i of members) {
    const times = weights[i]!;
    weight += times;
    for (let c = 0; c < 3; c++) {
      const level = channelOf(colors[i]!, c);
      sums[c]! += level * times;
      squares[c]! += level * level * times;
    }
  }
  const mean = sums.map((sum) => sum / weight) as [number, number, number];
  const spread = squares.map(
    (square, c) => Math.max(0, square - sums[c]! * mean[c]!) * CHANNEL_WEIGHTS[c]!,
  ) as [number, number, number];
  return { members, mean, spread, error: spread[0] + spread[1] + spread[2] };
}

/** Means of at most so many boxes, split where the error is largest. */
function split(colors: Uint32Array, weights: Float64Array, most: number): Uint32Array {
  if (most === 0) return new Uint32Array();
  const boxes = [
    boxOf(
      colors,
      weights,
      Array.from(colors, (_, i) => i),
    ),
  ];
  while (boxes.length < most) {
    let worst = 0;
    for (let i = 1; i < boxes.length; i++) if (boxes[i]!.error > boxes[worst]!.error) worst = i;
    const box = boxes[worst]!;
    if (box.error <= 1e-6 || box.members.length < 2) break;
    const channel = box.spread.indexOf(Math.max(...box.spread));
    const below = box.members.filter((i) => channelOf(colors[i]!, channel) <= box.mean[channel]!);
    const above = box.members.filter((i) => channelOf(colors[i]!, channel) > box.mean[channel]!);
    if (below.length === 0 || above.length === 0) break;
    boxes.splice(worst, 1, boxOf(colors, weights, below), boxOf(colors, weights, above));
  }
  return Uint32Array.from(boxes, ({ mean }) => packedColor(...mean));
}

function ownersOf(colors: Uint32Array, centers: Uint32Array): Uint16Array {
  return Uint16Array.from(colors, (color) => nearest(centers, color));
}

function moved(
  colors: Uint32Array,
  weights: Float64Array,
  owners: Uint16Array,
  centers: Uint32Array,
  fixed: number,
): Uint32Array {
  const sums = new Float64Array(centers.length * 4);
  for (let i = 0; i < colors.length; i++) {
    const at = owners[i]! * 4;
    const times = weights[i]!;
    for (let c = 0; c < 3; c++) sums[at + c]! += channelOf(colors[i]!, c) * times;
    sums[at + 3]! += times;
  }
  return centers.map((center, i) => {
    if (i < fixed) return center;
    const weight = sums[i * 4 + 3]!;
    const mean = (channel: number) => sums[i * 4 + channel]! / weight;
    return weight > 0 ? packedColor(mean(0), mean(1), mean(2)) : center;
  });
}

/** The centers, in place of those with a dominant color that color. */
function kept(
  colors: Uint32Array,
  weights: Float64Array,
  owners: Uint16Array,
  centers: Uint32Array,
  fixed: number,
): Uint32Array {
  const sums = new Float64Array(centers.length);
  const heaviest = new Int32Array(centers.length).fill(-1);
  for (let i = 0; i < colors.length; i++) {
    const owner = owners[i]!;
    sums[owner]! += weights[i]!;
    const other = heaviest[owner]!;
    if (other < 0 || weights[i]! > weights[other]!) heaviest[owner] = i;
  }
  return centers.map((center, i) => {
    if (i < fixed) return center;
    const color = heaviest[i]!;
    return color >= 0 && weights[color]! >= sums[i]! * DOMINANT ? colors[color]! : center;
  });
}

/** Slots for colors whose nearest is known; a power of two. */
const KNOWN = 65_536;

/** A table, and which of its colors stands for a color. */
export class ColorMap {
  readonly table: Uint32Array;
  readonly #known = new Int32Array(KNOWN).fill(-1);
  readonly #nearest = new Uint8Array(KNOWN);

  /** @param table one to 256 colors */
  constructor(table: Uint32Array) {
    this.table = table;
  }

  /** The index of the nearest color. */
  indexOf(color: number): number {
    const slot = Math.imul(color, 0x9e3779b1) >>> 16;
    if (this.#known[slot] !== color) {
      this.#known[slot] = color;
      this.#nearest[slot] = nearest(this.table, color);
    }
    return this.#nearest[slot]!;
  }
}
