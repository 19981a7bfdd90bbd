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

/** Widths of which a tile is a multiple so that rows of few colors repeat by whole bytes, best first: two tiles of 4 are a byte of two colors. */
const PACKED = [8, 4] as const;

/** How a tile gets whole pixels: the nearest size, the one below, its own, or one that repeats by whole bytes. */
export type TileSize = 'near' | 'below' | 'own' | 'packed';

/** The ornament at a smaller size; undefined where the raster is none, or its tile would be much too large or small. */
export function ofTiles(raster: Raster, size: Size, tile: TileSize): Raster | undefined {
  const wide = tileOf(raster, 'columns', size.width);
  const high = wide && tileOf(raster, 'rows', size.height);
  if (!high) return undefined;
  const width = tile === 'packed' ? packedLength(wide) : lengthOf(wide, tile);
  // A tile that is made wider for the sake of bytes is made as much higher.
  const height =
    tile === 'packed' ? Math.round(high.exact * (width / wide.exact)) : lengthOf(high, tile);
  const columns = tiledLines(raster, wide, width);
  const rows = columns && tiledLines(raster, high, height);
  return rows && ofLines(raster, columns, rows);
}

/** The tile of an ornament along one side: how long it is, and how long it would be made, in pixels. */
interface Tile {
  readonly axis: Axis;
  readonly period: number;
  readonly exact: number;
  /** Lines of all tiles that are to be shown. */
  readonly count: number;
}

function tileOf(raster: Raster, axis: Axis, count: number): Tile | undefined {
  const lines = equalLines(raster, axis);
  const period = periodOf(lines);
  return period === undefined
    ? undefined
    : { axis, period, exact: (period * count) / lines.length, count };
}

function lengthOf({ period, exact }: Tile, tile: Exclude<TileSize, 'packed'>): number {
  return tile === 'own' ? period : tile === 'near' ? Math.round(exact) : Math.floor(exact);
}

/** The nearest length of whole bytes; the nearest of any where there is none. */
function packedLength(tile: Tile): number {
  const lengths = PACKED.map((step) => step * Math.round(tile.exact / step));
  return lengths.find((long) => suits(tile, long)) ?? Math.round(tile.exact);
}

/** Whether a tile may become so long: neither much too large or small, nor larger than it is. */
function suits({ period, exact }: Tile, long: number): boolean {
  // Equal lines have no size.
  const off = period === 1 ? 1 : Math.max(long / exact, exact / long);
  return off <= OFF && long <= period;
}

/** The lines of the source that a side shows in tiles of so many; undefined where those do not suit. */
function tiledLines(raster: Raster, tile: Tile, long: number): number[] | undefined {
  if (!suits(tile, long)) return undefined;
  const { axis, period, count } = tile;
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
