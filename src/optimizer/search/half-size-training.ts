/**
 * Teach: half the width is searched in the background, for the sake of the others.
 *
 * A source is seldom asked for in one width. What its first search learned tells
 * the next width to 1 or 2 points, which is one trial too many for most. So when
 * a rendition is refined, the picture at half its width is searched as well, for
 * a tenth of what refining takes at most; a width half as large then ends with its
 * first trial four times in five, in place of two in five. Nothing of it is delivered.
 */
import type { FormatName } from '../../image/format.ts';
import { isLossyFormat } from '../formats/encodings.ts';
import { selectFormat } from '../formats/format-selection.ts';
import { qualityRequestFor } from '../formats/quality-request.ts';
import { contentOf } from '../model/content.ts';
import type { OptimizeInput, WarmStart } from '../task.ts';
import { RecordingTrialRunner } from './recording-trial-runner.ts';
import type { Tools } from './trial-runner.ts';
import { mergeWarmStarts } from './warm-start.ts';

/** Half pictures of fewer pixels teach little. */
const LEAST_PIXELS = 128 * 128;

/** What was learned, and what half the width teaches about a format; `start`: when the task began. */
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
  if (chosen === undefined || tools.halve === undefined || few || raster.pages > 1)
    return warmStart;
  if (!isLossyFormat(format) || qualityRequestFor(output, chosen, false).kind !== 'target')
    return warmStart;
  const half = await tools.halve(raster);
  const smaller: OptimizeInput = {
    ...{ ...task, raster: half, chosen, alternatives: [], identity: false, warmStart },
    budget: { ...task.budget, mode: 'online' },
  };
  const runner = new RecordingTrialRunner(half, tools, smaller.budget, start);
  const found = await selectFormat(runner, smaller, contentOf(half), 'online');
  return found.warmStart === undefined ? warmStart : mergeWarmStarts(warmStart, found.warmStart);
}
