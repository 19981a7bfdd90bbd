/**
 * Lines: the columns or rows of a raster by which of them are equal, and rasters made of some of them.
 *
 * Pure.
 */
import type { Raster } from '../../image/raster.ts';
import { still } from '../pixels.ts';

export type Axis = 'columns' | 'rows';

/** For each line a number that it shares with those equal to it, and with no other. */
export function equalLines({ width, height, channels, data }: Raster, axis: Axis): Int32Array {
  const [length, across] = axis === 'columns' ? [width, height] : [height, width];
  const [along, aside] =
    axis === 'columns' ? [channels, width * channels] : [width * channels, channels];
  const numbers = new Map<string, number>();
  return Int32Array.from({ length }, (_, line) => {
    let [one, other] = [0x811c9dc5, 0x2545f491];
    for (let k = 0, at = line * along; k < across; k++, at += aside) {
      for (let c = 0; c < channels; c++) {
        one = Math.imul(one ^ data[at + c]!, 0x01000193);
        other = Math.imul((other ^ data[at + c]!) + k, 0x9e3779b1) ^ (other >>> 15);
      }
    }
    const key = `${one} ${other}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

/** The pixels where these columns and rows meet; each may be there several times. */
export function ofLines(
  { width, channels, data }: Raster,
  columns: readonly number[],
  rows: readonly number[],
): Raster {
  const out = new Uint8Array(columns.length * rows.length * channels);
  let to = 0;
  for (const y of rows) {
    for (const x of columns) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  }
  return still(columns.length, rows.length, channels, out);
}

/** How many lines that are equal follow one another, again and again. */
export function runsOf(lines: Int32Array): number[] {
  const runs: number[] = [];
  lines.forEach((line, i) => {
    if (i > 0 && line === lines[i - 1]) runs[runs.length - 1]!++;
    else runs.push(1);
  });
  return runs;
}
