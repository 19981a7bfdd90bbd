/**
 * Format selection: the codings of a picture, and which of them is delivered.
 *
 * Inside a format the fewest bytes that reach the target win: a WebP may be
 * lossy or keep every pixel, a PNG may have a palette. Between formats the one
 * that the plan's rules chose stays, unless another that client and plan accept
 * is clearly smaller. What cannot win by its estimate is not encoded.
 */
import { formatCard } from '../../image/format.ts';
import type { ChosenFormat } from '../../plan/program.ts';
import { type Codec, codecFor, type LossyCoding, usualCurve } from '../codecs/codec.ts';
import { isPatient } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { lnBppAt } from '../model/priors.ts';
import { searchNeighbours } from '../search/post-search.ts';
import { type EncodeResult, searchLossy } from '../search/quality-search.ts';
import type { SearchSettings } from '../search/search-settings.ts';
import type { TrialRunner } from '../search/trial-runner.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import {
  candidates,
  estimatedLosslessBytes,
  isSmallerEnough,
  limitFor,
  worthStarting,
} from './alternatives.ts';
import { orLossless, searchAnimation } from './animation.ts';
import { fastestFormat } from './fastest.ts';
import {
  encodeLossless,
  encodeNearLossless,
  encodePalette,
  keptOrMissed,
  type PixelKeeper,
  paletteToTarget,
} from './lossless-and-palette.ts';
import { scoreFor, searchColors } from './only-palette.ts';
import { byteLimits } from './palette-limits.ts';
import { type QualityRequest, qualityRequestFor, wantsEveryPixel } from './quality-request.ts';
import { likeSource, paletteAim, smallerPalette } from './source-palette.ts';
import { sourceQualityCap } from './source-quality-cap.ts';

/** Most that keeping every pixel may cost, as a multiple of a lossy file that misses the target. */
const UNREACHED_PRICE = 2;

/** Targets from which near-lossless is tried for graphics; below, where every pixel takes fewer bytes than a lossy file. */
const NEAR_LOSSLESS_FROM = 80;

/** A picture whose residual entropy is this share of the usual lossy bits is written without loss at once. */
const PLAIN_SHARE = 0.15;

/** Share of blocks with chroma edges from which a large miss is blamed on chroma. */
const CHROMA_SUSPECT = 0.001;

/** The winner among the chosen format and the alternatives. */
export async function selectFormat(
  runner: TrialRunner,
  task: OptimizeInput,
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const { output, identity } = task;
  const codec = codecFor(runner.codecs, task.chosen.format);
  const request = qualityRequestFor(output, task.chosen, identity, codec);
  const others = candidates(runner, task, content);
  const toTarget = request.kind === 'target';
  const chosen = toTarget ? fastestFormat(runner, task.chosen, others) : task.chosen;
  const first = await encodeFormat(runner, task, chosen, content, mode);
  if (chosen !== task.chosen) return { ...first, cutShort: true };
  if (mode === 'instant' || runner.raster.pages > 1) return first;
  if (request.kind === 'lossless') {
    return await smallestLossless(runner, task, others, content, { mode, first });
  }
  if (!toTarget) return first;
  const start = { found: first, choice: chosen, content, target: request.score, mode };
  let best = first;
  for (const other of others) {
    if (!worthStarting(runner, start, other, best)) continue;
    const found = await encodeFormat(runner, task, other, content, mode);
    const limit = limitFor(start, other);
    if (found.reached && (isSmallerEnough(found, best, limit) || !best.reached)) best = found;
  }
  return best;
}

/** Where every pixel is kept, the smallest of the formats that are smaller than the plain ones and keep them too. */
async function smallestLossless(
  runner: TrialRunner,
  task: OptimizeInput,
  others: readonly ChosenFormat[],
  content: Content,
  { mode, first }: { readonly mode: Mode; readonly first: EncodeResult },
): Promise<EncodeResult> {
  let best = first;
  for (const other of others) {
    const { lossless } = codecFor(runner.codecs, other.format);
    const modern = formatCard(other.format).preference < formatCard('png').preference;
    if (!modern || !other.lossless || lossless === undefined) continue;
    if (!runner.affords(lossless.encoding(mode), false)) continue;
    const found = await encodeFormat(runner, task, other, content, mode);
    if (!found.lossy && found.attempt.bytes.length < best.attempt.bytes.length) best = found;
  }
  return best;
}

