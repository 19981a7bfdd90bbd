/**
 * SourceInfo: the facts of a source before decoding, as the probe reads them.
 *
 * Widths and heights are those of the file, before orientation. Plain data,
 * so that it crosses process borders and prints in `explain`.
 */
import type { Size } from '../base/size.ts';
import type { FormatName } from './format.ts';
import type { SourceColor } from './source-color.ts';

/** EXIF orientation: 1 upright, 2 mirrored, 3 half turn, …, 6 turn right to show, 8 turn left. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface SourceInfo extends Size {
  readonly format: FormatName;
  /** Bytes of the file. */
  readonly bytes: number;
  /** The file's own tag; 1 where there is none. */
  readonly orientation: Orientation;
  /** Frames of an animation or pages of a document; 1 for a still. */
  readonly pages: number;
  /** An animation of which this build reads the first frame alone (a sequence of AVIF), as one page. */
  readonly animated?: true;
  /** A PNG whose animation has one frame, which is not its picture for stills. */
  readonly loneFrame?: true;
  /** Milliseconds each frame is shown, one number per frame; empty for a still. */
  readonly delays: readonly number[];
  /** Times an animation plays, 0 for ever; 1 for a still. */
  readonly loop: number;
  /** A TIFF whose samples libvips takes for something else, or does not read (vips/color/seen-samples.ts). */
  readonly ownSamples?: true;
  /** An alpha channel is present. */
  readonly alpha: boolean;
  /** Every pixel is opaque; known only when it was cheap to find out. */
  readonly opaque?: boolean;
  /** A GIF part of whose screen no frame covers: clear, though its decoder makes it opaque. */
  readonly uncovered?: boolean;
  /** `none`: untagged; `srgb`: tagged as sRGB; `other`: a profile that must be applied. */
  readonly profile: 'none' | 'srgb' | 'other';
  readonly profileName?: string;
  /** Its profile is made of tables, which only a color engine applies; absent where it must not be applied. */
  readonly profileTables?: true;
  /** A grey picture whose profile libvips passes over and browsers do not: one of RGB, or any beside 16 bits. */
  readonly levelsByProfile?: true;
  /** What the samples mean where they are not sRGB and the file says it without a profile. */
  readonly color?: SourceColor;
  /** What the file says of its colors and is not understood, as a noun. */
  readonly unknownColor?: string;
  /** A gain map stands beside the picture. */
  readonly gainMap?: boolean;
  /** Colors are stored multiplied by their alpha, and its decoder leaves them so. */
  readonly premultiplied?: true;
  /** Greys are stored with black at 16 and white at 235 of 8 bits, and its decoder leaves them so. */
  readonly limitedGrey?: true;
  /** Color model of the stored pixels. */
  readonly space: 'rgb' | 'grey' | 'cmyk' | 'other';
  /** Bits per channel. */
  readonly depth: 8 | 16 | 32;
  /** Bits that the file keeps per channel where they are fewer than `depth` (10 and 12 of AVIF). */
  readonly bits?: number;
  /** The source keeps every pixel (PNG, GIF, lossless WebP, TIFF without JPEG). */
  readonly lossless: boolean;
  /** Colors of the palette where the file has one; of a PNG of few greys without one, its greys (vips/color/few-greys.ts). */
  readonly palette?: number;
  /** Pixels per inch, where the file says so. */
  readonly density?: number;
  readonly jpeg?: {
    readonly progressive: boolean;
    readonly chroma: string;
    /** Estimated from the quantisation tables, on the libjpeg scale 1..100. */
    readonly quality?: number;
    /** The file lacks its end marker, and nothing else as far as its headers say. */
    readonly endMissing?: boolean;
  };
}

/** Formats that may hold several pages of a document. */
const DOCUMENTS: ReadonlySet<FormatName> = new Set(['tiff', 'pdf']);

/** Whether a source has frames that are one picture after another, not pages of a document, and all are read. */
export function isAnimation({ pages, format }: Pick<SourceInfo, 'pages' | 'format'>): boolean {
  return pages > 1 && !DOCUMENTS.has(format);
}

/** Whether a source moves, whether or not more than its first frame is read. */
export function isMoving(info: SourceInfo): boolean {
  return info.animated === true || isAnimation(info);
}

/**
 * Whether a source may be a photograph that misses range: no animation, whose frames the curve of
 * the first would not suit, no palette and no vector drawing, whose colors were chosen one by one
 * (docs/spec/imgix.md 4.13).
 */
export function isEnhanceable(info: SourceInfo): boolean {
  return !isMoving(info) && info.palette === undefined && info.format !== 'svg';
}

/** Whether showing the picture upright swaps its sides. */
export function turnsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/** The size of the picture as it should be seen. */
export function uprightSize(info: Size & { readonly orientation: Orientation }): Size {
  return turnsSides(info.orientation)
    ? { width: info.height, height: info.width }
    : { width: info.width, height: info.height };
}
