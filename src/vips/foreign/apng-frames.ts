/**
 * Frames of an animated PNG: each taken out as a still PNG, which libvips decodes with its colors, and
 * drawn on the canvas of the animation (docs/spec/http.md 14.16).
 *
 * Colors come to sRGB before frames meet, as in browsers. The canvas is held while
 * frames are asked for in their order, and begins anew for an earlier one.
 */
import { Fault } from '../../base/fault.ts';
import { type Apng, type ApngFrame, readApng } from '../../containers/animation/apng.ts';
import { bytes32, concat } from '../../containers/bytes.ts';
import { joinPng } from '../../containers/png.ts';
import { pngChunk } from '../../containers/png-chunk.ts';
import type { Raster } from '../../image/raster.ts';
import { FrameCanvas } from '../../raster/frame-canvas.ts';
import { still } from '../../raster/pixels.ts';

/** Decodes a still PNG of a size to 8 bits. @throws Fault */
export type DecodePng = (
  png: Uint8Array,
  size: { readonly width: number; readonly height: number },
) => Promise<Raster>;

export class ApngFrames {
  readonly #apng: Apng;
  readonly #decode: DecodePng;
  #canvas: FrameCanvas;
  /** The frame that is drawn next. */
  #next = 0;

  /** @throws Fault source-broken, for a file that has no animation */
  constructor(bytes: Uint8Array, decode: DecodePng) {
    const apng = readApng(bytes);
    if (apng === undefined) {
      throw new Fault('source-broken', 'The source image is damaged or incomplete.');
    }
    this.#apng = apng;
    this.#decode = decode;
    this.#canvas = new FrameCanvas(apng.size);
  }

  /** Frames as they are seen, one below another, RGBA. @throws Fault */
  async read(first: number, count: number): Promise<Raster> {
    const { size, frames } = this.#apng;
    if (first < this.#next) {
      this.#canvas = new FrameCanvas(size);
      this.#next = 0;
    }
    const end = Math.min(frames.length, first + count);
    const frameBytes = size.width * size.height * 4;
    const data = new Uint8Array(frameBytes * (end - first));
    for (; this.#next < end; this.#next++) {
      const frame = frames[this.#next]!;
      const decoded = await this.#decode(stillPng(this.#apng, frame), frame);
      this.#canvas.draw(decoded, frame);
      if (this.#next >= first) data.set(this.#canvas.data, (this.#next - first) * frameBytes);
    }
    const strip = still(size.width, size.height * (end - first), 4, data);
    return { ...strip, height: size.height, pages: end - first };
  }
}

/** A frame as a picture of its own. */
export function stillPng({ shared }: Apng, { width, height, data }: ApngFrame): Uint8Array {
  const [header, ...looks] = shared;
  const kind = header!.data.subarray(8);
  return joinPng([
    pngChunk('IHDR', concat([bytes32(width), bytes32(height), kind])),
    ...looks.map(({ whole }) => whole),
    ...data.map((part) => pngChunk('IDAT', part)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}
