/**
 * Byte-aligned: a drawing of few colors made smaller so that its edges fall between bytes.
 *
 * A PNG of up to 16 colors packs two, four or eight pixels in a byte, and deflate sees bytes. Modules of
 * four pixels are bytes of four kinds; modules of three, of which a byte has pieces of four, bytes
 * of thirty kinds, and the same code in fewer pixels takes a third more bytes. So the columns that stay are chosen by
 * both: how far each is from its even place, and how many edges are inside a byte. That is
 * rate-distortion optimization (Ortega and Ramchandran, "Rate-distortion methods for image and video
 * compression", 1998) over the columns.
 *
 * Pure.
 */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { colorsOf } from '../palette/color-histogram.ts';
import { colorsUpTo } from '../palette/redrawn.ts';
import { codeOf, evenLines, heldPlaces, isMarked, type Span } from './codes.ts';
import { evenRuns } from './even-runs.ts';
import { fewerRows } from './fewer-rows.ts';
import { equalLines, ofLines } from './lines.ts';
import { linesKept } from './thinned.ts';

/** What it costs that a column is one column from its even place; by its square. */
const OFF_PLACE = 0.02;

/** What it costs to show a column once more, and by how much more as edges count more. */
const AGAIN = { least: 1, more: 1 } as const;

/** What it costs that a column which nothing like it stands for is left out, and by how much more as edges count more. */
const LOST = { least: 3, more: 3 } as const;

/** What an edge counts that is not where edges inside a byte are to be. */
const ELSEWHERE = 1.7;

/** How far a column may be from its even place. */
const REACH = 8;

/** Bits that a kind of byte takes in the table of its codes. */
const KIND_BITS = 5;

/** Where edges inside a byte are to be, by how many pixels it has. */
const OFFSETS: Readonly<Record<number, readonly (readonly number[])[]>> = {
  8: [[], [4], [3, 6], [3, 5], [2, 4, 6]],
  4: [[], [2], [1], [1, 3]],
  2: [[], [1]],
};

/**
 * The drawing with its edges between bytes.
 *
 * @param weight what an edge inside a byte counts, above 0: the more, the further columns are moved
 * @param share how many of its different rows are shown, 0.2..1
 * @returns undefined where pixels are bytes, of more than 16 colors, and no rows go; of a code that
 *   readers find, where rows are to go
 */
export function byteAligned(
  raster: Raster,
  size: Size,
  weight: number,
  share = 1,
): Raster | undefined {
  const code = codeOf(raster);
  if (code !== undefined && (share === 1 || isMarked(raster, code))) {
    const held = heldPlaces(code.columns, size.width);
    const columns = share < 1 ? undefined : alignedColumns(raster, size.width, weight, held);
    return columns && ofLines(raster, columns, evenLines(raster.height, size.height));
  }
  const aligned = alignedColumns(raster, size.width, weight, []);
  const columns = aligned ?? (share < 1 ? linesKept(raster, 'columns', size.width) : undefined);
  if (columns === undefined) return undefined;
  const rows =
    share < 1
      ? fewerRows(raster, size.height, share)
      : (evenRuns(equalLines(raster, 'rows'), size.height) ??
        linesKept(raster, 'rows', size.height));
  return ofLines(raster, columns, rows);
}

/** @param held which columns a place may show, where it may not show all */
function alignedColumns(
  raster: Raster,
  count: number,
  weight: number,
  held: readonly (Span | undefined)[],
): number[] | undefined {
  const perByte = pixelsPerByte(raster);
  const all = OFFSETS[perByte];
  if (all === undefined) return undefined;
  const picture = indicesOf(raster, equalLines(raster, 'rows'));
  const steps = stepsOf(picture, count);
  let best: { readonly columns: number[]; readonly bits: number } | undefined;
  for (const offsets of all) {
    const columns = cheapest(picture.width, count, steps, { weight, perByte, offsets, held });
    if (columns === undefined) continue;
    const bits = bitsOf(picture, columns, perByte);
    if (best === undefined || bits < best.bits) best = { columns, bits };
  }
  return best?.columns;
}

function pixelsPerByte(raster: Raster): number {
  const count = colorsUpTo(raster, 16)?.length ?? 256;
  return count <= 2 ? 8 : count <= 4 ? 4 : count <= 16 ? 2 : 1;
}

/** The color of each pixel as a small number, of rows that differ from the one above. */
interface Indices extends Size {
  readonly data: Uint8Array;
}

