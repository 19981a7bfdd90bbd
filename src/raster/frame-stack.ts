/**
 * FrameStack: frames of one size put below one another as they come.
 *
 * They go into one piece of memory, so that no frame is held twice. It has alpha from the first
 * frame on that has some; those before it are opaque then.
 */
import type { Raster } from '../image/raster.ts';
import { withAlpha } from './pixels.ts';

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
    this.#first ??= frame;
    const { width, height } = this.#first;
    if (frame.width !== width || frame.height !== height || this.#count === this.#most) {
      throw new Error(`Expected ${this.#most} frames of ${width}x${height}, got another.`);
    }
    const pixels = width * height;
    if (this.#count === 0) this.#channels = frame.channels;
    if (this.#data.length === 0) this.#data = new Uint8Array(pixels * this.#channels * this.#most);
    if (frame.channels > this.#channels) {
      const wider = new Uint8Array(pixels * 4 * this.#most);
      for (let page = 0; page < this.#count; page++) {
        const own = this.#data.subarray(page * pixels * 3, (page + 1) * pixels * 3);
        wider.set(withAlpha({ ...this.#first, channels: 3, data: own }).data, page * pixels * 4);
      }
      this.#data = wider;
      this.#channels = 4;
    }
    const alike = frame.channels < this.#channels ? withAlpha(frame) : frame;
    this.#data.set(alike.data, this.#count++ * pixels * this.#channels);
  }

  /** All frames, with nothing else of an animation. @throws Error where none has come */
  raster(): Raster {
    if (this.#first === undefined) throw new Error('Expected a frame, got none.');
    const { width, height } = this.#first;
    const data = this.#data.subarray(0, this.#count * width * height * this.#channels);
    return { ...this.#first, channels: this.#channels, data, pages: this.#count };
  }
}
