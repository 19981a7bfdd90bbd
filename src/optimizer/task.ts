/**
 * Task: input and result of the optimizer.
 *
 * The optimizer receives its encoder and its metric as arguments; it knows
 * neither sharp nor WASM.
 */
import type { Raster } from '../image/raster.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Filter } from '../plan/op.ts';
import type { Output } from '../plan/output.ts';
import type { ChosenFormat } from '../plan/program.ts';
import type { Mode } from './mode.ts';
import type { Receipt } from './receipt.ts';

export type { Mode } from './mode.ts';

export interface Budget {
  readonly mode: Mode;
  /** Time of work for encoding and measuring, in milliseconds: what others took of the processor meanwhile does not count. */
  readonly milliseconds: number;
  /** Most milliseconds on the clock, from the start of the task; as many as of work where absent. */
  readonly wall?: number;
  /** The picture is encoded at the fixed quality as well (`codecs/fixed-quality.ts`), where that can be estimated alone without it. */
  readonly compares?: true;
}

/** How a picture deviated from its prior curve. */
export interface CurveOffset {
  /** Size of the picture. */
  readonly pixels: number;
  /** The score near which it was measured, in points. */
  readonly score: number;
  /** In the unit of `Curve.deviation`. */
  readonly deviation: number;
}

/** What earlier searches of the same source found: where a search begins, never what it accepts. */
export interface WarmStart {
  /** By the name of the prior curve, the latest last. */
  readonly offsets: Readonly<Record<string, readonly CurveOffset[]>>;
}

export interface OptimizeInput {
  readonly raster: Raster;
  readonly info: SourceInfo;
  /** The format that the plan's rules chose. */
  readonly chosen: ChosenFormat;
  /** Others the client and the plan would accept too; they may win when smaller. */
  readonly alternatives: readonly ChosenFormat[];
  readonly output: Extract<Output, { kind: 'picture' }>;
  /** The raster shows the source pixel for pixel: the source's bytes bound the result. */
  readonly identity: boolean;
  /** The raster is a frame of an animation on which no step has worked. */
  readonly plainFrame?: boolean;
  /** The file of the source shows the same picture, whatever its colors and its orientation. */
  readonly unchanged?: boolean;
  /** What the picture was made smaller with; a half of it is made alike. */
  readonly filter?: Filter;
  /** It does so upright, while the file says its orientation with a tag. */
  readonly upright?: boolean;
  /** Renders the picture again with pixels of the source as they are, none blended; absent where that is not possible. */
  readonly samplers?: readonly (() => Promise<Raster>)[];
  /** The same for pictures that are patterns, where all else takes too many bytes. */
  readonly patterns?: readonly (() => Promise<Raster>)[];
  /** The file itself, for identity. */
  readonly source?: Uint8Array;
  readonly budget: Budget;
  readonly warmStart?: WarmStart;
}

/** What a metric says of a result. */
export type Scores = Required<Pick<Receipt, 'score' | 'worst'>>;

export interface OptimizeResult {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
  readonly warmStart: WarmStart;
  /**
   * Measures the result, where nothing depended on its score: to be called, if at all, once the
   * bytes have left and before the tools are used again.
   */
  readonly measure?: () => Promise<Scores>;
}