function indicesOf(raster: Raster, lines: Int32Array): Indices {
  const { width } = raster;
  const rows = [...lines.keys()].filter((y) => y === 0 || lines[y] !== lines[y - 1]);
  const colors = colorsOf(raster);
  const places = new Map<number, number>();
  const data = new Uint8Array(width * rows.length);
  let to = 0;
  for (const y of rows) {
    for (let p = y * width; p < (y + 1) * width; p++) {
      const color = colors[p]!;
      const place = places.get(color) ?? places.size;
      places.set(color, place);
      data[to++] = place;
    }
  }
  return { width, height: rows.length, data };
}

/** For a step of so many columns from each column: in which share of the rows that is an edge, and what is lost between. */
interface Step {
  readonly edges: Float64Array;
  readonly lost: Float64Array;
}

function stepsOf({ width, height, data }: Indices, count: number): Step[] {
  const longest = Math.max(3, Math.ceil((2.5 * width) / count) + 1);
  return Array.from({ length: longest + 1 }, (_, step) => {
    const edges = new Float64Array(width);
    const lost = new Float64Array(width);
    for (let p = 0; p < data.length; p++) {
      const x = p % width;
      if (x + step >= width) continue;
      const [a, b] = [data[p]!, data[p + step]!];
      if (a !== b) edges[x]! += 1 / height;
      for (let q = p + 1; q < p + step; q++) {
        if (data[q] !== a && data[q] !== b) lost[x]! += 1 / height;
      }
    }
    return { edges, lost };
  });
}

interface Rate {
  readonly weight: number;
  readonly perByte: number;
  readonly offsets: readonly number[];
  /** Which columns a place may show; all where it says none. */
  readonly held: readonly (Span | undefined)[];
}

/** Which of `length` columns `count` columns show, by dynamic programming over the column that each shows. */
function cheapest(
  length: number,
  count: number,
  steps: readonly Step[],
  { weight, perByte, offsets, held }: Rate,
): number[] | undefined {
  const spread = 2 * REACH + 1;
  const even = (place: number) => ((place + 0.5) * length) / count - 0.5;
  const first = (place: number) => Math.round(even(place)) - REACH;
  const totals = new Float64Array(count * spread).fill(Number.POSITIVE_INFINITY);
  const froms = new Int32Array(count * spread).fill(-1);
  const lost = LOST.least + LOST.more * weight;
  const again = AGAIN.least + AGAIN.more * weight;
  for (let place = 0; place < count; place++) {
    const inside = place % perByte;
    const [least, most] = held[place] ?? [0, length - 1];
    const edge = inside === 0 ? 0 : weight * (offsets.includes(inside) ? 1 : ELSEWHERE);
    for (let i = 0; i < spread; i++) {
      const column = first(place) + i;
      if (column < least || column > most) continue;
      const at = place * spread + i;
      const off = OFF_PLACE * (column - even(place)) ** 2;
      if (place === 0) {
        totals[at] = off;
        continue;
      }
      for (const [step, { edges, lost: gone }] of steps.entries()) {
        const before = column - step;
        const j = before - first(place - 1);
        if (before < 0 || j < 0 || j >= spread) continue;
        const total = totals[(place - 1) * spread + j]! + off;
        const sum = total + edge * edges[before]! + lost * gone[before]! + (step === 0 ? again : 0);
        if (sum < totals[at]!) [totals[at], froms[at]] = [sum, j];
      }
    }
  }
  const last = totals.subarray((count - 1) * spread);
  let i = last.reduce((best, total, j) => (total < last[best]! ? j : best), 0);
  if (last[i] === Number.POSITIVE_INFINITY) return undefined;
  const columns = new Array<number>(count);
  for (let place = count - 1; place >= 0; place--) {
    columns[place] = first(place) + i;
    i = froms[place * spread + i]!;
  }
  return columns;
}

/** About how many bits the rows take: those of each byte by how frequent it is, and those of the table. */
function bitsOf({ width, height, data }: Indices, columns: readonly number[], perByte: number) {
  const counts = new Map<number, number>();
  const base = 256 ** (1 / perByte);
  for (let y = 0; y < height; y++) {
    for (let at = 0; at < columns.length; at += perByte) {
      let byte = 0;
      for (let k = at; k < at + perByte; k++) {
        byte = byte * base + (k < columns.length ? data[y * width + columns[k]!]! : 0);
      }
      counts.set(byte, (counts.get(byte) ?? 0) + 1);
    }
  }
  const all = height * Math.ceil(columns.length / perByte);
  let bits = KIND_BITS * counts.size;
  for (const count of counts.values()) bits += count * Math.log2(all / count);
  return bits;
}
