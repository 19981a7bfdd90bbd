/**
 * Few colors: a picture in a palette of at most so many colors, each pixel the nearest of them.
 *
 * - Colors are counted; where there are very many, neighbours count as one.
 * - They stand in a space of premultiplied red, green, blue and alpha, where a distance says
 *   how far two colors are apart over black and over white, whichever is more.
 * - The box of colors with the greatest error is cut in two where that saves most, until
 *   there are as many boxes as colors; a few rounds of k-means move the colors on.
 * - Clear, solid and translucent pixels have colors of their own: no hole in a solid area,
 *   no haze in a clear one.
 *
 * Nothing is dithered: on drawings that costs bytes and, by SSIMULACRA 2, quality. Pure. Memory
 * and time are bounded by the pixels and `MOST_COUNTED`.
 */

import type { Raster } from '../image/raster.ts';
import { CHANNEL_WEIGHTS, NearestColor } from './nearest-color.ts';
import { withAlpha } from './pixels.ts';

/** A still as numbers of colors. */
export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and straight alpha of each color; 1 to 256 colors. */
  readonly palette: Uint8Array;
  /** The color of each pixel, row by row. */
  readonly indices: Uint8Array;
}

/** Most different colors that are told apart. */
const MOST_COUNTED = 8192;

/**
 * How much a color counts that covers many pixels: its share to this power. 1 forgets the rare
 * colors of edges, 0.3 the large areas. Of 0.3, 0.5 and 0.75 on 18 rasters, the last mostly has the
 * fewest bytes at equal score, most of all with few colors.
 */
const SHARE_POWER = 0.75;

/** Rounds of k-means: a bound on time. */
const ROUNDS = 3;

/** Clear, solid, and all between. */
const CLEAR = 0;
const SOLID = 1;
const TRANSLUCENT = 2;

/** The colors of a picture, counted. */
interface Counted {
  readonly count: number;
  /** Premultiplied red, green, blue, and alpha: four numbers for each color. */
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly kinds: Uint8Array;
  /** The color of each pixel. */
  readonly colorOf: Uint32Array;
}

/** The still in at most `most` colors, 2..256; exactly as it is, colors of clear pixels aside, where it has no more. */
export function fewColors(raster: Raster, most: number): IndexedPicture {
  const { width, height } = raster;
  const colors = countedOf(raster);
  const found = palettes(colors, most);
  const nearestColor = new Uint8Array(colors.count);
  const palette: number[] = [];
  for (const { kind, centres } of found) {
    const first = palette.length / 4;
    const rounded = centres.flatMap((centre) => straight(centre, kind));
    palette.push(...rounded);
    const points = Array.from(centres, (_, i) => premultiplied(rounded, 4 * i));
    const search = new NearestColor(points);
    for (let i = 0; i < colors.count; i++) {
      if (colors.kinds[i] === kind) nearestColor[i] = first + search.find(colors.points, 4 * i);
    }
  }
  const indices = new Uint8Array(width * height);
  for (let p = 0; p < indices.length; p++) indices[p] = nearestColor[colors.colorOf[p]!]!;
  return { width, height, palette: Uint8Array.from(palette), indices };
}

/** Counted colors by the pixels they were counted in: a search asks for many palettes of one picture. */
const known = new WeakMap<Uint8Array, Counted>();

function countedOf(raster: Raster): Counted {
  const colors = known.get(raster.data) ?? counted(withAlpha(raster).data);
  known.set(raster.data, colors);
  return { ...colors, kinds: colors.kinds.slice() };
}

/** Counts colors, as finely as `MOST_COUNTED` allows. */
function counted(data: Uint8Array): Counted {
  for (let shift = 0; ; shift++) {
    const colors = countedAt(data, shift);
    if (colors !== undefined) return colors;
  }
}

function countedAt(data: Uint8Array, shift: number): Counted | undefined {
  const colorOf = new Uint32Array(data.length / 4);
  const places = new Map<number, number>();
  const sums: number[] = [];
  const kinds: number[] = [];
  let [lastKey, last] = [-1, 0];
  for (let i = 0, p = 0; i < data.length; i += 4, p++) {
    const alpha = data[i + 3]!;
    const key = keyOf(data, i, shift);
    if (key !== lastKey) {
      const found = places.get(key);
      if (found === undefined && places.size >= MOST_COUNTED) return undefined;
      last = found ?? places.size;
      lastKey = key;
      if (found === undefined) {
        places.set(key, last);
        sums.push(0, 0, 0, 0, 0);
        kinds.push(alpha === 0 ? CLEAR : alpha === 255 ? SOLID : TRANSLUCENT);
      }
    }
    colorOf[p] = last;
    const at = 5 * last;
    for (let c = 0; c < 3; c++) sums[at + c]! += (data[i + c]! * alpha) / 255;
    sums[at + 3]! += alpha;
    sums[at + 4]! += 1;
  }
  const count = places.size;
  const points = new Float64Array(4 * count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const pixels = sums[5 * i + 4]!;
    for (let c = 0; c < 4; c++) points[4 * i + c] = sums[5 * i + c]! / pixels;
    weights[i] = pixels ** SHARE_POWER;
  }
  return { count, points, weights, kinds: Uint8Array.from(kinds), colorOf };
}

