/**
 * Priors: reading between the points of the prior curves.
 *
 * Pictures differ from the mean curve mostly in one way: an easy picture lies
 * above it everywhere, a hard one below, and by more where the quality is low.
 * The spread of the curve has just that shape, so one number, the *deviation*
 * in spreads, says how a picture differs, and one measured score tells it. The
 * same number is what one search leaves for the next of the same source.
 *
 * Pure. Qualities here are plain numbers on the scale of the curve's encoder.
 */
import type { Encoding, Quality } from '../image/encoding.ts';
import type { FormatName } from '../image/format.ts';
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

/** The mean score at a quality; `deviation` spreads above or below it for a known picture. */
export function meanScore(config: Config, quality: number, deviation = 0): number {
  const curve: PriorCurve = PRIOR_CURVES[config];
  // Nothing scores above 100, and a strong deviation must not promise it.
  return Math.min(100, at(curve.q, curve.mean, quality) + deviation * spread(config, quality));
}

/** Standard deviation of the score at a quality, over pictures; at least 0.5. */
export function spread(config: Config, quality: number): number {
  const curve: PriorCurve = PRIOR_CURVES[config];
  return Math.min(12, Math.max(0.5, at(curve.q, curve.spread, quality)));
}

/** How far a measured score lies from the mean curve, in spreads of that quality. */
export function deviationOf(config: Config, quality: number, score: number): number {
  return (score - meanScore(config, quality)) / spread(config, quality);
}

/** The quality, not rounded, whose expected score is `score`; within 1..100. */
export function qualityFor(config: Config, score: number, deviation = 0): number {
  let low = 1;
  let high = 100;
  if (meanScore(config, low, deviation) >= score) return low;
  if (meanScore(config, high, deviation) <= score) return high;
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (meanScore(config, middle, deviation) < score) low = middle;
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
