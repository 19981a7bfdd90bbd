/**
 * Source palette: the fewest colors that do for a picture whose source had few (PNG).
 *
 * Enlarged or made smaller, the edges of a drawing get colors between those of the palette, and
 * in true color the file takes several times the bytes of its source. So a palette source stays
 * one: in the fewest colors that reach the target, and where that takes more bytes than a source
 * of more pixels, in fewer still, down to the least score that is allowed (docs/decisions/0011).
 *
 * What differs from only-palette.ts: where no palette does, there is true color, so that a least
 * score goes before bytes; and a trial is one still, so that bytes are searched by halving as well.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { FlatPalette } from '../codecs/codec.ts';
import type { Mode } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { PASS_BELOW } from '../receipt.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import type { MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import type { OptimizeInput } from '../task.ts';
import { fewestColors, reaches } from './fewest-colors.ts';
import { PaletteTrials } from './palette-trials.ts';
import { type Picture, type QualityRequest, wantsEveryPixel } from './quality-request.ts';
import {
  type ByteBound,
  palettesUnmeasured,
  paletteWithin,
  type Samplers,
} from './within-bytes.ts';

/** What is asked of a palette where no score is: a look no one tells apart, by the metric's own ladder. */
const LIKE_THE_PICTURE = 90;

/** The least it may score for the sake of bytes: medium quality by the same ladder. */
const LEAST_LIKENESS = 50;

/** Between the colors of a drawing there come about as many in its edges. */
const LIKELY_SHARE = 2;

export interface PaletteAim {
  /** Most colors, 2..256. */
  readonly colors: number;
  /** As many as are likely to do: the search begins there. */
  readonly likely: number;
  /** The score to reach. */
  readonly target: number;
  /** The score that is enough where the target takes more than `bytes`. */
  readonly least: number;
  /** The bytes of the source, where it has more pixels and not every pixel was asked for. */
  readonly bytes?: number;
  /** Render the picture with pixels of its source, none blended. */
  readonly samplers?: Samplers;
  /** The same for pictures that are patterns. */
  readonly patterns?: Samplers;
}

/**
 * What to aim at with a palette; undefined where the source has none, where its pixels are not
 * changed, and where every pixel is to be kept.
 */
export function paletteAim(
  { info, output, identity, raster, chosen, samplers, patterns }: PaletteTask,
  request: QualityRequest,
  colors: number,
): PaletteAim | undefined {
  if (info.palette === undefined || identity || raster.pages > 1) return undefined;
  if (wantsEveryPixel(output, chosen, identity)) return undefined;
  const target = request.kind === 'target' ? request.score : LIKE_THE_PICTURE;
  const smaller = raster.width * raster.height < info.width * info.height;
  const bounded = smaller && output.quality.kind !== 'lossless';
  const least = bounded || request.kind !== 'target' ? Math.min(target, LEAST_LIKENESS) : target;
  const likely = Math.min(colors, LIKELY_SHARE * info.palette);
  const ways = { ...(samplers ? { samplers } : {}), ...(patterns ? { patterns } : {}) };
  const bound = bounded ? { bytes: info.bytes, ...ways } : {};
  return { colors, likely, target, least, ...bound };
}

type PaletteTask = Pick<
  OptimizeInput,
  'info' | 'identity' | 'raster' | 'chosen' | 'samplers' | 'patterns'
> & {
  readonly output: Picture;
};

/** A palette for the picture of a palette source, as small as it may be; of all its colors where nothing is measured. */
export async function likeSource(
  runner: TrialRunner,
  flat: FlatPalette,
  aim: PaletteAim,
  { colors = Number.POSITIVE_INFINITY }: Content,
  mode: Mode,
): Promise<EncodeResult | undefined> {
  if (mode === 'instant' || !runner.measures) return await unmeasured(runner, flat, aim, colors);
  const found = await searchPalette(runner, flat, aim);
  const exact = found?.reason === FEWEST && paletteOf(found.attempt.encoding) >= colors;
  return exact ? { ...found, lossy: false, reason: 'every pixel is kept' } : found;
}

