/**
 * Reduce: a still at a smaller size, in linear light.
 *
 * `kernelReduce` runs the kernel of `kernels/reduce.kernel.ts`; `reduce-twin.ts`
 * is the same in plain loops and gives the same bytes. Which of them is used is
 * the caller's choice.
 *
 * The kernel's memory is bounded by rows: about 4 bytes per sample of a row for
 * each row that the filter is high, 0.2 to 3 MB for photographs.
 */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import type { ReduceKernel } from '../../wasm/reduce-kernel.ts';
import { still } from '../pixels.ts';
import { type FilterSpans, filterSpans, type SmoothFilter } from './filter-spans.ts';
import { type LightTables, SRGB_LIGHT } from './light.ts';

/** A rectangle whose edges may lie inside pixels. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

export interface Reduction {
  /** The size of the result; no side longer than that of the window. */
  readonly to: Size;
  readonly filter: SmoothFilter;
  /** The part that becomes the result, in pixels of the raster; all of it where absent. */
  readonly window?: Window;
  /** What its bytes mean, and those of the result; sRGB where absent. */
  readonly tables?: LightTables;
}

/** Makes a still smaller, in linear light. */
export type Reduce = (raster: Raster, reduction: Reduction) => Raster;

/** What is read of a raster, and how its sides are made smaller. */
export interface ReductionPlan {
  /** Rows and columns of the raster that count: whole, the first of each even in the window's own count. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly across: FilterSpans;
  readonly down: FilterSpans;
}

/** @throws Error for a raster or a size that no reduction has */
export function planReduction(raster: Raster, { to, filter, window }: Reduction): ReductionPlan {
  if (raster.pages !== 1)
    throw new Error(`Expected a still to reduce, got ${raster.pages} frames.`);
  const whole = { left: 0, top: 0, width: raster.width, height: raster.height };
  const part = window ?? whole;
  const x = visible(part.left, part.width, raster.width);
  const y = visible(part.top, part.height, raster.height);
  return {
    ...{ left: x.first, width: x.count, top: y.first, height: y.count },
    across: filterSpans(
      { start: part.left - x.first, length: part.width, pixels: x.count, to: to.width },
      filter,
    ),
    down: filterSpans(
      { start: part.top - y.first, length: part.height, pixels: y.count, to: to.height },
      filter,
    ),
  };
}

/** The pixels that a stretch of a side touches. */
function visible(start: number, length: number, pixels: number): { first: number; count: number } {
  const first = Math.min(pixels - 1, Math.max(0, Math.floor(start)));
  const end = Math.max(first + 1, Math.min(pixels, Math.ceil(start + length)));
  return { first, count: end - first };
}

/** Bytes of rows that are handed to the kernel at a time: they stay in the cache. */
const BAND_BYTES = 65_536;

/** Reductions by the kernel. @throws Error when there is no memory left for a picture of such a width */
export function kernelReduce(instance: ReduceKernel): Reduce {
  let current: LightTables | undefined;
  return (raster, reduction) => {
    const { tables = SRGB_LIGHT } = reduction;
    if (tables !== current) setTables(instance, tables);
    current = tables;
    const plan = planReduction(raster, reduction);
    const { left, top, width, height, across, down } = plan;
    const { to } = reduction;
    const { channels, data } = raster;
    const line = width * channels;
    const stride = raster.width * channels;
    const band = Math.max(2, Math.floor(BAND_BYTES / line) & ~1);
    // As many rows as one band can complete, and those that wait for the last row of the picture.
    const ready = Math.min(to.height, Math.ceil((band * to.height) / height) + down.most + 2);
    const needed = instance.prepare(
      ...[width, channels, to.width, to.height],
      ...[down.most, down.weights.length / 2, across.weights.length / 2],
      ...([down.shift, across.shift, band, ready] as const),
    );
    if (needed === 0) throw new Error('Expected memory for a row of a picture, got none.');
    const { buffer } = instance.memory;
    new Int32Array(buffer, instance.spansDown(), down.spans.length).set(down.spans);
    new Int16Array(buffer, instance.weightsDown(), down.weights.length).set(down.weights);
    new Int32Array(buffer, instance.spansAcross(), across.spans.length).set(across.spans);
    new Int16Array(buffer, instance.weightsAcross(), across.weights.length).set(across.weights);
    const input = new Uint8Array(buffer, instance.input(), band * line);
    const output = new Uint8Array(buffer, instance.output(), ready * to.width * channels);
    const out = new Uint8Array(to.width * to.height * channels);
    let done = 0;
    for (let y = 0; y < height; y += band) {
      const rows = Math.min(band, height - y);
      const from = (top + y) * stride + left * channels;
      if (line === stride) input.set(data.subarray(from, from + rows * line));
      else {
        for (let row = 0; row < rows; row++) {
          const at = from + row * stride;
          input.set(data.subarray(at, at + line), row * line);
        }
      }
      const bytes = instance.push(rows) * to.width * channels;
      out.set(output.subarray(0, bytes), done);
      done += bytes;
    }
    return still(to.width, to.height, channels, out);
  };
}

function setTables(instance: ReduceKernel, tables: LightTables): void {
  const { buffer } = instance.memory;
  const light = new Int32Array(buffer, instance.light(), 512);
  light.set(tables.light);
  for (let level = 0; level < 256; level++) light[256 + level] = tables.light[level]! << 16;
  new Uint8Array(buffer, instance.codes(), tables.bytes.length).set(tables.bytes);
}
