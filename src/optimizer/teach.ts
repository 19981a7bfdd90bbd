/**
 * Teach: half the width is searched in the background, for the sake of the others.
 *
 * A source is seldom asked for in one width. What its first search learned tells
 * the next width to 1 or 2 points, which is one trial too many for most. So when
 * a rendition is refined, the picture at half its width is searched as well, for
 * a tenth of what refining takes at most; a width half as large then ends with its
 * first trial four times in five, in place of two in five. Nothing of it is delivered.
 */
import type { FormatName } from '../image/format.ts';
import { askOf } from './ask.ts';
import { contentOf } from './content.ts';
import { isLossyFormat } from './encodings.ts';
import { joined } from './learning.ts';
import { Memory } from './memory.ts';
import { race } from './race.ts';
import type { Learned, Task } from './task.ts';
import type { Tools } from './workbench.ts';

/** Half pictures of fewer pixels teach little. */
const LEAST_PIXELS = 128 * 128;

/** What was learned, and what half the width teaches about a format; `start`: when the task began. */
export async function teach(
  task: Task,
  format: FormatName,
  learned: Learned,
  tools: Tools,
  start = tools.now(),
): Promise<Learned> {
  const { raster, alternatives, output } = task;
  const chosen = [task.chosen, ...alternatives].find((choice) => choice.format === format);
  const few = raster.width * raster.height < 4 * LEAST_PIXELS;
  if (chosen === undefined || tools.halve === undefined || few || raster.pages > 1) return learned;
  if (!isLossyFormat(format) || askOf(output, chosen, false).kind !== 'target') return learned;
  const half = await tools.halve(raster);
  const smaller: Task = {
    ...{ ...task, raster: half, chosen, alternatives: [], identity: false, learned },
    budget: { ...task.budget, mode: 'online' },
  };
  const bench = new Memory(half, tools, smaller.budget, start);
  const found = await race(bench, smaller, contentOf(half), 'online');
  return found.learned === undefined ? learned : joined(learned, found.learned);
}
