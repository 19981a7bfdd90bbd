/**
 * Codec: everything the optimizer knows of one encoder, as one record.
 *
 * A record says which ways of coding an encoder has (with a quality, without
 * loss, with a palette) and for each of them what a search needs: settings per
 * mode, prior curves, quality steps, chroma rules. The rest of the optimizer
 * reads these fields and names no format.
 *
 * Qualities in a record are plain numbers on the scale of the encoder, 1..100.
 * Pure data and functions; nothing here encodes.
 */
import { Fault } from '../../base/fault.ts';
import type { Encoding, Quality } from '../../image/encoding.ts';
import type { FormatName } from '../../image/format.ts';
import type { Mode } from '../mode.ts';
import type { Content } from '../model/content.ts';
import type { PriorCurve } from '../model/priors.ts';
import type { OptimizeInput } from '../task.ts';

/** Everything about a lossy encoding but its quality. */
export interface Style {
  readonly stage: StageName;
  readonly mode: Mode;
  /** Chroma at full resolution (JPEG, AVIF), or sharper subsampling (WebP). */
  readonly sharpChroma: boolean;
  /** The score to reach; undefined where a quality is asked for. */
  readonly target: number | undefined;
  /** JPEG only: several scans. */
  readonly progressive: boolean;
}

/**
 * `search`: cheap settings whose scores deviate like those of `final`; `final`: what is
 * delivered; `named`: what is delivered for a quality that a request names, and looks like
 * `final` at that quality; `fastest`: what is delivered where time allows nothing better.
 */
export type StageName = 'search' | 'final' | 'named' | 'fastest';

/** What the optimizer knows of the encoder of one format. */
export interface Codec<E extends Encoding = Encoding> {
  /** The encoding in a few letters, for receipts and traces: "avif q52 e1 4:4:4 8bit". */
  text(encoding: E): string;
  readonly time: TimeCosts<E>;
  /** Coding with a quality that a search can vary. */
  readonly lossy?: LossyCoding<E>;
  /** Coding that keeps every pixel at a size worth sending. */
  readonly lossless?: LosslessCoding<E>;
  /** Coding with a palette. */
  readonly palette?: PaletteCoding<E>;
}

/**
 * Milliseconds per megapixel on one core of a machine that writes a progressive mozjpeg in
 * 60; means over photographs and graphics of 0.4 to 1 megapixel. Their ratios matter: the
 * first encodings of a task correct the speed (`search/trial-runner.ts`).
 */
export interface TimeCosts<E extends Encoding = Encoding> {
  encode(encoding: E): number;
  readonly decode: number;
}

export interface LossyCoding<E extends Encoding = Encoding> {
  /** The settings of a style at a quality, which is rounded into 1..100. */
  encoding(style: Style, quality: number): E;
  /** The prior curve of the encodings with these settings. */
  curve(encoding: E): PriorCurve;
  /** The quality, not rounded, that looks like a quality of the JPEG scale; within 1..100. */
  fromJpegScale(jpeg: number): number;
  /** Qualities that give different files, rising, within 1..100. */
  readonly qualitySteps: readonly number[];
  /**
   * The lowest quality whose gradients have steps of at most so many levels, a whole number from 1 on;
   * absent where no quality steps them.
   */
  stepless?(levels: number): number;
  /**
   * What a picture of this content takes at a score beyond what the curve says of it beside other
   * encoders, as a natural logarithm; `lnBpp`: that of the bits per pixel it took. Absent for none.
   */
  excess?(content: Content, lnBpp: number): number;
  /** Highest quality worth searching: above, bytes explode and scores do not move. */
  readonly top: number;
  /** Stages for a file that is not measured, best first; the last serves where none is in time. */
  readonly unmeasured: readonly [StageName, ...StageName[]];
  /** The same for a quality that a request names; absent where they are those of `unmeasured`. */
  readonly named?: readonly [StageName, ...StageName[]];
  readonly chroma: ChromaRule;
  readonly sourceCap: SourceCap;
  readonly transfer: Transfer;
  readonly postSearch: PostSearch<E>;
  /** What the plan and the source leave no choice about. */
  fixed(task: Pick<OptimizeInput, 'output' | 'info' | 'identity'>): FixedSettings;
}

