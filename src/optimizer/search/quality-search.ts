/**
 * Quality search: the lowest quality of one encoder that reaches the target.
 *
 * Rate control by trials. Stages share what they learn: a background search
 * begins with cheaper settings that deviate alike (AVIF effort 1 for 3, WebP
 * effort 4 for 6) and ends with the final ones, whose result is always measured,
 * so that a stand-in saves time and never decides. Online there are no
 * stand-ins: the content model predicts the first quality as well as a cheap
 * encoding would.
 *
 * Besides quality the search decides to use sharp chroma when a first score lies
 * far under the curve, and to stop when time is up; `stop-reason.ts` lists every
 * reason why it ends. `corrections.ts` then changes the result in four cases.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { StageName } from '../codecs/codec.ts';
import type { Curve } from '../model/priors.ts';
import { PASS_BELOW } from '../receipt.ts';
import type { WarmStart } from '../task.ts';
import {
  otherChroma,
  qualityOf,
  raiseForBands,
  raiseForRegion,
  raiseSmallPicture,
} from './corrections.ts';
import { bestPoint, nextQuality, type Point, type StopCriteria } from './quality-step.ts';
import {
  curveToFollow,
  curveToRemember,
  encodingFor,
  firstChroma,
  firstDeviation,
  type SearchSettings,
  type Stage,
  searchSchedule,
} from './search-settings.ts';
import type { SearchState } from './search-state.ts';
import type { StopReason } from './stop-reason.ts';
import type { Attempt, MeasuredAttempt, TrialRunner } from './trial-runner.ts';
import { addOffset } from './warm-start.ts';

/** What came of a way of encoding. */
export interface EncodeResult {
  readonly attempt: Attempt;
  /** The target was met, or there was none. */
  readonly reached: boolean;
  /** It was missed by little and for want of time only: better than the source, until it is refined. */
  readonly deadlineBound?: boolean;
  /** Time ran out: with more of it there would be another encoding or format. */
  readonly cutShort?: boolean;
  /** Pixels changed. */
  readonly lossy: boolean;
  /** Its score is of interest, but nothing depends on it. */
  readonly unmeasured?: boolean;
  /** One sentence: why this result. */
  readonly reason: string;
  /** Why the search for its quality ended; absent where none was made. */
  readonly stop?: StopReason;
  /** For the next search of the same source. */
  readonly warmStart?: WarmStart;
}

/** A miss by at most so many points is delivered when time is up; a larger one gives way to the source. */
const MISS_ALLOWED_AT_DEADLINE = 8;

/** Points under the expected score from which the first trial blames chroma. */
const CHROMA_MISS = 8;

/** Trials at most so many points off the target tell how the picture deviates there. */
const OBSERVED_WITHIN = 4;

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

/** Finds the lowest quality that reaches the target of the settings; measured where the runner can. */
export async function searchLossy(
  runner: TrialRunner,
  settings: SearchSettings,
): Promise<EncodeResult> {
  const search = new QualitySearch(runner, settings);
  return settings.mode === 'instant' || !runner.measures ? search.guess() : search.run();
}

class QualitySearch implements SearchState {
  readonly runner: TrialRunner;
  readonly settings: SearchSettings;
  readonly qualityCap: number;
  readonly tried: MeasuredAttempt[] = [];
  sharp: boolean;
  late = false;
  /** A miss may still change the chroma. */
  #open: boolean;
  #stop: StopReason = 'not-measured';

  constructor(runner: TrialRunner, settings: SearchSettings) {
    this.runner = runner;
    this.settings = settings;
    this.qualityCap = Math.min(settings.qualityCap, settings.codec.top);
    const { sharp, open } = firstChroma(settings);
    this.sharp = sharp;
    this.#open = open;
  }

  /** One encoding at the quality that is likely to reach the target, with the best settings in time. */
  async guess(deviation?: number): Promise<EncodeResult> {
    const { target, codec } = this.settings;
    const stage = this.#inTime() ?? codec.unmeasured.at(-1)!;
    const curve = this.curve(stage);
    const start = deviation ?? firstDeviation(this.settings, stage, this.sharp);
    const wanted = Math.round(curve.quality(target, start));
    const quality = Math.min(wanted, this.qualityCap);
    const attempt = await this.runner.encode(this.encoding(stage, quality));
    const capped = quality < wanted;
    const reached = !capped || secondGeneration(curve.score(quality, start)) >= target;
    const reason = GUESSES[capped ? 'capped' : 'free'];
    return { attempt, reached, lossy: true, reason, stop: this.#stop };
  }

  async run(): Promise<EncodeResult> {
    const [first] = searchSchedule(this.settings);
    if (!this.runner.affords(this.encoding(first.stage, 75))) {
      return { ...(await this.guess()), cutShort: true };
    }
    let found = await this.#climb();
    if (!('attempt' in found) && !this.passes(found) && this.#open && !this.late) {
      // The best that subsampled chroma can do was met.
      this.#useSharp();
      const sharp = await this.#climb();
      if (!('attempt' in sharp) && sharp.score > found.score) found = sharp;
    }
    if ('attempt' in found) return found;
    found = (await raiseForRegion(this, found)) ?? found;
    const raised = (await raiseForBands(this, found)) ?? (await raiseSmallPicture(this, found));
    if (raised !== undefined) return this.#describe(raised, found);
    return this.#describe((await otherChroma(this, found)) ?? found, found);
  }

  /** Goes through the stages; ends early, with a guess where it must, when time is up. */
  async #climb(): Promise<MeasuredAttempt | EncodeResult> {
    let deviation: number | undefined;
    let best: MeasuredAttempt | undefined;
    for (const stage of searchSchedule(this.settings)) {
      const point = await this.#search(stage, deviation, best === undefined);
      if (point === undefined) break;
      best = point.attempt;
      deviation = this.curve(stage.stage).deviation(point.quality, point.score);
    }
    if (best === undefined || (this.late && this.#needsGuess(best))) {
      return { ...(await this.guess(deviation)), cutShort: true };
    }
    return best;
  }

  /** A guess is better than a stand-in of the wrong kind, and than a miss while a guess is still in time. */
  #needsGuess(best: MeasuredAttempt): boolean {
    const settled = this.isFinal(best);
    if (!settled && this.settings.progressiveForced) return true;
    return !this.passes(best) && (!settled || this.#inTime() !== undefined);
  }

  /** The best settings whose encoding, without a measurement, ends in time. */
  #inTime(): StageName | undefined {
    const { unmeasured } = this.settings.codec;
    return unmeasured.find((stage) => this.runner.affords(this.encoding(stage, 75), false));
  }

