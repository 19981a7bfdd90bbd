/**
 * Only palette: the smallest palette that looks as asked, in a format that has nothing else (GIF).
 *
 * There its size is what a quality is elsewhere. Of an animation a few frames are measured, and
 * the size found serves all. A picture made smaller is no larger in bytes than its source
 * (docs/spec/http.md 14.20): it loses colors until it is not, for nobody asks for fewer pixels to
 * get more bytes.
 *
 * What differs from source-palette.ts: there is no true color to fall back on, so that bytes go
 * before the score; and a trial of bytes writes all frames, so that the size for them is
 * reckoned, not searched by halving.
 */
import { frameColors } from '../../gif/frame-colors.ts';
import type { Encoding } from '../../image/encoding.ts';
import { formatCard } from '../../image/format.ts';
import type { Raster } from '../../image/raster.ts';
import { frameOf, samePixels } from '../../raster/pixels.ts';
import type { Content } from '../model/content.ts';
import { PASS_BELOW } from '../receipt.ts';
import { WORST_BELOW } from '../search/corrections.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import type { Attempt, MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import { sampledFrames } from './animation.ts';
import { fewestColors } from './fewest-colors.ts';
import { type ByteLimits, measuredAs, withinLimits } from './palette-limits.ts';
import { type Colors, encodingOf, type SearchedPalette, slackFor } from './palette-slack.ts';
import { wantsEveryPixel } from './quality-request.ts';
import type { Samplers } from './within-bytes.ts';

/** The score of a palette where a plan names a quality, which no palette has. */
const NAMED_QUALITY_SCORE = 80;

/** Most colors that are kept apart: one that vanishes is forgiven by scores, not by people. */
const MOST_KEPT = 16;

/** Fewest colors that a search ends with. */
const FEWEST = 3;

/** Points that may be lost where the target is out of reach with all colors. */
const GIVEN_UP = 1;

/** Colors of a graphic that is not measured. */
const GRAPHIC = 31;

/** Under this score pixels of the source as they are may be the better picture. */
const LIKE_ENOUGH = 65;

/** What a palette has to do. */
export interface PaletteRequest {
  /** Most colors. */
  readonly colors: number;
  /** The score to reach; absent where every color counts. */
  readonly target: number | undefined;
  readonly limits: ByteLimits | undefined;
  /** Render the picture with pixels of its source, none blended. */
  readonly samplers?: Samplers;
  /** The same for stills that are patterns, where nothing else is within the bytes. */
  readonly patterns?: Samplers;
}

/** The score to reach: the target, or the one that stands for a named quality; none where every pixel counts. */
export function scoreFor(
  { output, chosen, identity }: Pick<OptimizeInput, 'output' | 'chosen' | 'identity'>,
  target: number | undefined,
): number | undefined {
  const named = output.quality.kind === 'quality' && !wantsEveryPixel(output, chosen, identity);
  return target ?? (named ? NAMED_QUALITY_SCORE : undefined);
}

/** The raster with the fewest colors that reach the target within the bytes. */
export async function searchColors(
  runner: TrialRunner,
  palette: SearchedPalette,
  content: Content,
  { colors, target, limits, samplers = [], patterns = [] }: PaletteRequest,
  mode: Mode,
): Promise<EncodeResult> {
  const most = Math.min(colors, content.colors ?? colors);
  const fewest = keptColors(runner.raster);
  const still = sampleRunner(runner, palette.encoding(most, mode));
  const found = await paletteToScore(still, palette, content, { most, fewest, target }, mode);
  const whole = runner.raster.pages === 1 && found.slack === 0 ? found.measured : undefined;
  const first = whole ?? (await runner.encode(encodingOf(palette, found, mode)));
  const attempt = limits
    ? await withinLimits({ runner, still, palette, limits, fewest, mode }, first, found)
    : first;
  if (attempt !== first) {
    const reason = 'as many colors as the bytes of the source allow';
    const shown = mode === 'instant' ? undefined : await measuredAs(still, attempt);
    const drawn = { ...attempt, ...shown };
    const kept =
      limits && (drawn.score ?? LIKE_ENOUGH) < LIKE_ENOUGH
        ? await asTheyAre({ runner, still }, palette.encoding(most, mode), limits.most, samplers)
        : undefined;
    const better = kept && kept.score > (drawn.score ?? 0) ? kept : drawn;
    const tooLarge = limits !== undefined && better.bytes.length > limits.most;
    const ways = tooLarge && mode !== 'instant' ? patterns : [];
    const best = (await pattern(runner, palette.encoding(most, mode), limits, ways)) ?? better;
    if (still !== runner) runner.trials.push(...still.trials);
    const { score } = best;
    const reached = score === undefined || target === undefined || score >= target - PASS_BELOW;
    return { attempt: best, reached, lossy: true, reason };
  }
  if (still !== runner) runner.trials.push(...still.trials);
  const { measured, reached, reason } = found;
  const scores = measured && { score: measured.score, worst: measured.worst };
  return { attempt: { ...first, ...scores }, reached, lossy: true, reason };
}

