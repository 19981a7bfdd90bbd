/**
 * Quality step: which quality to try next, or why to stop.
 *
 * The first guess comes from the prior curve, moved by the warm start of the
 * source. One measured score gives the picture's deviation from the curve; two
 * or more give it at several qualities, and between them it is read along a
 * straight line: a secant in the coordinates of the prior, which bends as the
 * encoder's curve does. Guesses stay inside the bracket of what is known to fail
 * and to pass, so noise costs a trial, never a wrong result.
 *
 * Pure: points in, the next quality out. Encoding, time and the choice among
 * encoders happen elsewhere.
 */
import type { Curve } from '../model/priors.ts';
import type { StopReason } from './stop-reason.ts';

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
  /** Trials granted. */
  readonly cap: number;
  /** Further trials where the best within the cap lies clearly off the target. */
  readonly rescue: number;
  /** Highest quality that may be tried. */
  readonly qualityCap: number;
}

/** Points below and above the target from which a result is worth further trials. */
const RESCUE = { below: 1, above: 1.5 } as const;

/** Distance of two points, in qualities, at which half of the slope between them is used. */
const TREND_TRUST = 6;

/** Points by which the aim moves to the other side for each further miss to one side. */
const REPEATED_MISS = 0.5;

/** Points by which the last trial aims higher, because no trial follows to repair a miss. */
const LAST_AIM = 0.4;

/** What follows a trial: the next quality, or the reason why there is none. */
export type Step = { readonly quality: number } | { readonly stop: StopReason };

/** The quality to try next among `qualitySteps`, which rise. */
export function nextQuality(
  curve: Curve,
  qualitySteps: readonly number[],
  points: readonly Point[],
  goal: StopCriteria,
  deviation = 0,
): Step {
  const pass = goal.target - goal.below;
  const { low, high } = bracket(points, pass);
  if (high !== undefined && high.score <= goal.target + goal.above) return { stop: 'in-window' };
  if (points.length >= goal.cap && !rescued(points, high, goal)) return { stop: 'trials-spent' };

  const open = qualitySteps.filter(
    (q) =>
      q <= goal.qualityCap &&
      q > (low?.quality ?? 0) &&
      q < (high?.quality ?? Number.POSITIVE_INFINITY),
  );
  const highest = open.at(-1);
  if (highest === undefined) return { stop: high ? 'bracket-closed' : 'quality-cap' };
  const expected = (quality: number) => expectedScore(curve, quality, points, deviation);
  if (high !== undefined && expected(highest) < pass) return { stop: 'lower-fails' };

  const last = points.length + 1 >= goal.cap && high === undefined;
  const aim = goal.target + goal.aim + (last ? LAST_AIM : 0) + correction(points, pass);
  return { quality: nearest(open, (q) => Math.abs(expected(q) - aim)) };
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
 * Between two points the deviation lies on the line through their deviations.
 * Past the last point it goes on along that line; the nearer the two points
 * are to each other, the less of the slope is used, because it is mostly noise.
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

/** Points to add to the aim where the latest trials all missed to one side; 0 after one miss. */
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
