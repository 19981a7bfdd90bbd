/**
 * Palette limits: what a picture in a format of palettes alone may have in bytes once it is made
 * smaller (docs/spec/http.md 14.20), and which colors it loses for them.
 *
 * Blends go first, down to one for all of them, then that one, then colors of the source.
 */
import { encodingText } from '../../image/encoding.ts';
import type { FormatName } from '../../image/format.ts';
import { redrawn } from '../../raster/palette/redrawn.ts';
import type { Attempt, MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import { withMoreBlends } from './palette-blends.ts';
import { type Colors, encodingOf, type SearchedPalette, slackFor } from './palette-slack.ts';

/** The highest byte of a color that is not clear. */
const SOLID_COLOR = 0xff000000;

/** What slack may save at most, as a factor. */
const SLACK_SAVES = 1.15;

/** Points given for slack where colors would be lost else. */
const SLACK_FOR_BYTES = 6;

/** Bytes change by about this power of the number of colors. */
const BYTES_POWER = 0.35;

/** What a picture that was made smaller may have in bytes. */
export interface ByteLimits {
  /** As much of the source's bytes as is left of its sides, while no color is lost that is to be kept. */
  readonly bySides: number;
  /** The source's bytes, whatever is lost. */
  readonly most: number;
}

/** The limits of a raster whose source has the same format and frames and more pixels; else none. */
export function byteLimits(
  { raster, info }: Pick<OptimizeInput, 'raster' | 'info'>,
  format: FormatName,
): ByteLimits | undefined {
  const share = (raster.width * raster.height) / (info.width * info.height);
  if (info.format !== format || info.pages !== raster.pages || share >= 1) return undefined;
  return { bySides: info.bytes * Math.sqrt(share), most: info.bytes };
}

/** How some frames look in an encoding; undefined where that is not measured. */
export async function measuredAs(
  still: TrialRunner,
  { encoding, score, worst }: Attempt,
): Promise<Pick<MeasuredAttempt, 'score' | 'worst'> | undefined> {
  if (score !== undefined && worst !== undefined) return { score, worst };
  if (!still.measures || !still.affords(encoding)) return undefined;
  const text = encodingText(encoding);
  const known = still.measured.find((one) => encodingText(one.encoding) === text);
  const measured = known ?? (await still.measure(encoding));
  return { score: measured.score, worst: measured.worst };
}

/** A picture in a format of palettes, and what it may have. */
export interface LimitedPicture {
  readonly runner: TrialRunner;
  /** Of some frames, which are measured. */
  readonly still: TrialRunner;
  readonly palette: SearchedPalette;
  readonly limits: ByteLimits;
  /** Colors that are kept, and one for what is between them. */
  readonly fewest: number;
  readonly mode: Mode;
}

/** The first attempt, in so many colors, or one of fewer that is within the limits. */
export async function withinLimits(
  picture: LimitedPicture,
  first: Attempt,
  start: Colors,
): Promise<Attempt> {
  const { runner, palette, fewest, mode } = picture;
  const { bySides, most } = picture.limits;
  let attempt = first;
  for (let { colors, slack } = start; ; ) {
    const { length } = attempt.bytes;
    if (colors === fewest && attempt !== first) {
      const blended = await moreBlends(picture, attempt, slack);
      if (blended !== undefined) return blended;
    }
    if (length <= (colors > fewest ? bySides : most)) return attempt;
    if (colors <= fewest && slack === 0 && length <= most * SLACK_SAVES) {
      const levels = await slackForBytes(picture, colors);
      const slacked = encodingOf(palette, { colors, slack: levels }, mode);
      const smaller = levels > 0 ? await runner.encode(slacked) : attempt;
      if (smaller.bytes.length <= most) return smaller;
    }
    const own = colors === fewest ? await inOwnColors(picture) : undefined;
    if (own !== undefined) return own;
    const fitting = colors * (bySides / length) ** (1 / BYTES_POWER);
    const fewer = palette.sizes.filter((size) => size < colors);
    // Down to the colors that are kept at once, below them one by one.
    const chosen =
      colors > fewest
        ? Math.max(fewest, fewer.findLast((size) => size <= fitting) ?? fewest)
        : fewer.at(-1);
    if (chosen === undefined) return attempt;
    colors = chosen;
    slack = slack > 0 && colors >= fewest ? await slackForBytes(picture, colors) : 0;
    attempt = await runner.encode(encodingOf(palette, { colors, slack }, mode));
  }
}

/** An attempt with one color for all blends, with more of them in no more bytes. */
async function moreBlends(
  picture: LimitedPicture,
  attempt: Attempt,
  slack: number,
): Promise<Attempt | undefined> {
  const { runner, still, palette, limits, fewest, mode } = picture;
  const encode = async (colors: number) => {
    const levels = slack > 0 ? await slackForBytes(picture, colors) : 0;
    const encoding = encodingOf(palette, { colors, slack: levels }, mode);
    return runner.affords(encoding, false) ? await runner.encode(encoding) : undefined;
  };
  const score = async (one: Attempt) =>
    mode === 'instant' ? undefined : (await measuredAs(still, one))?.score;
  const bytes = Math.min(attempt.bytes.length, limits.most);
  return await withMoreBlends({ sizes: palette.sizes, encode, score }, attempt, fewest, bytes);
}

/**
 * The picture in the colors of its source alone, each pixel the nearest, where that is within the
 * bytes: with one color less than those and their blends, one of them would be a mixture. Black and
 * white in two colors are black and white, not white and grey.
 */
async function inOwnColors({
  runner,
  still,
  palette,
  limits,
  mode,
}: LimitedPicture): Promise<Attempt | undefined> {
  const { raster } = runner;
  const own = (raster.sourceColors ?? []).map((color) => (color | SOLID_COLOR) >>> 0);
  if (own.length < 2) return undefined;
  const colors = Uint32Array.from(raster.channels === 4 ? [...own, 0] : own);
  const encoding = palette.encoding(own.length, mode);
  if (!runner.affords(encoding, false)) return undefined;
  const made = await runner.encode(encoding, redrawn(raster, colors));
  if (made.bytes.length > limits.most) return undefined;
  if (mode === 'instant' || !still.measures || !still.affords(encoding)) return made;
  const shown = await still.encode(encoding, redrawn(still.raster, colors));
  return { ...made, ...(await still.compare(shown.bytes)) };
}

/** The slack that is better than to lose colors; 0 for none. */
async function slackForBytes(
  { still, palette, mode }: LimitedPicture,
  colors: number,
): Promise<number> {
  const encoding = palette.encoding(colors, mode);
  if (mode === 'instant' || !still.measures || !still.affords(encoding)) return 0;
  const plain = await still.measure(encoding);
  const least = { score: plain.score - SLACK_FOR_BYTES, worst: plain.worst - SLACK_FOR_BYTES };
  return await slackFor(still, palette.slack, colors, plain, least);
}
