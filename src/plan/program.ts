/**
 * Program: a plan made exact for one source. Whole pixels, in order.
 *
 * The back end carries instructions out one after another and decides
 * nothing about sizes. `width` and `height` of an instruction are those of
 * the picture after it. All sizes are of one frame.
 */
import type { Color } from '../base/color.ts';
import type { Region, Sides, Size } from '../base/size.ts';
import type { Enhancement } from '../image/enhancement.ts';
import type { FindingName, Findings } from '../image/findings.ts';
import type { FormatName } from '../image/format.ts';
import type { RedEyeDisc } from '../image/red-eye.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { BlendMode } from './composition/blend-mode.ts';
import type { Gradient } from './composition/gradient.ts';
import type { Filter, OpOf, SecondPicture, TrimRule } from './op.ts';
import type { Output } from './output.ts';

/** A fill with its lengths and its alpha decided. */
export type ResolvedFill =
  | { readonly kind: 'color'; readonly color: Color }
  | { readonly kind: 'blur'; readonly sigma: number }
  | { readonly kind: 'edge' }
  | ({ readonly kind: 'gradient' } & Gradient<number>);

/** Where a face is hidden, to fractions of a pixel; it may reach beyond the picture. */
export interface HiddenFace extends Region {
  /** Sigma of the Gaussian or side of the blocks, in pixels. */
  readonly detail: number;
}

/**
 * Which rows and columns are left out: those that are missed least; of an ornament so many of each
 * tile that the next ones repeat it, which is then as near as can be to its size, a little smaller, no
 * smaller, or of whole bytes; of a drawing on a grid so many that all cells are of one size, smaller or larger; or so
 * that edges fall between the bytes of a file, the more the further from their places; last with fewer
 * of its different rows.
 */
export type Thinning =
  | ('lines' | 'tiles' | 'small-tiles' | 'own-tiles' | 'packed-tiles')
  | ('cells' | 'large-cells' | 'packed-cells' | 'own-cells' | 'small-cells')
  | ('most-rows' | 'many-rows' | 'half-rows' | 'few-rows')
  | ('aligned-a-little' | 'aligned-more' | 'aligned' | 'aligned-much' | 'aligned-most');

export type Instruction =
  /** First mirror left-right if `mirror`, then turn clockwise. */
  | ({
      readonly kind: 'orient';
      readonly turn: 0 | 90 | 180 | 270;
      readonly mirror: boolean;
    } & Size)
  | ({ readonly kind: 'extract' } & Region)
  | ({ readonly kind: 'scale'; readonly filter: Filter } & Size)
  /** Made smaller by whole rows and columns left out, none blended. */
  | ({ readonly kind: 'thin'; readonly by: Thinning } & Size)
  /** Scale nothing; add this much around. */
  | ({ readonly kind: 'extend'; readonly sides: Sides; readonly fill: ResolvedFill } & Size)
  /** Degrees counter-clockwise; `zoom` is above 1 for `straighten` and 1 for `pivot`. */
  | ({
      readonly kind: 'rotate';
      readonly degrees: number;
      readonly zoom: number;
      readonly fill: ResolvedFill;
    } & Size)
  | ({ readonly kind: 'red-eye'; readonly discs: readonly RedEyeDisc[] } & Size)
  | ({
      readonly kind: 'hide-faces';
      readonly by: 'blur' | 'blocks';
      readonly places: readonly HiddenFace[];
    } & Size)
  | ({ readonly kind: 'enhance' } & Enhancement & Size)
  | (OpOf<'tone'> & Size)
  | ({ readonly kind: 'blur'; readonly sigma: number } & Size)
  | (OpOf<'sharpen'> & Size)
  | (OpOf<'pixelate'> & Size)
  | (OpOf<'halftone'> & Size)
  | (OpOf<'denoise'> & Size)
  | (OpOf<'bilevel'> & Size)
  | (OpOf<'background'> & Size)
  | (OpOf<'checker'> & Size)
  | ({
      readonly kind: 'mask';
      readonly shape: 'ellipse' | 'corners' | 'polygon';
      /** Of a polygon. */
      readonly corners?: number;
      readonly radii: readonly [number, number, number, number];
      readonly color?: Color;
    } & Size)
  | ({
      readonly kind: 'picture-mask';
      readonly picture: number;
      readonly steps: readonly Instruction[];
      readonly color?: Color;
    } & Size)
  /** A second picture behind its own steps, in one or many places, each its upper left corner. */
  | ({
      readonly kind: 'overlay';
      readonly picture: number;
      readonly steps: readonly Instruction[];
      readonly places: { readonly x: readonly number[]; readonly y: readonly number[] };
      readonly mode: BlendMode;
      readonly opacity: number;
    } & Size)
  | (OpOf<'blend'> & Size)
  | (OpOf<'text'> & Size)
  | (OpOf<'text-canvas'> & Size)
  | (OpOf<'border'> & Size)
  /** Lines through a pixel, from edge to edge. */
  | ({ readonly kind: 'cross-hairs'; readonly x: number; readonly y: number } & Size);

