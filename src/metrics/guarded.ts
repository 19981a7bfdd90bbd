/**
 * Guarded: SSIMULACRA 2 with the smooth guard beside it.
 *
 * The score stays the metric's own. `worst` is that of the metric or that of the
 * smooth guard, whichever is lower. So a search that holds `worst` above a floor
 * also keeps skies and gradients free of banding.
 */
import type { Raster } from '../image/raster.ts';
import type { Comparison, Metric } from './metric.ts';
import { SmoothGuard } from './smooth-guard.ts';

/**
 * A deviation of smooth areas in levels as a score of the worst region: 6 levels
 * are 56 points, 8.5 levels are 43.5. The line is set so that it seldom changes the
 * result for photographs: theirs deviate by 3 to 8.5 levels at score 68, with JPEG,
 * WebP and AVIF alike, and by 2 to 6 levels at score 80.
 */
const SCORE_AT_REST = 86;
const SCORE_PER_LEVEL = 5;

/** Levels below which a deviation is ignored: color conversion rounds by as much. */
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
