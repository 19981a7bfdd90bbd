import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AVIF_CURVES } from '../codecs/avif-curves.ts';
import { CODECS } from '../codecs/index.ts';
import { JPEG_CURVES } from '../codecs/jpeg-curves.ts';
import { WEBP_CURVES } from '../codecs/webp-curves.ts';
import {
  halvingsBelowUsual,
  lnBpp,
  meanCurve,
  meanScore,
  type PriorCurve,
  qualityFor,
  spread,
} from './priors.ts';

const priors: PriorCurve[] = [JPEG_CURVES, WEBP_CURVES, AVIF_CURVES].flatMap((curves) =>
  Object.values(curves),
);
const named = priors.map((prior) => [prior.name, prior] as const);
const anyPrior = fc.constantFrom(...priors);
const qualities = fc.integer({ min: 1, max: 100 });

test.each([
  // pixels, halvings of both sides
  [300_000, 0],
  [2_000_000, 0],
  [150_000, 0.5],
  [75_000, 1],
  [37_500, 1.5],
  [1_000, 1.5],
])('%i pixels are the usual size halved %f times', (pixels, halvings) => {
  expect(halvingsBelowUsual(pixels)).toBeCloseTo(halvings, 9);
});

describe('prior curves', () => {
  test.each(named)('%s: four columns of one length, qualities and bits rising', (_, prior) => {
    const { q, mean, spread: sd, bits } = prior;
    expect([mean.length, sd.length, bits.length]).toEqual([q.length, q.length, q.length]);
    for (let i = 1; i < q.length; i++) {
      expect(q[i]!).toBeGreaterThan(q[i - 1]!);
      expect(mean[i]!).toBeGreaterThanOrEqual(mean[i - 1]!);
      expect(bits[i]!).toBeGreaterThanOrEqual(bits[i - 1]!);
    }
  });

  test('score and bits never fall with quality, between and past the points too', () => {
    fc.assert(
      fc.property(anyPrior, fc.integer({ min: 1, max: 99 }), (prior, q) => {
        expect(meanScore(prior, q + 1)).toBeGreaterThanOrEqual(meanScore(prior, q));
        expect(lnBpp(prior, q + 1)).toBeGreaterThanOrEqual(lnBpp(prior, q));
        expect(spread(prior, q)).toBeGreaterThan(0);
      }),
    );
  });

  test('quality and score are inverse where the curve rises', () => {
    fc.assert(
      fc.property(anyPrior, fc.integer({ min: 45, max: 87 }), (prior, score) => {
        expect(meanScore(prior, qualityFor(prior, score))).toBeCloseTo(score, 0);
      }),
    );
  });

  test('a deviation is read back from the score it explains', () => {
    fc.assert(
      fc.property(anyPrior, qualities, fc.double({ min: -2, max: 1, noNaN: true }), (c, q, d) => {
        const score = meanCurve(c).score(q, d);
        if (score < 100) expect(meanCurve(c).deviation(q, score)).toBeCloseTo(d);
      }),
    );
  });
});

describe('meanCurve', () => {
  test('the usual size has the mean curve', () => {
    expect(meanCurve(WEBP_CURVES.e4).score(50)).toBe(meanScore(WEBP_CURVES.e4, 50));
    expect(meanCurve(WEBP_CURVES.e4, 4e6).score(50)).toBe(meanScore(WEBP_CURVES.e4, 50));
  });

  test.each(named)('%s: score rises with quality at every size', (_, prior) => {
    for (const pixels of [100, 20_000, 75_000, 300_000, 10_000_000]) {
      const curve = meanCurve(prior, pixels);
      for (let q = 2; q <= 100; q++) {
        expect(curve.score(q)).toBeGreaterThanOrEqual(curve.score(q - 1));
      }
    }
  });

  test('small WebPs score higher at a low quality', () => {
    const gain = meanCurve(WEBP_CURVES.e4, 75_000).score(41) - meanScore(WEBP_CURVES.e4, 41);
    expect(gain).toBeGreaterThan(2);
    expect(gain).toBeLessThan(4);
  });
});

test('names are kept apart: warm starts are stored under them', () => {
  expect(new Set(priors.map(({ name }) => name)).size).toBe(priors.length);
});

describe('the JPEG scale', () => {
  const fromJpeg = (format: 'jpeg' | 'webp' | 'avif', jpeg: number) =>
    CODECS[format].lossy.fromJpegScale(jpeg);

  test.each([
    // JPEG  format  expected  why
    [75, 'jpeg', 75, 'its own scale'],
    [75, 'webp', 78, 'WebP scores less at 75'],
    [75, 'avif', 57, 'the scale of AVIF runs lower'],
    [100, 'avif', 100, 'the end is the end'],
    [1, 'webp', 1, 'and so is the beginning'],
  ] as const)('JPEG %i is %s %i (%s)', (jpeg, format, expected, _why) => {
    expect(Math.abs(fromJpeg(format, jpeg) - expected)).toBeLessThanOrEqual(3);
  });

  test('a higher number never looks worse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.constantFrom('webp', 'avif'), (q, format) => {
        expect(fromJpeg(format, q + 1)).toBeGreaterThanOrEqual(fromJpeg(format, q));
      }),
    );
  });
});
