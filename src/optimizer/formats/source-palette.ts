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
import { type Picture, type QualityRequest, wantsEveryPixel } from './quality-request.ts';

/** What is asked of a palette where no score is: a look no one tells apart, by the metric's own ladder. */
const LIKE_THE_PICTURE = 90;

/** The least it may score for the sake of bytes: medium quality by the same ladder. */
const LEAST_LIKENESS = 50;

/** Files that are larger by more than this factor than they may be are still too large when packed once more. */
const PACKED_AT_MOST = 1.25;

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
  /** The bytes of the source, where it has more pixels. */
  readonly bytes?: number;
}

/**
 * What to aim at with a palette; undefined where the source has none, where its pixels are not
 * changed, and where every pixel is to be kept.
 */
export function paletteAim(
  { info, output, identity, raster, chosen }: PaletteTask,
  request: QualityRequest,
  colors: number,
): PaletteAim | undefined {
  if (info.palette === undefined || identity || raster.pages > 1) return undefined;
  if (wantsEveryPixel(output, chosen, identity)) return undefined;
  const scores =
    request.kind === 'target'
      ? { target: request.score, least: request.score }
      : { target: LIKE_THE_PICTURE, least: LEAST_LIKENESS };
  const smaller = raster.width * raster.height < info.width * info.height;
  const likely = Math.min(colors, LIKELY_SHARE * info.palette);
  return { colors, likely, ...scores, ...(smaller ? { bytes: info.bytes } : {}) };
}

type PaletteTask = Pick<OptimizeInput, 'info' | 'identity' | 'raster' | 'chosen'> & {
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
  if (mode === 'instant' || !runner.measures) {
    if (!runner.affords(flat.trial(aim.colors), false)) return undefined;
    const attempt = await runner.encode(flat.trial(aim.colors));
    const lossy = colors > aim.colors;
    return { attempt, reached: true, lossy, reason: 'a palette, as the source has one' };
  }
  const found = await searchPalette(runner, flat, aim);
  const exact = found !== undefined && paletteOf(found.attempt.encoding) >= colors;
  return exact ? { ...found, lossy: false, reason: 'every pixel is kept' } : found;
}

function paletteOf(encoding: Encoding): number {
  return 'palette' in encoding ? (encoding.palette ?? 0) : 0;
}

/** The smallest palette file for an aim; undefined where no palette scores enough, or time is up. */
async function searchPalette(
  runner: TrialRunner,
  flat: FlatPalette,
  aim: PaletteAim,
): Promise<EncodeResult | undefined> {
  const tried = new PaletteTrials(runner, flat);
  const first = await firstTrial(tried, flat.sizes, aim);
  if (first === undefined || !reaches(first, aim.least)) return undefined;
  const target = Math.min(aim.target, first.score + PASS_BELOW);
  const most = paletteOf(first.encoding);
  const sizes = flat.sizes.filter((size) => size < most);
  const fewer = await fewestColors(sizes, async (colors) => {
    const attempt = await tried.trial(colors);
    return attempt !== undefined && reaches(attempt, target);
  });
  const colors = fewer ?? most;
  const best = (await tried.final(colors)) ?? first;
  const { bytes } = aim;
  const smaller =
    bytes !== undefined && best.bytes.length > bytes && aim.least < aim.target
      ? await withinBytes(
          tried,
          sizes.filter((size) => size < colors),
          bytes,
          aim.least,
        )
      : undefined;
  return smaller
    ? { ...FOUND, attempt: smaller, reason: 'as many colors as take no more bytes than the source' }
    : { ...FOUND, attempt: best, reason: 'the fewest colors that reach the target' };
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

const FOUND = { reached: true, lossy: true } as const;

/** The most colors of some sizes that take so few bytes, where they still score enough. */
async function withinBytes(
  tried: PaletteTrials,
  sizes: readonly number[],
  bytes: number,
  least: number,
): Promise<MeasuredAttempt | undefined> {
  // A size that there is no time for counts as small enough: what is known of others decides.
  const larger = await fewestColors(sizes, async (colors) => {
    const attempt = await tried.trial(colors);
    if (attempt === undefined || !reaches(attempt, least)) return false;
    if (attempt.bytes.length <= bytes) return false;
    if (attempt.bytes.length > bytes * PACKED_AT_MOST) return true;
    const packed = await tried.final(colors);
    return packed !== undefined && packed.bytes.length > bytes;
  });
  const most = sizes.find((size) => larger === undefined || size < larger);
  const found = most === undefined ? undefined : await tried.final(most);
  return found && found.bytes.length <= bytes && reaches(found, least) ? found : undefined;
}

/** Palettes by their size, each made once. */
class PaletteTrials {
  readonly #runner: TrialRunner;
  readonly #flat: FlatPalette;
  readonly #trials = new Map<number, MeasuredAttempt>();
  readonly #finals = new Map<number, MeasuredAttempt>();

  constructor(runner: TrialRunner, flat: FlatPalette) {
    this.#runner = runner;
    this.#flat = flat;
  }

  /** The palette of a size, measured; undefined where there is no time for it. */
  async trial(colors: number): Promise<MeasuredAttempt | undefined> {
    const known = this.#trials.get(colors);
    const encoding = this.#flat.trial(colors);
    if (known !== undefined || !this.#runner.affords(encoding)) return known;
    const made = await this.#runner.measurePalette(encoding);
    this.#trials.set(colors, made);
    return made;
  }

  /** The same in its final form; as the trial made it, where there is no time for that. */
  async final(colors: number): Promise<MeasuredAttempt | undefined> {
    const known = this.#finals.get(colors);
    const trial = known ?? (await this.trial(colors));
    const encoding = this.#flat.final(colors);
    if (known !== undefined || trial === undefined) return known;
    if (!this.#runner.affords(encoding, false)) return trial;
    const { score, worst } = trial;
    const made = { ...(await this.#runner.encode(encoding)), score, worst };
    this.#finals.set(colors, made);
    return made;
  }
}
