/**
 * FrameCanvas: frames of an animation drawn one upon another, as PNG has it (W3C PNG, third edition,
 * "fcTL Frame Control Chunk").
 *
 * It begins clear. Colors mix in encoded values with straight alpha, as the standard's
 * formula does and browsers do.
 *
 * Pure loops over bytes.
 */
import type { Region, Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';

/** How a frame meets the canvas, and what is left of it afterwards. */
export interface FramePlace extends Region {
  readonly blend: 'over' | 'source';
  readonly disposal: 'keep' | 'clear' | 'restore';
}

export class FrameCanvas {
  readonly #size: Size;
  readonly #data: Uint8Array;
  /** What was there before the last frame, where that is wanted again. */
  #before: Uint8Array | undefined;
  #last: FramePlace | undefined;

  constructor(size: Size) {
    this.#size = size;
    this.#data = new Uint8Array(size.width * size.height * 4);
  }

  /** The pixels as they stand, RGBA, one row below another; they change with the next frame. */
  get data(): Uint8Array {
    return this.#data;
  }

  /** Takes the last frame away as it asked for, and draws the next. @throws Error for one that does not fit */
  draw(frame: Raster, place: FramePlace): void {
    const { left, top, width, height } = place;
    const fits = left + width <= this.#size.width && top + height <= this.#size.height;
    if (!fits || frame.width !== width || frame.height !== height) {
      throw new Error(`Expected a frame of ${width}x${height} on the canvas, got another.`);
    }
    this.#dispose();
    // The first frame finds nothing to restore: the canvas is clear before it.
    if (place.disposal === 'restore') this.#before = this.#part(place);
    this.#last = place;
    const opaque = frame.channels === 3;
    for (let y = 0; y < height; y++) {
      const to = ((top + y) * this.#size.width + left) * 4;
      const row = rowOf(frame, y);
      if (opaque) opaqueRow(this.#data, to, row);
      else if (place.blend === 'source') this.#data.set(row, to);
      else overRow(this.#data, to, row);
    }
  }

  #dispose(): void {
    const last = this.#last;
    if (last === undefined || last.disposal === 'keep') return;
    const before = last.disposal === 'restore' ? this.#before : undefined;
    for (let y = 0; y < last.height; y++) {
      const to = ((last.top + y) * this.#size.width + last.left) * 4;
      if (before === undefined) this.#data.fill(0, to, to + last.width * 4);
      else this.#data.set(before.subarray(y * last.width * 4, (y + 1) * last.width * 4), to);
    }
    this.#before = undefined;
  }

  #part({ left, top, width, height }: Region): Uint8Array {
    const out = new Uint8Array(width * height * 4);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * this.#size.width + left) * 4;
      out.set(this.#data.subarray(from, from + width * 4), y * width * 4);
    }
    return out;
  }
}

function rowOf({ width, channels, data }: Raster, y: number): Uint8Array {
  return data.subarray(y * width * channels, (y + 1) * width * channels);
}

function opaqueRow(canvas: Uint8Array, to: number, row: Uint8Array): void {
  for (let i = 0, o = to; i < row.length; i += 3, o += 4) {
    canvas[o] = row[i]!;
    canvas[o + 1] = row[i + 1]!;
    canvas[o + 2] = row[i + 2]!;
    canvas[o + 3] = 255;
  }
}

function overRow(canvas: Uint8Array, to: number, row: Uint8Array): void {
  for (let i = 0, o = to; i < row.length; i += 4, o += 4) {
    const front = row[i + 3]!;
    if (front === 0) continue;
    const back = canvas[o + 3]!;
    if (front === 255 || back === 0) {
      for (let c = 0; c < 4; c++) canvas[o + c] = row[i + c]!;
      continue;
    }
    const [upper, lower] = [front * 255, (255 - front) * back];
    const alpha = upper + lower;
    for (let c = 0; c < 3; c++) {
      canvas[o + c] = (row[i + c]! * upper + canvas[o + c]! * lower + alpha / 2) / alpha;
    }
    canvas[o + 3] = (alpha + 127) / 255;
  }
}
