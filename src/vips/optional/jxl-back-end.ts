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

/** What a file shows: turned upright by libjxl, not converted. */
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

/** What the header of a file says. */
export interface JxlFacts
  extends Pick<JxlPixels, 'width' | 'height' | 'pages' | 'channels' | 'profile'> {
  /** Milliseconds of each frame, as far as the file tells. */
  readonly delays: readonly number[];
  /** Times an animation plays, 0 for ever. */
  readonly loop: number;
}

export interface JxlBackEnd {
  /** @throws Error for bytes that do not begin as JPEG XL */
  facts(bytes: Uint8Array): JxlFacts;
  /** A still or an animation, with the profile that the raster carries. */
  encode(raster: Raster, settings: JxlSettings): Uint8Array;
  /** @throws Error for bytes that are no whole JPEG XL file */
  decode(bytes: Uint8Array, frames?: FrameRange): JxlPixels;
}
