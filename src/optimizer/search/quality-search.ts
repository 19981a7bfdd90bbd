/**
 * Lossy: the lowest quality of one encoder that reaches the target.
 *
 * Stages share what they learn. A patient search begins with cheaper settings
 * that deviate alike (AVIF effort 1 for 3, WebP effort 4 for 6) and ends with
 * the final ones, whose result is always measured, so that a stand-in saves
 * time and never decides. Online there are no stand-ins: the looks of the
 * picture tell the first quality as well as a cheap encoding would.
 *
 * Four things besides quality are decided here: chroma at full resolution when
 * a first score lies far under the curve; the other chroma, as half a step, where
 * the steps of quality are wide; one step up when a region of the picture comes out
 * much worse than the whole; and stopping, when time is up.
 */
import { type LossyFormat, lossyEncoding, type Style } from '../formats/encodings.ts';
import { type Curve, configOf, curveOf } from '../model/priors.ts';
import { PASS_BELOW } from '../receipt.ts';
import type { WarmStart } from '../task.ts';
import {
  bestPoint,
  nextQuality,
  type Point,
  qualityStepsOf,
  type StopCriteria,
} from './quality-step.ts';
import {
  configFor,
  curveToFollow,
  curveToRemember,
  firstChroma,
  firstDeviation,
  type SearchSettings,
  type Stage,
  searchSchedule,
  styleOf,
} from './search-settings.ts';
import type { Attempt, MeasuredAttempt, TrialRunner } from './trial-runner.ts';
import { addOffset } from './warm-start.ts';

/** What came of a way of encoding. */
export interface EncodeResult {
  readonly attempt: Attempt;
  /** The target was met, or there was none. */
  readonly reached: boolean;
  /** It was missed by little and for want of time only: better than the source, until it is refined. */
  readonly deadlineBound?: boolean;
  /** Pixels changed. */
  readonly lossy: boolean;
  readonly reason: string;
  /** For the next search of the same source. */
  readonly warmStart?: WarmStart;
}

/** A miss by at most this much is delivered when time is up; a larger one gives way to the source. */
const MISS_ALLOWED_AT_DEADLINE = 8;

/** A first score this far under what was expected means that chroma is the problem. */
const CHROMA_MISS = 8;

/** The worst region may lie this far under the target. */
export const WORST_BELOW = 25;

/**
 * Points by which the score rises when it lies lower: as many as the region lacks, for
 * each point of score lifts it by one, in the median of 220 curves; bounded both ways.
 */
const WORST_STEP = { least: 1, most: 3 } as const;

/** Qualities by which a step up may go further than needed where the result is there already. */
const STEP_SLACK = 3;

/**
 * One step of quality is 2 to 4 points with AVIF at low targets, and up to 8 with WebP. A
 * result this far over the target is tried again with the other chroma: half a step.
 */
const HALF_STEP = { from: 1.5, to: 6, tries: 2, aim: 0.3 } as const;

/** What chroma at full resolution adds to the score at equal quality: medians of 220 curves. */
const SHARPER: Readonly<Record<LossyFormat, number>> = { jpeg: 2.5, webp: 0.6, avif: 1.3 };

/** Share of the way to its floor that a step up must bring the worst region. */
const STEP_HELP = 0.5;

/**
 * A small picture is a handful of blocks to the metric, whose scores then say little
 * about color and edges, while the bytes at stake are few: the search may raise the
 * quality above that of a mean picture, not lower it. So it is up to `always` pixels, one
 * window of the metric, and up to `most` where a region lies `uneven` points under the whole.
 * Where flat areas are the rest, from the share `flat`, the mean is that of pictures of the
 * usual size, which score lower: the edge of a card on a colored ground rings by 12 levels
 * otherwise, by 7 so, for 300 bytes more.
 */
const SMALL = { always: 128 * 128, most: 48_000, uneven: 4, flat: 0.3 } as const;

/** Trials this near to the target, in points, say how the picture deviates there. */
const OBSERVED_WITHIN = 4;

/** Settings for a file that is not measured, best first; the last serves where none is in time. */
const UNMEASURED: Readonly<Record<LossyFormat, readonly Style['stage'][]>> = {
  jpeg: ['final', 'fastest'],
  webp: ['final', 'search', 'fastest'],
  avif: ['final', 'search', 'fastest'],
};

