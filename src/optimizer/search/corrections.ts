/**
 * Corrections: four cases in which the result of a quality search is changed.
 *
 * 1. A region of the picture is much worse than the whole: one step up.
 * 2. The picture is small, so its score is no reason to go below the quality of
 *    a mean picture: that quality.
 * 3. Dark gradients are stepped: the quality that shows them as they are.
 * 4. The steps of quality are wide and the result lies high: half a step down,
 *    by the other chroma.
 *
 * Each gives the attempt to deliver in place of the result, or undefined.
 */
import { meanCurve } from '../model/priors.ts';
import { PASS_BELOW } from '../receipt.ts';
import { bestPoint, nextQuality, type Point, type StopCriteria } from './quality-step.ts';
import { encodingFor, priorFor } from './search-settings.ts';
import type { SearchState } from './search-state.ts';
import type { Attempt, MeasuredAttempt } from './trial-runner.ts';

/** Points that the worst region may lie under the target. */
export const WORST_BELOW = 25;

/**
 * Points that the score is raised by for a poor region: as many as the region lies under its
 * floor, because one point of score raises it by one point in the median of 220 curves; at
 * least `least`, at most `most`.
 */
const REGION_STEP = { least: 1, most: 3 } as const;

/** Qualities above the step within which a trial that was already made is taken instead. */
const STEP_SLACK = 3;

/**
 * Dark gradients of 8 bits step by one level. From target `from` on, coded ones may not do more; below,
 * where artefacts will be noticed anyway, by two. `slack` more is rounding.
 */
const BANDS = { from: 60, slack: 0.5 } as const;

/** Levels by which a target lets dark gradients step, a whole number. */
const stepsAllowed = (target: number) => (target >= BANDS.from ? 1 : 2);

/** The same as the guard measures it. */
export const bandsAllowed = (target: number) => stepsAllowed(target) + BANDS.slack;

/** Share of its distance to the floor by which a step must raise the worst region. */
const STEP_HELP = 0.5;

/**
 * A small picture is a few blocks to the metric, whose score then says little about chroma
 * and edges, while few bytes are at stake. So the search may raise the quality above that of
 * a mean picture, and not lower it. This holds up to `always` pixels, one window of the metric,
 * and up to `most` pixels where a region lies `uneven` points under the whole.
 *
 * Where such a picture also has a share `flat` of repeated pixels (a card on a colored ground),
 * the mean picture is one of the usual size, which needs a higher quality. The edge of the card
 * then rings by 7 levels in place of 12, for 300 bytes more.
 */
const SMALL = { always: 128 * 128, most: 48_000, uneven: 4, flat: 0.3 } as const;

/**
 * One step of quality is 2 to 4 points with AVIF at low targets, and up to 8 with WebP. A result
 * `from` to `to` points over its target is tried again with the other chroma, `tries` times.
 */
const HALF_STEP = { from: 1.5, to: 6, tries: 2, aim: 0.3 } as const;

/** One step up where the worst region lies under its floor, if that helps the region. */
export async function raiseForRegion(
  search: SearchState,
  found: MeasuredAttempt,
): Promise<MeasuredAttempt | undefined> {
  const { settings, runner, qualityCap } = search;
  const floor = settings.target - WORST_BELOW;
  if (search.late || !search.passes(found) || found.worst >= floor) return undefined;
  const curve = search.curve('final');
  const quality = qualityOf(found);
  const deviation = curve.deviation(quality, found.score);
  const raise = Math.min(REGION_STEP.most, Math.max(REGION_STEP.least, floor - found.worst));
  const higher = Math.round(curve.quality(settings.target + raise, deviation));
  const next = Math.min(qualityCap, Math.max(quality + 1, higher));
  const encoding = search.encoding('final', next);
  const before = measuredBetween(search, quality, next + STEP_SLACK);
  if (before === undefined && (next <= quality || !runner.affords(encoding))) return undefined;
  const raised = before ?? (await runner.measure(encoding));
  // A step that hardly helps the region is not worth its bytes.
  return raised.worst >= found.worst + STEP_HELP * (floor - found.worst) ? raised : undefined;
}