  /** The best point of one stage; at least one trial is made if it is the very `first`. */
  async #search(
    { stage, ...rest }: Stage,
    deviation: number | undefined,
    first: boolean,
  ): Promise<Tried | undefined> {
    const { target, codec } = this.settings;
    const goal: StopCriteria = { ...rest, target, below: PASS_BELOW, qualityCap: this.qualityCap };
    let points: Tried[] = [];
    let start = deviation;
    let subsampled: Tried | undefined;
    for (;;) {
      const curve = this.curve(stage);
      const known = start ?? firstDeviation(this.settings, stage, this.sharp);
      const step = nextQuality(curve, codec.qualitySteps, points, goal, known);
      if ('stop' in step) {
        this.#stop = step.stop;
        return bestPoint(points, goal);
      }
      const { quality } = step;
      const encoding = this.encoding(stage, quality);
      if (!(first && points.length === 0) && !this.runner.affords(encoding)) {
        this.late = true;
        this.#stop = 'time';
        return bestPoint(points, goal) ?? subsampled;
      }
      const attempt = await this.runner.measure(encoding);
      this.tried.push(attempt);
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
    return this.#open && this.settings.chroma.suspect && score < expected - CHROMA_MISS;
  }

  #useSharp(): void {
    this.sharp = true;
    this.#open = false;
  }

  /** `regular`: the attempt whose deviation is worth remembering. */
  #describe(attempt: MeasuredAttempt, regular: MeasuredAttempt): EncodeResult {
    const quality = qualityOf(regular);
    const reached = this.passes(attempt);
    const near = attempt.score >= this.settings.target - MISS_ALLOWED_AT_DEADLINE;
    return {
      attempt,
      reached,
      ...(this.late && !reached && near ? { deadlineBound: true } : {}),
      ...(this.late && !reached ? { cutShort: true } : {}),
      lossy: true,
      reason: this.#reason(reached, quality),
      stop: this.late ? 'time' : this.#stop,
      warmStart: this.#observation(regular),
    };
  }

  /** The mean deviation of the trials near the target, because scores scatter by a point. */
  #observation(regular: MeasuredAttempt): WarmStart {
    const { features, target, codec } = this.settings;
    const prior = codec.curve(regular.encoding);
    const curve = curveToRemember(this.settings, prior);
    const near = this.tried.filter(
      ({ encoding, score }) =>
        codec.curve(encoding) === prior && Math.abs(score - target) <= OBSERVED_WITHIN,
    );
    const points = near.includes(regular) ? near : [regular, ...near];
    const deviations = points.map((point) => curve.deviation(qualityOf(point), point.score));
    const deviation = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
    return addOffset(undefined, prior.name, { pixels: features.pixels, score: target, deviation });
  }

  #reason(reached: boolean, quality: number): string {
    const { qualityCap, codec } = this.settings;
    if (!reached && qualityCap < codec.top && quality >= qualityCap) return CAPPED;
    if (this.late) return 'the best found in the time granted';
    return reached
      ? 'the lowest quality that reaches the target'
      : 'the nearest to a target that this encoder does not reach';
  }

  passes({ score }: MeasuredAttempt): boolean {
    return score >= this.settings.target - PASS_BELOW;
  }

  isFinal({ encoding }: MeasuredAttempt): boolean {
    const final = this.encoding('final', qualityOf({ encoding }));
    return JSON.stringify(final) === JSON.stringify(encoding);
  }

  encoding(stage: StageName, quality: number): Encoding {
    return encodingFor(this.settings, stage, this.sharp, quality);
  }

  curve(stage: StageName): Curve {
    return curveToFollow(this.settings, stage, this.sharp);
  }
}

interface Tried extends Point {
  readonly attempt: MeasuredAttempt;
}
