import { describe, expect, test } from 'vitest';
import { meanScore } from '../model/priors.ts';
import { AVIF_CURVES } from './avif-curves.ts';
import { JPEG_CURVES } from './jpeg-curves.ts';
import { atEqualScore, capAtEqualScore } from './jpeg-scale.ts';
import { WEBP_CURVES } from './webp-curves.ts';

const CURVES = [AVIF_CURVES.e1, WEBP_CURVES.e4].map((curve) => [curve.name, curve] as const);

describe.each(CURVES)('the JPEG scale on %s', (_, curve) => {
  test.each([20, 35, 50, 64, 75, 85, 93])('%i scores alike', (jpeg) => {
    const score = meanScore(curve, atEqualScore(curve, jpeg));
    expect(score).toBeCloseTo(meanScore(JPEG_CURVES.full, jpeg), 1);
  });

  test('100 stays 100', () => {
    expect(atEqualScore(curve, 100)).toBe(100);
  });

  test.each([20, 35, 50, 64, 75, 85, 93])(
    'the cap of a source of quality %i is the lowest whole quality that shows all it has',
    (jpeg) => {
      const has = meanScore(JPEG_CURVES.fast, jpeg);
      const cap = capAtEqualScore(curve, jpeg);
      expect(Number.isInteger(cap)).toBe(true);
      expect(meanScore(curve, cap)).toBeGreaterThanOrEqual(has - 0.02);
      expect(meanScore(curve, cap - 1)).toBeLessThan(has);
    },
  );
});
