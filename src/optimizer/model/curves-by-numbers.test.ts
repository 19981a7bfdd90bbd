/** How curves are read and moved, with curves whose values one can do in the head. */
import { describe, expect, test } from 'vitest';
import { usualEncoding } from '../codecs/codec.ts';
import { CODECS } from '../codecs/index.ts';
import { FEATURES, linearCurve } from '../linear-codec.suite.ts';
import { type ContentFeatures, contentCurve } from './content-model.ts';
import {
  type ContentLine,
  inverse,
  lnBpp,
  lnBppAt,
  meanCurve,
  meanScore,
  type PriorCurve,
  qualityFor,
  spread,
} from './priors.ts';
import { encodeCost, measureCost } from './time-model.ts';

const LINEAR = linearCurve('linear');
const BENT: PriorCurve = {
  ...LINEAR,
  q: [10, 20, 60, 90],
  mean: [0, 40, 60, 90],
  spread: [16, 9, 4, 0.1],
  bits: [-2, -1, 1, 4],
};

describe('a prior curve', () => {
  test.each([
    // quality, mean score, spread, ln of bits per pixel
    [10, 0, 12, -2],
    [15, 20, 12, -1.5],
    [20, 40, 9, -1],
    [40, 50, 6.5, 0],
    [60, 60, 4, 1],
    [75, 75, 2.05, 2.5],
    [90, 90, 0.5, 4],
    [100, 100, 0.5, 5],
    [5, -20, 12, -2.5],
  ])('at quality %d scores %d, give or take %d', (quality, score, deviation, bits) => {
    expect(meanScore(BENT, quality)).toBeCloseTo(score, 9);
    expect(spread(BENT, quality)).toBeCloseTo(deviation, 9);
    expect(lnBpp(BENT, quality)).toBeCloseTo(bits, 9);
  });

  test.each([
    [20, 15],
    [50, 40],
    [75, 75],
  ])('scores %d at quality %d', (score, quality) => {
    expect(Math.abs(qualityFor(BENT, score) - quality)).toBeLessThan(0.01);
    expect(lnBppAt(BENT, score)).toBeCloseTo(lnBpp(BENT, quality), 2);
  });

  test('moves by the root of the spread, and never above 100', () => {
    const curve = meanCurve(BENT);
    expect(curve.score(60, 3)).toBeCloseTo(66, 9);
    expect(curve.score(60, -3)).toBeCloseTo(54, 9);
    expect(curve.score(60)).toBeCloseTo(60, 9);
    expect(curve.score(60, 30)).toBe(100);
    expect(curve.deviation(60, 66)).toBeCloseTo(3, 9);
    expect(curve.deviation(20, 34)).toBeCloseTo(-2, 9);
    expect(Math.abs(curve.quality(60) - 60)).toBeLessThan(0.01);
    expect(Math.abs(curve.quality(66, 3) - 60)).toBeLessThan(0.01);
  });

  test.each([
    // pixels, quality, score: each halving adds a tenth of the way to 50, within 20 below and 40 above
    [300_000, 30, 30],
    [900_000, 30, 30],
    [75_000, 30, 32],
    [75_000, 60, 59],
    [75_000, 70, 68],
    [75_000, 90, 88],
    [75_000, 10, 14],
    [75_000, 4, 8],
    [150_000, 30, 31],
    [10, 30, 33],
  ])('of %i pixels at quality %d scores %d', (pixels, quality, score) => {
    const small = meanCurve({ ...LINEAR, smallness: { slope: 0.1, zero: 50 } }, pixels);
    expect(small.score(quality)).toBeCloseTo(score, 9);
  });

  test('of small pictures is that of all where size makes no difference', () => {
    expect(meanCurve(LINEAR, 10).score(30)).toBeCloseTo(30, 9);
  });
});

describe('an inverse', () => {
  test('is found to a hundredth, and is an end where there is none', () => {
    const half = (quality: number) => quality / 2;
    for (const value of [0.51, 1, 7.3, 25, 49.99]) {
      expect(Math.abs(inverse(half, value) - 2 * value)).toBeLessThanOrEqual(0.01);
    }
    expect(inverse(half, 0.5)).toBe(1);
    expect(inverse(half, -3)).toBe(1);
    expect(inverse(half, 50)).toBe(100);
    expect(inverse(half, 70)).toBe(100);
  });

  test('asks for no quality outside of 1 to 100', () => {
    const asked: number[] = [];
    for (const value of [-5, 30, 500]) {
      inverse((quality) => {
        asked.push(quality);
        return quality;
      }, value);
    }
    expect(Math.min(...asked)).toBe(1);
    expect(Math.max(...asked)).toBe(100);
  });
});

