/**
 * Smooth guard: how far smooth areas have moved, to which SSIMULACRA 2 is nearly blind.
 *
 * The metric has no weight for color at full resolution and little for slow
 * gradients, so a search by the metric alone ends with visible banding in skies and
 * gradients. The guard measures only there.
 *
 * - Blocks of 8 × 8 pixels, on the grid that JPEG has too.
 * - A block of the reference is smooth when, along rows and columns and in
 *   every channel, neighbours differ by at most `STEP` levels and that
 *   difference itself changes by at most `BEND`: a steep gradient is smooth,
 *   edges, texture and noise are not and hide such errors by themselves.
 * - Four means per block and channel, of 4 × 4 pixels each: they see a block
 *   that moved as a whole and a gradient that was flattened to a step.
 * - The deviation is the largest difference of means in a block; the result is
 *   that of the worst blocks but a few (`ALLOWED` of them, at least
 *   `ALLOWED_LEAST`), so that flat areas cannot pay for a gradient.
 *
 * Levels are those of 8-bit sRGB. Pixels that are not opaque do not count.
 */
import type { Raster } from '../image/raster.ts';

const BLOCK = 8;
const HALF = BLOCK / 2;

/** Largest step between neighbours in a smooth block, in levels. */
const STEP = 12;

/** Largest change from one step to the next. */
const BEND = 6;

/** Share of the smooth blocks that may be worse than the result says. */
const ALLOWED = 0.005;
const ALLOWED_LEAST = 3;

/** Resolution of the histogram, in parts of a level. */
const PARTS = 8;

export class SmoothGuard {
  #width = 0;
  #channels = 3;
  /** Offset in the data of the upper left pixel of each smooth block. */
  #blocks = new Uint32Array(0);
  /** Twelve sums per block: four quarters of three channels. */
  #sums = new Int32Array(0);

  /** Finds the smooth blocks of a picture; of an animation, those of its first frame. */
  setReference(reference: Raster): void {
    const { width, height, channels, data } = reference;
    this.#width = width;
    this.#channels = channels;
    const found = new Uint32Array(Math.floor(width / BLOCK) * Math.floor(height / BLOCK));
    let count = 0;
    for (let y = 0; y + BLOCK <= height; y += BLOCK) {
      for (let x = 0; x + BLOCK <= width; x += BLOCK) {
        const at = (y * width + x) * channels;
        if (isSmooth(data, at, width * channels, channels)) found[count++] = at;
      }
    }
    this.#blocks = found.slice(0, count);
    this.#sums = new Int32Array(count * 12);
    for (let index = 0; index < count; index++) {
      this.#sum(data, this.#blocks[index]!, this.#sums, index * 12);
    }
  }

  /** Levels by which the worst smooth blocks have moved; 0 where there are none. */
  deviation(candidate: Raster): number {
    const { data } = candidate;
    const histogram = new Uint32Array(256 * PARTS + 1);
    const sums = new Int32Array(12);
    for (let index = 0; index < this.#blocks.length; index++) {
      this.#sum(data, this.#blocks[index]!, sums, 0);
      let most = 0;
      for (let i = 0; i < 12; i++) {
        const moved = Math.abs(sums[i]! - this.#sums[index * 12 + i]!);
        if (moved > most) most = moved;
      }
      histogram[Math.round((most * PARTS) / (HALF * HALF))]!++;
    }
    let allowed = Math.max(ALLOWED_LEAST, Math.floor(this.#blocks.length * ALLOWED));
    for (let bin = histogram.length - 1; bin > 0; bin--) {
      allowed -= histogram[bin]!;
      if (allowed < 0) return bin / PARTS;
    }
    return 0;
  }

  /** The twelve sums of a block, written at `out`. */
  #sum(data: Uint8Array, at: number, into: Int32Array, out: number): void {
    const channels = this.#channels;
    const row = this.#width * channels;
    for (let quarter = 0; quarter < 4; quarter++) {
      const start = at + (quarter >> 1) * HALF * row + (quarter & 1) * HALF * channels;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let y = 0, line = start; y < HALF; y++, line += row) {
        for (let x = 0, i = line; x < HALF; x++, i += channels) {
          red += data[i]!;
          green += data[i + 1]!;
          blue += data[i + 2]!;
        }
      }
      into[out + quarter * 3] = red;
      into[out + quarter * 3 + 1] = green;
      into[out + quarter * 3 + 2] = blue;
    }
  }
}

/** Whether no step between neighbours of a block is too large, or too unlike the step before it. */
function isSmooth(data: Uint8Array, at: number, row: number, channels: number): boolean {
  const pixels = BLOCK * channels;
  for (let y = 0, line = at; y < BLOCK; y++, line += row) {
    if (channels === 4) {
      for (let i = line + 3; i < line + pixels; i += 4) if (data[i] !== 255) return false;
    }
    if (isRough(data, line, line + pixels, channels)) return false;
  }
  for (let x = 0, top = at; x < BLOCK; x++, top += channels) {
    if (isRough(data, top, top + BLOCK * row, row)) return false;
  }
  return true;
}

/** The same of one row or column, from the pixel at `start` to before `end`, a `stride` apart. */
function isRough(data: Uint8Array, start: number, end: number, stride: number): boolean {
  for (let color = 0; color < 3; color++) {
    let before = data[start + color]!;
    let step = 0;
    let first = true;
    for (let i = start + color + stride; i < end; i += stride) {
      const value = data[i]!;
      const next = value - before;
      const bend = next - step;
      if (next > STEP || next < -STEP) return true;
      if (!first && (bend > BEND || bend < -BEND)) return true;
      first = false;
      step = next;
      before = value;
    }
  }
  return false;
}
