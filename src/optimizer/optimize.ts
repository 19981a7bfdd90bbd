/**
 * Optimize: from a raster to the smallest file that looks as asked.
 *
 * `instant` trusts the prior curves and encodes once. `online` and
 * `background` search: encode, decode, measure, correct. Whatever the mode,
 * the bytes of an unchanged source bound the result, and the receipt says
 * what was tried and why this was chosen.
 *
 * Portable: encoder, codecs, metric and clock come as arguments.
 */
import type { Color } from '../base/color.ts';
import { type FormatName, formatCard } from '../image/format.ts';
import type { Raster } from '../image/raster.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { profileKind } from '../metadata/icc.ts';
import { fromSrgbTo } from '../raster/color/from-srgb.ts';
import { flatten } from '../raster/compositing.ts';
import { isOpaque } from '../raster/pixels.ts';
import { codecFor, fastestEncoding, keepsPixels } from './codecs/codec.ts';
import { estimatedAtFixedQuality, measuredAtFixedQuality } from './codecs/fixed-quality.ts';
import { selectFormat } from './formats/format-selection.ts';
import {
  type Deliverable,
  movesInFile,
  sourceAsIs,
  sourceInstead,
} from './formats/never-larger.ts';
import { qualityRequestFor, wantsEveryPixel } from './formats/quality-request.ts';
import { orSourceKind } from './formats/source-kind.ts';
import { isPatient } from './mode.ts';
import { contentOf } from './model/content.ts';
import type { Receipt } from './receipt.ts';
import { trainHalfSize } from './search/half-size-training.ts';
import type { EncodeResult } from './search/quality-search.ts';
import { type Tools, TrialRunner } from './search/trial-runner.ts';
import { mergeWarmStarts } from './search/warm-start.ts';
import type { Mode, OptimizeInput, OptimizeResult } from './task.ts';

export type { Repacker } from './formats/never-larger.ts';
export type { Tools } from './search/trial-runner.ts';

/** Most pixels of a frame for a search, of which an animation shows a few; above, less is done (`modeFor`). */
const MOST_SEARCHED: Readonly<Record<Mode, number>> = {
  instant: 0,
  online: 16e6,
  background: 40e6,
  offline: 4e6,
};

/** The rendition of a task, with its receipt. @throws Fault `not-implemented` for formats that cannot be written */
export async function optimize(task: OptimizeInput, tools: Tools): Promise<OptimizeResult> {
  const start = tools.now();
  const raster = prepared(task);
  const runner = new TrialRunner(raster, tools, task.budget, start);
  const made = await deliverable(task, tools, runner, start);
  const fixedQuality = task.budget.compares
    ? await measuredAtFixedQuality(raster, tools.encoder)
    : estimatedAtFixedQuality(raster, runner.encodes, runner.codecs);
  if (fixedQuality === undefined) return made;
  return { ...made, receipt: { ...made.receipt, fixedQuality } };
}

/** @param start of the task */
async function deliverable(
  task: OptimizeInput,
  tools: Tools,
  runner: TrialRunner,
  start: number,
): Promise<OptimizeResult> {
  const { raster } = runner;
  const mode = modeFor(task, raster, tools);
  const codec = codecFor(runner.codecs, task.chosen.format);

  // Where every pixel is wanted, the source goes before a file that cannot keep them.
  const exact = wantsEveryPixel(task.output, task.chosen, task.identity);
  if (exact && (!keepsPixels(codec) || isDeep(task.info))) {
    const source = await sourceInstead(task, tools.repacker, {
      bytes: 0,
      lossy: true,
      missed: true,
    });
    if (source !== undefined)
      return await fromSource(task, runner, mode, source, 'every pixel is kept');
  }

  // An animation that moves in its file alone does so as long as that is an answer.
  if (movesInFile(task)) {
    const source = await sourceInstead(task, tools.repacker, {
      bytes: 0,
      lossy: true,
      missed: true,
    });
    if (source !== undefined)
      return await fromSource(task, runner, mode, source, 'all frames are kept');
  }

  // An animation that no encoder can write in time is delivered as it came, where it can be.
  if (raster.pages > 1 && !runner.affords(fastestEncoding(codec), false)) {
    const source = await sourceInstead(task, tools.repacker, {
      bytes: 0,
      lossy: true,
      missed: true,
    });
    if (source !== undefined) {
      return cutShort(await fromSource(task, runner, mode, source, 'no time to encode'));
    }
  }

  const content = contentOf(raster);
  const selected = await selectFormat(runner, task, content, mode);
  const found = await orSourceKind(runner, { ...task, raster }, content, mode, selected);
  const source = await sourceInstead(task, tools.repacker, {
    bytes: found.attempt.bytes.length,
    lossy: found.lossy,
    missed: !found.reached && !found.deadlineBound,
  });
  const asIs =
    source === undefined
      ? await sourceAsIs(task, tools.repacker, found.attempt.bytes.length)
      : undefined;
  if (asIs !== undefined) {
    return await fromSource(
      task,
      runner,
      mode,
      asIs,
      'only a quality was asked for, and the source is smaller',
    );
  }
  if (source === undefined) {
    const optimized = fromEncoder(task, runner, mode, found);
    if (!isPatient(mode)) return optimized;
    const { format } = optimized.receipt;
    const warmStart = await trainHalfSize(
      { ...task, raster },
      format,
      optimized.warmStart,
      tools,
      start,
    );
    return { ...optimized, warmStart };
  }
  const reason = found.reached
    ? 'encoding again would not save enough to be worth a generation'
    : 'the source itself reaches what the encoder does not';
  const instead = await fromSource(task, runner, mode, source, reason);
  return found.cutShort ? cutShort(instead) : instead;
}

