/**
 * Search: which quality to try next.
 *
 * The first guess comes from the prior curve, moved by what an earlier search
 * of the same source found. One measured score gives the picture's deviation
 * from the curve; two or more give it at several qualities, and between them
 * it is read along a straight line: a secant in the coordinates of the prior,
 * which bends as the encoder's curve does. Guesses stay inside the bracket of
 * what is known to fail and to pass, so noise costs an evaluation, never a
 * wrong result.
 *
 * Pure: points in, the next quality out. Encoding, time and the choice among
 * encoders happen elsewhere.
 */
import type { LossyFormat } from '../formats/encodings.ts';
import type { Curve } from '../model/priors.ts';

/** A quality that was tried, and its score. */
export interface Point {
  readonly quality: number;
  readonly score: number;
}

export interface StopCriteria {
  readonly target: number;
  /** Points under the target that still pass. */
  readonly below: number;
  /** Points over the target that end the search. */
  readonly above: number;
  /** Points over the target that are aimed at. */
  readonly aim: number;
  /** Evaluations granted. */
  readonly cap: number;
  /** Further evaluations when the best within the cap lies clearly off the target. */
  readonly rescue: number;
  /** Highest quality that may be tried. */
  readonly qualityCap: number;
}

/** This far off the target, a result is worth further evaluations. */
const RESCUE = { below: 1, above: 1.5 } as const;

/** Qualities between two points at which half of their direction is believed. */
const TREND_TRUST = 6;

/** After misses to one side in a row, the aim moves to the other by this much each. */
const REPEATED_MISS = 0.5;

/** The last evaluation aims this much higher, because there is no way back from a miss. */
const LAST_AIM = 0.4;

/**
 * The quality to try next; undefined when a point is good enough, nothing lies
 * between what failed and what passed, or the evaluations are spent.
 */
export function nextQuality(
  curve: Curve,
  rungs: readonly number[],
  points: readonly Point[],
  goal: StopCriteria,
  deviation = 0,
): number | undefined {
  const pass = goal.target - goal.below;
  const { low, high } = bracket(points, pass);
  if (high !== undefined && high.score <= goal.target + goal.above) return undefined;
  if (points.length >= goal.cap && !rescued(points, high, goal)) return undefined;

  const open = rungs.filter(
    (q) =>
      q <= goal.qualityCap &&
      q > (low?.quality ?? 0) &&
      q < (high?.quality ?? Number.POSITIVE_INFINITY),
  );
  if (open.length === 0) return undefined;
  const expected = (quality: number) => expectedScore(curve, quality, points, deviation);
  const below = open[open.length - 1]!;
  if (high !== undefined && expected(below) < pass) return undefined;

  const last = points.length + 1 >= goal.cap && high === undefined;
  const aim = goal.target + goal.aim + (last ? LAST_AIM : 0) + correction(points, pass);
  return nearest(open, (q) => Math.abs(expected(q) - aim));
}

/** The best point: the lowest quality that passes, else the highest score. */
export function bestPoint<P extends Point>(
  points: readonly P[],
  goal: StopCriteria,
): P | undefined {
  const { high } = bracket(points, goal.target - goal.below);
  if (high !== undefined) return high;
  return points.reduce<P | undefined>((a, b) => (a && a.score >= b.score ? a : b), undefined);
}

/**
 * What a quality is expected to score, given what was measured.
 *
 * Between two points the deviation lies on the line through theirs. Past the
 * last point it goes on in the direction of the last two, the less the nearer
 * they are to each other, because then the direction is mostly noise.
 */
export function expectedScore(
  curve: Curve,
  quality: number,
  points: readonly Point[],
  deviation = 0,
): number {
  const sorted = [...points].sort(
    (a, b) => Math.abs(a.quality - quality) - Math.abs(b.quality - quality),
  );
  const [near] = sorted;
  if (near === undefined) return curve.score(quality, deviation);
  const own = curve.deviation(near.quality, near.score);
  const across = sorted.find((p) => (p.quality - quality) * (near.quality - quality) < 0);
  const far = across ?? sorted[1];
  if (far === undefined || near.quality === quality) return curve.score(quality, own);
  const span = near.quality - far.quality;
  const slope = (own - curve.deviation(far.quality, far.score)) / span;
  const trust = across ? 1 : Math.abs(span) / (Math.abs(span) + TREND_TRUST);
  return curve.score(quality, own + trust * slope * (quality - near.quality));
}

/**
 * Qualities of a format that give different files, rising. AVIF has
 * about 64 quantisers for 100 qualities; each is named by its lowest quality, as
 * observed on the encoder (a duplicate would cost an evaluation, nothing more).
 */
export function qualityStepsOf(format: LossyFormat): readonly number[] {
  return format === 'avif' ? AVIF_STEPS : ALL_STEPS;
}

const ALL_STEPS: readonly number[] = Array.from({ length: 100 }, (_, i) => i + 1);
const AVIF_STEPS: readonly number[] = [
  1, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 35, 37, 39, 40, 42, 44, 45, 47,
  49, 50, 52, 54, 55, 56, 58, 59, 60, 62, 63, 64, 66, 67, 68, 70, 71, 72, 74, 75, 76, 78, 79, 80,
  82, 83, 84, 86, 87, 88, 90, 91, 92, 94, 95, 96, 98, 99, 100,
];

/** The lowest quality that passes, and the highest failing one under it. */
function bracket<P extends Point>(points: readonly P[], pass: number): { low?: P; high?: P } {
  let low: P | undefined;
  let high: P | undefined;
  for (const p of points) {
    if (p.score >= pass && (high === undefined || p.quality < high.quality)) high = p;
  }
  for (const p of points) {
    const under = high === undefined || p.quality < high.quality;
    if (p.score < pass && under && (low === undefined || p.quality > low.quality)) low = p;
  }
  return { ...(low ? { low } : {}), ...(high ? { high } : {}) };
}

/** How far to lean away from the side that the latest points all missed to; 0 after one miss. */
function correction(points: readonly Point[], pass: number): number {
  const latest = points.at(-1);
  if (latest === undefined) return 0;
  const low = latest.score < pass;
  let run = 0;
  while (run < points.length && points[points.length - 1 - run]!.score < pass === low) run++;
  return (low ? 1 : -0.5) * REPEATED_MISS * (run - 1);
}

function rescued(points: readonly Point[], high: Point | undefined, goal: StopCriteria): boolean {
  if (points.length >= goal.cap + goal.rescue) return false;
  if (high !== undefined) return high.score > goal.target + RESCUE.above;
  return points.every(({ score }) => score < goal.target - RESCUE.below);
}

function nearest(values: readonly number[], distance: (value: number) => number): number {
  return values.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