/** Equal for colors that count as one; solid ones apart from the rest, and clear ones all alike. */
function keyOf(data: Uint8Array, i: number, shift: number): number {
  const alpha = data[i + 3]!;
  if (alpha === 0) return 0;
  const color =
    ((data[i]! >> shift) << 16) | ((data[i + 1]! >> shift) << 8) | (data[i + 2]! >> shift);
  // Alpha 1 to 254 is at least 1, whatever is left of it.
  return color + (alpha === 255 ? 255 : Math.max(1, alpha >> shift)) * 0x1000000;
}

interface Found {
  readonly kind: number;
  readonly centres: readonly Float64Array[];
}

/** The colors of each kind of pixel. */
function palettes(colors: Counted, most: number): Found[] {
  const kinds = [CLEAR, SOLID, TRANSLUCENT].filter((kind) => colors.kinds.includes(kind));
  if (kinds.length > most) {
    // Two colors for three kinds: what shines through a little counts as solid, or as clear.
    for (let i = 0; i < colors.count; i++) {
      if (colors.kinds[i] !== TRANSLUCENT) continue;
      colors.kinds[i] = colors.points[4 * i + 3]! < 128 ? CLEAR : SOLID;
    }
    return palettes(colors, most);
  }
  const clear = kinds.includes(CLEAR) ? 1 : 0;
  const boxes = cut(
    colors,
    kinds.filter((kind) => kind !== CLEAR),
    most - clear,
  );
  return kinds.map((kind) => {
    if (kind === CLEAR) return { kind, centres: [new Float64Array(4)] };
    const own = boxes.filter((box) => box.kind === kind);
    return {
      kind,
      centres: settled(
        colors,
        kind,
        own.map(({ mean }) => mean),
      ),
    };
  });
}

/** A range of colors, as places in a list that all boxes share. */
interface Box {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly mean: Float64Array;
  /** Weighted squares of the distances from the mean, all channels together. */
  readonly error: number;
  /** The channel with most of the error. */
  readonly channel: number;
}

function cut(colors: Counted, kinds: readonly number[], most: number): Box[] {
  const order = new Uint32Array(colors.count);
  const boxes: Box[] = [];
  let next = 0;
  for (const kind of kinds) {
    const start = next;
    for (let i = 0; i < colors.count; i++) if (colors.kinds[i] === kind) order[next++] = i;
    boxes.push(boxOf(colors, order, kind, start, next));
  }
  while (boxes.length < most) {
    let worst = 0;
    boxes.forEach((box, i) => {
      if (box.error > boxes[worst]!.error) worst = i;
    });
    const box = boxes[worst];
    if (box === undefined || box.error < 1e-9) break;
    const middle = halve(colors, order, box);
    boxes[worst] = boxOf(colors, order, box.kind, box.start, middle);
    boxes.push(boxOf(colors, order, box.kind, middle, box.end));
  }
  return boxes;
}

function boxOf(
  { points, weights }: Counted,
  order: Uint32Array,
  kind: number,
  start: number,
  end: number,
): Box {
  const sum = new Float64Array(4);
  const squares = new Float64Array(4);
  let weight = 0;
  for (let t = start; t < end; t++) {
    const i = order[t]!;
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
  return {
    kind,
    start,
    end,
    mean: sum.map((s) => s / weight),
    error: end - start > 1 ? error : 0,
    channel,
  };
}

/** Orders a box into two halves along its channel, with the least error; gives where the second begins. */
function halve({ points, weights }: Counted, order: Uint32Array, box: Box): number {
  const { start, end, channel } = box;
  const part = order.subarray(start, end);
  const levelOf = (i: number) => Math.round(points[4 * i + channel]!);
  const heights = new Float64Array(256);
  for (const i of part) heights[levelOf(i)]! += weights[i]!;
  const last = splitLevel(heights);
  const below = part.filter((i) => levelOf(i) <= last);
  const above = part.filter((i) => levelOf(i) > last);
  // Colors within one level, which differ by rounding alone, are parted anyhow.
  if (above.length === 0 || below.length === 0) return start + (part.length >> 1);
  part.set(below);
  part.set(above, below.length);
  return start + below.length;
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

/** Rounds of k-means over the colors of one kind. */
function settled(
  { count, points, weights, kinds }: Counted,
  kind: number,
  start: readonly Float64Array[],
): Float64Array[] {
  let centres = [...start];
  for (let round = 0; round < ROUNDS; round++) {
    const search = new NearestColor(centres);
    const sums = new Float64Array(5 * centres.length);
    for (let i = 0; i < count; i++) {
      if (kinds[i] !== kind) continue;
      const at = 5 * search.find(points, 4 * i);
      const w = weights[i]!;
      for (let c = 0; c < 4; c++) sums[at + c]! += w * points[4 * i + c]!;
      sums[at + 4]! += w;
    }
    centres = centres.map((centre, n) => {
      const weight = sums[5 * n + 4]!;
      return weight === 0 ? centre : sums.slice(5 * n, 5 * n + 4).map((s) => s / weight);
    });
  }
  return centres;
}

/** A centre as a color of the palette: whole levels, alpha straight. */
function straight(centre: Float64Array, kind: number): number[] {
  if (kind === CLEAR) return [0, 0, 0, 0];
  const alpha = kind === SOLID ? 255 : Math.min(254, Math.max(1, Math.round(centre[3]!)));
  const level = (value: number) => Math.min(255, Math.round((value * 255) / alpha));
  return [level(centre[0]!), level(centre[1]!), level(centre[2]!), alpha];
}

function premultiplied(color: readonly number[], at: number): Float64Array {
  const alpha = color[at + 3]!;
  const part = (c: number) => (color[at + c]! * alpha) / 255;
  return Float64Array.of(part(0), part(1), part(2), alpha);
}
