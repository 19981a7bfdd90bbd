/**
 * ContentGrid: where the content of a picture is, in cells of one size.
 *
 * It is found on the source once and says for every ratio and size where a window goes.
 */
export interface ContentGrid {
  readonly columns: number;
  readonly rows: number;
  /** How much each cell counts, row by row, from 0; as it is found, 65535 at most. */
  readonly weights: Uint16Array | Float64Array;
}

/** A grid of a picture without content: every window stands in the middle of it. */
export const EMPTY_GRID: ContentGrid = { columns: 1, rows: 1, weights: new Uint16Array(1) };
