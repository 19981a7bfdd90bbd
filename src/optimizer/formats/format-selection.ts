/**
 * Race: the ways of encoding a picture, and which of them wins.
 *
 * Inside a format the fewest bytes that reach the target win: a WebP may be
 * lossy or keep every pixel, a PNG may have a palette. Between formats the one
 * that the plan's rules chose stays, unless another that client and plan accept
 * is clearly smaller. What cannot win is not encoded.
 */
import { Fault } from '../../base/fault.ts';
import type { Chroma } from '../../image/encoding.ts';
import { formatCard } from '../../image/format.ts';
import type { ChosenFormat } from '../../plan/program.ts';
import type { Content } from '../model/content.ts';
import { configOf, lnBppAt } from '../model/priors.ts';
import { searchNeighbours } from '../search/post-search.ts';
import { type EncodeResult, searchLossy } from '../search/quality-search.ts';
import type { RecordingTrialRunner } from '../search/recording-trial-runner.ts';
import type { SearchSettings } from '../search/search-settings.ts';
import type { TrialRunner } from '../search/trial-runner.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import { orExact, searchAnimation } from './animation.ts';
import {
  forcedChroma,
  isLossyFormat,
  type LossyFormat,
  losslessEncoding,
  lossyEncoding,
  progressiveJpeg,
} from './encodings.ts';
import { fastestFormat } from './fastest.ts';
import {
  encodeGif,
  encodeLossless,
  encodeNearLossless,
  forcedPalette,
  pngToTarget,
} from './lossless-and-palette.ts';
import { type QualityRequest, qualityRequestFor } from './quality-request.ts';
import { sourceQualityCap } from './source-quality-cap.ts';

/** What an alternative format must save to be delivered in place of the chosen one. */
export const ALTERNATIVE_SAVING = 0.1;

/**
 * How much smaller than predicted an alternative may turn out to be, as a
 * factor; `online` looks only at likely winners.
 */
const OPTIMISM: Readonly<Record<Mode, number>> = { instant: 1, online: 0.9, background: 0.8 };

/** Lossless bytes are at least about this share of what the picture's detail says. */
const LOSSLESS_SHARE = 0.4;

/** What keeping every pixel may cost, as a multiple of a lossy file that misses the target. */
const UNREACHED_PRICE = 2;

/** WebP's near-lossless mode takes at least about this share of lossless bytes. */
const NEARLY_SHARE = 0.45;

/** Targets from which near-lossless is looked at for graphics. */
const NEARLY_FROM = 80;

/** A picture whose detail is this share of the usual lossy bits is written without loss at once. */
const PLAIN_SHARE = 0.15;

/**
 * Share of blocks with chroma edges from which full chroma pays, by target:
 * what 4:2:0 smears costs quality to win back, the more the higher the target.
 * Measured over 64 rasters: JPEG 4:4:4 takes 5 to 25 % more bytes below these
 * and 5 to 20 % fewer above, WebP's sharper subsampling saves 5 to 20 %.
 */
const CHROMA_EDGES = {
  jpeg: { from: 75, high: 0.0024, low: 0.012, none: 65 },
  webp: { from: 75, high: 0, low: 0.001, none: 0 },
} as const;

/** Chroma edges from which a large miss is blamed on color. */
const CHROMA_SUSPECT = 0.001;

/** The winner among the chosen format and the alternatives. */
export async function selectFormat(
  runner: RecordingTrialRunner,
  task: OptimizeInput,
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const others = candidates(task, content);
  const toTarget = qualityRequestFor(task.output, task.chosen, task.identity).kind === 'target';
  const chosen = toTarget ? fastestFormat(runner, task.chosen, others) : task.chosen;
  const first = await encodeFormat(runner, task, chosen, content, mode);
  if (chosen !== task.chosen) return first;
  if (mode === 'instant' || runner.raster.pages > 1) return first;
  const asked = qualityRequestFor(task.output, task.chosen, task.identity);
  if (asked.kind !== 'target') return first;
  let best = first;
  for (const other of others) {
    const limit = first.attempt.bytes.length * (1 - ALTERNATIVE_SAVING);
    const floor = Math.min(limit, best.attempt.bytes.length);
    if (!worthStarting(runner, other)) continue;
    const bound = estimatedBytes(first, task.chosen, other, content, asked.score, runner);
    if (bound * OPTIMISM[mode] >= floor && best.reached) continue;
    const found = await encodeFormat(runner, task, other, content, mode);
    if (found.reached && (isSmallerEnough(found, best, floor) || !best.reached)) best = found;
  }
  return best;
}