/** Highest quality worth searching; above, bytes explode and scores do not move. */
const TOP: Readonly<Record<LossyFormat, number>> = { jpeg: 98, webp: 99, avif: 96 };

/**
 * What a JPEG written again at its own quality scores against itself: above the
 * curve, the more the poorer it is (15 points at quality 40, 5 at 85).
 */
const secondGeneration = (score: number) => score + Math.max(0, 85 - score) * 0.35;

const CAPPED = 'no higher quality than the source itself has';
const GUESSES = {
  capped: CAPPED,
  free: 'the quality that should reach the target; not measured',
} as const;

/** Finds the lowest quality that reaches the wish's target; measured when the bench can. */
export async function searchLossy(
  runner: TrialRunner,
  settings: SearchSettings,
): Promise<EncodeResult> {
  const search = new QualitySearch(runner, settings);
  return settings.mode === 'instant' || !runner.measures ? search.guess() : search.run();
}

class QualitySearch {
  readonly #runner: TrialRunner;
  readonly #settings: SearchSettings;
  readonly #qualityCap: number;
  #sharp: boolean;
  /** A miss may still change the chroma. */
  #open: boolean;
  readonly #tried: MeasuredAttempt[] = [];
  /** Time is up. */
  #late = false;

  constructor(runner: TrialRunner, settings: SearchSettings) {
    this.#runner = runner;
    this.#settings = settings;
    this.#qualityCap = Math.min(settings.qualityCap, TOP[settings.format]);
    const { sharp, open } = firstChroma(settings);
    this.#sharp = sharp;
    this.#open = open;
  }

