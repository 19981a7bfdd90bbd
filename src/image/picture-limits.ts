/**
 * Bounds on the pictures that are decoded (docs/spec/http.md 14).
 */
import type { FormatName } from './format.ts';

export interface PictureLimits {
  /** Most pixels of one frame. */
  readonly pixels: number;
  /** Most pixels of all frames together. */
  readonly totalPixels: number;
  /** Most frames of an animation. */
  readonly frames: number;
}

/**
 * Most pixels of a frame in formats whose decoders hold it whole, whatever is configured: a WebP of
 * 100 megapixels with alpha that is trimmed takes 1.5 GB, as an AVIF of 100 does, which is all of a worker
 * (bench/results/large-sources.md).
 */
export const MOST_HELD_PIXELS: Readonly<Partial<Record<FormatName, number>>> = {
  webp: 70_000_000,
  gif: 100_000_000,
  avif: 50_000_000,
  bmp: 50_000_000,
  ico: 50_000_000,
  jxl: 32_000_000,
  heic: 50_000_000,
  psd: 50_000_000,
};

/**
 * Most pixels of the canvas of an animated PNG, whose frames are put together here: it is held with
 * alpha, as are a frame, what was there before it, and what is handed on.
 */
export const MOST_CANVAS_PIXELS = 32_000_000;

/**
 * Most pixels of a row, which is also what JPEG and GIF can hold: libvips keeps some 500 rows of a picture that it makes
 * smaller, 230 MB at this width with alpha, and 1.6 GB for rows of four million pixels. The height costs nothing.
 */
export const MOST_WIDTH = 65_535;

/** Most bytes of decoded pixels of a picture that is interlaced, and so held as a whole, twice: 100 megapixels of three channels. */
export const MOST_INTERLACED_BYTES = 300_000_000;

export const DEFAULT_PICTURE_LIMITS: PictureLimits = {
  // 12,000 x 12,000, the largest source that Fastly documents (docs/spec/http.md 14.2).
  pixels: 144_000_000,
  totalPixels: 150_000_000,
  frames: 1000,
};

/**
 * Most pixels that are traced as paths; a larger picture is made smaller before, and drawn at its own size.
 * Paths cost up to five seconds a megapixel of photograph, and a drawing is scalable anyway.
 */
export const MOST_TRACED_PIXELS = 512 * 512;