/** The smallest file of one format that does what is asked of it. */
export async function encodeFormat(
  runner: TrialRunner,
  task: OptimizeInput,
  choice: ChosenFormat,
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const { output } = task;
  const codec = codecFor(runner.codecs, choice.format);
  const request = qualityRequestFor(output, choice, task.identity, codec);
  const { lossy } = codec;
  if (lossy === undefined) {
    return await withoutQuality(runner, codec, { ...task, chosen: choice }, request, content, mode);
  }
  const keeper = keeperOf(codec);
  if (request.kind === 'lossless' && keeper !== undefined) {
    // Where this format and every pixel is asked for in so many words, those that are not seen count too.
    const said = output.quality.kind === 'lossless' || !output.formats[choice.rule]?.when;
    const exact = said ? keeper.lossless.exact : undefined;
    const encoding = exact ?? keeper.lossless.encoding;
    const lossless = { ...keeper.lossless, encoding };
    return await encodeLossless(runner, { ...keeper, lossless }, content, mode);
  }
  if (request.kind === 'quality') {
    const fixed = await atQuality(runner, task, lossy, request.quality, mode);
    // Frames of flat color pack better as they are, whatever quality was named.
    return runner.raster.pages > 1 ? await orLossless(runner, codec, content, mode, fixed) : fixed;
  }
  const target = request.kind === 'target' ? request.score : 0;
  const settings = searchSettingsFor(task, choice, lossy, target, content, mode);
  if (runner.raster.pages > 1) return await searchAnimation(runner, settings, codec, content);
  if (keeper === undefined) return await searchWithPostSearch(runner, settings, content);
  return await lossyOrLossless(runner, settings, keeper, content);
}

function keeperOf({ lossless, palette }: Codec): PixelKeeper | undefined {
  return lossless === undefined ? undefined : { lossless, ...(palette ? { palette } : {}) };
}

/** The search for a quality; in the background, with the trials beside its result. */
async function searchWithPostSearch(
  runner: TrialRunner,
  settings: SearchSettings,
  content: Content,
): Promise<EncodeResult> {
  const found = await searchLossy(runner, settings);
  const background = isPatient(settings.mode) && runner.measures;
  return background ? await searchNeighbours(runner, settings, found, content) : found;
}

/** A format with both codings (WebP), to a target: lossy, or every pixel where that takes fewer bytes. */
async function lossyOrLossless(
  runner: TrialRunner,
  settings: SearchSettings,
  keeper: PixelKeeper,
  content: Content,
): Promise<EncodeResult> {
  const { mode, target, codec } = settings;
  const { lossless } = keeper;
  // A picture this plain needs no search: lossy files have nothing to leave out.
  const plain = Math.exp(lnBppAt(usualCurve(codec), target)) * PLAIN_SHARE;
  if (content.residualEntropy < plain) {
    return await orNearLossless(
      runner,
      settings,
      keeper,
      content,
      await encodeLossless(runner, keeper, content, mode),
    );
  }
  const lossy = await searchWithPostSearch(runner, settings, content);
  if (mode === 'instant') return lossy;
  // Where the target is out of reach, every pixel may cost more, but not without end.
  const limit = lossy.attempt.bytes.length * (lossy.reached ? 1 : UNREACHED_PRICE);
  const likely = estimatedLosslessBytes(runner, content);
  const affordable = runner.affords(lossless.encoding(mode));
  const kept =
    likely < limit && affordable ? await encodeLossless(runner, keeper, content, mode) : undefined;
  const best = kept !== undefined && kept.attempt.bytes.length < limit ? kept : lossy;
  if (target < NEAR_LOSSLESS_FROM && lossy.reached && best === lossy) return best;
  const least = kept?.attempt.bytes.length ?? likely;
  const bound = best === lossy ? limit : best.attempt.bytes.length;
  return await orNearLossless(runner, settings, keeper, content, best, { least, bound });
}

/** Near-lossless in place of the best so far, for a graphic that takes fewer bytes so. */
async function orNearLossless(
  runner: TrialRunner,
  { mode, target }: SearchSettings,
  { lossless }: PixelKeeper,
  content: Content,
  best: EncodeResult,
  { least, bound } = { least: best.attempt.bytes.length, bound: best.attempt.bytes.length },
): Promise<EncodeResult> {
  const { near } = lossless;
  if (near === undefined || mode === 'instant' || content.kind === 'photo') return best;
  if (least * near.leastShare >= bound) return best;
  const found = await encodeNearLossless(runner, near, target, mode);
  return found !== undefined && found.attempt.bytes.length < bound ? found : best;
}

