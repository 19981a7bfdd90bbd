/**
 * Receipt: what was decided about a rendition, why, with which score, at what
 * cost. It is stored with the rendition and sent with every answer.
 */
import type { FormatName } from '../image/format.ts';
import type { Mode } from './mode.ts';
import type { StopReason } from './search/stop-reason.ts';

/** Points under the target that still pass, in every mode: half of what anyone could see. */
export const PASS_BELOW = 0.5;

/** The quality of JPEG that results are compared with: what a server sends that does not look at its pictures. */
export const FIXED_QUALITY = 80;

/** What a picture takes at the fixed quality. */
export interface FixedQualityBytes {
  readonly bytes: number;
  /** Encoded and counted; else estimated (`model/fixed-quality.ts`). */
  readonly measured: boolean;
}

/** One encode with its score. */
export interface Trial {
  /** The encoding in a few letters: "avif q52 e1". */
  readonly encoding: string;
  readonly format: FormatName;
  readonly quality?: number;
  readonly bytes: number;
  /** Absent where nothing was measured. */
  readonly score?: number;
  readonly worst?: number;
  readonly milliseconds: number;
}

export interface Receipt {
  readonly format: FormatName;
  /** On the scale of the encoder; absent for lossless results and delivered sources. */
  readonly quality?: number;
  readonly encoding: string;
  /** SSIMULACRA 2 of the result against the rendered picture; absent when it was not measured. */
  readonly score?: number;
  readonly worst?: number;
  /** The score asked for; absent where the request fixed a quality. */
  readonly target?: number;
  readonly mode: Mode;
  readonly bytes: number;
  readonly sourceBytes: number;
  readonly trials: readonly Trial[];
  /** One sentence: why this result and no other. */
  readonly reason: string;
  /** Why the search for the quality ended; absent where there was none. */
  readonly stop?: StopReason;
  /** The target cannot be reached by this encoder; the best found is delivered. */
  readonly outOfReach?: boolean;
  /** Something was left out for want of time: with more of it the result may be another. */
  readonly skipped?: boolean;
  /** The same pixels as JPEG of `FIXED_QUALITY`; absent for what such a JPEG cannot show, and where nothing is known of it. */
  readonly fixedQuality?: FixedQualityBytes;
  /** Time ran out before the target was met or the usual format was written. */
  readonly cutShort?: boolean;
  /** `source`: the bytes of the source, its pixels re-packed without loss, or its coefficients turned upright. */
  readonly kind: 'encoded' | 'lossless' | 'source';
}
