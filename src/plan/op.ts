/**
 * Ops: the steps of a plan, dialect-neutral and still free of any one source.
 *
 * A dialect writes them in its own order; lengths may be pixels or shares of
 * the picture as it enters the step. `lower` makes them whole pixels.
 *
 * Plain, frozen data: an Op prints, hashes and compares by value.
 */
import type { Color } from '../base/color.ts';
import type { Sides, Size } from '../base/size.ts';
import type { FormatName } from '../image/format.ts';
import type { Orientation } from '../image/source-info.ts';
import type { BlendMode } from './composition/blend-mode.ts';
import type { Gradient } from './composition/gradient.ts';
import type { TextClip, TextStyle } from './composition/text-style.ts';
import type { ToneStep } from './steps/tone-step.ts';
import type { TrimRule } from './steps/trim-rule.ts';

export type { ToneStep, TrimRule };

/** Pixels, or a share (1 = 100 %) of the matching side of the picture entering the step. */
export type Length = { readonly px: number } | { readonly share: number };

/** The size of a window: two lengths, or the largest window of a ratio. */
export type Area =
  | { readonly kind: 'size'; readonly width: Length; readonly height: Length }
  | { readonly kind: 'ratio'; readonly ratio: number };

/**
 * Where a window stands on one axis.
 *
 * The slack of an axis is what the whole has more than the part, in pixels; a
 * share of it is the space before the part, as in `object-position` of CSS.
 * A part larger than the whole has a negative slack.
 */
export type Placement =
  /** Its near edge is this far from the near edge of the picture. */
  | { readonly kind: 'at'; readonly length: Length }
  /** It leaves this share of the slack before it: 0 near edge, 0.5 centre, 1 far edge. */
  | { readonly kind: 'slack'; readonly share: number };

/**
 * What a window is looked for by: what draws the eye, faces before all; the busiest part; the
 * part with the most edges (vision/content-map.ts).
 */
export type ContentMeasure = 'saliency' | 'entropy' | 'edges';

/** Which part of a picture survives when a fit cuts. */
export type Anchor =
  /** A share of the slack on each axis; (0.5, 0.5) is the centre. */
  | { readonly kind: 'slack'; readonly x: number; readonly y: number }
  /**
   * Centred on a point given as shares of the uncut picture, moved to stay inside.
   * `zoom` 2 shows half the width and height that 1 shows.
   */
  | {
      readonly kind: 'focus';
      readonly x: number;
      readonly y: number;
      readonly zoom: number;
      /** Cross-hairs are drawn at the point. */
      readonly shown?: true;
    }
  /** Where the content is. */
  | { readonly kind: 'search'; readonly by: ContentMeasure }
  /** On the faces, all of them where they fit, else on one: `face` counts from 0, the largest first. */
  | { readonly kind: 'faces'; readonly face: number }
  /**
   * What lies around the faces (or around `face` of them) is cut out first: their boxes, grown
   * by `pad` about their middles, in the ratio of the box, as far as the picture goes. Where
   * no face is found and nothing stands for it, nothing is cut.
   */
  | { readonly kind: 'face-area'; readonly face?: number; readonly pad: number };

/** What fills space that the picture does not cover. */
export type Fill =
  | { readonly kind: 'color'; readonly color: Color }
  /** Clear where the picture has alpha and the output can carry it, else the color. */
  | { readonly kind: 'clear-with-alpha'; readonly color: Color }
  /** A blurred copy of the picture; sigma in output pixels, by default a twentieth of the shorter side, 4..200. */
  | { readonly kind: 'blur'; readonly sigma?: number }
  /** The outermost pixels repeated. */
  | { readonly kind: 'edge' }
  | ({ readonly kind: 'gradient' } & Gradient<Length>);

export type Fit =
  /** The whole picture inside the box: scale by the smaller ratio. */
  | 'inside'
  /** The box inside the picture, nothing cut: scale by the larger ratio. */
  | 'outside'
  /** Exactly the box, ratio ignored. */
  | 'stretch'
  /** Exactly the box: scale by the larger ratio, cut what sticks out at the anchor. */
  | 'cover'
  /** Exactly the box: scale by the smaller ratio, fill the rest. */
  | 'contain';

export type Filter = 'nearest' | 'bilinear' | 'bicubic' | 'mitchell' | 'lanczos2' | 'lanczos3';

/** Limits for the side of a box that was not asked for, in pixels before density. */
export interface SideLimits {
  readonly minWidth?: number;
  readonly maxWidth?: number;
  readonly minHeight?: number;
  readonly maxHeight?: number;
}

