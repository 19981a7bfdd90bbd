/**
 * Codes: drawings that a machine reads, QR codes and their kin, and where it looks for each module.
 *
 * A reader finds the marks of a code, lays an even grid over it, and looks at the middle of each
 * module. So a code made smaller may have modules of several widths as long as the middle of each
 * even place is of the module that belongs there; at the marks, by whose proportions a code is found
 * (ISO/IEC 18004, 1:1:3:1:1), more of it.
 *
 * Pure.
 */
import type { Raster } from '../../image/raster.ts';
import { colorsUpTo } from '../palette/redrawn.ts';
import { type Grid, gridOf } from './cells.ts';
import { type Axis, equalLines } from './lines.ts';

/** The grids of the columns and rows of a code. */
export type Code = Readonly<Record<Axis, Grid>>;

/** Modules along a side of the marks in the corners of a QR code, with the light ones around them. */
const MARK = 8;

/** Which part of a module is held in its place, on either side of its middle: as a share of a module. */
const HELD = { inside: 0.15, marks: 0.3 } as const;

/** Fewest modules of a side. */
const FEWEST = 8;

/** The grids of what looks like a code: cells of two colors in a margin, in no column and no row all alike. */
export function codeOf(raster: Raster): Code | undefined {
  if (colorsUpTo(raster, 2) === undefined) return undefined;
  const columns = gridOf(equalLines(raster, 'columns'));
  const rows = columns && gridOf(equalLines(raster, 'rows'));
  if (!rows || Math.min(columns.cells, rows.cells) < FEWEST) return undefined;
  const code = { columns, rows };
  return isDense(raster, code) ? code : undefined;
}

/** Whether each column and row of modules has both colors, but for those at the edges, which may be solid. */
function isDense({ width, channels, data }: Raster, { columns, rows }: Code): boolean {
  const at = (a: number, b: number) => {
    const [x, y] = [columns.before + columns.side * a, rows.before + rows.side * b];
    return data[(y * width + x) * channels];
  };
  const mixed = (count: number, level: (k: number) => number | undefined) => {
    for (let k = 1; k < count; k++) if (level(k) !== level(0)) return true;
    return false;
  };
  for (let a = 1; a < columns.cells - 1; a++) {
    if (!mixed(rows.cells, (b) => at(a, b))) return false;
  }
  for (let b = 1; b < rows.cells - 1; b++) {
    if (!mixed(columns.cells, (a) => at(a, b))) return false;
  }
  return true;
}

/** The first and the last line that may be shown. */
export type Span = readonly [first: number, last: number];

/** For each of so many places which lines it may show, so that a reader finds each module; none for the others. */
export function heldPlaces(
  { side, cells, before, after }: Grid,
  count: number,
): (Span | undefined)[] {
  const share = count / (before + side * cells + after);
  const held = new Array<Span | undefined>(count).fill(undefined);
  for (let cell = 0; cell < cells; cell++) {
    const start = before + side * cell;
    const middle = (start + side / 2) * share;
    const isMark = Math.min(cell, cells - 1 - cell) < MARK;
    const reach = side * share * (isMark ? HELD.marks : HELD.inside);
    const [from, to] = [Math.ceil(middle - reach - 0.5), Math.floor(middle + reach - 0.5)];
    for (let place = from; place <= to; place++) held[place] = [start, start + side - 1];
    held[Math.floor(middle)] = [start, start + side - 1];
  }
  return held;
}

/** The lines that so many places show, each in its even place: every module where a reader looks. */
export function evenLines(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, place) => Math.floor(((place + 0.5) * length) / count));
}
