/**
 * Periods: an ornament made smaller as an ornament.
 *
 * A pattern that repeats (checks, hatching, tiles) is small in bytes by that alone. Made smaller by
 * a factor that breaks its period it repeats no more, or after many times as long. So its one tile
 * is made smaller to whole pixels, or left as it is where that is nearly the size, and laid out
 * anew.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { type Axis, equalLines, ofLines } from './lines.ts';
import { linesKept } from './thinned.ts';

/** Longest tile that is looked for, in pixels. */
const LONGEST_TILE = 64;

/** How much larger or smaller than it should be a tile may become, as a factor. */
const OFF = 4 / 3;

/** How a tile gets whole pixels: the nearest size, the one below, or its own. */
export type TileSize = 'near' | 'below' | 'own';

/** The ornament at a smaller size; undefined where the raster is none, or its tile would be much too large or small. */
export function ofTiles(raster: Raster, size: Size, tile: TileSize): Raster | undefined {
  const columns = tiledLines(raster, 'columns', size.width, tile);
  const rows = columns && tiledLines(raster, 'rows', size.height, tile);
  return rows && ofLines(raster, columns, rows);
}

/** The lines of the source that `count` lines show; undefined where they do not repeat. */
function tiledLines(
  raster: Raster,
  axis: Axis,
  count: number,
  tile: TileSize,
): number[] | undefined {
  const lines = equalLines(raster, axis);
  const period = periodOf(lines);
  if (period === undefined) return undefined;
  const exact = (period * count) / lines.length;
  const long = tile === 'own' ? period : tile === 'near' ? Math.round(exact) : Math.floor(exact);
  // Equal lines have no size.
  const off = period === 1 ? 1 : Math.max(long / exact, exact / long);
  if (!(off <= OFF) || long > period) return undefined;
  const kept = linesKept(firstTile(raster, axis, period), axis, long);
  return Array.from({ length: count }, (_, i) => kept[i % long]!);
}

/** After how many lines all of them repeat, twice at least. */
function periodOf(lines: Int32Array): number | undefined {
  const most = Math.min(LONGEST_TILE, lines.length >> 1);
  for (let period = 1; period <= most; period++) {
    if (lines.every((line, i) => i + period >= lines.length || line === lines[i + period])) {
      return period;
    }
  }
  return undefined;
}

function firstTile(raster: Raster, axis: Axis, period: number): Raster {
  const all = (length: number) => Array.from({ length }, (_, i) => i);
  const { width, height } = raster;
  return axis === 'columns'
    ? ofLines(raster, all(period), all(height))
    : ofLines(raster, all(width), all(period));
}
