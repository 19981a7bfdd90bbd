/**
 * Priors: reading between the points of the prior curves.
 *
 * Pictures differ from the mean curve mostly in one way: an easy picture lies
 * above it everywhere, a hard one below, and by more where the quality is low.
 * The spread of the curve has nearly that shape, so one number, the *deviation*,
 * says how a picture differs, and one measured score tells it. The same number
 * is what one search leaves for the next of the same source.
 *
 * Pure. Qualities here are plain numbers on the scale of the curve's encoder.
 */
import type { Encoding, Quality } from '../../image/encoding.ts';
import type { FormatName } from '../../image/format.ts';
import { PRIOR_CURVES, type PriorCurve } from './prior-curves.ts';

/** A codec with the settings that have a curve of their own. */
export type Config = keyof typeof PRIOR_CURVES;

/** The curve that stands for an encoding; undefined for encodings without a quality. */
export function configOf(encoding: Encoding): Config | undefined {
  switch (encoding.format) {
    case 'jpeg':
      if (encoding.effort === 'fast') return 'jpeg fast';
      return encoding.chroma === '4:4:4' ? 'jpeg 4:4:4' : 'jpeg';
    case 'webp':
      if (encoding.mode !== 'lossy') return undefined;
      if (encoding.smartSubsample) return 'webp e4 smart';
      return encoding.effort < 2 ? 'webp e0' : encoding.effort < 6 ? 'webp e4' : 'webp e6';
    case 'avif': {
      if (encoding.chroma === '4:2:0') return 'avif e2 4:2:0';
      const fast = encoding.effort < 3;
      if (encoding.depth === 10) return fast ? 'avif e1 10bit' : 'avif e3 10bit';
      if (encoding.effort < 1) return 'avif e0';
      return fast ? 'avif e1' : encoding.effort < 4 ? 'avif e3' : 'avif e4';
    }
    case 'png':
    case 'gif':
      return undefined;
  }
}

/** What one configuration is expected to score on pictures of one size. */
export interface Curve {
  /** The mean score at a quality, or that of a picture with a known deviation. */
  score(quality: number, deviation?: number): number;
  /** How far a measured score lies from the mean, in the curve's own measure. */
  deviation(quality: number, score: number): number;
  /** The quality, not rounded, whose expected score is `score`; within 1..100. */
  quality(score: number, deviation?: number): number;
}

/** Size of the pictures behind the curves, in pixels; smaller ones differ systematically. */
const USUAL_PIXELS = 300_000;

/**
 * What each halving of width and height adds to the score at equal quality:
 * `slope` points for every point that the mean lies under `zero`. Small
 * pictures hold more detail per pixel; WebP's loop filter then hurts them less.
 * Measured at 640 and 320 pixels of width; AVIF showed nothing of the kind.
 */
const SMALLNESS: Readonly<Partial<Record<FormatName, { slope: number; zero: number }>>> = {
  jpeg: { slope: 0.07, zero: 66 },
  webp: { slope: 0.09, zero: 84 },
};

/**
 * Scores deviate along the qualities as this power of the spread: an exponent
 * of 0 would move the curve up and down, 1 follows it fully. In between it
 * predicts best on JPEG, WebP and AVIF at targets of 55, 68 and 80. The lines
 * of `expectation.ts` were fitted with this exponent.
 */
const SPREAD_POWER = 0.5;

/** How often the usual picture was halved in both directions to have so many pixels; 0..1.5. */
export function halvingsBelowUsual(pixels: number): number {
  return Math.min(1.5, Math.max(0, Math.log2(USUAL_PIXELS / pixels) / 2));
}

/** The curve of a configuration, for pictures of `pixels` pixels; the usual size when not given. */
export function curveOf(config: Config, pixels = USUAL_PIXELS): Curve {
  const { slope, zero } = SMALLNESS[config.split(' ')[0] as FormatName] ?? { slope: 0, zero: 0 };
  const halvings = halvingsBelowUsual(pixels);
  const mean = (quality: number) => {
    const usual = meanScore(config, quality);
    return usual + slope * halvings * Math.min(40, Math.max(-20, zero - usual));
  };
  const reach = (quality: number) => spread(config, quality) ** SPREAD_POWER;
  // Nothing scores above 100, and a strong deviation must not promise it.
  const score = (quality: number, deviation = 0) =>
    Math.min(100, mean(quality) + deviation * reach(quality));
  return {
    score,
    deviation: (quality, measured) => (measured - mean(quality)) / reach(quality),
    quality: (wanted, deviation = 0) => inverse((q) => score(q, deviation), wanted),
  };
}

/** The mean score of a configuration at a quality, on pictures of the usual size. */
export function meanScore(config: Config, quality: number): number {
  const curve: PriorCurve = PRIOR_CURVES[config];
  return at(curve.q, curve.mean, quality);
}

/** Standard deviation of the score at a quality, over pictures; at least 0.5. */
export function spread(config: Config, quality: number): number {
  const curve: PriorCurve = PRIOR_CURVES[config];
  return Math.min(12, Math.max(0.5, at(curve.q, curve.spread, quality)));
}

/** The quality, not rounded, whose mean score is `score`; within 1..100. */
export function qualityFor(config: Config, score: number): number {
  return inverse((quality) => meanScore(config, quality), score);
}

/** Where a rising function of 1..100 reaches a value. */
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
export function lnBpp(config: Config, quality: number): number {
  const curve: PriorCurve = PRIOR_CURVES[config];
  return at(curve.q, curve.bits, quality);
}

/** Natural logarithm of the mean bits per pixel where a picture reaches a score. */
export function lnBppAt(config: Config, score: number): number {
  return lnBpp(config, qualityFor(config, score));
}

/** The curve whose quality scale means one thing for a format, where it has one. */
const SCALE: Readonly<Partial<Record<FormatName, Config>>> = {
  jpeg: 'jpeg',
  webp: 'webp e4',
  avif: 'avif e1',
};

/**
 * A quality of the JPEG scale as a whole quality of another format, at equal
 * mean score: JPEG 75 (mean 73.2) is WebP 77 or so. Undefined for formats
 * without a quality knob.
 */
export function fromJpegScale<F extends FormatName>(
  jpeg: number,
  format: F,
  config: Config | undefined = SCALE[format],
): Quality<F> | undefined {
  if (config === undefined) return undefined;
  const quality =
    format === 'jpeg' ? jpeg : jpeg >= 100 ? 100 : qualityFor(config, meanScore('jpeg', jpeg));
  return wholeQuality<F>(quality);
}

/** A number as a whole quality of 1..100. */
export function wholeQuality<F extends FormatName>(quality: number): Quality<F> {
  return Math.min(100, Math.max(1, Math.round(quality))) as Quality<F>;
}

/** Between the points by straight lines; past the ends along the last line. */
function at(x: readonly number[], y: readonly number[], position: number): number {
  let high = 1;
  while (high < x.length - 1 && x[high]! < position) high++;
  const x0 = x[high - 1]!;
  const y0 = y[high - 1]!;
  return y0 + ((y[high]! - y0) * (position - x0)) / (x[high]! - x0);
}
