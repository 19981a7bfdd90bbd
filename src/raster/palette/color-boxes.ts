/**
 * Color boxes: counted colors parted into as many groups as a palette has room for.
 *
 * After Wan, Prusinkiewicz and Wong, Variance-Based Color Image Quantization for Frame Buffer
 * Display, Color Research and Application 15 (1990), pages 52 to 58, who part boxes by variance
 * where the median cut (Heckbert, Color Image Quantization for Frame Buffer Display, SIGGRAPH
 * 1982) parts them by number: the box with the greatest squared error is cut next, across one
 * channel, at the level that leaves the least error in both halves. Wu (Efficient Statistical
 * Computations for Optimal Color Quantization, Graphics Gems II, 1991, pages 126 to 133) does the
 * same from tables of moments; here the colors are few enough to be summed.
 *
 * Our own: alpha as a fourth channel of premultiplied color, boxes of several kinds that share one
 * budget, and the channel of the greatest error in place of a trial of each.
 */
import { CHANNEL_WEIGHTS, type Kind } from './color.ts';

/** Error below which a box is not cut: its colors differ by rounding alone. */
const NO_ERROR = 1e-9;

/** Colors to part: points, and their weights. */
export interface WeightedColors {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** Colors of one kind with their mean. */
export interface ColorBox {
  readonly kind: Kind;
  readonly members: Uint32Array;
  /** A point. */
  readonly mean: Float64Array;
  /** Weighted squares of the distances from the mean, all channels together. */
  readonly error: number;
  /** The channel with most of the error. */
  readonly channel: number;
}

/**
 * Up to `most` boxes, one at least for each group. A group is the places of colors of one kind,
 * none of them without weight.
 */
export function colorBoxes(
  colors: WeightedColors,
  groups: readonly { readonly kind: Kind; readonly members: Uint32Array }[],
  most: number,
): ColorBox[] {
  const boxes = groups.map(({ kind, members }) => boxOf(colors, kind, members));
  while (boxes.length < most) {
    let worst = 0;
    for (let i = 1; i < boxes.length; i++) if (boxes[i]!.error > boxes[worst]!.error) worst = i;
    const box = boxes[worst];
    if (box === undefined || box.error < NO_ERROR) break;
    const [below, above] = halves(colors, box);
    boxes[worst] = boxOf(colors, box.kind, below);
    boxes.push(boxOf(colors, box.kind, above));
  }
  return boxes;
}

function boxOf({ points, weights }: WeightedColors, kind: Kind, members: Uint32Array): ColorBox {
  const sum = new Float64Array(4);
  const squares = new Float64Array(4);
  let weight = 0;
  for (const i of members) {
    const w = weights[i]!;
    weight += w;
    for (let c = 0; c < 4; c++) {
      const value = points[4 * i + c]!;
      sum[c]! += w * value;
      squares[c]! += w * value * value;
    }
  }
  let [error, most, channel] = [0, -1, 0];
  for (let c = 0; c < 4; c++) {
    const own = Math.max(0, squares[c]! - (sum[c]! * sum[c]!) / weight) * CHANNEL_WEIGHTS[c]!;
    error += own;
    if (own > most) [most, channel] = [own, c];
  }
  const mean = sum.map((s) => s / weight);
  return { kind, members, mean, error: members.length > 1 ? error : 0, channel };
}

/** The members of a box on both sides of the best level of its channel. */
function halves(
  { points, weights }: WeightedColors,
  { members, channel }: ColorBox,
): [Uint32Array, Uint32Array] {
  const levelOf = (i: number) => Math.round(points[4 * i + channel]!);
  const heights = new Float64Array(256);
  for (const i of members) heights[levelOf(i)]! += weights[i]!;
  const last = splitLevel(heights);
  const below = members.filter((i) => levelOf(i) <= last);
  const above = members.filter((i) => levelOf(i) > last);
  if (below.length > 0 && above.length > 0) return [below, above];
  // Colors within one level are parted anyhow.
  const middle = members.length >> 1;
  return [members.slice(0, middle), members.slice(middle)];
}

/** The level up to which the lower half goes, so that both halves together have the least error. */
function splitLevel(heights: Float64Array): number {
  let [all, sum] = [0, 0];
  heights.forEach((height, level) => {
    all += height;
    sum += height * level;
  });
  let [below, sumBelow, best, last] = [0, 0, -1, 0];
  for (let level = 0; level < 255; level++) {
    below += heights[level]!;
    sumBelow += heights[level]! * level;
    if (below === 0 || below >= all) continue;
    const above = sum - sumBelow;
    const gain = (sumBelow * sumBelow) / below + (above * above) / (all - below);
    if (gain > best) [best, last] = [gain, level];
  }
  return last;
}
