/**
 * Error map: where a picture differs from its reference, as the metric sees it.
 *
 * The sums that give a score are kept per tile; here each tile is scored as if
 * it were the picture, on the scale of SSIMULACRA 2. So a map names the place
 * of the damage that `worst` of a comparison is about.
 *
 * Pure arithmetic on the sums of a comparison; no pixel is read.
 */
import type { Region, Size } from '../base/size.ts';
import {
  type ErrorSums,
  mostDamaged,
  regionOf,
  scoreOf,
  TILE,
  tiledCells,
  weightedCells,
} from './ssimulacra2-score.ts';

export interface ErrorMap {
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
  /** Side of a tile in pixels of the picture; the last of a row or column may be smaller. */
  readonly tile: number;
  /** A score per tile, row by row: 100 is identical, it may be negative. */
  readonly scores: readonly number[];
  /** The window of 2 x 2 tiles with the lowest score, within the picture, in its pixels. */
  readonly worst: Region & { readonly score: number };
}

/**
 * The map of a picture from the sums of its comparison.
 *
 * @param size of the picture; what it was extended by for the metric is left out
 * @param shift the picture was measured at 1:2^shift
 */
export function errorMap(errors: ErrorSums, size: Size, shift = 0): ErrorMap {
  const tile = TILE << shift;
  const columns = Math.ceil(size.width / tile);
  const rows = Math.ceil(size.height / tile);
  const cells = tiledCells(errors, weightedCells(errors));
  const scores: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const weighted = cells.reduce((sum, cell) => sum + regionOf(cell, column, row, 1, 1), 0);
      scores.push(scoreOf(weighted));
    }
  }
  const most = mostDamaged(cells, { columns, rows });
  const left = most.column * tile;
  const top = most.row * tile;
  return {
    ...{ columns, rows, tile, scores },
    worst: {
      ...{ left, top, score: scoreOf(most.weighted) },
      width: Math.min(2 * tile, size.width - left),
      height: Math.min(2 * tile, size.height - top),
    },
  };
}

/** Of two maps of one picture, over two backgrounds, the lower score of each tile. */
export function lowerMap(one: ErrorMap, other: ErrorMap): ErrorMap {
  return {
    ...one,
    scores: one.scores.map((score, at) => Math.min(score, other.scores[at] ?? score)),
    worst: one.worst.score <= other.worst.score ? one.worst : other.worst,
  };
}