export interface LosslessCoding<E extends Encoding = Encoding> {
  encoding(mode: Mode): E;
  /** The same with the colors of clear pixels; absent where they are kept anyhow. */
  exact?(mode: Mode): E;
  /** Every pixel kept, in the least time. */
  readonly fastest: E;
  /**
   * Settings that move pixels by a few levels where that packs better, weakest saving last;
   * absent where the encoder has none.
   */
  readonly near?: NearLossless<E>;
  /** Every pixel of the picture in few colors; absent where a palette of its own does that (`PaletteCoding`). */
  readonly flat?: FlatPalette<E>;
}

export interface NearLossless<E extends Encoding = Encoding> {
  encoding(strength: number, mode: Mode): E;
  /** Strengths, most saving first, and the scores that graphics reach with them. */
  readonly strengths: readonly { readonly strength: number; readonly upTo: number }[];
  /** Least share of the lossless bytes that is left, 0..1. */
  readonly leastShare: number;
}

export interface PaletteCoding<E extends Encoding = Encoding> {
  /** A palette of up to `colors`, which is rounded into 2..256. */
  encoding(colors: number, mode: Mode): E;
  /** The same in the least time; absent where the usual settings are the only ones. */
  fastest?(colors: number): E;
  /** Palettes without dithering, whose size can be searched; absent where there are none. */
  readonly flat?: FlatPalette<E>;
  /** Sizes that a search tries, rising, within 2..256; absent where the palette is not searched. */
  readonly sizes?: readonly number[];
  /** Pixels that may miss their nearest color where that packs better; absent where they may not. */
  readonly slack?: SlackCoding<E>;
}

export interface SlackCoding<E extends Encoding = Encoding> {
  encoding(colors: number, levels: number): E;
  /** Levels worth a trial, most first. */
  readonly levels: readonly number[];
}

export interface FlatPalette<E extends Encoding = Encoding> {
  /** Quick settings whose pixels are those of `final`. */
  trial(colors: number): E;
  final(colors: number): E;
  /** Sizes worth a trial, falling, 256..2. */
  readonly sizes: readonly number[];
}

/** Sizes of a flat palette, fourth roots of two apart: the next saves about a tenth of the bytes. */
export const FLAT_SIZES: readonly number[] = [
  256, 215, 181, 152, 128, 108, 91, 76, 64, 54, 45, 38, 32, 27, 23, 19, 16, 12, 8, 4, 2,
];

export interface ChromaRule {
  /** Whether chroma is sharp where the content is not considered. */
  readonly usual: boolean;
  /** Whether chroma is sharp from the first trial on; `edges`: share of 2 x 2 blocks with chroma edges, 0..1. */
  sharpFirst(target: number, edges: number, mode: Mode): boolean;
  /** Points that sharp chroma adds to the score at equal quality: median of 220 curves. */
  readonly gain: number;
  /** Sharp chroma takes many bytes (JPEG: a quarter more): it is tried only where chroma edges were seen. */
  readonly costly: boolean;
}

/** How the quality of a JPEG source bounds the quality of what is written from it. */
export interface SourceCap {
  /** The bound also holds for a search; without, only for a quality that was asked for. */
  readonly searches: boolean;
  /** The highest useful quality for a source of this JPEG quality. */
  quality(jpeg: number): number;
}

/**
 * How the offset of one width is transferred to another width. The offset counts from the
 * curve of the content model with `features` (0..1) of its deviation applied; `kept` (0..1) is
 * the share of the offset that the other width starts with. A grid of both values was searched
 * for the most searches that end with their first trial, over 400 pairs of widths (800 to 400,
 * 560 to 280, 800 to 560, 560 to 400): 53 of 100 with each format, where transferring the whole
 * deviation from the mean curve gives 44 to 49.
 */
export interface Transfer {
  readonly features: number;
  readonly kept: number;
}