/** Whether a source has more bits per channel than rasters have. */
function isDeep({ depth }: SourceInfo): boolean {
  return depth > 8;
}

function cutShort(result: OptimizeResult): OptimizeResult {
  return { ...result, receipt: { ...result.receipt, cutShort: true } };
}

/** The raster as its format can hold it: without alpha where all is opaque, over the background where it must. */
function prepared({ raster, output, chosen }: OptimizeInput): Raster {
  return asHeld(raster, chosen.format, output.background);
}

/** A raster as a format can hold it. @param background under alpha where the format has none */
export function asHeld(raster: Raster, format: FormatName, background: Color): Raster {
  const needed = formatCard(format).alpha && !isOpaque(raster);
  return needed ? raster : flatten(raster, groundOf(raster, background));
}

/** A color of sRGB in the space that a raster is in. */
function groundOf({ channels, profile }: Raster, color: Color): Color {
  if (channels === 3 || profileKind(profile) !== 'other' || profile === undefined) return color;
  return fromSrgbTo(profile)?.(color) ?? color;
}

/** The mode for a raster: without a metric, or where it is too large to be searched, a guess; less than `offline` where that takes minutes. */
export function modeFor({ budget }: OptimizeInput, raster: Raster, { metric }: Tools): Mode {
  const pixels = raster.width * raster.height;
  const { mode } = budget;
  if (metric === undefined) return 'instant';
  if (pixels <= MOST_SEARCHED[mode]) return mode;
  return mode === 'offline' && pixels <= MOST_SEARCHED.background ? 'background' : 'instant';
}

/** What came of a search, with its receipt. */
export function fromEncoder(
  task: OptimizeInput,
  runner: TrialRunner,
  mode: Mode,
  found: EncodeResult,
): OptimizeResult {
  const { attempt } = found;
  const { encoding, bytes, score, worst } = attempt;
  const hasQuality = 'quality' in encoding && found.lossy;
  return {
    bytes,
    ...(found.unmeasured ? { measure: () => runner.compare(bytes) } : {}),
    warmStart: found.warmStart
      ? mergeWarmStarts(task.warmStart, found.warmStart)
      : (task.warmStart ?? { offsets: {} }),
    receipt: {
      ...common(task, runner, mode, found.reason, bytes),
      format: encoding.format,
      ...(hasQuality ? { quality: encoding.quality } : {}),
      encoding: codecFor(runner.codecs, encoding.format).text(encoding),
      ...(found.stop === undefined ? {} : { stop: found.stop }),
      ...(score === undefined ? {} : { score }),
      ...(worst === undefined ? {} : { worst }),
      ...(found.reached || found.deadlineBound ? {} : { outOfReach: true }),
      ...(found.cutShort ? { cutShort: true } : {}),
      // Rasters have 8 bits: what a deeper source had beyond them is lost.
      kind: found.lossy || isDeep(task.info) ? 'encoded' : 'lossless',
    },
  };
}

/** What was done with the source, for the receipt. */
const DONE = { lossless: 're-packed', source: 'source', turned: 'turned' } as const;

async function fromSource(
  task: OptimizeInput,
  runner: TrialRunner,
  mode: Mode,
  { bytes, kind }: Deliverable,
  reason: string,
): Promise<OptimizeResult> {
  const { format } = task.info;
  const same = { score: 100, worst: 100 };
  const scores = kind !== 'turned' ? same : mode === 'instant' ? {} : await runner.compare(bytes);
  return {
    bytes,
    warmStart: task.warmStart ?? { offsets: {} },
    receipt: {
      ...common(task, runner, mode, reason, bytes),
      format,
      encoding: `${format} ${DONE[kind]}`,
      ...scores,
      kind: 'source',
    },
  };
}

/** What a receipt says whatever was delivered. */
function common(
  task: OptimizeInput,
  runner: TrialRunner,
  mode: Mode,
  reason: string,
  bytes: Uint8Array,
) {
  const codec = codecFor(runner.codecs, task.chosen.format);
  const request = qualityRequestFor(task.output, task.chosen, task.identity, codec);
  return {
    ...(request.kind === 'target' ? { target: request.score } : {}),
    mode,
    bytes: bytes.length,
    sourceBytes: task.info.bytes,
    trials: runner.trials,
    reason,
    ...(runner.skipped ? { skipped: true } : {}),
  } satisfies Partial<Receipt>;
}
