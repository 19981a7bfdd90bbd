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

/** Rings around the middle of an Aztec code that are looked at (ISO/IEC 24778: four or six of them). */
const RINGS = 3;

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

/**
 * Whether a code has a mark that readers find it by: in a corner a line of modules alike (QR codes, Data
 * Matrix, Han Xin, tags for cameras), or rings around the middle (Aztec). Without one no reader finds it,
 * and it is a picture of cells. In doubt it is marked.
 */
export function isMarked(raster: Raster, { columns, rows }: Code): boolean {
  const { width, height, channels, data } = raster;
  const level = (x: number, y: number) => data[(y * width + x) * channels];
  const solid = (count: number, at: (k: number) => number | undefined) => {
    for (let k = 1; k < count; k++) if (at(k) !== at(0)) return undefined;
    return at(0);
  };
  const sides = [
    solid(width, (x) => level(x, 0)),
    solid(width, (x) => level(x, height - 1)),
    solid(height, (y) => level(0, y)),
    solid(height, (y) => level(width - 1, y)),
  ];
  // What is around a grid without a margin is of its modules.
  const open = sides.every((one) => one !== undefined && one === sides[0]) ? 0 : 1;
  const [across, down] = [columns.cells + 2 * open, rows.cells + 2 * open];
  const place = ({ before, side }: Grid, cell: number, length: number) =>
    Math.min(length - 1, Math.max(0, before + side * (cell - open)));
  const at = (a: number, b: number) => level(place(columns, a, width), place(rows, b, height));
  const corners = [0, across - 1].flatMap((a) => [0, down - 1].map((b) => [a, b] as const));
  const lined = ([a, b]: readonly [number, number]) => {
    const [right, below] = [a === 0 ? 1 : -1, b === 0 ? 1 : -1];
    return [
      solid(MARK - 1, (k) => at(a + k * right, b)),
      solid(MARK - 1, (k) => at(a, b + k * below)),
    ].some((one) => one !== undefined);
  };
  return corners.some(lined) || hasRings(across, down, at);
}

/** Whether around the middle there are rings of modules, one alike and the next otherwise. */
function hasRings(across: number, down: number, at: (a: number, b: number) => number | undefined) {
  const [x, y] = [across >> 1, down >> 1];
  const middle = at(x, y);
  for (let far = 1; far <= RINGS; far++) {
    for (let k = -far; k <= far; k++) {
      for (const [a, b] of [
        [k, -far],
        [k, far],
        [-far, k],
        [far, k],
      ] as const) {
        if ((at(x + a, y + b) === middle) !== (far % 2 === 0)) return false;
      }
    }
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
