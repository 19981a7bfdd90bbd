import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AVIF_CURVES } from '../codecs/avif-curves.ts';
import { JPEG_CURVES } from '../codecs/jpeg-curves.ts';
import { WEBP_CURVES } from '../codecs/webp-curves.ts';
import { type ContentFeatures, contentCurve } from './content-model.ts';
import { meanCurve, type PriorCurve } from './priors.ts';

const priors: PriorCurve[] = [JPEG_CURVES, WEBP_CURVES, AVIF_CURVES].flatMap((curves) =>
  Object.values(curves),
);

/** Features near those of a mean photograph. */
const features = (fields: Partial<ContentFeatures> = {}): ContentFeatures => ({
  texture: 1.2,
  highContrast: 0.35,
  lowContrast: 0.4,
  repeatedShare: 0.1,
  residualEntropy: 10,
  pixels: 300_000,
  ...fields,
});

const anyFeatures = fc.record({
  texture: fc.double({ min: -0.7, max: 3.4, noNaN: true }),
  highContrast: fc.double({ min: 0, max: 1, noNaN: true }),
  lowContrast: fc.double({ min: 0, max: 1, noNaN: true }),
  repeatedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  residualEntropy: fc.double({ min: 0, max: 24, noNaN: true }),
  pixels: fc.integer({ min: 1, max: 40_000_000 }),
});

describe('contentCurve', () => {
  test.each(
    [JPEG_CURVES.full, WEBP_CURVES.e4, AVIF_CURVES.e0, AVIF_CURVES.e1].map(
      (p) => [p.name, p] as const,
    ),
  )('%s: fine texture needs a higher quality, strong contrast a lower one', (_, prior) => {
    const needed = (fields: Partial<ContentFeatures>) =>
      contentCurve(prior, features(fields)).quality(68);
    expect(needed({ texture: 2 })).toBeGreaterThan(needed({ texture: 1 }) + 1);
    expect(needed({ highContrast: 0.6 })).toBeLessThan(needed({ highContrast: 0.2 }) - 1);
  });

  test('an ordinary photograph lies near the mean curve', () => {
    for (const prior of [JPEG_CURVES.full, WEBP_CURVES.e4, AVIF_CURVES.e1]) {
      const curve = contentCurve(prior, features());
      const usual = meanCurve(prior);
      expect(Math.abs(curve.score(60) - usual.score(60))).toBeLessThan(5);
    }
  });

  test('however odd the features, the curve stays within reach of the mean and below 100', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...priors),
        anyFeatures,
        fc.integer({ min: 20, max: 95 }),
        (prior, seen, q) => {
          const score = contentCurve(prior, seen).score(q);
          expect(score).toBeLessThanOrEqual(100);
          expect(Math.abs(score - meanCurve(prior, seen.pixels).score(q))).toBeLessThan(20);
        },
      ),
    );
  });

  test('a deviation is read back from the score it explains', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...priors),
        anyFeatures,
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: -2, max: 1, noNaN: true }),
        (prior, seen, q, deviation) => {
          const curve = contentCurve(prior, seen);
          const score = curve.score(q, deviation);
          if (score < 100) expect(curve.deviation(q, score)).toBeCloseTo(deviation);
        },
      ),
    );
  });
});
