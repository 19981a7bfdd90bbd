/**
 * Wish: what one encoder is asked to reach, and how the search for it begins.
 *
 * Everything here is decided before the first trial: the stages of the search,
 * the chroma and the deviation to start from. Pure.
 */
import { type LossyFormat, lossyEncoding, type Style } from '../formats/encodings.ts';
import { type ContentFeatures, curveFor } from '../model/content-model.ts';
import { type Config, type Curve, configOf } from '../model/priors.ts';
import type { Mode, WarmStart } from '../task.ts';
import type { StopCriteria } from './quality-step.ts';
import { scoreDistance, transferredOffset } from './warm-start.ts';

/** Color at full resolution (JPEG 4:4:4, WebP's sharp subsampling), or not. */
export interface ChromaSettings {
  /** The first guess, or the order of the plan. */
  readonly sharp: boolean;
  /** The search may decide otherwise. */
  readonly free: boolean;
  /** Strong edges of color were seen, so that a miss may come from them. */
  readonly suspect: boolean;
}

export interface SearchSettings {
  readonly format: LossyFormat;
  readonly mode: Mode;
  /** The score to reach. */
  readonly target: number;
  /** Highest quality allowed, on the encoder's scale; a poor source sets it. */
  readonly qualityCap: number;
  /** How a JPEG is written, and whether the plan insists. */
  readonly progressive: boolean;
  readonly jpegModeForced: boolean;
  readonly chroma: ChromaSettings;
  /** What the first guess is made from. */
  readonly features: ContentFeatures;
  readonly warmStart: WarmStart | undefined;
}

/** One round of a search: with which settings, how often, and when a score is near enough. */
export interface Stage extends Pick<StopCriteria, 'cap' | 'above' | 'aim' | 'rescue'> {
  readonly stage: Style['stage'];
}

/**
 * The rounds of a search. A source searched before is likely to be right at
 * once, so it begins with the final settings and its window is wider.
 */
export function searchSchedule(settings: SearchSettings): readonly Stage[] {
  const { mode, target } = settings;
  const known = knownConfig(settings, 'final') !== undefined;
  if (mode === 'background') {
    const near = { above: 0.5, aim: 0 };
    const final: Stage = { stage: 'final', cap: 4, rescue: 2, ...near };
    return known ? [final] : [{ stage: 'search', cap: 3, rescue: 0, ...near }, final];
  }
  // Three evaluations suffice, because the looks of a picture tell where to begin.
  const near = known
    ? { above: WIDEST_ABOVE, aim: AIM_KNOWN }
    : { above: windowAbove(target), aim: aimAbove(target) };
  return [{ stage: 'final', cap: 3, rescue: 3, ...near }];
}

/** No result should lie further above its target than this, in points. */
const WIDEST_ABOVE = 1.5;

/**
 * Points over the target worth no further evaluation: one costs 3 % of the bytes at 60,
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
 * The chroma to begin with, and whether a miss may change it. What an earlier
 * search of the source ended with goes before the guess from its content.
 */
export function firstChroma(settings: SearchSettings): {
  readonly sharp: boolean;
  readonly open: boolean;
} {
  const { sharp, free } = settings.chroma;
  if (!free) return { sharp, open: false };
  const away = (guess: boolean) =>
    scoreDistance(
      settings.warmStart?.offsets[configFor(settings, 'final', guess)],
      settings.target,
    );
  const [withSharp, without] = [away(true), away(false)];
  if (Math.min(withSharp, without) === Number.POSITIVE_INFINITY) return { sharp, open: !sharp };
  return withSharp <= without ? { sharp: true, open: false } : { sharp: false, open: true };
}

/**
 * Where to start: what an earlier search found with these settings or with those
 * that stand in for them; else 0, as the looks of the picture say.
 */
export function firstDeviation(
  settings: SearchSettings,
  stage: Style['stage'],
  sharp: boolean,
): number {
  const config = knownConfig(settings, stage, sharp);
  if (config === undefined) return 0;
  const at = { pixels: settings.features.pixels, score: settings.target };
  const { deviation, from } = transferredOffset(settings.warmStart!.offsets[config], at)!;
  return from === 'another size' ? deviation * TRANSFER[settings.format].kept : deviation;
}

/** The curve to search along: the one that an earlier search is remembered by, if there was one. */
export function curveToFollow(
  settings: SearchSettings,
  stage: Style['stage'],
  sharp: boolean,
): Curve {
  const config = configFor(settings, stage, sharp);
  const known = knownConfig(settings, stage, sharp) !== undefined;
  return known ? curveToRemember(settings, config) : curveFor(config, settings.features);
}

/** The curve that the deviation left for the next search counts from. */
export function curveToRemember({ format, features }: SearchSettings, config: Config): Curve {
  return curveFor(config, features, TRANSFER[format].features);
}

/**
 * What one width tells another: the share `kept` of what the share `looks` of the looks of
 * either width does not explain. Of a grid of both, the best at ending a search with its
 * first trial, over 400 pairs of widths (800 to 400, 560 to 280, 800 to 560, 560 to 400): 53
 * of 100 with each format, where the whole deviation from the mean curve had 44 to 49.
 */
const TRANSFER: Readonly<Record<LossyFormat, { features: number; kept: number }>> = {
  jpeg: { features: 0, kept: 0.95 },
  webp: { features: 0.75, kept: 0.8 },
  avif: { features: 0.5, kept: 0.9 },
};

function knownConfig(
  settings: SearchSettings,
  stage: Style['stage'],
  sharp = firstChroma(settings).sharp,
): Config | undefined {
  const configs = [configFor(settings, stage, sharp), configFor(settings, 'search', sharp)];
  return configs.find((config) => (settings.warmStart?.offsets[config]?.length ?? 0) > 0);
}

/** The curve that the encodings of a stage follow. */
export function configFor(settings: SearchSettings, stage: Style['stage'], sharp: boolean): Config {
  return configOf(lossyEncoding(styleOf(settings, stage, sharp), 75))!;
}

export function styleOf(
  settings: SearchSettings,
  stage: Style['stage'],
  sharpChroma: boolean,
): Style {
  const { format, mode, target, progressive } = settings;
  return { format, stage, mode, sharpChroma, target, progressive };
}