/** The picture in pixels of its source, where that is within the bytes; measured on some frames. */
async function asTheyAre(
  { runner, still }: { readonly runner: TrialRunner; readonly still: TrialRunner },
  encoding: Encoding,
  bytes: number,
  samplers: Samplers,
): Promise<MeasuredAttempt | undefined> {
  for (const sampler of samplers) {
    if (!still.measures || !still.affords(encoding) || !runner.affords(encoding, false)) return;
    const raster = await sampler();
    // Lines that went took along all that changed: a frame would go, too.
    if (repeats(raster) > repeats(runner.raster)) continue;
    const made = await runner.encode(encoding, raster);
    if (made.bytes.length > bytes) continue;
    const { maxSide } = formatCard(encoding.format);
    const some = raster.pages === 1 ? raster : sampledFrames(raster, maxSide);
    const { score, worst } = await still.compare((await still.encode(encoding, some)).bytes);
    return { ...made, score, worst };
  }
  return undefined;
}

/** The still as the pattern that it is, in the first way that is within the bytes; no score chooses (0033). */
async function pattern(
  runner: TrialRunner,
  encoding: Encoding,
  limits: ByteLimits | undefined,
  ways: Samplers,
): Promise<Attempt | undefined> {
  for (const way of ways) {
    if (limits === undefined || !runner.affords(encoding, false)) return undefined;
    const made = await runner.encode(encoding, await way());
    if (made.bytes.length <= limits.most) return made;
  }
  return undefined;
}

/** How many frames are as the one before them. */
function repeats(raster: Raster): number {
  let count = 0;
  for (let page = 1; page < raster.pages; page++) {
    if (samePixels(frameOf(raster, page - 1), frameOf(raster, page))) count++;
  }
  return count;
}

/** What is measured of a raster: a few frames of an animation. */
function sampleRunner(runner: TrialRunner, whole: Encoding): TrialRunner {
  const { raster } = runner;
  if (raster.pages === 1) return runner;
  const { maxSide } = formatCard(whole.format);
  return runner.beside(sampledFrames(raster, maxSide), runner.cost(whole));
}

/** A number of colors, and how some frames look with them. */
interface Found extends Colors {
  readonly measured?: MeasuredAttempt;
  readonly reached: boolean;
  readonly reason: string;
}

async function paletteToScore(
  still: TrialRunner,
  palette: SearchedPalette,
  content: Content,
  { most, fewest, target }: { most: number; fewest: number; target: number | undefined },
  mode: Mode,
): Promise<Found> {
  if (target === undefined) {
    return { colors: most, slack: 0, reached: true, reason: 'all colors that a palette holds' };
  }
  const whole = palette.encoding(most, mode);
  if (mode === 'instant' || !still.measures || !still.affords(whole)) {
    const colors = content.kind === 'graphic' ? Math.min(most, GRAPHIC) : most;
    return { colors, slack: 0, reached: true, reason: 'as many colors as such pictures need' };
  }
  const all = await still.measure(whole);
  const reached = all.score >= target - PASS_BELOW;
  const least = {
    score: leastOf(all.score, target - PASS_BELOW),
    worst: leastOf(all.worst, target - WORST_BELOW),
  };
  const tried = new Map([[most, all]]);
  const sizes = palette.sizes.filter((size) => size >= fewest && size < most).reverse();
  const fewer = await fewestColors(sizes, async (colors) => {
    const encoding = palette.encoding(colors, mode);
    if (!still.affords(encoding)) return false;
    const measured = await still.measure(encoding);
    tried.set(colors, measured);
    return measured.score >= least.score && measured.worst >= least.worst;
  });
  const colors = fewer ?? most;
  const reason = fewer === undefined ? ALL_NEEDED : FEWER;
  const plain = tried.get(colors) ?? all;
  const slack = await slackFor(still, palette.slack, colors, plain, least);
  const measured = slack > 0 ? (still.measured.at(-1) ?? plain) : plain;
  return { colors, slack, measured, reached, reason };
}

/** What is to be reached where all colors score `all`: what is enough, or a little less than they do. */
function leastOf(all: number, enough: number): number {
  return all >= enough ? enough : all - GIVEN_UP;
}

const ALL_NEEDED = 'fewer colors do not look as asked';
const FEWER = 'the fewest colors that look as asked';

/**
 * Colors of the source and of flat areas, as far as they are kept, and one for what is between
 * them; of an animation a few frames are looked at.
 */
function keptColors(raster: Raster): number {
  const some = raster.pages === 1 ? raster : sampledFrames(raster, Number.POSITIVE_INFINITY);
  return Math.max(FEWEST, Math.min(frameColors(some).keep.length, MOST_KEPT) + 1);
}
