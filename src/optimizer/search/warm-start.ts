/**
 * Warm start: what earlier searches of a source tell about its next width.
 *
 * A search leaves an offset: how far the picture deviated from its curve, at a
 * size and near a score. Offsets change with the size, by 1 to 2 points of score
 * for each halving and by 9 at most, in a direction that no feature of the pixels
 * predicts. Where one size is known, its offset is transferred and reduced; where
 * two are known, the offset is read off the line through them over the logarithm
 * of the pixels, which is followed no farther beyond them than they lie apart.
 * A warm start decides where a search begins, never what it accepts.
 *
 * Pure.
 */
import type { CurveOffset, WarmStart } from '../task.ts';

/** Offsets kept for a prior curve; the oldest is dropped. */
const KEPT = 8;

/** Binary logarithm of the ratio of two pixel counts up to which they are one size: widths within a fifth. */
const SAME_SIZE = 0.5;

/** Points between two scores up to which they are one. */
const SAME_SCORE = 4;

/** A warm start with one more offset, which replaces those of the same size and score. */
export function addOffset(
  before: WarmStart | undefined,
  curve: string,
  offset: CurveOffset,
): WarmStart {
  const others = (before?.offsets[curve] ?? []).filter((known) => !alike(known, offset));
  return { offsets: { ...before?.offsets, [curve]: [...others, offset].slice(-KEPT) } };
}

/** All offsets of both; where two are of the same size and score, the one of `later` stays. */
export function mergeWarmStarts(before: WarmStart | undefined, later: WarmStart): WarmStart {
  let all: WarmStart = before ?? { offsets: {} };
  for (const [curve, offsets] of Object.entries(later.offsets)) {
    for (const offset of offsets) all = addOffset(all, curve, offset);
  }
  return all;
}

/** A deviation to start from, and whether it was measured at this size or transferred. */
export interface TransferredOffset {
  readonly deviation: number;
  readonly from: 'this size' | 'two sizes' | 'another size';
}

/** The deviation to expect at a size and a score; undefined where nothing is known. */
export function transferredOffset(
  offsets: readonly CurveOffset[] | undefined,
  at: Pick<CurveOffset, 'pixels' | 'score'>,
): TransferredOffset | undefined {
  const [near, ...rest] = nearScore(offsets ?? [], at.score).sort(
    (a, b) => Math.abs(octaves(a, at)) - Math.abs(octaves(b, at)),
  );
  if (near === undefined) return undefined;
  const away = octaves(at, near);
  if (Math.abs(away) <= SAME_SIZE) return { deviation: near.deviation, from: 'this size' };
  const other = rest.find((offset) => Math.abs(octaves(offset, near)) > SAME_SIZE);
  if (other === undefined) return { deviation: near.deviation, from: 'another size' };
  const apart = octaves(other, near);
  const slope = (other.deviation - near.deviation) / apart;
  const followed = Math.min(Math.abs(apart), Math.max(-Math.abs(apart), away));
  return { deviation: near.deviation + slope * followed, from: 'two sizes' };
}

/** Points between a score and the nearest one with an offset; infinite where there is none. */
export function scoreDistance(offsets: readonly CurveOffset[] | undefined, score: number): number {
  return Math.min(...(offsets ?? []).map((offset) => Math.abs(offset.score - score)));
}

/** The offsets measured nearest to a score: deviations are not quite the same at others. */
function nearScore(offsets: readonly CurveOffset[], score: number): CurveOffset[] {
  const least = scoreDistance(offsets, score);
  return offsets.filter((offset) => Math.abs(offset.score - score) <= least + SAME_SCORE);
}

function alike(a: CurveOffset, b: CurveOffset): boolean {
  const near = Math.abs(a.score - b.score) <= SAME_SCORE;
  return near && Math.abs(octaves(a, b)) <= SAME_SIZE;
}

/** How much larger `a` is than `b`, as a binary logarithm of the ratio of their pixels. */
function octaves(a: Pick<CurveOffset, 'pixels'>, b: Pick<CurveOffset, 'pixels'>): number {
  return Math.log2(a.pixels / b.pixels);
}
