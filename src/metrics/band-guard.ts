/**
 * Band guard: steps in dark gradients, to which the metric and the smooth guard are blind.
 *
 * JPEG keeps the mean of a block of 8 × 8 in steps of a level or more: 2.5 levels
 * at quality 40. In a dark gradient without noise each step is a line that everyone
 * sees, though nothing has moved by more than two levels. The guard measures
 * only there.
 *
 * - Borders between blocks of 8 × 8, side by side and one above the other.
 * - A border of the reference counts when the 4 pixels on either side of it,
 *   along all its 8 rows, are darker than `DARK` and change from one to the next by
 *   at most `STEP`: noise and texture hide bands by themselves.
 * - The step of a border is the mean difference of brightness across it. What
 *   counts is the part that the reference does not have.
 * - The result is that of the worst borders but `ALLOWED` of all, at least
 *   `ALLOWED_LEAST`: bands are long, a few blocks are none.
 * - It is 0 unless dark gradients fill `SHARE` of the picture: a quality holds for the
 *   whole picture, which would pay for a corner of it. A ground of one brightness, `GROUND`
 *   of the picture or more, is no gradient.
 *
 * Levels are those of brightness in 8-bit sRGB, as JPEG weighs its channels.
 * Pixels that are not opaque do not count.
 */
import type { Raster } from '../image/raster.ts';

const BLOCK = 8;
const REACH = 4;

/** Brightness below which a step of two levels is seen. */
const DARK = 64;

/** Largest change from one pixel to the next, in levels. */
const STEP = 2;

/** Share of the borders that may be worse than the result says. */
const ALLOWED = 0.03;
const ALLOWED_LEAST = 16;

/** Least share of all borders that lie in dark gradients: 0.8 to 1 in drawn ones, up to 0.23 in photographs. */
const SHARE = 1 / 3;

/** Share of all borders from which those of one brightness are a ground. */
const GROUND = 0.25;

/** Resolution of the histogram, in parts of a level. */
const PARTS = 8;

/** A direction across borders: the offsets to the pixel behind and to the next row along. */
interface Direction {
  readonly across: number;
  readonly along: number;
}

export class BandGuard {
  #channels = 3;
  #directions: readonly Direction[] = [];
  /** Offsets of the first pixel behind each border, by direction. */
  #borders: readonly Uint32Array[] = [];
  /** The steps of the reference there. */
  #steps: readonly Float32Array[] = [];

  /** Finds the borders in dark gradients; of an animation, those of its first frame. */
  setReference({ width, height, channels, data }: Raster): void {
    const row = width * channels;
    this.#channels = channels;
    this.#directions = [
      { across: channels, along: row },
      { across: row, along: channels },
    ];
    let all = 0;
    const flat = new Uint32Array(DARK);
    const borders = this.#directions.map((direction, vertical) => {
      const found: number[] = [];
      for (let y = vertical ? BLOCK : 0; y + BLOCK <= height; y += BLOCK) {
        for (let x = vertical ? 0 : BLOCK; x + BLOCK <= width; x += BLOCK) {
          const at = y * row + x * channels;
          const change = changeAround(data, at, direction, channels);
          all++;
          if (change === undefined) continue;
          found.push(at);
          if (change === 0) flat[Math.floor(brightness(data, at))]!++;
        }
      }
      return Uint32Array.from(found);
    });
    const ground = flat.reduce((sum, count) => sum + (count > GROUND * all ? count : 0), 0);
    const gradients = borders.reduce((sum, { length }) => sum + length, -ground);
    this.#borders = gradients < SHARE * all ? borders.map(() => new Uint32Array(0)) : borders;
    this.#steps = this.#borders.map((borders, i) =>
      Float32Array.from(borders, (at) => stepAt(data, at, this.#directions[i]!)),
    );
  }

  /** Levels by which dark gradients are stepped more than they were; 0 where there are none. */
  deviation({ data, channels }: Raster): number {
    if (channels !== this.#channels) return 0;
    const histogram = new Uint32Array(256 * PARTS + 1);
    let total = 0;
    this.#directions.forEach((direction, i) => {
      const steps = this.#steps[i]!;
      this.#borders[i]!.forEach((at, border) => {
        const more = Math.abs(stepAt(data, at, direction) - steps[border]!);
        histogram[Math.min(histogram.length - 1, Math.round(more * PARTS))]!++;
        total++;
      });
    });
    let allowed = Math.max(ALLOWED_LEAST, Math.floor(total * ALLOWED));
    for (let bin = histogram.length - 1; bin > 0; bin--) {
      allowed -= histogram[bin]!;
      if (allowed < 0) return bin / PARTS;
    }
    return 0;
  }
}

/** Brightness as JPEG weighs it (ITU-R BT.601), in levels. */
function brightness(data: Uint8Array, at: number): number {
  return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
}

/** Mean difference across a border, over its 8 rows. */
function stepAt(data: Uint8Array, at: number, { across, along }: Direction): number {
  let sum = 0;
  for (let i = 0, behind = at; i < BLOCK; i++, behind += along) {
    sum += brightness(data, behind) - brightness(data, behind - across);
  }
  return sum / BLOCK;
}

/** By how many levels the surroundings of a border differ; undefined unless all is dark, smooth and opaque. */
function changeAround(
  data: Uint8Array,
  at: number,
  { across, along }: Direction,
  channels: number,
): number | undefined {
  let least = DARK;
  let most = 0;
  for (let i = 0, line = at - REACH * across; i < BLOCK; i++, line += along) {
    let before = brightness(data, line);
    for (let j = 0, pixel = line; j < 2 * REACH; j++, pixel += across) {
      const now = brightness(data, pixel);
      if (now >= DARK || Math.abs(now - before) > STEP) return undefined;
      if (channels === 4 && data[pixel + 3] !== 255) return undefined;
      if (now < least) least = now;
      if (now > most) most = now;
      before = now;
    }
  }
  return most - least;
}
