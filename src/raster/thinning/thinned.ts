/**
 * Thinned: a picture made smaller by leaving out whole rows and columns, its pixels as they are.
 *
 * Which ones go is chosen so that no one misses them: those that equal a neighbour, so that strokes
 * and lines of one pixel stay whole, and in a pattern those of one whole period, so that it goes on
 * across the cut. All else stays near where it would be if every row were moved alike. The idea is
 * that of seams (Avidan and Shamir, "Seam carving", 2007; Efros and Freeman, "Image quilting",
 * 2001), held to straight ones: a row left out as a whole leaves rows that are equal equal, which
 * is what a palette PNG is small by.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { type Axis, ofLines } from './lines.ts';

/** Most neighbouring lines left out together: the longest period of a pattern that is kept. */
const LONGEST = 8;

/** How far a line may be from its even place, in lines. */
const REACH = 6;

/** What a difference of any size counts before its levels are added. */
const ANY_DIFFERENCE = 48;

/** What it costs that a line is one line from its even place; by its square. */
const OFF_PLACE = 12;

/** Most pixels of a picture that is remembered with what became of it. */
const MOST_KNOWN = 3e5;

/** What was thinned last: ways that do not suit a picture (thinned-by.ts) each come back to it. */
let known: { readonly raster: Raster; readonly size: Size; readonly made: Raster } | undefined;

/** @param size at most the raster's, and at least a quarter of it on either side */
export function thinned(raster: Raster, size: Size): Raster {
  const same = known?.size.width === size.width && known.size.height === size.height;
  if (known !== undefined && same && areSame(known.raster, raster)) return known.made;
  const made = thinnedAnew(raster, size);
  const { width, height } = size;
  known =
    raster.width * raster.height <= MOST_KNOWN
      ? { raster, size: { width, height }, made }
      : undefined;
  return made;
}

/** Whether two rasters are the same to the byte. */
function areSame(a: Raster, b: Raster): boolean {
  return (
    a.width === b.width &&
    a.channels === b.channels &&
    a.data.length === b.data.length &&
    a.data.every((value, i) => value === b.data[i])
  );
}

function thinnedAnew(raster: Raster, size: Size): Raster {
  const columns = linesKept(raster, 'columns', size.width);
  return ofLines(raster, columns, linesKept(raster, 'rows', size.height));
}

/** The lines that stay, rising. */
export function linesKept(raster: Raster, axis: Axis, count: number): number[] {
  const length = axis === 'columns' ? raster.width : raster.height;
  const across = axis === 'columns' ? raster.height : raster.width;
  if (count >= length) return Array.from({ length: count }, (_, i) => i);
  return cheapest(length, count, across * OFF_PLACE, costsOf(raster, axis));
}

/** By how many lines and from which line on they are left out: what that costs. */
type Costs = readonly Float64Array[];

/**
 * For each period the cost of every line left out with so many: how much it differs from the lines
 * a period before and after, of which the nearer in color counts, pixel by pixel.
 */
function costsOf(raster: Raster, axis: Axis): Costs {
  const { width, height, channels, data } = raster;
  const [length, across] = axis === 'columns' ? [width, height] : [height, width];
  const [along, aside] = axis === 'columns' ? [1, width] : [width, 1];
  const colors = new Uint32Array(width * height);
  for (let p = 0, at = 0; p < colors.length; p++, at += channels) {
    const alpha = channels === 4 ? data[at + 3]! : 0;
    colors[p] = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (alpha << 24);
  }
  return Array.from({ length: LONGEST }, (_, i) => {
    const step = (i + 1) * along;
    const costs = new Float64Array(length);
    for (let line = 0; line < length; line++) {
      const [back, on] = [line > i, line + i + 1 < length];
      let cost = 0;
      for (let k = 0, p = line * along; k < across; k++, p += aside) {
        const own = colors[p]!;
        const before = back ? colors[p - step]! : own;
        const after = on ? colors[p + step]! : own;
        if ((back && before === own) || (on && after === own)) continue;
        cost += Math.min(
          back ? apart(own, before) : Number.POSITIVE_INFINITY,
          on ? apart(own, after) : Number.POSITIVE_INFINITY,
        );
      }
      costs[line] = cost;
    }
    return costs;
  });
}

/** What two colors count that differ, each a byte for every channel. */
function apart(one: number, other: number): number {
  let sum = ANY_DIFFERENCE;
  for (let shift = 0; shift < 32; shift += 8) {
    sum += Math.abs(((one >>> shift) & 255) - ((other >>> shift) & 255));
  }
  return sum;
}

/** Which of `length` lines stay, by dynamic programming over the line that each of `count` places shows. */
function cheapest(length: number, count: number, offPlace: number, costs: Costs): number[] {
  const reach = Math.max(REACH, Math.ceil(length / count));
  const spread = 2 * reach + 1;
  const even = (place: number) => ((place + 0.5) * length) / count - 0.5;
  const first = (place: number) => Math.round(even(place)) - reach;
  const totals = new Float64Array(count * spread).fill(Number.POSITIVE_INFINITY);
  const froms = new Int32Array(count * spread).fill(-1);
  const gap = (after: number, before: number) => leftOut(costs, after, before);
  for (let place = 0; place < count; place++) {
    for (let i = 0; i < spread; i++) {
      const line = first(place) + i;
      if (line < place || line > length - count + place) continue;
      const at = place * spread + i;
      const off = offPlace * (line - even(place)) ** 2;
      if (place === 0) {
        totals[at] = off + gap(-1, line);
        continue;
      }
      for (let j = 0; j < spread; j++) {
        const last = first(place - 1) + j;
        const total = totals[(place - 1) * spread + j]! + off;
        if (last >= line || total >= totals[at]!) continue;
        const sum = total + gap(last, line);
        if (sum < totals[at]!) [totals[at], froms[at]] = [sum, j];
      }
    }
  }
  return traced(totals, froms, { length, count, spread, first, gap });
}

interface Way {
  readonly length: number;
  readonly count: number;
  readonly spread: number;
  readonly first: (place: number) => number;
  readonly gap: (after: number, before: number) => number;
}

/** The lines of the cheapest way, from its end. */
function traced(totals: Float64Array, froms: Int32Array, way: Way): number[] {
  const { length, count, spread, first, gap } = way;
  let [best, i] = [Number.POSITIVE_INFINITY, 0];
  for (let j = 0; j < spread; j++) {
    const total = totals[(count - 1) * spread + j]! + gap(first(count - 1) + j, length);
    if (total < best) [best, i] = [total, j];
  }
  const lines = new Array<number>(count);
  for (let place = count - 1; place >= 0; place--) {
    lines[place] = first(place) + i;
    i = froms[place * spread + i]!;
  }
  return lines;
}

/** What it costs to leave out the lines between two. */
function leftOut(costs: Costs, after: number, before: number): number {
  const count = before - after - 1;
  if (count === 0) return 0;
  if (count > costs.length) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let line = after + 1; line < before; line++) sum += costs[count - 1]![line]!;
  return sum;
}
