/**
 * Guarded: SSIMULACRA 2 with a second eye on smooth areas.
 *
 * The score stays the metric's own. The worst region is that of the metric or
 * that of the smooth guard, whichever is worse, so that whoever holds `worst`
 * above a floor also keeps skies and gradients from falling into steps.
 */
import type { Raster } from '../image/raster.ts';
import type { Comparison, Metric } from './metric.ts';
import { SmoothGuard } from './smooth-guard.ts';

/**
 * What a deviation of smooth areas is worth on the metric's scale: 6 levels
 * are like a region of score 56, 8.5 like one of 43. Set so that photographs at
 * their target seldom notice: at score 68 theirs is 3 to 8.5 levels with JPEG,
 * WebP and AVIF alike, and 2 to 6 at 80.
 */
const SCORE_AT_REST = 86;
const SCORE_PER_LEVEL = 5;

/** Below this deviation nothing is said: 1.5 levels are within rounding of color conversion. */
const LEAST_DEVIATION = 1.5;

/** The metric with its `worst` lowered where smooth areas moved. */
export function guarded(metric: Metric<'ssimulacra2'>): Metric<'ssimulacra2'> {
  const guard = new SmoothGuard();
  return {
    name: metric.name,
    setReference(reference: Raster): void {
      metric.setReference(reference);
      guard.setReference(reference);
    },
    compare(candidate: Raster): Comparison<'ssimulacra2'> {
      const { score, worst } = metric.compare(candidate);
      const deviation = guard.deviation(candidate);
      if (deviation < LEAST_DEVIATION) return { score, worst };
      return { score, worst: Math.min(worst, SCORE_AT_REST - SCORE_PER_LEVEL * deviation) };
    },
  };
}
