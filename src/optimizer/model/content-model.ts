/**
 * Content model: a prior curve moved by what a picture shows.
 *
 * The mean curve is that of a mean picture. Fine texture lowers the score at a
 * quality, strong contrast hides compression errors, flat areas deviate in
 * their own way. A linear model of six content features explains about half of
 * what distinguishes pictures. Mean error of the first guess for photographs,
 * in points of score, without and with the model:
 *
 * | score | JPEG       | WebP       | AVIF       |
 * |-------|------------|------------|------------|
 * | 55    | 4.3 -> 3.2 | 5.7 -> 3.6 | 5.7 -> 3.6 |
 * | 68    | 3.2 -> 2.1 | 4.1 -> 2.2 | 3.7 -> 2.0 |
 * | 80    | 2.4 -> 1.4 | 2.5 -> 1.5 | 2.0 -> 1.1 |
 *
 * A linear fit over 128 rasters of 41 pictures, 240 to 800 pixels wide; the
 * errors are those of 3-fold cross-validation, folds split by picture. The
 * fitting script is not kept. Its input is the deviation (`meanCurve`) of each
 * raster at each of `SCORES`, measured as for the curves (see `priors.ts`), and
 * the features that `contentOf` gives.
 *
 * Pure.
 */
import type { Content } from './content.ts';
import { type Curve, halvingsBelowUsual, inverse, meanCurve, type PriorCurve } from './priors.ts';

/** The features of a raster that the model reads. */
export interface ContentFeatures
  extends Pick<
    Content,
    'texture' | 'highContrast' | 'lowContrast' | 'repeatedShare' | 'residualEntropy'
  > {
  /** Of the raster. */
  readonly pixels: number;
}

/** Mean scores that the lines of a curve were fitted at, in their order. */
const SCORES = [38, 55, 68, 80, 88] as const;

/** Largest deviation that is predicted; pictures unlike any behind the lines stay within. */
const LARGEST_DEVIATION = 4.3;

/**
 * The curve of some settings for a picture with these features; deviations count from there.
 * `share`: the share of the predicted deviation that is applied, 0..1.
 */
export function contentCurve(prior: PriorCurve, features: ContentFeatures, share = 1): Curve {
  const usual = meanCurve(prior, features.pixels);
  const expected = SCORES.map((_, i) => share * deviationAt(prior, i, features));
  const predicted = (quality: number) => between(expected, usual.score(quality));
  const score = (quality: number, deviation = 0) =>
    usual.score(quality, predicted(quality) + deviation);
  return {
    score,
    deviation: (quality, measured) => usual.deviation(quality, measured) - predicted(quality),
    quality: (wanted, deviation = 0) => inverse((q) => score(q, deviation), wanted),
  };
}

function deviationAt(prior: PriorCurve, index: number, features: ContentFeatures): number {
  const line = prior.content[index]!;
  const { texture, highContrast, lowContrast, repeatedShare, residualEntropy, pixels } = features;
  const units = [
    1,
    texture,
    highContrast,
    lowContrast,
    repeatedShare,
    residualEntropy,
    halvingsBelowUsual(pixels),
  ];
  const sum = units.reduce((total, unit, i) => total + unit * line[i]!, 0);
  return Math.min(LARGEST_DEVIATION, Math.max(-LARGEST_DEVIATION, sum));
}

/** The predicted deviation where the mean picture has a score: straight between the lines' scores. */
function between(expected: readonly number[], score: number): number {
  let high = 1;
  while (high < SCORES.length - 1 && SCORES[high]! < score) high++;
  const from = SCORES[high - 1]!;
  const share = Math.min(1, Math.max(0, (score - from) / (SCORES[high]! - from)));
  return expected[high - 1]! + (expected[high]! - expected[high - 1]!) * share;
}