/** A higher quality where dark gradients are stepped, if the codec has one that steps them less. */
export async function raiseForBands(
  search: SearchState,
  found: MeasuredAttempt,
): Promise<MeasuredAttempt | undefined> {
  const { settings, runner, qualityCap } = search;
  const { target, codec } = settings;
  const { bands = 0 } = found;
  if (search.late || !codec.stepless || bands <= bandsAllowed(target)) return undefined;
  const quality = Math.min(qualityCap, codec.stepless(stepsAllowed(target)));
  const encoding = search.encoding('final', quality);
  if (quality <= qualityOf(found) || !runner.affords(encoding)) return undefined;
  const raised = await runner.measure(encoding);
  return search.passes(raised) && (raised.bands ?? 0) <= bands ? raised : undefined;
}

/** A trial with the final settings that was already made in this range of qualities. */
function measuredBetween(
  search: SearchState,
  above: number,
  most: number,
): MeasuredAttempt | undefined {
  return search.tried.find((attempt) => {
    const quality = qualityOf(attempt);
    return quality > above && quality <= most && search.isFinal(attempt);
  });
}

/** A small picture at the quality of a mean one, where the search went below that. */
export async function raiseSmallPicture(
  search: SearchState,
  found: MeasuredAttempt,
): Promise<MeasuredAttempt | undefined> {
  const { settings, runner, qualityCap, sharp } = search;
  const { width, height } = runner.raster;
  const even = found.worst > found.score - SMALL.uneven;
  if (width * height > (even ? SMALL.always : SMALL.most)) return undefined;
  const framed = !even && settings.features.repeatedShare >= SMALL.flat;
  const curve = framed ? meanCurve(priorFor(settings, 'final', sharp)) : search.curve('final');
  const quality = Math.min(Math.round(curve.quality(settings.target)), qualityCap);
  const encoding = search.encoding('final', quality);
  if (qualityOf(found) >= quality || search.late || !runner.affords(encoding)) return undefined;
  const raised = await runner.measure(encoding);
  // Bounds on transparency may be passed again where the lower quality kept them.
  return search.passes(found) && !search.passes(raised) ? undefined : raised;
}

/** The other chroma where it comes nearer to the target with fewer bytes. */
export async function otherChroma(
  search: SearchState,
  found: MeasuredAttempt,
): Promise<MeasuredAttempt | undefined> {
  const { settings, runner, qualityCap } = search;
  const { target, codec, chroma } = settings;
  const over = found.score - target;
  if (search.late || over <= HALF_STEP.from || over > HALF_STEP.to) return undefined;
  const sharp = !search.sharp;
  if (!chroma.free || (codec.chroma.costly && sharp && !chroma.suspect)) return undefined;
  const gain = sharp ? codec.chroma.gain : -codec.chroma.gain;
  const curve = search.curve('final');
  const deviation = curve.deviation(qualityOf(found), found.score + gain);
  const { from: above, tries: cap, aim } = HALF_STEP;
  const goal: StopCriteria = {
    ...{ target, below: PASS_BELOW, above, aim, qualityCap },
    ...{ cap, rescue: 0 },
  };
  const points: (Point & { readonly attempt: MeasuredAttempt })[] = [];
  for (;;) {
    const step = nextQuality(curve, codec.qualitySteps, points, goal, deviation);
    if ('stop' in step) break;
    const encoding = encodingFor(settings, 'final', sharp, step.quality);
    if (!runner.affords(encoding)) break;
    const attempt = await runner.measure(encoding);
    points.push({ quality: step.quality, score: attempt.score, attempt });
  }
  const half = bestPoint(points, goal)?.attempt;
  if (half === undefined || !search.passes(half)) return undefined;
  const even = half.worst >= Math.min(found.worst, target - WORST_BELOW);
  return even && half.bytes.length < found.bytes.length ? half : undefined;
}

/** The quality of an encoding; 0 for those without one. */
export function qualityOf({ encoding }: Pick<Attempt, 'encoding'>): number {
  return 'quality' in encoding ? encoding.quality : 0;
}
