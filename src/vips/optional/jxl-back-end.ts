/**
 * JxlBackEnd: the interface of what reads and writes JPEG XL.
 */
import type { Raster } from '../../image/raster.ts';

export interface JxlSettings {
  /** Butteraugli distance, 0.1..25; 0 keeps every pixel, those that are clear too. */
  readonly distance: number;
  /** 1 fast .. 9 small. */
  readonly effort: number;
}

/** Which frames of an animation: `count` of them from `first` on. */
export interface FrameRange {
  readonly first: number;
  readonly count: number;
}

/** What a file holds, as it is stored: neither turned upright nor converted. */
export interface JxlPixels {
  readonly width: number;
  /** Of one frame. */
  readonly height: number;
  readonly pages: number;
  /** Samples per pixel: 1 grey, 2 with alpha, 3 RGB, 4 with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array | Uint16Array;
  /** What the samples mean. */
  readonly profile?: Uint8Array;
}

export interface JxlBackEnd {
  /** A still or an animation, with the profile that the raster carries. */
  encode(raster: Raster, settings: JxlSettings): Uint8Array;
  /** @throws Error for bytes that are no whole JPEG XL file */
  decode(bytes: Uint8Array, frames?: FrameRange): JxlPixels;
}
