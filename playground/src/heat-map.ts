/**
 * Heat map: the scores of tiles as colors.
 *
 * Pure: four bytes a tile, clear where no eye sees a difference, then yellow to red the lower the
 * score is.
 */
import type { ErrorMap } from './api.ts';

/** From here on a tile is clear. */
const CLEAR = 92;
/** From here down it is as red as it gets. */
const REDDEST = 30;

export function heatPixels({ columns, rows, scores }: ErrorMap): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(columns * rows * 4);
  for (const [at, score] of scores.entries()) {
    const heat = Math.min(1, Math.max(0, (CLEAR - score) / (CLEAR - REDDEST)));
    pixels.set([255, 220 * (1 - heat), 0, 215 * heat], at * 4);
  }
  return pixels;
}