/** Whether a format can be written in time at all: what is late is no better than what is there. */
function worthStarting(runner: RecordingTrialRunner, { format }: ChosenFormat): boolean {
  return !isLossyFormat(format) || runner.affords(lossyEncoding(plainStyle(format), 75), false);
}

/** Clearly smaller; or no larger, with every pixel kept. */
function isSmallerEnough(found: EncodeResult, best: EncodeResult, floor: number): boolean {
  const { length } = found.attempt.bytes;
  const freeLossless = !found.lossy && best.lossy && length <= best.attempt.bytes.length;
  return length <= floor || freeLossless;
}

/** Alternatives worth a look: formats not tried yet that can hold the picture. */
function candidates(task: OptimizeInput, content: Content): ChosenFormat[] {
  const seen = new Set([task.chosen.format]);
  return task.alternatives.filter(({ format, onlySource }) => {
    if (onlySource || seen.has(format) || format === 'gif') return false;
    seen.add(format);
    return formatCard(format).encodable && (!content.hasAlpha || formatCard(format).alpha);
  });
}

/** The bytes an alternative is likely to take, from the priors and what the chosen format took. */
function estimatedBytes(
  first: EncodeResult,
  chosen: ChosenFormat,
  { format }: ChosenFormat,
  content: Content,
  target: number,
  runner: TrialRunner,
): number {
  const lossless =
    format === 'jpeg' || format === 'avif' ? undefined : estimatedLosslessBytes(runner, content);
  if (!isLossyFormat(format)) return lossless ?? Number.POSITIVE_INFINITY;
  const usual = lnBppAt(configOf(lossyEncoding(plainStyle(format), 75))!, target);
  const { width, height } = runner.raster;
  let lossy = (width * height * Math.exp(usual)) / 8;
  if (isLossyFormat(chosen.format) && first.lossy && first.reached) {
    const own = lnBppAt(configOf(lossyEncoding(plainStyle(chosen.format), 75))!, target);
    lossy = first.attempt.bytes.length * Math.exp(usual - own);
  }
  return Math.min(lossy, lossless ?? lossy);
}

/** Roughly the bytes of a file that keeps every pixel. */
function estimatedLosslessBytes(
  { raster }: TrialRunner,
  { residualEntropy: detail }: Content,
): number {
  return (LOSSLESS_SHARE * raster.width * raster.height * detail) / 8;
}

const plainStyle = (format: LossyFormat) =>
  ({
    format,
    stage: 'final',
    mode: 'online',
    sharpChroma: format === 'avif',
    target: undefined,
    progressive: true,
  }) as const;

/** The smallest file of one format that does what is asked of it. */
async function encodeFormat(
  runner: RecordingTrialRunner,
  task: OptimizeInput,
  choice: ChosenFormat,
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const { output } = task;
  const { format } = choice;
  const ask = qualityRequestFor(output, choice, task.identity);
  const target = ask.kind === 'target' ? ask.score : undefined;
  if (format === 'gif') return await encodeGif(runner, output.colors ?? 256, target, mode);
  if (format === 'png') return await png(runner, choice, ask, content, output.colors, mode);
  if (!isLossyFormat(format)) {
    throw new Fault('not-implemented', `expected a format that can be written, got ${format}`);
  }
  if (ask.kind === 'lossless') return await encodeLossless(runner, 'webp', content, mode);
  const settings = searchSettingsFor(task, format, target ?? 0, content, mode);
  if (ask.kind === 'quality') {
    const fixed = await atQuality(runner, settings, ask.quality);
    // Frames of flat color pack better as they are, whatever quality was named.
    return runner.raster.pages > 1 ? await orExact(runner, content, mode, fixed) : fixed;
  }
  if (runner.raster.pages > 1) return await searchAnimation(runner, settings, content);
  if (format !== 'webp') return await searchWithPostSearch(runner, settings, content);
  return await webpToTarget(runner, settings, content);
}

/** The search for a quality; in the background, what patience adds to it. */
async function searchWithPostSearch(
  runner: RecordingTrialRunner,
  settings: SearchSettings,
  content: Content,
): Promise<EncodeResult> {
  const found = await searchLossy(runner, settings);
  const patient = settings.mode === 'background' && runner.measures;
  return patient ? await searchNeighbours(runner, settings, found, content) : found;
}

