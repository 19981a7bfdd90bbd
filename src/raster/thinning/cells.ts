/**
 * Cells: a drawing on a grid made smaller to a grid of whole pixels.
 *
 * A QR code or a drawing of enlarged pixels has cells of some pixels each; made smaller, some
 * cells get a pixel more than others, which takes more bytes and shows as ragged. So all get the
 * same whole size, and the margins around them what is left.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { type Axis, equalLines, ofLines, runsOf } from './lines.ts';

/** Most that the edge of what is inside the margins is moved, as a share of the side. */
const MOVED = 0.1;

/** What margins keep at least, and get at most, as a factor of what they should have. */
const MARGIN = { least: 0.5, most: 2.25 } as const;

/** The same where a code fits in no other way: a margin of one cell is still left, which readers need. */
const FAR = { moved: 0.25, least: 0.25, most: 4 } as const;

/** Pixels by which margins may differ so that cells pack alike, best first: a byte holds up to eight. */
const ALIGNED = [8, 4, 1] as const;

/** Pixels of two colors in a byte. */
const BYTE = 8;

/** Whether cells are made smaller or larger than they should be, where that is no whole number; or stay as they are in a narrower margin. */
export type CellSize = 'below' | 'above' | 'own';

/** The drawing with cells of one size; undefined where it is on no grid, or that would move too much of it. */
export function inCells(raster: Raster, size: Size, cell: CellSize): Raster | undefined {
  const edgesAt = ({ side: own }: Grid, share: number) => {
    const made =
      cell === 'own' ? own : cell === 'below' ? Math.floor(own * share) : Math.ceil(own * share);
    return (i: number) => i * made;
  };
  return laidOut(raster, size, edgesAt, { steps: ALIGNED, far: cell === 'own' });
}

/**
 * The drawing with so many cells in each byte of a row of two colors that they are smaller than they
 * should be, those of a byte alike as far as its eight pixels go.
 *
 * @param far whether what is inside may be moved far, into a much wider margin
 */
export function inPackedCells(raster: Raster, size: Size, far = false): Raster | undefined {
  const edgesAt = (grid: Grid, share: number) => {
    const each = Math.ceil(BYTE / (grid.side * share));
    return (i: number) => BYTE * Math.floor(i / each) + Math.ceil((BYTE * (i % each)) / each);
  };
  return laidOut(raster, size, edgesAt, { steps: ALIGNED.slice(0, 1), far });
}

/** Cells of one side, and the margins before and after them. */
export interface Grid {
  readonly side: number;
  readonly cells: number;
  readonly before: number;
  readonly after: number;
}

/** Where each cell begins, counted from the margin on. */
type Edges = (cell: number) => number;

/** How margins may be. */
interface Margins {
  /** By how many pixels they may differ from those of the source, best first. */
  readonly steps: readonly number[];
  readonly far: boolean;
}

/** The drawing with its cells at edges of their own. */
function laidOut(
  raster: Raster,
  { width, height }: Size,
  edgesAt: (grid: Grid, share: number) => Edges,
  margins: Margins,
): Raster | undefined {
  const lines = (axis: Axis, count: number) => {
    const all = equalLines(raster, axis);
    const grid = gridOf(all);
    return grid && cellLines(grid, all.length, count, edgesAt(grid, count / all.length), margins);
  };
  const columns = lines('columns', width);
  const rows = columns && lines('rows', height);
  return rows && ofLines(raster, columns, rows);
}

/** The cells between the margins of a drawing on a grid, of two pixels at least. @param lines numbers of `equalLines` */
export function gridOf(lines: Int32Array): Grid | undefined {
  const runs = runsOf(lines);
  const [before = 0, after = 0] = [runs.at(0), runs.at(-1)];
  const inner = runs.slice(1, -1);
  const side = inner.reduce(commonDivisor, 0);
  if (side < 2) return undefined;
  return { side, cells: inner.reduce((sum, run) => sum + run, 0) / side, before, after };
}

/** The lines of the source that `count` lines show. */
function cellLines(
  { side, cells, before, after }: Grid,
  length: number,
  count: number,
  edge: Edges,
  { steps, far }: Margins,
): number[] | undefined {
  const share = count / length;
  const left = count - edge(cells);
  const even = (left * before) / (before + after);
  const moved = far ? FAR.moved : MOVED;
  const { least, most } = far ? FAR : MARGIN;
  const fits = (got: number, had: number) =>
    got >= Math.max(least * had * share, far ? edge(1) : 0) && got <= most * had * share;
  const margin = steps
    .map((step) => aligned(even, before, step))
    .find(
      (one) =>
        Math.abs(one - before * share) <= moved * count &&
        fits(one, before) &&
        fits(left - one, after),
    );
  if (edge(1) < 1 || margin === undefined) return undefined;
  const repeated = (times: number, line: number) => Array.from({ length: times }, () => line);
  const inside = Array.from({ length: cells }, (_, i) =>
    repeated(edge(i + 1) - edge(i), before + side * i),
  );
  return [...repeated(margin, 0), ...inside.flat(), ...repeated(left - margin, length - 1)];
}

/** The number nearest to one that is whole steps away from another. */
function aligned(even: number, before: number, step: number): number {
  return before + Math.round((even - before) / step) * step;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
