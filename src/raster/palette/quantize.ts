/**
 * Quantize: a palette of at most so many colors for those of a picture or an animation.
 *
 * - Colors are counted (color-histogram.ts); where they fit, they are the palette.
 * - They are parted into boxes by variance (color-boxes.ts), whose means are the first palette.
 * - A few rounds of k-means (Lloyd, Least Squares Quantization in PCM, IEEE Transactions on
 *   Information Theory 28, 1982) move the means on. They run over the counted colors with weights,
 *   from a start that is not random, as Celebi, Improving the Performance of K-Means for Color
 *   Quantization, Image and Vision Computing 29 (2011), does.
 *
 * Our own: clear, solid and translucent colors share the room, and none stands for another kind, so
 * that there is no hole in a solid area and no haze in a clear one; a color counts by a power of its
 * pixels; colors that are to be kept come first and stay, but for one that is left for the others.
 *
 * Nothing is dithered: on drawings that costs bytes and, by SSIMULACRA 2, quality. Pure and
 * deterministic. Time and memory are bounded by those of the histogram.
 */
import {
  CLEAR,
  colorAt,
  colorDistance,
  foldedKind,
  KINDS,
  type Kind,
  kindOf,
  pointsOf,
  SOLID,
  TRANSLUCENT,
} from './color.ts';
import { colorBoxes } from './color-boxes.ts';
import type { ColorHistogram, CountedColors } from './color-histogram.ts';
import { NearestColor, PaletteMap } from './nearest-color.ts';

/**
 * How much a color counts that covers many pixels: its share to this power. 1 forgets the rare
 * colors of edges, 0.3 the large areas. Of 0.3, 0.5 and 0.75 on 18 rasters, the last mostly has the
 * fewest bytes at equal score, most of all with few colors.
 */
const SHARE_POWER = 0.75;

/** Rounds of k-means: a bound on time. */
const ROUNDS = 3;

/** Square of the distance up to which a color is shown well enough by one that is kept. */
const NEAR = 400;

/** Colors of one kind, and which of the first of their centers are not moved. */
interface Cluster {
  readonly kind: Kind;
  readonly members: Uint32Array;
  /** Points. */
  readonly centers: Float64Array;
  readonly fixed: readonly number[];
}

/**
 * Up to `most` colors, 2..256, that stand for those counted, the most frequent first; numbers as in
 * color.ts. All of them where they fit, else first those of `keep`, the most important first, which
 * are solid, and one at least for what is between them: of 300 to be kept, 255 are in a palette of
 * 256. Each kind that was counted has a color, but for three kinds in two colors: then what is
 * translucent counts as solid, or as clear.
 */
export function quantize(
  histogram: ColorHistogram,
  most: number,
  keep: readonly number[] = [],
): Uint32Array {
  const colors = histogram.entries();
  if (histogram.isExact && colors.size <= most) return byFrequency(colors.colors, colors.counts);
  const weights = colors.counts.map((count) => count ** SHARE_POWER);
  const palette: number[] = [];
  const times: number[] = [];
  for (const cluster of clustersOf(colors, weights, most, keep)) {
    const settled = settle(colors, weights, cluster);
    palette.push(...settled.palette);
    times.push(...settled.times);
  }
  return byFrequency(Uint32Array.from(palette), Float64Array.from(times));
}

/** The colors without repetition and without those that no pixel has, the most frequent first. */
function byFrequency(colors: Uint32Array, counts: Float64Array): Uint32Array {
  const order = [...colors.keys()].filter((i) => counts[i]! > 0);
  order.sort((a, b) => counts[b]! - counts[a]! || a - b);
  return Uint32Array.from(new Set(order.map((i) => colors[i]!)));
}

/** The counted colors by kind, each with the centers that it begins with. */
function clustersOf(
  colors: CountedColors,
  weights: Float64Array,
  most: number,
  keep: readonly number[],
): Cluster[] {
  const groups = groupsOf(colors, most);
  const others = groups.length - 1;
  // One is left for the colors between; many more than the palette holds are the steps of a gradient.
  const room = most - others - 1;
  const solid = groups.some(({ kind }) => kind === SOLID);
  const fixed = solid ? keep.slice(0, keep.length <= 2 * room ? room : room >> 1) : [];
  const open = withoutNear(colors.colors, weights, fixed);
  const boxed = groups
    .filter(({ kind }) => kind !== CLEAR)
    .map(({ kind, members }) => ({ kind, members: members.filter((i) => open[i]! > 0) }))
    .filter(({ members }) => members.length > 0);
  const clear = groups.some(({ kind }) => kind === CLEAR) ? 1 : 0;
  const boxes = colorBoxes(
    { points: colors.points, weights: open },
    boxed,
    most - clear - fixed.length,
  );
  return groups.map((group) => {
    const own = group.kind === SOLID ? fixed : group.kind === CLEAR ? [0] : [];
    const means = boxes.filter(({ kind }) => kind === group.kind).flatMap(({ mean }) => [...mean]);
    return { ...group, centers: Float64Array.from([...pointsOf(own), ...means]), fixed: own };
  });
}

/** The places of the colors of each kind that there is. */
function groupsOf({ kinds, points }: CountedColors, most: number) {
  const folds = new Set(kinds).size > most;
  const kindAt = (i: number) =>
    folds && kinds[i] === TRANSLUCENT ? foldedKind(points[4 * i + 3]!) : kinds[i]!;
  const places = [...kinds.keys()];
  return KINDS.map((kind) => ({
    kind,
    members: Uint32Array.from(places.filter((i) => kindAt(i) === kind)),
  })).filter(({ members }) => members.length > 0);
}

/** The weights by how far solid colors are from those that are kept: what is exact needs no box. */
function withoutNear(
  colors: Uint32Array,
  weights: Float64Array,
  fixed: readonly number[],
): Float64Array {
  if (fixed.length === 0) return weights;
  const map = new PaletteMap(Uint32Array.from(fixed));
  return weights.map((weight, i) => {
    const color = colors[i]!;
    if (kindOf(color >>> 24) !== SOLID) return weight;
    return weight * Math.min(1, colorDistance(fixed[map.indexOf(color)]!, color) / NEAR);
  });
}

/** The colors of a cluster after rounds of k-means, and the pixels of each. */
function settle(
  { points, counts }: CountedColors,
  weights: Float64Array,
  { kind, members, fixed, centers: start }: Cluster,
): { readonly palette: Uint32Array; readonly times: Float64Array } {
  const centers = start.slice();
  const size = centers.length / 4;
  for (let round = 0; round < ROUNDS; round++) {
    const search = new NearestColor(centers);
    const sums = new Float64Array(4 * size);
    const totals = new Float64Array(size);
    for (const i of members) {
      const owner = search.find(points, 4 * i);
      for (let c = 0; c < 4; c++) sums[4 * owner + c]! += weights[i]! * points[4 * i + c]!;
      totals[owner]! += weights[i]!;
    }
    for (let n = fixed.length; n < size; n++) {
      if (totals[n] === 0) continue;
      for (let c = 0; c < 4; c++) centers[4 * n + c] = sums[4 * n + c]! / totals[n]!;
    }
  }
  const search = new NearestColor(centers);
  const times = new Float64Array(size);
  for (const i of members) times[search.find(points, 4 * i)]! += counts[i]!;
  const palette = Uint32Array.from(times, (_, n) => fixed[n] ?? colorAt(centers, 4 * n, kind));
  return { palette, times };
}
