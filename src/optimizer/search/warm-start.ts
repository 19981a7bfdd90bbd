/**
 * Learning: what earlier searches of a source tell about its next width.
 *
 * A search leaves a shift: how far the picture lay off its curve, at a size and
 * near a score. Shifts drift with the size, by 1 to 2 points of score for each
 * halving and up to 9, and no look at the pixels tells where to. With one size
 * known its shift is carried over and partly forgotten; with two it is read off
 * the line through them, over the logarithm of the pixels, beyond them no farther
 * than they lie apart. Only the start of a search is learned, never what it accepts.
 *
 * Pure.
 */
import type { CurveOffset, WarmStart } from '../task.ts';

/** Shifts kept for a configuration; the oldest gives way. */
const KEPT = 8;

/** Sizes this near, as a binary logarithm of pixels, are one: widths within a fifth of each other. */
const SAME_SIZE = 0.5;

/** Scores this near, in points, are one. */
const SAME_SCORE = 4;

/** What was learned, and one more shift; a shift of the same size and score gives way to it. */
export function addOffset(
  before: WarmStart | undefined,
  config: string,
  shift: CurveOffset,
): WarmStart {
  const others = (before?.offsets[config] ?? []).filter((known) => !alike(known, shift));
  return { offsets: { ...before?.offsets, [config]: [...others, shift].slice(-KEPT) } };
}

/** Both, the `later` of two shifts alike going before. */
export function mergeWarmStarts(before: WarmStart | undefined, later: WarmStart): WarmStart {
  let all: WarmStart = before ?? { offsets: {} };
  for (const [config, shifts] of Object.entries(later.offsets)) {
    for (const shift of shifts) all = addOffset(all, config, shift);
  }
  return all;
}

/** A deviation to start from, and whether it was seen at this size or carried from one other. */
export interface TransferredOffset {
  readonly deviation: number;
  readonly from: 'this size' | 'two sizes' | 'another size';
}

/** The deviation to expect at a size and a score; undefined where nothing is known. */
export function transferredOffset(
  shifts: readonly CurveOffset[] | undefined,
  at: Pick<CurveOffset, 'pixels' | 'score'>,
): TransferredOffset | undefined {
  const [near, ...rest] = nearScore(shifts ?? [], at.score).sort(
    (a, b) => Math.abs(octaves(a, at)) - Math.abs(octaves(b, at)),
  );
  if (near === undefined) return undefined;
  const away = octaves(at, near);
  if (Math.abs(away) <= SAME_SIZE) return { deviation: near.deviation, from: 'this size' };
  const other = rest.find((shift) => Math.abs(octaves(shift, near)) > SAME_SIZE);
  if (other === undefined) return { deviation: near.deviation, from: 'another size' };
  const apart = octaves(other, near);
  const slope = (other.deviation - near.deviation) / apart;
  const followed = Math.min(Math.abs(apart), Math.max(-Math.abs(apart), away));
  return { deviation: near.deviation + slope * followed, from: 'two sizes' };
}

/** How near to a score something was learned, in points; infinite where nothing was. */
export function scoreDistance(shifts: readonly CurveOffset[] | undefined, score: number): number {
  return Math.min(...(shifts ?? []).map((shift) => Math.abs(shift.score - score)));
}

/** The shifts found nearest to a score: deviations are not quite the same at others. */
function nearScore(shifts: readonly CurveOffset[], score: number): CurveOffset[] {
  const least = scoreDistance(shifts, score);
  return shifts.filter((shift) => Math.abs(shift.score - score) <= least + SAME_SCORE);
}

function alike(a: CurveOffset, b: CurveOffset): boolean {
  const near = Math.abs(a.score - b.score) <= SAME_SCORE;
  return near && Math.abs(octaves(a, b)) <= SAME_SIZE;
}

/** How much larger `a` is than `b`, as a binary logarithm of pixels. */
function octaves(a: Pick<CurveOffset, 'pixels'>, b: Pick<CurveOffset, 'pixels'>): number {
  return Math.log2(a.pixels / b.pixels);
}
