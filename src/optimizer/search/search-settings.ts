/**
 * Search settings: what one encoder shall reach, and how the search for it begins.
 *
 * Everything here is decided before the first trial: the stages of the search,
 * the chroma and the deviation to start from. Pure.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { FormatName } from '../../image/format.ts';
import type { LossyCoding, StageName } from '../codecs/codec.ts';
import { isPatient } from '../mode.ts';
import { type ContentFeatures, contentCurve } from '../model/content-model.ts';
import type { Curve, PriorCurve } from '../model/priors.ts';
import type { Mode, WarmStart } from '../task.ts';
import type { StopCriteria } from './quality-step.ts';
import { scoreDistance, transferredOffset } from './warm-start.ts';

/** Chroma at full resolution (JPEG 4:4:4, WebP's sharp subsampling), or not. */
export interface ChromaSettings {
  /** The first guess, or what the plan or the source fixes. */
  readonly sharp: boolean;
  /** The search may decide otherwise. */
  readonly free: boolean;
  /** Chroma edges were seen, so that a miss may come from them. */
  readonly suspect: boolean;
}

export interface SearchSettings {
  readonly format: FormatName;
  readonly codec: LossyCoding;
  readonly mode: Mode;
  /** The score to reach. */
  readonly target: number;
  /** Highest quality allowed, on the encoder's scale; a poor source sets it. */
  readonly qualityCap: number;
  /** JPEG only: several scans. */
  readonly progressive: boolean;
  /** A file with the other value of `progressive` is no answer. */
  readonly progressiveForced: boolean;
  readonly chroma: ChromaSettings;
  /** The first guess is made from these. */
  readonly features: ContentFeatures;
  readonly warmStart: WarmStart | undefined;
}

/** One round of a search: with which settings, how often, and when a score is near enough. */
export interface Stage extends Pick<StopCriteria, 'cap' | 'above' | 'aim' | 'rescue'> {
  readonly stage: StageName;
}

/**
 * The rounds of a search. For a source that was searched before, the first
 * guess is likely to be right, so the search begins with the final settings and
 * its window is wider.
 */
export function searchSchedule(settings: SearchSettings): readonly [Stage, ...Stage[]] {
  const { mode, target } = settings;
  const known = knownCurve(settings, 'final') !== undefined;
  if (isPatient(mode)) {
    const near = { above: 0.5, aim: 0 };
    const final: Stage = { stage: 'final', cap: 4, rescue: 2, ...near };
    return known ? [final] : [{ stage: 'search', cap: 3, rescue: 0, ...near }, final];
  }
  // Three trials suffice, because the content model tells where to begin.
  const near = known
    ? { above: WIDEST_ABOVE, aim: AIM_KNOWN }
    : { above: windowAbove(target), aim: aimAbove(target) };
  return [{ stage: 'final', cap: 3, rescue: 3, ...near }];
}

/** No result should lie further above its target than this, in points. */
const WIDEST_ABOVE = 1.5;

/**
 * Points over the target worth no further trial: one costs 3 % of the bytes at 60,
 * 6 % at 80, and with the half point that may be missing below the window is 6 % wide.
 */
function windowAbove(target: number): number {
  return Math.min(1.45, Math.max(0.3, 1.45 - (target - 55) / 28));
}

/** Points over the target that are aimed at: the middle of the window where points are cheap. */
function aimAbove(target: number): number {
  return Math.min(0.3, Math.max(0.1, 0.3 - (target - 55) / 125));
}

/** The same for a source searched before: the middle of the widest window. */
const AIM_KNOWN = 0.5;

/**
 * The chroma to begin with, and whether a miss may change it. The chroma that an
 * earlier search of the source ended with goes before the guess from the content.
 */
export function firstChroma(settings: SearchSettings): {
  readonly sharp: boolean;
  readonly open: boolean;
} {
  const { sharp, free } = settings.chroma;
  if (!free) return { sharp, open: false };
  const away = (guess: boolean) =>
    scoreDistance(
      settings.warmStart?.offsets[priorFor(settings, 'final', guess).name],
      settings.target,
    );
  const [withSharp, without] = [away(true), away(false)];
  if (Math.min(withSharp, without) === Number.POSITIVE_INFINITY) return { sharp, open: !sharp };
  return withSharp <= without ? { sharp: true, open: false } : { sharp: false, open: true };
}

/**
 * The deviation to start from: that of an earlier search with these settings or with
 * those that stand in for them; else 0, which is the prediction of the content model.
 */
export function firstDeviation(settings: SearchSettings, stage: StageName, sharp: boolean): number {
  const prior = knownCurve(settings, stage, sharp);
  if (prior === undefined) return 0;
  const at = { pixels: settings.features.pixels, score: settings.target };
  const { deviation, from } = transferredOffset(settings.warmStart!.offsets[prior.name], at)!;
  return from === 'another size' ? deviation * settings.codec.transfer.kept : deviation;
}

/** The curve to search along: the one that the warm start counts from, if there is one. */
export function curveToFollow(settings: SearchSettings, stage: StageName, sharp: boolean): Curve {
  const prior = priorFor(settings, stage, sharp);
  const known = knownCurve(settings, stage, sharp) !== undefined;
  return known ? curveToRemember(settings, prior) : contentCurve(prior, settings.features);
}

/** The curve that the deviation left for the next search counts from. */
export function curveToRemember({ codec, features }: SearchSettings, prior: PriorCurve): Curve {
  return contentCurve(prior, features, codec.transfer.features);
}

/** The prior curve under which the warm start has something to say about a stage. */
function knownCurve(
  settings: SearchSettings,
  stage: StageName,
  sharp = firstChroma(settings).sharp,
): PriorCurve | undefined {
  const curves = [priorFor(settings, stage, sharp), priorFor(settings, 'search', sharp)];
  return curves.find(({ name }) => (settings.warmStart?.offsets[name]?.length ?? 0) > 0);
}

/** The prior curve of the encodings of a stage. */
export function priorFor(settings: SearchSettings, stage: StageName, sharp: boolean): PriorCurve {
  return settings.codec.curve(encodingFor(settings, stage, sharp));
}

/** The encoding of a stage at a quality; any quality will do where only settings matter. */
export function encodingFor(
  settings: SearchSettings,
  stage: StageName,
  sharpChroma: boolean,
  quality = 75,
): Encoding {
  const { codec, mode, target, progressive } = settings;
  return codec.encoding({ stage, mode, sharpChroma, target, progressive }, quality);
}
