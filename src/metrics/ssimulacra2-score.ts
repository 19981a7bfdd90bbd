/**
 * From error sums to the score, and to the score of the worst region.
 *
 * The kernel and its twin give the same thing: for every cell (plane, level)
 * six sums per tile. A tile covers 64 x 64 pixels of the picture, so 32 x 32
 * at level 1:2 and 4 x 4 at 1:16. Everything here is arithmetic on those few
 * numbers.
 */
import type { Size } from '../base/size.ts';
import { CURVE, LEVELS, PLANES, SMALLEST_SIDE, WEIGHTS } from './ssimulacra2-constants.ts';

/** Side of a tile in pixels of the full picture. */
export const TILE = 64;
/** Sums per tile: each map's values, then each map's fourth powers. */
export const SUMS = 6;

/** A weight at or below this is left out: together they move a score by less than 0.003. */
const NEGLIGIBLE = 0.003;

export interface Level extends Size {
  /** Side of a tile at this level, in its own pixels. */
  readonly side: number;
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
}

/** Sums of errors, tile by tile. */
export interface ErrorSums {
  readonly levels: readonly Level[];
  /** `SUMS` numbers per tile, row by row; absent for a cell that was left out. */
  cell(plane: number, level: number): Float64Array | undefined;
}

/** The levels that a picture of this size is compared at. */
export function levelsOf({ width, height }: Size): Level[] {
  const levels: Level[] = [];
  for (let level = 0; level < LEVELS; level++) {
    // the definition asks this of the level before, so the last one may be smaller still
    if (width < SMALLEST_SIDE || height < SMALLEST_SIDE) break;
    if (level > 0) {
      width = (width + 1) >> 1;
      height = (height + 1) >> 1;
    }
    const side = Math.max(TILE >> level, 4);
    levels.push({
      width,
      height,
      side,
      columns: Math.ceil(width / side),
      rows: Math.ceil(height / side),
    });
  }
  return levels;
}

/** The six weights of a cell in a comparison of `levels` levels. */
export function weightsOf(plane: number, level: number, levels: number): readonly number[] {
  const at = (plane * levels + level) * SUMS;
  return WEIGHTS.slice(at, at + SUMS);
}

/** Which maps of a cell carry weight, as bits: 1 ssim, 2 artefacts, 4 lost detail. */
export function mapsOf(plane: number, level: number, levels: number): number {
  if (level >= levels) return 0;
  return weightsOf(plane, level, levels).reduce(
    (maps, weight, i) => (weight > NEGLIGIBLE ? maps | (1 << (i % 3)) : maps),
    0,
  );
}

/**
 * The score of the whole picture and of its worst region.
 *
 * `score` is the metric as published. `worst` is the lowest score of any
 * window of 2 x 2 tiles (128 x 128 pixels, in steps of 64), each taken as if
 * it were the picture; it is at most `score`. More error anywhere never raises it,
 * and undamaged areas elsewhere do not make up for a damaged face or word.
 */
export function scoresOf(errors: ErrorSums): { score: number; worst: number } {
  const cells = weightedCells(errors);
  const score = scoreOf(cells.reduce((sum, cell) => sum + wholeOf(cell), 0));
  const most = mostDamaged(tiledCells(errors, cells), errors.levels[0]!);
  return { score, worst: Math.min(score, scoreOf(most.weighted)) };
}

/** The cells whose tiles are those of the first level. */
export function tiledCells(
  errors: ErrorSums,
  cells: readonly WeightedCell[],
): readonly WeightedCell[] {
  // tiles of 1:32 cover twice the side of the others; no weight there reaches 0.0015
  return cells.filter(({ level }) => level.columns === errors.levels[0]!.columns);
}

/** The window of 2 x 2 tiles with the most error, by its first tile, and its weighted sum. */
export function mostDamaged(
  cells: readonly WeightedCell[],
  { columns, rows }: Pick<Level, 'columns' | 'rows'>,
): { readonly column: number; readonly row: number; readonly weighted: number } {
  let most = { column: 0, row: 0, weighted: 0 };
  for (let row = 0; row < Math.max(1, rows - 1); row++) {
    for (let column = 0; column < Math.max(1, columns - 1); column++) {
      let weighted = 0;
      for (const cell of cells) weighted += regionOf(cell, column, row, 2, 2);
      if (weighted > most.weighted) most = { column, row, weighted };
    }
  }
  return most;
}

/** The published curve: 0 is 100; it falls without end. */
export function scoreOf(weighted: number): number {
  const [a, b, c] = CURVE.polynomial;
  const w = weighted * CURVE.scale;
  const p = a * w + b * w * w + c * w * w * w;
  return p > 0 ? 100 - CURVE.factor * p ** CURVE.exponent : 100;
}

export interface WeightedCell {
  readonly level: Level;
  readonly weights: readonly number[];
  readonly sums: Float64Array;
}

/** The cells that carry weight, with their weights. */
export function weightedCells(errors: ErrorSums): WeightedCell[] {
  const cells: WeightedCell[] = [];
  for (let plane = 0; plane < PLANES; plane++) {
    errors.levels.forEach((level, at) => {
      const sums = errors.cell(plane, at);
      if (sums) cells.push({ level, sums, weights: weightsOf(plane, at, errors.levels.length) });
    });
  }
  return cells;
}

function wholeOf(cell: WeightedCell): number {
  return regionOf(cell, 0, 0, cell.level.columns, cell.level.rows);
}

/** The weighted sum of a cell's norms over a region, in tiles. */
export function regionOf(
  { level, weights, sums }: WeightedCell,
  left: number,
  top: number,
  across: number,
  down: number,
): number {
  const right = Math.min(left + across, level.columns);
  const bottom = Math.min(top + down, level.rows);
  const region = [0, 0, 0, 0, 0, 0];
  for (let row = top; row < bottom; row++) {
    const end = (row * level.columns + right) * SUMS;
    for (let i = (row * level.columns + left) * SUMS; i < end; i += SUMS) {
      for (let k = 0; k < SUMS; k++) region[k]! += sums[i + k]!;
    }
  }
  const width = Math.min(right * level.side, level.width) - left * level.side;
  const height = Math.min(bottom * level.side, level.height) - top * level.side;
  const area = width * height;
  let total = 0;
  for (let k = 0; k < 3; k++) {
    total += weights[k]! * (region[k]! / area);
    total += weights[k + 3]! * Math.sqrt(Math.sqrt(region[k + 3]! / area));
  }
  return total;
}