/** A format without a quality: a palette where it is demanded or good enough, else every pixel. */
async function withoutQuality(
  runner: TrialRunner,
  codec: Codec,
  task: OptimizeInput,
  request: QualityRequest,
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const { palette } = codec;
  const { chosen, output } = task;
  const keeper = keeperOf(codec);
  const target = request.kind === 'target' ? request.score : undefined;
  if (keeper === undefined) {
    if (palette === undefined) throw new Error('expected a codec with a way of coding, got none');
    const exact = wantsEveryPixel(output, chosen, task.identity);
    const colors = output.colors ?? 256;
    const { sizes } = palette;
    const found = sizes
      ? await searchColors(
          runner,
          { ...palette, sizes },
          content,
          {
            ...{ colors, target: scoreFor(task, target) },
            limits: byteLimits(task, chosen.format),
            ...(task.samplers ? { samplers: task.samplers } : {}),
            ...(task.patterns ? { patterns: task.patterns } : {}),
          },
          mode,
        )
      : await encodePalette(runner, palette, colors, target, mode);
    return exact ? await keptOrMissed(runner, found) : found;
  }
  const forced = chosen.palette ?? output.colors;
  const few = content.colors !== undefined && content.colors <= (forced ?? 256);
  const demanded = forced !== undefined && !few;
  const aim = paletteAim({ ...task, raster: runner.raster }, request, forced ?? 256);
  if (palette?.flat !== undefined && aim !== undefined) {
    // Every pixel first: the search for a palette goes on for as long as there is time.
    const whole = demanded ? undefined : await encodeLossless(runner, keeper, content, mode);
    const found = await likeSource(runner, palette.flat, aim, content, mode);
    // On the canvas frames mix to colors that no palette had, and nothing has resized them.
    const kept = found?.lossy && task.plainFrame ? undefined : found;
    if (whole !== undefined) return smallerPalette(kept, whole, aim);
    if (found !== undefined) return found;
  }
  if (palette !== undefined && demanded) {
    return await encodePalette(runner, palette, forced, target, mode);
  }
  if (target === undefined) return await encodeLossless(runner, keeper, content, mode);
  return await paletteToTarget(runner, keeper, content, target, forced ?? 256, mode);
}

export function searchSettingsFor(
  task: OptimizeInput,
  { format }: ChosenFormat,
  codec: LossyCoding,
  target: number,
  content: Content,
  mode: Mode,
): SearchSettings {
  const { sharpChroma, ...scans } = codec.fixed(task);
  return {
    ...{ format, codec, mode, target },
    qualityCap: sourceQualityCap(task, codec),
    ...scans,
    chroma:
      sharpChroma !== undefined
        ? { sharp: sharpChroma, free: false, suspect: false }
        : {
            sharp: codec.chroma.sharpFirst(target, content.chromaEdges, mode),
            free: true,
            suspect: content.chromaEdges > CHROMA_SUSPECT,
          },
    features: { ...content, pixels: task.raster.width * task.raster.height },
    warmStart: task.warmStart,
  };
}

/** A quality the request fixed: one encode, never above what the source has. A first answer is measured once it has left. */
async function atQuality(
  runner: TrialRunner,
  task: OptimizeInput,
  codec: LossyCoding,
  quality: number,
  mode: Mode,
): Promise<EncodeResult> {
  const used = Math.min(quality, sourceQualityCap(task, codec));
  const { sharpChroma = codec.chroma.usual, progressive } = codec.fixed(task);
  const style = { mode, sharpChroma, target: undefined, progressive } as const;
  const patient = isPatient(mode);
  const [first, ...others] = patient ? codec.unmeasured : (codec.named ?? codec.unmeasured);
  const at = (stage: typeof first) => codec.encoding({ ...style, stage }, used);
  const usual = at(first);
  const encoding = runner.timely([usual, ...others.map(at)]);
  const still = runner.measures && runner.raster.pages === 1;
  const measured = patient && still;
  const attempt = measured ? await runner.measure(encoding) : await runner.encode(encoding);
  const reason =
    used < quality
      ? 'no higher quality than the source itself has'
      : 'the quality that was asked for';
  return {
    ...{ attempt, reached: true, lossy: true, reason },
    ...(mode === 'online' && still ? { unmeasured: true } : {}),
    ...(encoding !== usual ? { cutShort: true } : {}),
  };
}
