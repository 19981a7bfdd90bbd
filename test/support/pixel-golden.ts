/**
 * Golden pixels as text: of each case its size and colors at a grid of places.
 *
 *     blur of 2 pixels
 *       48x32 within 2
 *       c83c3c c83c3c …
 *
 * A color is RRGGBB, or RRGGBBAA where the picture has alpha; the number is the
 * most that a channel may differ, in levels of 255. Frames of an animation
 * follow one another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Raster } from '../../src/image/raster.ts';

/** Columns and rows of the grid, for each frame: pixels say more in number, means are few. */
const GRIDS = { point: { columns: 12, rows: 8 }, mean: { columns: 8, rows: 6 } };

/** How the color of a place is taken: its pixel, or the mean of its cell. */
export type Sampling = 'point' | 'mean';

export interface Golden {
  /** `48x32`, with the number of frames behind it where there are several: `48x32x3`. */
  readonly size: string;
  /** Most levels by which a channel may differ. */
  readonly tolerance: number;
  /** One row of the grid each. */
  readonly rows: readonly (readonly string[])[];
}

/** What a raster shows. Colors under clear pixels count as black. */
export function goldenOf(raster: Raster, tolerance: number, sampling: Sampling): Golden {
  const { width, height, pages } = raster;
  const columns = Math.min(width, GRIDS[sampling].columns);
  const rows = Math.min(height, GRIDS[sampling].rows);
  const size = `${width}x${height}${pages > 1 ? `x${pages}` : ''}`;
  const edge = (i: number, of: number, side: number) => Math.floor((i * side) / of);
  const lines = Array.from({ length: rows * pages }, (_, line) => {
    const [page, row] = [Math.floor(line / rows), line % rows];
    return Array.from({ length: columns }, (_, column) => {
      const cell = {
        left: edge(column, columns, width),
        right: edge(column + 1, columns, width),
        top: page * height + edge(row, rows, height),
        bottom: page * height + edge(row + 1, rows, height),
      };
      if (sampling === 'mean') return hex(meanOf(raster, cell));
      const x = (cell.left + cell.right) >> 1;
      const y = (cell.top + cell.bottom) >> 1;
      return hex(meanOf(raster, { left: x, right: x + 1, top: y, bottom: y + 1 }));
    });
  });
  return { size, tolerance, rows: lines };
}

interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Mean color weighted by alpha, and mean alpha where there is some. */
function meanOf({ width, channels, data }: Raster, cell: Cell): number[] {
  const sums = [0, 0, 0];
  let alphas = 0;
  for (let y = cell.top; y < cell.bottom; y++) {
    for (let x = cell.left; x < cell.right; x++) {
      const i = (y * width + x) * channels;
      const alpha = channels === 4 ? data[i + 3]! : 255;
      for (const c of [0, 1, 2]) sums[c] = sums[c]! + data[i + c]! * alpha;
      alphas += alpha;
    }
  }
  const count = (cell.right - cell.left) * (cell.bottom - cell.top);
  const color = sums.map((sum) => (alphas === 0 ? 0 : Math.round(sum / alphas)));
  return channels === 4 ? [...color, Math.round(alphas / count)] : color;
}

function hex(color: readonly number[]): string {
  return color.map((value) => value.toString(16).padStart(2, '0')).join('');
}

/** Where two goldens differ by more than the tolerance, the worst first; none where they agree. */
export function differences(now: Golden, golden: Golden): string[] {
  if (now.size !== golden.size) return [`size: expected ${golden.size}, got ${now.size}`];
  const found: { readonly by: number; readonly text: string }[] = [];
  golden.rows.forEach((row, y) => {
    row.forEach((expected, x) => {
      const got = now.rows[y]?.[x] ?? '';
      const by = distance(expected, got);
      if (by <= golden.tolerance) return;
      found.push({ by, text: `column ${x}, row ${y}: expected ${expected}, got ${got} (${by})` });
    });
  });
  return found.sort((a, b) => b.by - a.by).map(({ text }) => text);
}

/** Largest difference of a channel; Infinity where only one has alpha. */
function distance(a: string, b: string): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const channels = (text: string) => [...text.matchAll(/../g)].map(([c]) => Number.parseInt(c, 16));
  const other = channels(b);
  return Math.max(...channels(a).map((value, c) => Math.abs(value - other[c]!)));
}

/** The cases of a file by name. */
export function readGoldens(file: URL): Map<string, Golden> {
  const blocks = readFileSync(file, 'utf8').trimEnd().split('\n\n').slice(1);
  return new Map(
    blocks.map((block) => {
      const [name = '', head = '', ...rows] = block.split('\n').map((line) => line.trim());
      const [, size = '', tolerance] = /^(\S+) within (\d+)$/.exec(head) ?? [];
      return [name, { size, tolerance: Number(tolerance), rows: rows.map((r) => r.split(' ')) }];
    }),
  );
}

/** Writes the cases of a file, in order. */
export function writeGoldens(file: URL, preface: string, cases: ReadonlyMap<string, Golden>): void {
  const blocks = [...cases].map(([name, { size, tolerance, rows }]) =>
    [name, `  ${size} within ${tolerance}`, ...rows.map((row) => `  ${row.join(' ')}`)].join('\n'),
  );
  writeFileSync(file, `${[preface, ...blocks].join('\n\n')}\n`);
}
