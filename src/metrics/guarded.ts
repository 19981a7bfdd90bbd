/**
 * Guarded: SSIMULACRA 2 with the smooth guard, the alpha guard and the band guard beside it.
 *
 * `worst` is that of the metric or that of the smooth guard, whichever is lower. So a
 * search that holds `worst` above a floor also keeps skies and gradients free of banding.
 * `bands` is what the band guard says: no score makes up for it.
 * The score stays the metric's own, except where a drawing passes the bounds of the
 * alpha guard: then it falls below every target, the further the more it passes them.
 */
import type { Raster } from '../image/raster.ts';
import { type AlphaDeviation, AlphaGuard, MOST_ERROR, MOST_MEAN_ERROR } from './alpha-guard.ts';
import { BandGuard } from './band-guard.ts';
import type { Comparison, Metric, Score } from './metric.ts';
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

/** The highest score of a picture whose transparency passes its bounds; below every target in use. */
const SCORE_OUT_OF_BOUNDS = 40;

/** Points that each multiple of a bound takes off. */
const POINTS_PER_BOUND = 10;

/** The metric with its `worst` lowered where smooth areas moved, and its score where transparency did. */
export function guarded(metric: Metric<'ssimulacra2'>): Metric<'ssimulacra2'> {
  const guard = new SmoothGuard();
  const alpha = new AlphaGuard();
  const dark = new BandGuard();
  return {
    name: metric.name,
    setReference(reference: Raster): void {
      metric.setReference(reference);
      guard.setReference(reference);
      alpha.setReference(reference);
      dark.setReference(reference);
    },
    compare(candidate: Raster): Comparison<'ssimulacra2'> {
      const own = metric.compare(candidate);
      const moved = alpha.deviation(candidate);
      const score = scoreWithin(moved, own.score);
      const deviation = guard.deviation(candidate);
      const bands = dark.deviation(candidate);
      const stepped = bands > 0 ? { bands } : {};
      const smooth =
        deviation < LEAST_DEVIATION
          ? Number.POSITIVE_INFINITY
          : SCORE_AT_REST - SCORE_PER_LEVEL * deviation;
      const worst = Math.min(own.worst, smooth);
      if (score === own.score) return { score, worst, ...stepped };
      const kept = moved !== undefined && moved.alpha <= MOST_ERROR;
      const byColors = kept ? { byColors: { score: own.score, worst } } : {};
      return { score, worst: Math.min(worst, score), ...stepped, ...byColors };
    },
  };
}

function scoreWithin(
  deviation: AlphaDeviation | undefined,
  score: Score<'ssimulacra2'>,
): Score<'ssimulacra2'> {
  if (deviation === undefined) return score;
  const passed = Math.max(deviation.most / MOST_ERROR, deviation.mean / MOST_MEAN_ERROR);
  if (passed <= 1) return score;
  const lowered = SCORE_OUT_OF_BOUNDS - POINTS_PER_BOUND * (passed - 1);
  return Math.min(score, lowered) as Score<'ssimulacra2'>;
}
