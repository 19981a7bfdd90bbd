/**
 * Prior curves: what an encoder scores, on average, at each quality, and how to
 * read between the measured points.
 *
 * Pictures differ from the mean curve mostly in one way: an easy picture lies
 * above it everywhere, a hard one below, and by more where the quality is low.
 * The spread of the curve has nearly that shape, so one number, the *deviation*,
 * says how a picture differs, and one measured score gives it. Warm starts keep
 * that number.
 *
 * The curves in `codecs/*-curves.ts` were measured once over 15 pictures
 * (photographs, one illustration, one screenshot, of 0.4 to 1 megapixel) with
 * sharp 0.35.5 and one thread: each picture encoded at each `q`, decoded, and
 * compared by SSIMULACRA 2. The script is not kept. `Sweep.at` of
 * `bench/quality.lab.mjs` gives the same two numbers, bytes and score, for any
 * raster and encoding; means and standard deviations over pictures are a curve.
 *
 * Pure. Qualities here are plain numbers on the scale of the curve's encoder.
 */

/** Measured columns of one length, one row for each quality. */
export interface PriorCurve {
  /** Names the settings; warm starts are kept under it, so it never changes its meaning. */
  readonly name: string;
  /** Qualities, rising, within 1..100. */
  readonly q: readonly number[];
  /** Mean SSIMULACRA 2 score over pictures. */
  readonly mean: readonly number[];
  /** Standard deviation of the score over pictures, in points. */
  readonly spread: readonly number[];
  /** Mean natural logarithm of bits per pixel. */
  readonly bits: readonly number[];
  /** How the content of a picture moves the curve: a line for each score of `content-model.ts`. */
  readonly content: readonly [ContentLine, ContentLine, ContentLine, ContentLine, ContentLine];
  /**
   * What each halving of width and height adds to the score at equal quality: `slope` points
   * for every point that the mean lies under `zero`. Small pictures hold more detail per
   * pixel. Absent where the size made no difference.
   */
  readonly smallness?: { readonly slope: number; readonly zero: number };
}

/**
 * Deviation of a picture: a constant, and what one unit adds of texture, high contrast, low
 * contrast, repeated share, residual entropy, and halvings below the usual size.
 */
export type ContentLine = readonly [number, number, number, number, number, number, number];

/** What one kind of settings is expected to score on pictures of one size. */
export interface Curve {
  /** The mean score at a quality, or that of a picture with a known deviation. */
  score(quality: number, deviation?: number): number;
  /** How far a measured score lies from the mean, in units of the root of the spread. */
  deviation(quality: number, score: number): number;
  /** The quality, not rounded, whose expected score is `score`; within 1..100. */
  quality(score: number, deviation?: number): number;
}

/** Size of the pictures behind the curves, in pixels; smaller ones differ systematically. */
const USUAL_PIXELS = 300_000;

/**
 * Scores deviate along the qualities as this power of the spread: an exponent
 * of 0 would move the curve up and down, 1 follows it fully. In between it
 * predicts best on JPEG, WebP and AVIF at targets of 55, 68 and 80. The content
 * lines were fitted with this exponent.
 */
const SPREAD_POWER = 0.5;

/** How often the usual picture was halved in both directions to have so many pixels; 0..1.5. */
export function halvingsBelowUsual(pixels: number): number {
  return Math.min(1.5, Math.max(0, Math.log2(USUAL_PIXELS / pixels) / 2));
}

/** A prior curve for pictures of `pixels` pixels; of the usual size when not given. */
export function meanCurve(prior: PriorCurve, pixels = USUAL_PIXELS): Curve {
  const { slope, zero } = prior.smallness ?? { slope: 0, zero: 0 };
  const halvings = halvingsBelowUsual(pixels);
  const mean = (quality: number) => {
    const usual = meanScore(prior, quality);
    return usual + slope * halvings * Math.min(40, Math.max(-20, zero - usual));
  };
  const reach = (quality: number) => spread(prior, quality) ** SPREAD_POWER;
  // Nothing scores above 100, and a strong deviation must not promise it.
  const score = (quality: number, deviation = 0) =>
    Math.min(100, mean(quality) + deviation * reach(quality));
  return {
    score,
    deviation: (quality, measured) => (measured - mean(quality)) / reach(quality),
    quality: (wanted, deviation = 0) => inverse((q) => score(q, deviation), wanted),
  };
}

/** The mean score at a quality, on pictures of the usual size. */
export function meanScore({ q, mean }: PriorCurve, quality: number): number {
  return at(q, mean, quality);
}

/** Standard deviation of the score at a quality, over pictures, in points; 0.5..12. */
export function spread(prior: PriorCurve, quality: number): number {
  return Math.min(12, Math.max(0.5, at(prior.q, prior.spread, quality)));
}

/** The quality, not rounded, whose mean score is `score`; within 1..100. */
export function qualityFor(prior: PriorCurve, score: number): number {
  return inverse((quality) => meanScore(prior, quality), score);
}

/** Where a rising function of 1..100 reaches a value, to 0.01; an end where it does not. */
export function inverse(rising: (quality: number) => number, value: number): number {
  let low = 1;
  let high = 100;
  if (rising(low) >= value) return low;
  if (rising(high) <= value) return high;
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Natural logarithm of the mean bits per pixel at a quality. */
export function lnBpp({ q, bits }: PriorCurve, quality: number): number {
  return at(q, bits, quality);
}

/** Natural logarithm of the mean bits per pixel at the quality whose mean score is `score`. */
export function lnBppAt(prior: PriorCurve, score: number): number {
  return lnBpp(prior, qualityFor(prior, score));
}

/** Between the points by straight lines; past the ends along the last line. */
function at(x: readonly number[], y: readonly number[], position: number): number {
  let high = 1;
  while (high < x.length - 1 && x[high]! < position) high++;
  const x0 = x[high - 1]!;
  const y0 = y[high - 1]!;
  return y0 + ((y[high]! - y0) * (position - x0)) / (x[high]! - x0);
}
