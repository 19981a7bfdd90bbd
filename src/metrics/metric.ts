/**
 * Metric: perceptual comparison of two rasters of one size.
 *
 * The reference is prepared once and compared with many candidates, because
 * a search encodes one picture many times.
 */
import type { Brand } from '../base/brand.ts';
import type { Raster } from '../image/raster.ts';

export type MetricName = 'ssimulacra2';

/** A score on its metric's own scale. SSIMULACRA 2: 100 identical, 90 visually lossless, 70 high, 50 medium, may be negative. */
export type Score<M extends MetricName = MetricName> = Brand<number, `score by ${M}`>;

export interface Comparison<M extends MetricName = MetricName> {
  readonly score: Score<M>;
  /** The score of the worst region, on the same scale. It is at most `score`. */
  readonly worst: number;
  /** Levels by which dark gradients are stepped; absent where they are not or there are none. */
  readonly bands?: number;
  /**
   * Score and worst region where the score is lowered because a drawing with transparency has
   * moved, but only in its colors: what counts for a palette, which moves colors by its nature.
   */
  readonly byColors?: { readonly score: Score<M>; readonly worst: number };
}

export interface Metric<M extends MetricName = MetricName> {
  readonly name: M;
  /** Prepares the picture that candidates are compared with; replaces an earlier one. */
  setReference(reference: Raster): void;
  /** The candidate against the reference; sizes, channels and pages must agree. */
  compare(candidate: Raster): Comparison<M>;
}