/** WebP to a target: lossy, or every pixel where that takes fewer bytes. */
async function webpToTarget(
  runner: RecordingTrialRunner,
  settings: SearchSettings,
  content: Content,
): Promise<EncodeResult> {
  const { mode, target } = settings;
  // A picture this plain needs no search: lossy files have nothing to leave out.
  const plain = Math.exp(lnBppAt('webp e4', target)) * PLAIN_SHARE;
  if (content.residualEntropy < plain) return await encodeLossless(runner, 'webp', content, mode);
  const lossy = await searchWithPostSearch(runner, settings, content);
  if (mode === 'instant') return lossy;
  // Where the target is out of reach, every pixel may cost more, but not without end.
  const limit = lossy.attempt.bytes.length * (lossy.reached ? 1 : UNREACHED_PRICE);
  const likely = estimatedLosslessBytes(runner, content);
  const affordable = runner.affords(losslessEncoding('webp', mode));
  const exact =
    likely < limit && affordable ? await encodeLossless(runner, 'webp', content, mode) : undefined;
  const best = exact !== undefined && exact.attempt.bytes.length < limit ? exact : lossy;
  if (content.kind === 'photo' || (target < NEARLY_FROM && lossy.reached)) return best;
  const bound = best === lossy ? limit : best.attempt.bytes.length;
  if ((exact?.attempt.bytes.length ?? likely) * NEARLY_SHARE >= bound) return best;
  const near = await encodeNearLossless(runner, target, mode);
  return near !== undefined && near.attempt.bytes.length < bound ? near : best;
}

async function png(
  runner: RecordingTrialRunner,
  choice: ChosenFormat,
  ask: QualityRequest,
  content: Content,
  colors: number | undefined,
  mode: Mode,
): Promise<EncodeResult> {
  const palette = choice.palette ?? colors;
  const target = ask.kind === 'target' ? ask.score : undefined;
  const few = content.colors !== undefined && content.colors <= (palette ?? 256);
  if (palette !== undefined && !few) return await forcedPalette(runner, palette, target, mode);
  if (target === undefined) return await encodeLossless(runner, 'png', content, mode);
  return await pngToTarget(runner, content, target, palette ?? 256, mode);
}

function searchSettingsFor(
  task: OptimizeInput,
  format: LossyFormat,
  target: number,
  content: Content,
  mode: Mode,
): SearchSettings {
  const forced = format === 'jpeg' ? (forcedChroma(task.output) ?? ownChroma(task)) : undefined;
  return {
    format,
    mode,
    target,
    qualityCap: sourceQualityCap(task, format),
    progressive: progressiveJpeg(task.output, task.info),
    jpegModeForced: format === 'jpeg' && task.output.jpeg.kind !== 'free',
    chroma: forced
      ? { sharp: forced === '4:4:4', free: false, suspect: false }
      : {
          sharp: sharpFirst(format, target, content.chromaEdges, mode),
          free: true,
          suspect: content.chromaEdges > CHROMA_SUSPECT,
        },
    features: { ...content, pixels: task.raster.width * task.raster.height },
    warmStart: task.warmStart,
  };
}

/** The chroma of a JPEG shown pixel for pixel, where it is halved: what is gone needs no bytes. */
function ownChroma({ identity, info }: OptimizeInput): Chroma | undefined {
  return identity && info.jpeg?.chroma === '4:2:0' ? '4:2:0' : undefined;
}

/** Whether color is kept at full resolution from the start. */
function sharpFirst(format: LossyFormat, target: number, edges: number, mode: Mode): boolean {
  if (format === 'avif') return true;
  const { from, high, low, none } = CHROMA_EDGES[format];
  // Without a second look the safe side is the sharp one.
  if (mode === 'instant') return edges > low;
  return target >= from ? edges > high : target >= none && edges > low;
}

/** A quality the request fixed: one encode, never above what the source has. */
async function atQuality(
  runner: RecordingTrialRunner,
  settings: SearchSettings,
  quality: number,
): Promise<EncodeResult> {
  const used = Math.min(quality, settings.qualityCap);
  const { format, mode, progressive } = settings;
  const ordered = format === 'jpeg' && settings.chroma.sharp && !settings.chroma.free;
  const sharpChroma = format === 'avif' || ordered;
  const style = { format, mode, sharpChroma, target: undefined, progressive } as const;
  const [usual, quicker, hasty] = (['final', 'search', 'fastest'] as const).map((stage) =>
    lossyEncoding({ ...style, stage }, used),
  );
  // A baseline stand-in is no answer where scans are asked for.
  const encoding = runner.timely(format === 'jpeg' ? [usual!, hasty!] : [usual!, quicker!, hasty!]);
  const still = runner.measures && runner.raster.pages === 1;
  const measured = mode !== 'instant' && still && runner.affords(encoding);
  const attempt = measured ? await runner.measure(encoding) : await runner.encode(encoding);
  const reason =
    used < quality
      ? 'no higher quality than the source itself has'
      : 'the quality that was asked for';
  return { attempt, reached: true, lossy: true, reason };
}
