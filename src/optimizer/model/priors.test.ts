import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRIOR_CURVES } from './prior-curves.ts';
import {
  type Config,
  configOf,
  curveOf,
  fromJpegScale,
  lnBpp,
  meanScore,
  qualityFor,
  spread,
} from './priors.ts';

const configs = Object.keys(PRIOR_CURVES) as Config[];
const anyConfig = fc.constantFrom(...configs);
const qualities = fc.integer({ min: 1, max: 100 });

describe('prior curves', () => {
  test.each(configs)('%s: four columns of one length, qualities and bits rising', (name) => {
    const { q, mean, spread: sd, bits } = PRIOR_CURVES[name];
    expect([mean.length, sd.length, bits.length]).toEqual([q.length, q.length, q.length]);
    for (let i = 1; i < q.length; i++) {
      expect(q[i]!).toBeGreaterThan(q[i - 1]!);
      expect(mean[i]!).toBeGreaterThanOrEqual(mean[i - 1]!);
      expect(bits[i]!).toBeGreaterThanOrEqual(bits[i - 1]!);
    }
  });

  test('score and bits never fall with quality, between and past the points too', () => {
    fc.assert(
      fc.property(anyConfig, fc.integer({ min: 1, max: 99 }), (config, q) => {
        expect(meanScore(config, q + 1)).toBeGreaterThanOrEqual(meanScore(config, q));
        expect(lnBpp(config, q + 1)).toBeGreaterThanOrEqual(lnBpp(config, q));
        expect(spread(config, q)).toBeGreaterThan(0);
      }),
    );
  });

  test('quality and score are inverse where the curve rises', () => {
    fc.assert(
      fc.property(anyConfig, fc.integer({ min: 45, max: 87 }), (config, score) => {
        expect(meanScore(config, qualityFor(config, score))).toBeCloseTo(score, 0);
      }),
    );
  });

  test('a deviation is read back from the score it explains', () => {
    fc.assert(
      fc.property(anyConfig, qualities, fc.double({ min: -2, max: 1, noNaN: true }), (c, q, d) => {
        const score = curveOf(c).score(q, d);
        if (score < 100) expect(curveOf(c).deviation(q, score)).toBeCloseTo(d);
      }),
    );
  });
});

describe('curveOf', () => {
  test('the usual size has the mean curve', () => {
    expect(curveOf('webp e4').score(50)).toBe(meanScore('webp e4', 50));
    expect(curveOf('webp e4', 4e6).score(50)).toBe(meanScore('webp e4', 50));
  });

  test.each(configs)('%s: score rises with quality at every size', (config) => {
    for (const pixels of [100, 20_000, 75_000, 300_000, 10_000_000]) {
      const curve = curveOf(config, pixels);
      for (let q = 2; q <= 100; q++) {
        expect(curve.score(q)).toBeGreaterThanOrEqual(curve.score(q - 1));
      }
    }
  });

  test('small WebPs score higher at a low quality', () => {
    const gain = curveOf('webp e4', 75_000).score(41) - meanScore('webp e4', 41);
    expect(gain).toBeGreaterThan(2);
    expect(gain).toBeLessThan(4);
  });
});

describe('one number, one look', () => {
  test.each([
    // JPEG  format  expected  why
    [75, 'jpeg', 75, 'its own scale'],
    [75, 'webp', 78, 'WebP scores less at 75'],
    [75, 'avif', 57, 'the scale of AVIF runs lower'],
    [100, 'avif', 100, 'the end is the end'],
    [1, 'webp', 1, 'and so is the beginning'],
  ] as const)('JPEG %i is %s %i (%s)', (jpeg, format, expected, _why) => {
    expect(Math.abs(fromJpegScale(jpeg, format)! - expected)).toBeLessThanOrEqual(3);
  });

  test('formats without a knob have no quality', () => {
    expect(fromJpegScale(75, 'png')).toBeUndefined();
    expect(fromJpegScale(75, 'gif')).toBeUndefined();
  });

  test('a higher number never features worse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.constantFrom('webp', 'avif'), (q, format) => {
        expect(fromJpegScale(q + 1, format)!).toBeGreaterThanOrEqual(fromJpegScale(q, format)!);
      }),
    );
  });
});

test('encodings without a quality knob have no curve', () => {
  expect(configOf({ format: 'png', effort: 7 })).toBeUndefined();
  expect(configOf({ format: 'gif', palette: 256, effort: 7 })).toBeUndefined();
});