describe('a curve moved by content', () => {
  const constant = (value: number): ContentLine => [value, 0, 0, 0, 0, 0, 0];
  const lines = (...values: [number, number, number, number, number]): PriorCurve => {
    const [a, b, c, d, e] = values;
    return {
      ...LINEAR,
      content: [constant(a), constant(b), constant(c), constant(d), constant(e)],
    };
  };

  test.each([
    // quality (and mean score), how far it is moved
    [20, -2],
    [38, -2],
    [46.5, -1.5],
    [55, -1],
    [61.5, -0.5],
    [68, 0],
    [74, 0.5],
    [80, 1],
    [84, 2],
    [88, 3],
    [95, 3],
  ])('at %d by %d', (quality, moved) => {
    const curve = contentCurve(lines(-2, -1, 0, 1, 3), FEATURES);
    expect(curve.score(quality)).toBeCloseTo(quality + moved, 9);
    expect(curve.score(quality, 0.5)).toBeCloseTo(quality + moved + 0.5, 9);
    expect(curve.deviation(quality, quality + moved + 0.25)).toBeCloseTo(0.25, 9);
    expect(Math.abs(curve.quality(quality + moved + 1, 1) - quality)).toBeLessThan(0.02);
    const half = contentCurve(lines(-2, -1, 0, 1, 3), FEATURES, 0.5);
    expect(half.score(quality)).toBeCloseTo(quality + moved / 2, 9);
  });

  test('by no more than 4.3 either way', () => {
    expect(contentCurve(lines(9, 9, 9, 9, 9), FEATURES).score(60)).toBeCloseTo(64.3, 9);
    expect(contentCurve(lines(-9, -9, -9, -9, -9), FEATURES).score(60)).toBeCloseTo(55.7, 9);
    expect(contentCurve(lines(4, 4, 4, 4, 4), FEATURES).score(60)).toBeCloseTo(64, 9);
  });

  test.each<[number, Partial<ContentFeatures>]>([
    [0, {}],
    [1, { texture: 2 }],
    [2, { highContrast: 0.5 }],
    [3, { lowContrast: 0.5 }],
    [4, { repeatedShare: 0.5 }],
    [5, { residualEntropy: 2 }],
    [6, { pixels: 75_000 }],
  ])('by number %i of a line as the features say', (index, features) => {
    const at = (i: number) => (i === index ? 1 : 0);
    const line: ContentLine = [at(0), at(1), at(2), at(3), at(4), at(5), at(6)];
    const prior: PriorCurve = { ...LINEAR, content: [line, line, line, line, line] };
    const unit = Object.values(features)[0] ?? 1;
    const moved = features.pixels ? 1 : unit;
    expect(contentCurve(prior, { ...FEATURES, ...features }).score(60)).toBeCloseTo(60 + moved, 9);
    if (index > 0) expect(contentCurve(prior, FEATURES).score(60)).toBeCloseTo(60, 9);
  });
});

describe('the time of a trial', () => {
  test.each(['jpeg', 'webp', 'avif'] as const)(
    'of %s is what its record says, and 13 ms to compare',
    (format) => {
      const { lossy, time } = CODECS[format];
      const encoding = usualEncoding(lossy);
      expect(encodeCost(CODECS, encoding)).toBeGreaterThan(1);
      expect(measureCost(CODECS, encoding)).toBe(time.decode + 13);
    },
  );

  test('differs with the settings', () => {
    const { lossy } = CODECS.webp;
    const cost = (stage: 'final' | 'fastest') => encodeCost(CODECS, usualEncoding(lossy, stage));
    expect(cost('fastest')).toBe(21);
    expect(cost('final')).toBe(78);
  });

  test('of a format that is not written is a fault', () => {
    expect(() => encodeCost({}, usualEncoding(CODECS.webp.lossy))).toThrow('can be written');
  });
});