/** The format that the rules chose for this source and this client. */
export interface ChosenFormat {
  readonly format: FormatName;
  readonly lossless: boolean;
  readonly palette?: number;
  /** The target of the output is not meant for it. */
  readonly untargeted?: boolean;
  /** Position of the rule that decided, for the trace. */
  readonly rule: number;
  /** The format of an earlier rule that held but cannot hold a picture of this size. */
  readonly insteadOf?: FormatName;
  /** Accepted only as the file of the source itself, never as an encoding. */
  readonly onlySource?: boolean;
}

export interface Program {
  /** Frames read: first index and count; `pages` where they are not one after another. */
  readonly frames: {
    readonly first: number;
    readonly count: number;
    readonly pages?: readonly number[];
  };
  /** Milliseconds of each frame and times they play, where not as in the source. */
  readonly playing?: { readonly delays: readonly number[]; readonly loop: number };
  /** The source is read as sRGB, in its own space, or with its profile ignored. */
  readonly color: 'srgb' | 'keep' | 'strip';
  /** What it is converted to in the end. */
  readonly delivered?: 'adobe-rgb';
  /** Inks without a profile are read as a press prints them; absent: as browsers multiply them. */
  readonly cmyk?: 'press';
  /** The annotations of a document are left out. */
  readonly annotations?: false;
  readonly instructions: readonly Instruction[];
  /** Of one frame of the result. */
  readonly size: Size;
  /** The rendered picture may have clear pixels. */
  readonly alpha: boolean;
  /** The steps leave every pixel of the source what it was, and where it was but for `upright`. */
  readonly identity: boolean;
  /** Only colors and orientation of the source are converted, if anything: its file shows the same picture. */
  readonly unchanged: boolean;
  /** The one step is the turn that the source's own orientation asks for. */
  readonly upright: boolean;
  /** Absent for data outputs. */
  readonly chosen?: ChosenFormat;
  /** Further formats that client and plan accept, in order; only where the choice was negotiated. */
  readonly alternatives: readonly ChosenFormat[];
  readonly output: Output;
}

/** What measuring a trim found: the box that stays, or that nothing would. */
export type TrimBox = Region | 'empty';

/** A second picture: its facts, and the instructions of its own steps. */
export interface KnownPicture {
  readonly info: SourceInfo;
  readonly findings: Findings;
  readonly instructions: readonly Instruction[];
  /** Behind them. */
  readonly size: Size;
  readonly alpha: boolean;
}

/** What is known of the pixels of a source. */
export interface Known {
  /** The boxes of the trims of this plan so far, in order. */
  readonly measured?: readonly TrimBox[];
  readonly findings?: Findings;
  /** The heights of the canvases of text of this plan so far, in order. */
  readonly heights?: readonly number[];
  /** The second pictures by their places; `absent`: it cannot be had, and what asks for it is left out. */
  readonly pictures?: readonly (KnownPicture | 'absent' | undefined)[];
}

/**
 * What lowering gives: a program, or what has to be known of the pixels first.
 * The caller measures the box of a trim behind the steps before it, or finds
 * on the source what is asked for, and lowers again with it.
 */
export type Lowered =
  | { readonly kind: 'program'; readonly program: Program }
  | {
      readonly kind: 'measure';
      readonly before: readonly Instruction[];
      readonly size: Size;
      readonly frames: Program['frames'];
      readonly color: Program['color'];
      readonly cmyk?: 'press';
      readonly annotations?: false;
      readonly rule: TrimRule;
    }
  | { readonly kind: 'find'; readonly finding: FindingName }
  /** A canvas of text is as high as its lines. */
  | { readonly kind: 'typeset'; readonly op: OpOf<'text-canvas'> }
  /** A second picture has to be known, and `finding` of it. */
  | {
      readonly kind: 'picture';
      readonly picture: SecondPicture;
      readonly finding?: FindingName;
    };
