/**
 * Raster: decoded pixels, ready to encode or to measure.
 *
 * Eight bits per channel, interleaved, sRGB unless `profile` says otherwise.
 * Frames of an animation stand below one another; `height` is that of one.
 */
import type { Size } from '../base/size.ts';

export interface Raster extends Size {
  /** 3: RGB, 4: RGB and straight alpha. Grey pictures are carried as RGB. */
  readonly channels: 3 | 4;
  /** `width * height * channels * pages` bytes, row by row. */
  readonly data: Uint8Array;
  readonly pages: number;
  /** Milliseconds per frame; empty for a still. */
  readonly delays: readonly number[];
  /** Times an animation plays, 0 for ever. */
  readonly loop: number;
  /** An ICC profile to embed, where the plan keeps the source's own color space. */
  readonly profile?: Uint8Array;
  /** Colors that the source is drawn in, where they are few; red in the lowest byte of each. */
  readonly sourceColors?: readonly number[];
  /** Metadata blocks to carry into the file, where the plan keeps some. */
  readonly metadata?: RasterMetadata;
}

export interface RasterMetadata {
  /** XMP packet, UTF-8. */
  readonly xmp?: string;
  /** EXIF fields by directory, as sharp's `withExif` takes them. */
  readonly exif?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Pixels per inch. */
  readonly density?: number;
}
