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
import { type Axis, equalLines, ofLines } from './lines.ts';

/** Most that the edge of what is inside the margins is moved, as a share of the side. */
const MOVED = 0.1;

/** What margins keep at least, and get at most, as a factor of what they should have. */
const MARGIN = { least: 0.5, most: 2 } as const;

/** Pixels by which margins may differ so that cells pack alike, best first: a byte holds up to eight. */
const ALIGNED = [8, 4, 1] as const;

/** Whether cells are made smaller or larger than they should be, where that is no whole number. */
export type CellSize = 'below' | 'above';

/** The drawing with cells of one size; undefined where it is on no grid, or that would move too much of it. */
export function inCells(raster: Raster, size: Size, cell: CellSize): Raster | undefined {
  const columns = cellLines(raster, 'columns', size.width, cell);
  const rows = columns && cellLines(raster, 'rows', size.height, cell);
  return rows && ofLines(raster, columns, rows);
}

/** The lines of the source that `count` lines show. */
function cellLines(
  raster: Raster,
  axis: Axis,
  count: number,
  cell: CellSize,
): number[] | undefined {
  const lines = equalLines(raster, axis);
  const runs = runsOf(lines);
  const [before = 0, after = 0] = [runs.at(0), runs.at(-1)];
  const inner = runs.slice(1, -1);
  const side = inner.reduce(commonDivisor, 0);
  if (side < 2) return undefined;
  const share = count / lines.length;
  const made = cell === 'below' ? Math.floor(side * share) : Math.ceil(side * share);
  const cells = inner.reduce((sum, run) => sum + run, 0) / side;
  const left = count - cells * made;
  const even = (left * before) / (before + after);
  const fits = (got: number, had: number) =>
    got >= MARGIN.least * had * share && got <= MARGIN.most * had * share;
  const margin = ALIGNED.map((step) => aligned(even, before, step)).find(
    (one) =>
      Math.abs(one - before * share) <= MOVED * count &&
      fits(one, before) &&
      fits(left - one, after),
  );
  if (made < 1 || margin === undefined) return undefined;
  const inside = Array.from(
    { length: cells * made },
    (_, i) => before + side * Math.floor(i / made),
  );
  const repeated = (length: number, line: number) => Array.from({ length }, () => line);
  return [...repeated(margin, 0), ...inside, ...repeated(left - margin, lines.length - 1)];
}

/** The number nearest to one that is whole steps away from another. */
function aligned(even: number, before: number, step: number): number {
  return before + Math.round((even - before) / step) * step;
}

/** How many lines that are equal follow one another, again and again. */
function runsOf(lines: Int32Array): number[] {
  const runs: number[] = [];
  lines.forEach((line, i) => {
    if (i > 0 && line === lines[i - 1]) runs[runs.length - 1]!++;
    else runs.push(1);
  });
  return runs;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
