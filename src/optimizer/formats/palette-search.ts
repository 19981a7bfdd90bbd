/**
 * Palette search: the fewest colors that do for a picture whose source had few.
 *
 * Enlarged or made smaller, the edges of a drawing get colors between those of the palette, and
 * in true color the file takes several times the bytes of its source. So a palette source stays
 * one: in the fewest colors that reach the target, and where that takes more bytes than a source
 * of more pixels, in fewer still, down to the least score that is allowed (docs/decisions/0011).
 */
import type { Encoding } from '../../image/encoding.ts';
import type { FlatPalette } from '../codecs/codec.ts';
import type { Mode } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { PASS_BELOW } from '../receipt.ts';
import { WORST_BELOW } from '../search/corrections.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import type { MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import type { OptimizeInput } from '../task.ts';
import { type Picture, type QualityRequest, wantsEveryPixel } from './quality-request.ts';

/** What is asked of a palette where no score is: a look no one tells apart, by the metric's own ladder. */
const LIKE_THE_PICTURE = 90;

/** The least it may score for the sake of bytes: high quality by the same ladder. */
const LEAST_LIKENESS = 70;

/** Files that are larger by more than this factor than they may be are still too large when packed once more. */
const PACKED_AT_MOST = 1.25;

export interface PaletteAim {
  /** Most colors, 2..256. */
  readonly colors: number;
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
  return { colors, ...scores, ...(smaller ? { bytes: info.bytes } : {}) };
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
  const sizes = [aim.colors, ...flat.sizes.filter((size) => size < aim.colors)];
  const search = new Search(runner, flat, sizes);
  const first = await search.trial(0);
  if (first === undefined || !reaches(first, aim.least)) return undefined;
  const target = Math.min(aim.target, first.score + PASS_BELOW);
  const place = await search.last(0, async (n) => {
    const attempt = await search.trial(n);
    return attempt && reaches(attempt, target);
  });
  const best = (await search.final(place)) ?? (await search.trial(place)) ?? first;
  const { bytes } = aim;
  const smaller =
    bytes !== undefined && best.bytes.length > bytes && aim.least < aim.target
      ? await withinBytes(search, place, bytes, aim.least)
      : undefined;
  return smaller
    ? { ...FOUND, attempt: smaller, reason: 'as many colors as take no more bytes than the source' }
    : { ...FOUND, attempt: best, reason: 'the fewest colors that reach the target' };
}

const FOUND = { reached: true, lossy: true } as const;

/** The most colors that take so few bytes, where they still score enough. */
async function withinBytes(
  search: Search,
  from: number,
  bytes: number,
  least: number,
): Promise<MeasuredAttempt | undefined> {
  // A place where time is up counts as too large: what is known of later ones decides.
  const larger = await search.last(from, async (n) => {
    const attempt = await search.trial(n);
    if (attempt === undefined || !reaches(attempt, least)) return false;
    if (attempt.bytes.length <= bytes) return false;
    if (attempt.bytes.length > bytes * PACKED_AT_MOST) return true;
    const packed = await search.final(n);
    return packed !== undefined && packed.bytes.length > bytes;
  });
  const found = larger + 1 < search.count ? await search.final(larger + 1) : undefined;
  return found && found.bytes.length <= bytes && reaches(found, least) ? found : undefined;
}

/** Trials by their place in a list of sizes, each made once. */
class Search {
  readonly #runner: TrialRunner;
  readonly #flat: FlatPalette;
  readonly #sizes: readonly number[];
  readonly count: number;
  readonly #trials = new Map<number, MeasuredAttempt>();
  readonly #finals = new Map<number, MeasuredAttempt>();

  constructor(runner: TrialRunner, flat: FlatPalette, sizes: readonly number[]) {
    this.#runner = runner;
    this.#flat = flat;
    this.#sizes = sizes;
    this.count = sizes.length;
  }

  /** The palette of a size, measured; undefined where there is no time for it. */
  async trial(place: number): Promise<MeasuredAttempt | undefined> {
    const known = this.#trials.get(place);
    const encoding = this.#flat.trial(this.#sizes[place]!);
    if (known !== undefined || !this.#runner.affords(encoding)) return known;
    const made = await this.#runner.measurePalette(encoding);
    this.#trials.set(place, made);
    return made;
  }

  /** The same in its final form; as the trial made it, where there is no time for that. */
  async final(place: number): Promise<MeasuredAttempt | undefined> {
    const known = this.#finals.get(place);
    const trial = known ?? (await this.trial(place));
    const encoding = this.#flat.final(this.#sizes[place]!);
    if (known !== undefined || trial === undefined) return known;
    if (!this.#runner.affords(encoding, false)) return trial;
    const { score, worst } = trial;
    const made = { ...(await this.#runner.encode(encoding)), score, worst };
    this.#finals.set(place, made);
    return made;
  }

  /** The last place that holds, where `from` holds and later ones hold less and less; by halving. */
  async last(
    from: number,
    holds: (place: number) => Promise<boolean | undefined>,
  ): Promise<number> {
    let [low, high] = [from, this.#sizes.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await holds(middle)) low = middle;
      else high = middle;
    }
    return low;
  }
}

function reaches({ score, worst }: MeasuredAttempt, target: number): boolean {
  return score >= target - PASS_BELOW && worst >= target - WORST_BELOW;
}