  /** One encoding at the quality that is likely to reach the target, with the best settings in time. */
  async guess(deviation?: number): Promise<EncodeResult> {
    const { target } = this.#settings;
    const stage = this.#inTime() ?? UNMEASURED[this.#settings.format].at(-1)!;
    const curve = this.#curve(stage);
    const start = deviation ?? firstDeviation(this.#settings, stage, this.#sharp);
    const wanted = Math.round(curve.quality(target, start));
    const quality = Math.min(wanted, this.#qualityCap);
    const attempt = await this.#runner.encode(this.#encoding(stage, quality));
    const capped = quality < wanted;
    const reached = !capped || secondGeneration(curve.score(quality, start)) >= target;
    return { attempt, reached, lossy: true, reason: GUESSES[capped ? 'capped' : 'free'] };
  }

  async run(): Promise<EncodeResult> {
    const [first] = searchSchedule(this.#settings);
    if (!this.#runner.affords(this.#encoding(first!.stage, 75))) return await this.guess();
    const { target } = this.#settings;
    let found = await this.#climb();
    if (!('attempt' in found) && !this.#passes(found) && this.#open && !this.#late) {
      // The ceiling of subsampled color was met.
      this.#useSharp();
      const sharp = await this.#climb();
      if (!('attempt' in sharp) && sharp.score > found.score) found = sharp;
    }
    if ('attempt' in found) return found;
    if (!this.#late && this.#passes(found) && found.worst < target - WORST_BELOW) {
      found = (await this.#stepUp(found)) ?? found;
    }
    const kept = await this.#keepUp(found);
    if (kept !== undefined) return this.#describe(kept, found);
    return this.#describe((await this.#halfStep(found)) ?? found, found);
  }

  /** Goes through the stages; ends early, with a guess where it must, when time is up. */
  async #climb(): Promise<MeasuredAttempt | EncodeResult> {
    let deviation: number | undefined;
    let best: MeasuredAttempt | undefined;
    for (const stage of searchSchedule(this.#settings)) {
      const point = await this.#search(stage, deviation, best === undefined);
      if (point === undefined) break;
      best = point.attempt;
      deviation = this.#curve(stage.stage).deviation(point.quality, point.score);
    }
    if (this.#late && this.#needsGuess(best)) return await this.guess(deviation);
    return best!;
  }

  /** Better a guess from what was learned than a stand-in of the wrong kind, or a miss where a guess is in time. */
  #needsGuess(best: MeasuredAttempt | undefined): boolean {
    if (best === undefined) return true;
    const settled = this.#isFinal(best);
    if (!settled && this.#settings.jpegModeForced) return true;
    return !this.#passes(best) && (!settled || this.#inTime() !== undefined);
  }

  /** The best settings whose encoding, without a measurement, ends in time. */
  #inTime(): Style['stage'] | undefined {
    const stages = UNMEASURED[this.#settings.format];
    return stages.find((stage) => this.#runner.affords(this.#encoding(stage, 75), false));
  }

  /** The best point of one stage; at least one evaluation is made if it is the very `first`. */
  async #search(
    { stage, ...rest }: Stage,
    deviation: number | undefined,
    first: boolean,
  ): Promise<Tried | undefined> {
    const { target, format } = this.#settings;
    const goal: StopCriteria = { ...rest, target, below: PASS_BELOW, qualityCap: this.#qualityCap };
    let points: Tried[] = [];
    let start = deviation;
    let subsampled: Tried | undefined;
    for (;;) {
      const curve = this.#curve(stage);
      const known = start ?? firstDeviation(this.#settings, stage, this.#sharp);
      const quality = nextQuality(curve, qualityStepsOf(format), points, goal, known);
      if (quality === undefined) return bestPoint(points, goal);
      const encoding = this.#encoding(stage, quality);
      if (!(first && points.length === 0) && !this.#runner.affords(encoding)) {
        this.#late = true;
        return bestPoint(points, goal) ?? subsampled;
      }
      const attempt = await this.#runner.measure(encoding);
      this.#tried.push(attempt);
      points.push({ quality, score: attempt.score, attempt });
      if (points.length === 1 && this.#blamesChroma(curve.score(quality, known), attempt.score)) {
        this.#useSharp();
        subsampled = points[0];
        points = [];
        start = undefined;
      }
    }
  }

  #blamesChroma(expected: number, score: number): boolean {
    return this.#open && this.#settings.chroma.suspect && score < expected - CHROMA_MISS;
  }

  #useSharp(): void {
    this.#sharp = true;
    this.#open = false;
  }

  /** The other chroma where it comes nearer to the target with fewer bytes. */
  async #halfStep(found: MeasuredAttempt): Promise<MeasuredAttempt | undefined> {
    const { target, format, chroma } = this.#settings;
    const over = found.score - target;
    if (this.#late || over <= HALF_STEP.from || over > HALF_STEP.to) return undefined;
    const sharp = !this.#sharp;
    // JPEG pays a quarter of its bytes for color that may not be there.
    if (!chroma.free || (format === 'jpeg' && sharp && !chroma.suspect)) return undefined;
    const shift = sharp ? SHARPER[format] : -SHARPER[format];
    const curve = this.#curve('final');
    const deviation = curve.deviation(qualityOf(found), found.score + shift);
    const { from: above, tries: cap, aim } = HALF_STEP;
    const edges = { target, below: PASS_BELOW, above, aim, qualityCap: this.#qualityCap };
    const goal: StopCriteria = { ...edges, cap, rescue: 0 };
    const points: Tried[] = [];
    for (;;) {
      const quality = nextQuality(curve, qualityStepsOf(format), points, goal, deviation);
      if (quality === undefined) break;
      const encoding = lossyEncoding(styleOf(this.#settings, 'final', sharp), quality);
      if (!this.#runner.affords(encoding)) break;
      const attempt = await this.#runner.measure(encoding);
      points.push({ quality, score: attempt.score, attempt });
    }
    const half = bestPoint(points, goal)?.attempt;
    if (half === undefined || !this.#passes(half)) return undefined;
    const even = half.worst >= Math.min(found.worst, target - WORST_BELOW);
    return even && half.bytes.length < found.bytes.length ? half : undefined;
  }

  async #stepUp(found: MeasuredAttempt): Promise<MeasuredAttempt | undefined> {
    const curve = this.#curve('final');
    const quality = qualityOf(found);
    const deviation = curve.deviation(quality, found.score);
    const floor = this.#settings.target - WORST_BELOW;
    const lacking = Math.min(WORST_STEP.most, Math.max(WORST_STEP.least, floor - found.worst));
    const higher = Math.round(curve.quality(this.#settings.target + lacking, deviation));
    const next = Math.min(this.#qualityCap, Math.max(quality + 1, higher));
    const encoding = this.#encoding('final', next);
    const before = this.#measuredBetween(quality, next + STEP_SLACK);
    if (before === undefined && (next <= quality || !this.#runner.affords(encoding)))
      return undefined;
    const raised = before ?? (await this.#runner.measure(encoding));
    // A step that hardly helps the region is not worth its bytes.
    const enough = found.worst + STEP_HELP * (floor - found.worst);
    return raised.worst >= enough ? raised : undefined;
  }

  /** A small picture at the quality of a mean one, where the search went below that. */
  async #keepUp(found: MeasuredAttempt): Promise<MeasuredAttempt | undefined> {
    const { width, height } = this.#runner.raster;
    const even = found.worst > found.score - SMALL.uneven;
    if (width * height > (even ? SMALL.always : SMALL.most)) return undefined;
    const ringing = !even && this.#settings.features.repeatedShare >= SMALL.flat;
    const usual = curveOf(configFor(this.#settings, 'final', this.#sharp));
    const mean = Math.round(
      (ringing ? usual : this.#curve('final')).quality(this.#settings.target),
    );
    const quality = Math.min(mean, this.#qualityCap);
    const encoding = this.#encoding('final', quality);
    if (qualityOf(found) >= quality || this.#late || !this.#runner.affords(encoding))
      return undefined;
    return this.#runner.measure(encoding);
  }

  /** What was measured with the final settings just there: a step already made. */
  #measuredBetween(above: number, most: number): MeasuredAttempt | undefined {
    return this.#tried.find((attempt) => {
      const quality = qualityOf(attempt);
      return quality > above && quality <= most && this.#isFinal(attempt);
    });
  }

  /** `regular`: the attempt whose deviation is worth remembering. */
  #describe(attempt: MeasuredAttempt, regular: MeasuredAttempt): EncodeResult {
    const quality = qualityOf(regular);
    const reached = this.#passes(attempt);
    const near = attempt.score >= this.#settings.target - MISS_ALLOWED_AT_DEADLINE;
    return {
      attempt,
      reached,
      ...(this.#late && !reached && near ? { deadlineBound: true } : {}),
      lossy: true,
      reason: this.#reason(reached, quality),
      warmStart: this.#observation(regular),
    };
  }

  /** The mean of what trials near the target say, because scores scatter by a point. */
  #observation(regular: MeasuredAttempt): WarmStart {
    const config = configOf(regular.encoding)!;
    const { features, target } = this.#settings;
    const curve = curveToRemember(this.#settings, config);
    const near = this.#tried.filter(
      ({ encoding, score }) =>
        configOf(encoding) === config && Math.abs(score - target) <= OBSERVED_WITHIN,
    );
    const points = near.includes(regular) ? near : [regular, ...near];
    const deviations = points.map((point) => curve.deviation(qualityOf(point), point.score));
    const deviation = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
    return addOffset(undefined, config, { pixels: features.pixels, score: target, deviation });
  }

  #reason(reached: boolean, quality: number): string {
    const { qualityCap: ceiling, format } = this.#settings;
    if (!reached && ceiling < TOP[format] && quality >= ceiling) {
      return CAPPED;
    }
    if (this.#late) return 'the best found in the time granted';
    return reached
      ? 'the lowest quality that reaches the target'
      : 'the nearest to a target that this encoder does not reach';
  }

  #passes({ score }: MeasuredAttempt): boolean {
    return score >= this.#settings.target - PASS_BELOW;
  }

  #isFinal({ encoding }: MeasuredAttempt): boolean {
    const final = this.#encoding('final', qualityOf({ encoding }));
    return JSON.stringify(final) === JSON.stringify(encoding);
  }

  #encoding(stage: Style['stage'], quality: number) {
    return lossyEncoding(styleOf(this.#settings, stage, this.#sharp), quality);
  }

  #curve(stage: Style['stage']): Curve {
    return curveToFollow(this.#settings, stage, this.#sharp);
  }
}

interface Tried extends Point {
  readonly attempt: MeasuredAttempt;
}

function qualityOf({ encoding }: Pick<Attempt, 'encoding'>): number {
  return 'quality' in encoding ? encoding.quality : 0;
}
