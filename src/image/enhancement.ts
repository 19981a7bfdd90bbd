/**
 * Enhancement: the tone curve that a source needs, learnt once from all of it.
 *
 * The same numbers serve every size, crop and turn of the source. One curve for
 * the three channels, so that a grey stays the grey of its three equal values.
 * Plain data, so that it crosses process borders and prints in `explain`.
 */
export interface Enhancement {
  /** The level 0..255 that becomes 0; 0 leaves the shadows alone. */
  readonly black: number;
  /** The level 0..255 that becomes 255; 255 leaves the highlights alone. */
  readonly white: number;
  /** Power of values 0..1 between them: below 1 lifts the midtones. */
  readonly exponent: number;
  /** Strength of an S-curve about the middle, 0 (none) .. 0.1. */
  readonly contrast: number;
  /** Saturation added to the weakest colors, 0 (none) .. 0.35; a strong color gets less, a grey none. */
  readonly vibrance: number;
}
