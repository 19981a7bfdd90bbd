/**
 * Half-size training: half the width is searched in the background, as a warm
 * start for other widths.
 *
 * Sources are often asked for in several widths. The offset of one width
 * predicts the next to 1 or 2 points, which is a trial too many for most. So
 * when a rendition is refined, the picture at half its width is searched as
 * well, for at most a tenth of what refining takes. At a width half as large,
 * four searches in five then end with their first trial, in place of two in
 * five. Nothing of this search is delivered.
 */
import type { FormatName } from '../../image/format.ts';
import { codecFor } from '../codecs/codec.ts';
import { CODECS } from '../codecs/index.ts';
import { selectFormat } from '../formats/format-selection.ts';
import { qualityRequestFor } from '../formats/quality-request.ts';
import { contentOf } from '../model/content.ts';
import type { OptimizeInput, WarmStart } from '../task.ts';
import { type Tools, TrialRunner } from './trial-runner.ts';
import { mergeWarmStarts } from './warm-start.ts';

/** Fewest pixels of a half-size picture from which something can be learned. */
const LEAST_PIXELS = 128 * 128;

/** The warm start with that of half the width for a format added; `start`: when the task began. */
export async function trainHalfSize(
  task: OptimizeInput,
  format: FormatName,
  warmStart: WarmStart,
  tools: Tools,
  start = tools.now(),
): Promise<WarmStart> {
  const { raster, alternatives, output } = task;
  const chosen = [task.chosen, ...alternatives].find((choice) => choice.format === format);
  const few = raster.width * raster.height < 4 * LEAST_PIXELS;
  if (chosen === undefined || tools.halve === undefined || few || raster.pages > 1) {
    return warmStart;
  }
  const codec = codecFor(tools.codecs ?? CODECS, format);
  const request = qualityRequestFor(output, chosen, false, codec);
  if (codec.lossy === undefined || request.kind !== 'target') return warmStart;
  const half = await tools.halve(raster, task.filter);
  const smaller: OptimizeInput = {
    ...{ ...task, raster: half, chosen, alternatives: [], identity: false, warmStart },
    budget: { ...task.budget, mode: 'online' },
  };
  const runner = new TrialRunner(half, tools, smaller.budget, start);
  const found = await selectFormat(runner, smaller, contentOf(half), 'online');
  return found.warmStart === undefined ? warmStart : mergeWarmStarts(warmStart, found.warmStart);
}
