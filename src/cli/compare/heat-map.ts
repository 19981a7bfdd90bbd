/**
 * HeatMap: where two pictures differ, as a picture.
 *
 * The scores of the metric's tiles, all its scales together, laid over the picture in grey: blue where it shows
 * side by side, red where it shows by itself, yellow where it annoys. Between the middles of the tiles colors blend.
 * Pure.
 */
import type { Raster } from '../../image/raster.ts';
import type { ErrorMap } from '../../metrics/error-map.ts';

/** Scores and their colors; between them they blend, and above the first nothing is shown. */
const RAMP = [
  { score: 90, color: [0, 0, 0], shown: 0 },
  { score: 75, color: [40, 60, 220], shown: 0.35 },
  { score: 55, color: [220, 30, 50], shown: 0.7 },
  { score: 25, color: [255, 225, 60], shown: 0.9 },
] as const;

/** Part of its brightness that the grey picture keeps. */
const GREY = 0.7;

/** The map, of the size of the picture. */
export function heatMap(picture: Raster, tiles: ErrorMap): Raster {
  const { width, height, channels, data } = picture;
  const made = new Uint8Array(width * height * 3);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += channels, to += 3) {
      const [red = 0, green = 0, blue = 0] = data.subarray(from, from + 3);
      const grey = GREY * (0.2126 * red + 0.7152 * green + 0.0722 * blue);
      const { color, shown } = heatOf(scoreAt(tiles, x, y));
      for (let c = 0; c < 3; c++) made[to + c] = grey * (1 - shown) + (color[c] ?? 0) * shown;
    }
  }
  return { width, height, channels: 3, data: made, pages: 1, delays: [], loop: 1 };
}

/** The score at a pixel, between the middles of four tiles. */
function scoreAt({ columns, rows, scores, tile }: ErrorMap, x: number, y: number): number {
  const column = Math.min(columns - 1, Math.max(0, (x + 0.5) / tile - 0.5));
  const row = Math.min(rows - 1, Math.max(0, (y + 0.5) / tile - 0.5));
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, bottom] = [Math.min(columns - 1, left + 1), Math.min(rows - 1, top + 1)];
  const at = (c: number, r: number) => scores[r * columns + c] ?? 100;
  const across = (r: number) => between(at(left, r), at(right, r), column - left);
  return between(across(top), across(bottom), row - top);
}

function heatOf(score: number): { readonly color: readonly number[]; readonly shown: number } {
  const at = RAMP.findIndex((step) => score >= step.score);
  const [low, high] = [RAMP.at(at) ?? RAMP[3], RAMP[at - 1]];
  // Below the last and above the first
  if (at < 0) return RAMP[3];
  if (high === undefined) return RAMP[0];
  const part = (score - low.score) / (high.score - low.score);
  return {
    color: low.color.map((value, c) => between(value, high.color[c] ?? 0, at === 1 ? 0 : part)),
    shown: between(low.shown, high.shown, part),
  };
}

const between = (a: number, b: number, part: number) => a + (b - a) * part;
