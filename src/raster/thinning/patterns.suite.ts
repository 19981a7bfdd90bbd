/** Grey stills for tests of thinning: drawn pixel by pixel, and told in text. */
import type { Raster } from '../../image/raster.ts';
import { still } from '../pixels.ts';

/** A grey still by the level of each pixel. */
export function drawn(
  width: number,
  height: number,
  level: (x: number, y: number) => number,
): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    data.fill(level(p % width, Math.floor(p / width)), 3 * p, 3 * p + 3);
  }
  return still(width, height, 3, data);
}

export const row = ({ width, data }: Raster, y: number): number[] =>
  Array.from({ length: width }, (_, x) => data[3 * (y * width + x)]!);

export const column = ({ width, height, data }: Raster, x: number): number[] =>
  Array.from({ length: height }, (_, y) => data[3 * (y * width + x)]!);

/** The lengths of runs of equal levels. */
export function runs(levels: readonly number[]): number[] {
  const found: number[] = [];
  levels.forEach((level, i) => {
    if (i > 0 && level === levels[i - 1]) found[found.length - 1]!++;
    else found.push(1);
  });
  return found;
}