export interface ResizeOp {
  readonly kind: 'resize';
  readonly width?: Length;
  readonly height?: Length;
  /** Multiplies the box; 1 by default. */
  readonly density?: number;
  /** Width over height; completes a missing side (both missing: the largest such box in the picture). */
  readonly ratio?: number;
  readonly limits?: SideLimits;
  /** One side missing: it follows from the ratio of the picture, whatever the fit. */
  readonly fit: Fit;
  /**
   * `never`: inside, outside and one-sided boxes stop at the picture's own
   * size; for stretch and cover the box shrinks by one factor until the
   * picture can fill it; contain keeps its box and leaves the picture small.
   */
  readonly enlarge: 'allowed' | 'never';
  readonly filter: Filter;
  /** For cover; the centre by default. */
  readonly anchor?: Anchor;
  /** For contain; where the picture stands in its box (shares of the slack), the centre by default. */
  readonly position?: { readonly x: number; readonly y: number };
  /** For contain. */
  readonly fill?: Fill;
  /** Taken off the box, in pixels after density, before fitting: room for a later pad. */
  readonly reserve?: Sides;
  /** The resize in its place where no face is found; with an anchor that asks for faces. */
  readonly withoutFaces?: ResizeOp;
}

/** A picture beside the one that is worked on: its place in the list of the request, and its own steps. */
export interface SecondPicture {
  readonly index: number;
  readonly ops: readonly Op[];
}

/** A second picture laid on this one. Lengths of the box are shares of this one. */
export interface MarginSides {
  readonly top: Length;
  readonly right: Length;
  readonly bottom: Length;
  readonly left: Length;
}

export interface OverlayOp {
  readonly kind: 'overlay';
  readonly picture: SecondPicture;
  /** The box it is fitted into; absent: its own size. */
  readonly box?: ResizeOp;
  /** Turned by so many degrees counter-clockwise, whole. */
  readonly degrees?: number;
  readonly x: Placement;
  readonly y: Placement;
  /** Kept free along the edges where it stands by a share of the slack, in pixels; between tiles too. */
  readonly pad: number;
  /** Clear room around it, before it is placed; shares are of the picture below. */
  readonly margin?: MarginSides;
  /** Repeated over the whole picture, along one axis or both. */
  readonly tile?: 'x' | 'y' | 'both';
  /** Sides in pixels below which this picture is left as it is. */
  readonly least?: Size;
  readonly mode: BlendMode;
  /** 0..1, times its own alpha. */
  readonly opacity: number;
}

