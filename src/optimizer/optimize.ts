/**
 * Optimize: from a raster to the smallest file that looks as asked.
 *
 * `instant` trusts the prior curves and encodes once. `online` and
 * `background` search: encode, decode, measure, correct. Whatever the mode,
 * the bytes of an unchanged source bound the result, and the receipt says
 * what was tried and why this was chosen.
 *
 * Portable: encoder, metric and clock come as arguments.
 */
import { encodingText } from '../image/encoding.ts';
import { formatCard } from '../image/format.ts';
import type { Raster } from '../image/raster.ts';
import { askOf, wantsEveryPixel } from './ask.ts';
import { contentOf, flatten, isOpaque } from './content.ts';
import { hastyEncoding } from './haste.ts';
import { joined } from './learning.ts';
import type { Found } from './lossy.ts';
import { Memory } from './memory.ts';
import { type Deliverable, instead } from './never-larger.ts';
import { race } from './race.ts';
import type { Receipt } from './receipt.ts';
import type { Mode, Optimized, Task } from './task.ts';
import { teach } from './teach.ts';
import type { Tools, Workbench } from './workbench.ts';

export type { Repacker } from './never-larger.ts';
export type { Tools } from './workbench.ts';

/** Most pixels, over all frames, that a search looks at; above, the prior decides. */
const MOST_SEARCHED: Readonly<Record<Mode, number>> = {
  instant: 0,
  online: 16e6,
  background: 40e6,
};

/** The rendition of a task, with its receipt. @throws Fault `not-implemented` for formats that cannot be written */
export async function optimize(task: Task, tools: Tools): Promise<Optimized> {
  const start = tools.now();
  const raster = prepared(task);
  const bench = new Memory(raster, tools, task.budget, start);
  const mode = modeFor(task, raster, tools);

  // A format that cannot keep every pixel is no answer to that wish while the source is.
  const exact = wantsEveryPixel(task.output, task.chosen, task.identity);
  const canKeep = askOf(task.output, task.chosen, task.identity).kind === 'lossless';
  if (exact && !canKeep) {
    const source = await instead(task, tools.repacker, { bytes: 0, lossy: true, missed: true });
    if (source !== undefined) return fromSource(task, bench, mode, source, 'every pixel is kept');
  }

  // An animation that no encoder can write in time is delivered as it came, where it can be.
  if (raster.pages > 1 && !bench.affords(hastyEncoding(task.chosen.format), false)) {
    const source = await instead(task, tools.repacker, { bytes: 0, lossy: true, missed: true });
    if (source !== undefined) return fromSource(task, bench, mode, source, 'no time to encode');
  }

  const found = await race(bench, task, contentOf(raster), mode);
  const source = await instead(task, tools.repacker, {
    bytes: found.attempt.bytes.length,
    lossy: found.lossy,
    missed: !found.reached && !found.hurried,
  });
  if (source === undefined) {
    const optimized = fromEncoder(task, bench, mode, found);
    if (mode !== 'background') return optimized;
    const { format } = optimized.receipt;
    const learned = await teach({ ...task, raster }, format, optimized.learned, tools, start);
    return { ...optimized, learned };
  }
  const reason = found.reached
    ? 'encoding again would not save enough to be worth a generation'
    : 'the source itself reaches what the encoder does not';
  return fromSource(task, bench, mode, source, reason);
}

/** The raster as its format can hold it: without alpha where all is opaque, over the background where it must. */
function prepared({ raster, output, chosen }: Task): Raster {
  const needed = formatCard(chosen.format).alpha && !isOpaque(raster);
  return needed ? raster : flatten(raster, output.background);
}

function modeFor({ budget }: Task, raster: Raster, { metric }: Tools): Mode {
  const pixels = raster.width * raster.height;
  return metric === undefined || pixels > MOST_SEARCHED[budget.mode] ? 'instant' : budget.mode;
}

function fromEncoder(task: Task, bench: Workbench, mode: Mode, found: Found): Optimized {
  const { attempt } = found;
  const { encoding, bytes, score, worst } = attempt;
  const knob = 'quality' in encoding && found.lossy;
  return {
    bytes,
    learned: found.learned ? joined(task.learned, found.learned) : (task.learned ?? { shifts: {} }),
    receipt: {
      ...frame(task, bench, mode, found.reason, bytes),
      format: encoding.format,
      ...(knob ? { quality: encoding.quality } : {}),
      encoding: encodingText(encoding),
      ...(score === undefined ? {} : { score }),
      ...(worst === undefined ? {} : { worst }),
      ...(found.reached || found.hurried ? {} : { outOfReach: true }),
      kind: found.lossy ? 'encoded' : 'lossless',
    },
  };
}

function fromSource(
  task: Task,
  bench: Workbench,
  mode: Mode,
  { bytes, kind }: Deliverable,
  reason: string,
): Optimized {
  return {
    bytes,
    learned: task.learned ?? { shifts: {} },
    receipt: {
      ...frame(task, bench, mode, reason, bytes),
      format: task.info.format,
      encoding:
        kind === 'lossless' ? `${task.info.format} re-packed` : `${task.info.format} source`,
      score: 100,
      worst: 100,
      kind: 'source',
    },
  };
}

function frame(task: Task, bench: Workbench, mode: Mode, reason: string, bytes: Uint8Array) {
  const ask = askOf(task.output, task.chosen, task.identity);
  return {
    ...(ask.kind === 'target' ? { target: ask.score } : {}),
    mode,
    bytes: bytes.length,
    sourceBytes: task.info.bytes,
    trials: bench.trials,
    reason,
  } satisfies Partial<Receipt>;
}
