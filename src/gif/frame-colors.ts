/**
 * Frame colors: which colors the frames of an animation draw, how often, and which of them a
 * palette should keep as they are: the source's own where they are few, and those of flat
 * areas. Pure loops.
 */
import type { Raster } from '../image/raster.ts';
import { colorDistance } from '../raster/palette/color.ts';
import { ColorHistogram } from '../raster/palette/color-histogram.ts';
import { PaletteMap } from '../raster/palette/nearest-color.ts';
import { framePixels, type Pixels, SHOWN } from './frames.ts';

/** A color is flat where it fills this share of the pixels beside those of its own color only, 0..1. */
const FLAT_SHARE = 1 / 1000;

/** Square of the distance up to which a pixel shows a color of its source. */
const SAME = 50;

export interface FrameColors {
  /** The colors of all that changes from frame to frame; of one at least. */
  readonly histogram: ColorHistogram;
  /** Those of it that frames behind the first draw. */
  readonly later: ColorHistogram;
  /** Those to be kept, the most important first. */
  readonly keep: readonly number[];
  /** Whether any pixel is clear. */
  readonly clears: boolean;
}

/** The colors of all frames of a raster. */
export function frameColors(raster: Raster): FrameColors {
  const histogram = new ColorHistogram();
  const later = new ColorHistogram();
  const inner = new ColorHistogram();
  let clears = false;
  let before: Pixels | undefined;
  let changed = 0;
  for (let page = 0; page < raster.pages; page++) {
    const now = framePixels(raster, page);
    clears ||= now.includes(0);
    changed += countChanges(histogram, now, before);
    if (before !== undefined) countChanges(later, now, before);
    countInner(inner, now, before, raster.width);
    before = now;
  }
  // A palette needs a color, even where nothing has one.
  if (histogram.size === 0) histogram.add(SHOWN);
  const own = seenColors(histogram, raster.sourceColors ?? []);
  const keep = [...new Set([...own, ...flatColors(inner, changed)])];
  return { histogram, later, keep, clears };
}

/** Counts the colors of pixels that are not as before; gives how many those are. */
export function countChanges(
  histogram: ColorHistogram,
  now: Pixels,
  before: Pixels | undefined,
): number {
  let changed = 0;
  let run = 0;
  let last = 0;
  for (let i = 0; i < now.length; i++) {
    const pixel = now[i]!;
    if (pixel === 0 || pixel === before?.[i]) continue;
    if (pixel !== last && run > 0) histogram.add(last, run);
    run = pixel === last ? run + 1 : 1;
    last = pixel;
    changed++;
  }
  if (run > 0) histogram.add(last, run);
  return changed;
}

/** Counts those of them whose neighbours have the same color. */
function countInner(
  histogram: ColorHistogram,
  now: Pixels,
  before: Pixels | undefined,
  width: number,
): void {
  let run = 0;
  let last = 0;
  for (let i = width + 1; i < now.length - width - 1; i++) {
    const pixel = now[i]!;
    if (pixel === 0 || pixel !== now[i - 1] || pixel !== now[i + 1]) continue;
    if (pixel !== now[i - width] || pixel !== now[i + width] || pixel === before?.[i]) continue;
    if (pixel !== last && run > 0) histogram.add(last, run);
    run = pixel === last ? run + 1 : 1;
    last = pixel;
  }
  if (run > 0) histogram.add(last, run);
}

/** The colors of flat areas, the largest area first. */
function flatColors(inner: ColorHistogram, pixels: number): number[] {
  if (!inner.isExact) return [];
  const { colors, counts } = inner.entries();
  const least = Math.max(4, pixels * FLAT_SHARE);
  const order = [...colors.keys()].filter((i) => counts[i]! >= least);
  return order.sort((a, b) => counts[b]! - counts[a]! || a - b).map((i) => colors[i]!);
}

/** Those of the source's colors that are seen, the most frequent first. */
function seenColors(histogram: ColorHistogram, source: readonly number[]): number[] {
  if (source.length === 0) return [];
  const { colors, counts } = histogram.entries();
  const map = new PaletteMap(Uint32Array.from(source, (color) => SHOWN | color));
  const table = map.palette;
  const seen = new Float64Array(table.length);
  colors.forEach((color, i) => {
    const at = map.indexOf(color);
    if (colorDistance(table[at]!, color) <= SAME) seen[at]! += counts[i]!;
  });
  const order = [...table.keys()].filter((i) => seen[i]! > 0);
  return order.sort((a, b) => seen[b]! - seen[a]! || a - b).map((i) => table[i]!);
}