/** How the background goes on after a search. */
export interface PostSearch<E extends Encoding = Encoding> {
  /** Trials with one kind of settings. */
  readonly tries: number;
  /** Points that a trial may be expected under its goal, because scores scatter as much. */
  readonly scatter: number;
  /** Settings beside those of the result that may need fewer bytes for the same score. */
  neighbours(final: E, target: number, content: Content): readonly E[];
  /** The encoding with shorter headers, for a result of so many bytes; absent where there is none. */
  shorter?(best: E, bytes: number): E | undefined;
}

export interface FixedSettings {
  /** JPEG only: several scans. */
  readonly progressive: boolean;
  /** A file with the other value of `progressive` is no answer. */
  readonly progressiveForced: boolean;
  /** The chroma that no search may change; absent where it is free. */
  readonly sharpChroma?: boolean;
}

/** For codecs that leave every choice to the search. */
export const NOTHING_FIXED: FixedSettings = { progressive: false, progressiveForced: false };

/** Codecs by format. A task is given them as a tool; `index.ts` has those of this build. */
export type Codecs = Readonly<Partial<Record<FormatName, Codec>>>;

/** The codec of a format. @throws Fault `not-implemented` for formats that cannot be written */
export function codecFor(codecs: Codecs, format: FormatName): Codec {
  const codec = codecs[format];
  if (codec !== undefined) return codec;
  throw new Fault('not-implemented', `expected a format that can be written, got ${format}`);
}

/** Whether a result of a format can be asked to keep every pixel: all but the purely lossy ones. */
export function keepsPixels({ lossy, lossless }: Codec): boolean {
  return lossy === undefined || lossless !== undefined;
}

/** The settings whose cost and curve stand for a codec before anything is known of a picture. */
export function usualEncoding(
  lossy: LossyCoding,
  stage: StageName = 'final',
  quality = 75,
): Encoding {
  const style = {
    stage,
    mode: 'online',
    sharpChroma: lossy.chroma.usual,
    target: undefined,
  } as const;
  return lossy.encoding({ ...style, progressive: stage === 'final' }, quality);
}

/** The prior curve of the usual settings. */
export function usualCurve(lossy: LossyCoding): PriorCurve {
  return lossy.curve(usualEncoding(lossy));
}

/** The encoding of a format that takes the least time, at a middling quality. */
export function fastestEncoding({ lossy, lossless, palette }: Codec): Encoding {
  if (lossy !== undefined) return usualEncoding(lossy, 'fastest');
  if (lossless !== undefined) return lossless.fastest;
  if (palette === undefined) throw new Error('expected a codec with a way of coding, got none');
  return (palette.fastest ?? palette.encoding)(256, 'instant');
}

/** A number as a whole quality of 1..100. */
export function wholeQuality<F extends FormatName>(quality: number): Quality<F> {
  return Math.min(100, Math.max(1, Math.round(quality))) as Quality<F>;
}

/** Every whole quality gives another file. */
export const ALL_QUALITIES: readonly number[] = Array.from({ length: 100 }, (_, i) => i + 1);

/** A number of colors as the size of a palette: whole, 2..256. */
export function paletteSize(colors: number): number {
  return Math.min(256, Math.max(2, Math.round(colors)));
}

/**
 * Sharp chroma pays above a share of blocks with chroma edges: above `high` for targets of
 * `from` and more, above `low` for targets of `none` and more, never for lower targets. The
 * errors of 4:2:0 at such edges cost quality to win back, and more so at high targets. Measured over 64 rasters:
 * JPEG 4:4:4 takes 5 to 25 % more bytes below these shares and 5 to 20 % fewer above;
 * WebP's sharper subsampling saves 5 to 20 %.
 */
export function sharpAbove(limits: {
  readonly from: number;
  readonly high: number;
  readonly low: number;
  readonly none: number;
}): ChromaRule['sharpFirst'] {
  const { from, high, low, none } = limits;
  return (target, edges, mode) => {
    // Without a second trial the safe side is the sharp one.
    if (mode === 'instant') return edges > low;
    return target >= from ? edges > high : target >= none && edges > low;
  };
}
