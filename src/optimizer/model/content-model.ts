/**
 * Expectation: the prior curves, moved by the looks of a picture.
 *
 * The mean curve is that of a mean picture. Fine texture lowers the score at a
 * quality, strong contrast hides what compression does, flat areas go their
 * own way. Six numbers that a glance at the pixels gives, weighed in straight
 * lines, tell about half of what distinguishes pictures: the mean error of a
 * first guess for photographs falls from 3.2 points to 2.1 for JPEG at score
 * 68, from 4.1 to 2.2 for WebP, from 3.7 to 2.0 for AVIF; at 55 from 4.3, 5.7
 * and 5.7 to 3.2, 3.6 and 3.6; at 80 from 2.4, 2.5 and 2.0 to 1.4, 1.5 and 1.1.
 * Measured on 128 rasters of 41 pictures, 240 to 800 pixels wide, each third
 * of the pictures judged by a fit to the others.
 *
 * Pure.
 */
import type { Content } from './content.ts';
import { type Config, type Curve, curveOf, halvingsBelowUsual, inverse } from './priors.ts';

/** What of a raster the expectation rests on. */
export interface ContentFeatures
  extends Pick<
    Content,
    'texture' | 'highContrast' | 'lowContrast' | 'repeatedShare' | 'residualEntropy'
  > {
  /** Of the raster. */
  readonly pixels: number;
}

/** Mean scores that the lines were fitted at. */
const SCORES = [38, 55, 68, 80, 88] as const;

/** Constant, and what one unit adds: texture, busy, gentle, flat, detail, halvings of the size. */
type Line = readonly [number, number, number, number, number, number, number];

/** One line for each of the scores. */
const LINES = {
  jpeg: [
    [7.97, -3.54, 9.46, -2.41, -7.11, -0.41, 0.98],
    [8.7, -3.62, 7.67, -1.94, -9.17, -0.4, 0.68],
    [8.32, -3.33, 7.14, 0.2, -10.01, -0.45, 0.69],
    [10.63, -2.62, 3.56, -0.52, -12.12, -0.6, 1.02],
    [9.5, -0.16, -0.73, -0.7, -9.97, -0.7, 1.12],
  ],
  'webp e4': [
    [9.29, -3.33, 11.42, -2.41, -5.81, -0.61, 1.04],
    [8.22, -2.59, 8.91, -3.7, -5.02, -0.51, 0.55],
    [8.23, -1.86, 6.83, -4.28, -5.4, -0.52, 0.66],
    [7.14, -0.65, 4.63, -2.91, -6.53, -0.59, 0.66],
    [5.66, 1.02, -0.16, -0.7, -6.35, -0.59, 0.46],
  ],
  'avif e0': [
    [8.09, -3.94, 3.31, 0.37, -5.69, -0.29, 1.35],
    [7.44, -3.4, 2.94, 0.36, -5.62, -0.26, 0.98],
    [8.27, -2.77, 1.56, -0.69, -6.48, -0.34, 0.8],
    [7.78, -2.24, 3.08, -1.99, -5.86, -0.39, 0.83],
    [4.21, -0.61, 3.19, -0.09, -2.78, -0.38, 0.69],
  ],
  'avif e1': [
    [8.03, -4.21, 5.52, 0.68, -4.74, -0.3, 1.48],
    [6.67, -3.79, 4.89, 0.37, -4.07, -0.25, 1.16],
    [7.29, -3.03, 2.87, -0.81, -3.81, -0.31, 1],
    [6.91, -2.26, 3.52, -2.16, -3.38, -0.34, 0.97],
    [3.7, -0.77, 3.55, -0.48, -1.14, -0.32, 0.69],
  ],
} as const satisfies Partial<Record<Config, readonly Line[]>>;

type Family = keyof typeof LINES;

/** Curves without lines of their own go with their family. */
const FAMILIES: Readonly<Partial<Record<Config, Family>>> = {
  'jpeg 4:4:4': 'jpeg',
  'jpeg fast': 'jpeg',
  'webp e0': 'webp e4',
  'webp e4 smart': 'webp e4',
  'webp e6': 'webp e4',
};

/** Deviations that are believed; pictures unlike any behind the lines stay within. */
const MOST = 4.3;

/**
 * The curve of a configuration for a picture of these looks; deviations count from there.
 * `share`: how much of what the looks say is believed, 0..1.
 */
export function curveFor(config: Config, features: ContentFeatures, share = 1): Curve {
  const usual = curveOf(config, features.pixels);
  const expected = SCORES.map((_, i) => share * deviationAt(config, i, features));
  const lean = (quality: number) => between(expected, usual.score(quality));
  const score = (quality: number, deviation = 0) => usual.score(quality, lean(quality) + deviation);
  return {
    score,
    deviation: (quality, measured) => usual.deviation(quality, measured) - lean(quality),
    quality: (wanted, deviation = 0) => inverse((q) => score(q, deviation), wanted),
  };
}

function deviationAt(config: Config, index: number, features: ContentFeatures): number {
  const family: Family = config in LINES ? (config as Family) : (FAMILIES[config] ?? 'avif e1');
  const line: Line = LINES[family][index]!;
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
  return Math.min(MOST, Math.max(-MOST, sum));
}

/** The expected deviation where the mean picture has a score: straight between the lines' scores. */
function between(expected: readonly number[], score: number): number {
  let high = 1;
  while (high < SCORES.length - 1 && SCORES[high]! < score) high++;
  const from = SCORES[high - 1]!;
  const share = Math.min(1, Math.max(0, (score - from) / (SCORES[high]! - from)));
  return expected[high - 1]! + (expected[high]! - expected[high - 1]!) * share;
}
