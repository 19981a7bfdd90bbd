/**
 * FrameStack: frames of one size put below one another as they come.
 *
 * They go into one piece of memory, so that no frame is held twice. It has alpha from the first
 * frame on that has a clear pixel; those before it are opaque then.
 */
import type { Raster } from '../image/raster.ts';
import { isOpaque, withAlpha } from './pixels.ts';

export class FrameStack {
  readonly #most: number;
  #first: Raster | undefined;
  #channels: 3 | 4 = 3;
  #data = new Uint8Array(0);
  #count = 0;

  /** @param most how many frames will come at most */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws Error for a frame of another size, or one too many */
  add(frame: Raster): void {
    // Its pixels are copied: what it shares memory with is not kept.
    this.#first ??= { ...frame, data: new Uint8Array(0) };
    const { width, height } = this.#first;
    if (frame.width !== width || frame.height !== height || this.#count === this.#most) {
      throw new Error(`Expected ${this.#most} frames of ${width}x${height}, got another.`);
    }
    const pixels = width * height;
    const channels = isOpaque(frame) ? 3 : 4;
    if (this.#count === 0) this.#channels = channels;
    if (this.#data.length === 0) this.#data = new Uint8Array(pixels * this.#channels * this.#most);
    if (channels > this.#channels) {
      const wider = new Uint8Array(pixels * 4 * this.#most);
      for (let page = 0; page < this.#count; page++) {
        const own = this.#data.subarray(page * pixels * 3, (page + 1) * pixels * 3);
        wider.set(withAlpha({ ...this.#first, channels: 3, data: own }).data, page * pixels * 4);
      }
      this.#data = wider;
      this.#channels = 4;
    }
    const at = this.#count++ * pixels * this.#channels;
    if (frame.channels === this.#channels) this.#data.set(frame.data, at);
    else if (this.#channels === 4) this.#data.set(withAlpha(frame).data, at);
    else copyColors(frame.data, this.#data, at);
  }

  /** All frames, with nothing else of an animation. @throws Error where none has come */
  raster(): Raster {
    if (this.#first === undefined) throw new Error('Expected a frame, got none.');
    const { width, height } = this.#first;
    const data = this.#data.subarray(0, this.#count * width * height * this.#channels);
    return { ...this.#first, channels: this.#channels, data, pages: this.#count };
  }
}

/** Red, green and blue of pixels with alpha. */
function copyColors(from: Uint8Array, to: Uint8Array, start: number): void {
  for (let i = 0, o = start; i < from.length; i += 4, o += 3) {
    to[o] = from[i]!;
    to[o + 1] = from[i + 1]!;
    to[o + 2] = from[i + 2]!;
  }
}