/**
 * The palette where it takes fewer bytes than a file of every pixel; one that scores less than it
 * should only where every pixel takes more than the source.
 */
export function smallerPalette(
  found: EncodeResult | undefined,
  whole: EncodeResult,
  { target, bytes = 0 }: PaletteAim,
): EncodeResult {
  if (found === undefined || found.attempt.bytes.length >= whole.attempt.bytes.length) return whole;
  const { score = target } = found.attempt;
  const short = score < target - PASS_BELOW;
  return short && whole.attempt.bytes.length <= bytes ? whole : found;
}

async function unmeasured(
  runner: TrialRunner,
  flat: FlatPalette,
  aim: PaletteAim,
  colors: number,
): Promise<EncodeResult | undefined> {
  const encoding = flat.trial(aim.colors);
  if (!runner.affords(encoding, false)) return undefined;
  const first = await runner.encode(encoding);
  const bound = boundOf(aim);
  const attempt =
    bound !== undefined && first.bytes.length > bound.bytes
      ? await palettesUnmeasured(runner, flat, bound, first)
      : first;
  const lossy = attempt !== first || colors > aim.colors;
  return { attempt, reached: true, lossy, reason: 'a palette, as the source has one' };
}

function boundOf({
  bytes,
  colors,
  samplers = [],
  patterns = [],
}: PaletteAim): ByteBound | undefined {
  return bytes === undefined ? undefined : { bytes, colors, samplers, patterns };
}

function paletteOf(encoding: Encoding): number {
  return 'palette' in encoding ? (encoding.palette ?? 0) : 0;
}

const FEWEST = 'the fewest colors that reach the target';
const WITHIN = 'as many colors as take no more bytes than the source';

/** The smallest palette file for an aim; undefined where no palette scores enough, or time is up. */
async function searchPalette(
  runner: TrialRunner,
  flat: FlatPalette,
  aim: PaletteAim,
): Promise<EncodeResult | undefined> {
  const tried = new PaletteTrials(runner, flat);
  const first = await firstTrial(tried, flat.sizes, aim);
  const bound = boundOf(aim);
  if (first === undefined || (bound === undefined && !reaches(first, aim.least))) return undefined;
  const target = Math.min(aim.target, first.score + PASS_BELOW);
  const most = paletteOf(first.encoding);
  const sizes = flat.sizes.filter((size) => size < most);
  const fewer = await fewestColors(sizes, async (colors) => {
    const attempt = await tried.trial(colors);
    return attempt !== undefined && reaches(attempt, target);
  });
  const colors = fewer ?? most;
  const best = (await tried.final(colors)) ?? first;
  const found = (attempt: MeasuredAttempt, reason: string): EncodeResult => ({
    ...{ attempt, reason, lossy: true },
    reached: attempt.score >= aim.target - PASS_BELOW || aim.target === LIKE_THE_PICTURE,
  });
  if (bound === undefined || best.bytes.length <= bound.bytes) return found(best, FEWEST);
  const less = sizes.filter((size) => size < colors);
  const within =
    (await tried.withinBytes(less, bound.bytes, aim.least)) ??
    (await paletteWithin(runner, flat, bound, tried, best));
  return within && within !== best ? found(within, WITHIN) : found(best, FEWEST);
}

/** As many colors as are likely to do, where they do or where there is no time for all. */
async function firstTrial(
  tried: PaletteTrials,
  sizes: readonly number[],
  { colors, likely, target }: PaletteAim,
): Promise<MeasuredAttempt | undefined> {
  const size = sizes.findLast((one) => one >= likely && one < colors);
  const guess = size === undefined ? undefined : await tried.trial(size);
  return guess && reaches(guess, target) ? guess : ((await tried.trial(colors)) ?? guess);
}
