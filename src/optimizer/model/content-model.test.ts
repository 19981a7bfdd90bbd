import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ContentFeatures, curveFor } from './content-model.ts';
import { PRIOR_CURVES } from './prior-curves.ts';
import { type Config, curveOf } from './priors.ts';

const configs = Object.keys(PRIOR_CURVES) as Config[];

/** Looks near those of a mean photograph. */
const features = (fields: Partial<ContentFeatures> = {}): ContentFeatures => ({
  texture: 1.2,
  highContrast: 0.35,
  lowContrast: 0.4,
  repeatedShare: 0.1,
  residualEntropy: 10,
  pixels: 300_000,
  ...fields,
});

const anyLooks = fc.record({
  texture: fc.double({ min: -0.7, max: 3.4, noNaN: true }),
  highContrast: fc.double({ min: 0, max: 1, noNaN: true }),
  lowContrast: fc.double({ min: 0, max: 1, noNaN: true }),
  repeatedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  residualEntropy: fc.double({ min: 0, max: 24, noNaN: true }),
  pixels: fc.integer({ min: 1, max: 40_000_000 }),
});

describe('curveFor', () => {
  test.each(['jpeg', 'webp e4', 'avif e0', 'avif e1'] as const)(
    '%s: fine texture needs a higher quality, strong contrast a lower one',
    (config) => {
      const needed = (fields: Partial<ContentFeatures>) =>
        curveFor(config, features(fields)).quality(68);
      expect(needed({ texture: 2 })).toBeGreaterThan(needed({ texture: 1 }) + 1);
      expect(needed({ highContrast: 0.6 })).toBeLessThan(needed({ highContrast: 0.2 }) - 1);
    },
  );

  test('an ordinary photograph lies near the mean curve', () => {
    for (const config of ['jpeg', 'webp e4', 'avif e1'] as const) {
      const curve = curveFor(config, features());
      const usual = curveOf(config);
      expect(Math.abs(curve.score(60) - usual.score(60))).toBeLessThan(5);
    }
  });

  test('however odd the features, the curve stays within reach of the mean and below 100', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...configs),
        anyLooks,
        fc.integer({ min: 20, max: 95 }),
        (config, seen, q) => {
          const score = curveFor(config, seen).score(q);
          expect(score).toBeLessThanOrEqual(100);
          expect(Math.abs(score - curveOf(config, seen.pixels).score(q))).toBeLessThan(20);
        },
      ),
    );
  });

  test('a deviation is read back from the score it explains', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...configs),
        anyLooks,
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: -2, max: 1, noNaN: true }),
        (config, seen, q, deviation) => {
          const curve = curveFor(config, seen);
          const score = curve.score(q, deviation);
          if (score < 100) expect(curve.deviation(q, score)).toBeCloseTo(deviation);
        },
      ),
    );
  });
});
