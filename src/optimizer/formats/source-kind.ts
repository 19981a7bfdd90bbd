/**
 * Source kind: a drawing of few colors made smaller in pixels takes no more bytes than its source,
 * whichever formats its client accepts (docs/spec/http.md 14.22).
 *
 * A GIF or a palette PNG is small by its few colors and its runs, which is what the formats that
 * are sent first for photographs do not see. So where the format that won may be larger than that, a
 * lossless WebP of few colors takes part in the choice, and where that does not look as asked or the
 * client does not show it, the kind of the source, which every client shows.
 */
import type { ChosenFormat } from '../../plan/program.ts';
import { codecFor } from '../codecs/codec.ts';
import type { Content } from '../model/content.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import type { TrialRunner } from '../search/trial-runner.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import { encodeFormat } from './format-selection.ts';
import { qualityRequestFor, wantsEveryPixel } from './quality-request.ts';
import { likeSource, paletteAim } from './source-palette.ts';

/** The formats that are asked beside the one that won, and the bytes they are asked for. */
interface SourceKind {
  /** The format of the source, or what every client shows of its kind; absent where that won already. */
  readonly own?: ChosenFormat;
  /** WebP, where the client shows it. */
  readonly webp?: ChosenFormat;
  /** Bytes from which the own kind may be smaller: as much of the source's as is left of its sides. */
  readonly likely: number;
  /** The bytes of the source. */
  readonly most: number;
}

/** What won, or a smaller file of the source's kind in its place. */
export async function orSourceKind(
  runner: TrialRunner,
  task: OptimizeInput,
  content: Content,
  mode: Mode,
  found: EncodeResult,
): Promise<EncodeResult> {
  const kind = sourceKind(task, runner);
  if (kind === undefined) return found;
  const { own, webp, likely, most } = kind;
  // A format that was to be the only one gives way only where it takes more than the source.
  const enough = own === undefined || own.onlySource || mode === 'instant' ? most : likely;
  if (found.attempt.bytes.length <= enough) return found;
  const few = webp && (await inFewColors(runner, { ...task, chosen: webp }, content, mode));
  let best = few === undefined ? found : better(found, few, most);
  // The same colors take more bytes in the other kinds, but for some dense patterns.
  const open = few === undefined || few.attempt.bytes.length > most;
  if (own !== undefined && open && affords(runner, own, mode)) {
    best = better(best, await encodeFormat(runner, task, own, content, mode), most);
  }
  if (best === found) return found;
  const { cutShort, warmStart } = found;
  return { ...best, ...(cutShort ? { cutShort } : {}), ...(warmStart ? { warmStart } : {}) };
}

function sourceKind(task: OptimizeInput, { raster }: TrialRunner): SourceKind | undefined {
  const { info, chosen, alternatives, output, identity } = task;
  const share = (raster.width * raster.height) / (info.width * info.height);
  const drawn = info.format === 'gif' || (info.format === 'png' && info.palette !== undefined);
  if (!drawn || share >= 1 || info.pages !== raster.pages) return undefined;
  const stands = ({ format }: ChosenFormat) =>
    format === info.format || (raster.pages === 1 && format === 'png');
  if (stands(chosen)) return undefined;
  const free = (choice: ChosenFormat) => !wantsEveryPixel(output, choice, identity);
  const own = alternatives.filter(free).find(stands);
  if (own === undefined && !free(chosen)) return undefined;
  const webp = [chosen, ...alternatives].find(({ format }) => format === 'webp');
  return {
    ...(own ? { own } : {}),
    ...(webp && raster.pages === 1 ? { webp: { ...webp, lossless: false } } : {}),
    likely: info.bytes * Math.sqrt(share),
    most: info.bytes,
  };
}

function affords(runner: TrialRunner, { format }: ChosenFormat, mode: Mode): boolean {
  const { palette } = codecFor(runner.codecs, format);
  return palette !== undefined && runner.affords(palette.encoding(256, mode), false);
}

async function inFewColors(
  runner: TrialRunner,
  task: OptimizeInput,
  content: Content,
  mode: Mode,
): Promise<EncodeResult | undefined> {
  const { output, chosen, identity } = task;
  const codec = codecFor(runner.codecs, chosen.format);
  const request = qualityRequestFor(output, chosen, identity, codec);
  const aim = paletteAim({ ...task, output, raster: runner.raster }, request, output.colors ?? 256);
  const flat = codec.lossless?.flat;
  if (flat === undefined || aim === undefined) return undefined;
  return await likeSource(runner, flat, aim, content, mode);
}

/** Whether it looks as asked, as far as there was time. */
function did({ reached, deadlineBound }: EncodeResult): boolean {
  return reached || deadlineBound === true;
}

/** The one within the bytes; of two the one that looks as asked; of two the smaller, or the better where neither does. */
function better(one: EncodeResult, other: EncodeResult, most: number): EncodeResult {
  const bytes = ({ attempt }: EncodeResult) => attempt.bytes.length;
  const smaller = bytes(other) < bytes(one) ? other : one;
  const [a, b] = [bytes(one) <= most, bytes(other) <= most];
  if (a !== b) return a ? one : other;
  if (!a) return smaller;
  if (did(one) !== did(other)) return did(one) ? one : other;
  const [score, others] = [one.attempt.score, other.attempt.score];
  if (did(one) || score === undefined || others === undefined) return smaller;
  return others > score ? other : one;
}