export type Op =
  /** Turn and mirror as EXIF says. `source`: the file's own tag; a number: that tag's meaning. */
  | { readonly kind: 'orient'; readonly by: 'source' | Orientation }
  | {
      readonly kind: 'trim';
      readonly rule: TrimRule;
      readonly empty: 'keep' | 'fault';
      readonly pad?: number;
      /** Sources of these formats pass through untouched. */
      readonly notFor?: readonly FormatName[];
    }
  /** Take this much off each side. */
  | {
      readonly kind: 'inset';
      readonly top: Length;
      readonly right: Length;
      readonly bottom: Length;
      readonly left: Length;
    }
  | {
      readonly kind: 'crop';
      readonly area: Area;
      readonly x: Placement;
      readonly y: Placement;
      /** A window that leaves the picture: an error; what remains of it; or, nothing remaining, no step at all. */
      readonly outside: 'fault' | 'intersect' | 'intersect-or-keep';
      /** Overrides the placement: go where the content is. */
      readonly search?: ContentMeasure;
    }
  | ResizeOp
  /** No side above this: scale down in proportion. */
  | { readonly kind: 'limit'; readonly side: number }
  /** Mirror left-right, top-bottom. */
  | { readonly kind: 'mirror'; readonly horizontal: boolean; readonly vertical: boolean }
  /**
   * Turn by any angle, degrees counter-clockwise. `straighten` keeps the
   * frame and zooms until no corner is empty; `pivot` shows the whole picture.
   */
  | {
      readonly kind: 'rotate';
      readonly degrees: number;
      readonly mode: 'straighten' | 'pivot';
      readonly fill: Fill;
    }
  /** Space around the picture. */
  | {
      readonly kind: 'pad';
      readonly top: Length;
      readonly right: Length;
      readonly bottom: Length;
      readonly left: Length;
      readonly fill: Fill;
    }
  /**
   * Put the picture on a canvas, unscaled; a smaller canvas clips. A ratio
   * is the smallest such canvas that contains the picture.
   */
  | {
      readonly kind: 'canvas';
      readonly area: Area;
      readonly x: Placement;
      readonly y: Placement;
      readonly fill: Fill;
    }
  /** Take the red out of pupils, wherever the picture stands in its way. Stills only. */
  | { readonly kind: 'red-eye' }
  /**
   * Make faces unrecognizable, wherever the picture stands in its way: under a Gaussian of this
   * sigma, or in blocks of this side, as a share (0..1) of the longer side of each face.
   */
  | { readonly kind: 'hide-faces'; readonly by: 'blur' | 'blocks'; readonly strength: number }
  /** The curve that the whole source needs; none on animations, drawings and palettes. */
  | { readonly kind: 'enhance' }
  | { readonly kind: 'tone'; readonly steps: readonly ToneStep[] }
  /** Gaussian; sigma in pixels or as a share of the longer side. */
  | { readonly kind: 'blur'; readonly sigma: Length }
  /** Unsharp mask: `v + amount * (v - blurred)` where the difference passes `threshold` (0..255). */
  | {
      readonly kind: 'sharpen';
      readonly sigma: number;
      readonly amount: number;
      readonly threshold: number;
      readonly channel: 'luma' | 'rgb';
    }
  /** Blocks of this side, in pixels. */
  | { readonly kind: 'pixelate'; readonly side: number }
  /** Black dots on white, one per square of this side, in pixels. */
  | { readonly kind: 'halftone'; readonly side: number }
  /** Noise reduction and its sharpening threshold, -100..100. */
  | { readonly kind: 'denoise'; readonly strength: number; readonly sharpness: number }
  /** Strictly black and white: luma above `level` (0..1) is white, or error diffusion. */
  | {
      readonly kind: 'bilevel';
      readonly method: 'threshold' | 'atkinson';
      readonly level: number;
    }
  /** Put the picture on a color; an opaque one removes alpha. */
  | { readonly kind: 'background'; readonly color: Color }
  | OverlayOp
  /** Shown as far as a second picture, stretched to the frame, is light and opaque. */
  | {
      readonly kind: 'picture-mask';
      readonly picture: SecondPicture;
      /** Under the hidden part; absent: clear. */
      readonly color?: Color;
    }
  /** One line of text, within `room` pixels, by default the picture's without `pad` on both sides. */
  | {
      readonly kind: 'text';
      readonly style: TextStyle;
      readonly x: Placement;
      readonly y: Placement;
      readonly pad: number;
      readonly room?: number;
      readonly clip: TextClip;
      /** Made smaller until it fits, rather than clipped. */
      readonly shrink?: true;
    }
  /** A clear canvas with lines of text in place of the picture; without a height as high as they are. */
  | {
      readonly kind: 'text-canvas';
      readonly style: TextStyle;
      readonly width: number;
      readonly height?: number;
      readonly pad: number;
      /** Shares of the slack, of each line and of all. */
      readonly x: number;
      readonly y: number;
    }
  /** A color laid on the whole picture; its alpha times `opacity` (0..1) counts. */
  | {
      readonly kind: 'blend';
      readonly color: Color;
      readonly mode: BlendMode;
      readonly opacity: number;
    }
  /** Lines through a point, given as shares of the picture. */
  | { readonly kind: 'cross-hairs'; readonly x: number; readonly y: number }
  /** A checkerboard under clear areas. */
  | { readonly kind: 'checker'; readonly side: number; readonly colors: readonly [Color, Color] }
  /** Hide all but a shape. Radii in pixels: upper left, upper right, lower right, lower left. */
  | {
      readonly kind: 'mask';
      readonly shape:
        | { readonly kind: 'ellipse' }
        /** Regular, a corner on the right, stretched to the frame. */
        | { readonly kind: 'polygon'; readonly corners: number }
        | {
            readonly kind: 'corners';
            /** Absent: a fifth of the shorter side. */
            readonly radii?: readonly [number, number, number, number];
          };
      /** Under the hidden part; absent: clear. */
      readonly color?: Color;
    }
  /** Bars drawn over the edge, in pixels; the size stays. */
  | {
      readonly kind: 'border';
      readonly sides: Sides;
      readonly color: Color;
      readonly radii?: readonly [number, number, number, number];
      readonly innerRadii?: readonly [number, number, number, number];
    };

export type OpKind = Op['kind'];

/** Ops that need a second picture. */
export type CompositionOp = Extract<Op, { kind: 'overlay' | 'picture-mask' }>;

/** The op of one kind. */
export type OpOf<K extends OpKind> = Extract<Op, { kind: K }>;

export const CENTRE: Placement = { kind: 'slack', share: 0.5 };
export const px = (value: number): Length => ({ px: value });
export const share = (value: number): Length => ({ share: value });
