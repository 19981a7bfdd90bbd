/**
 * Race: the ways of encoding a picture, and which of them wins.
 *
 * Inside a format the fewest bytes that reach the target win: a WebP may be
 * lossy or keep every pixel, a PNG may have a palette. Between formats the one
 * that the plan's rules chose stays, unless another that client and plan accept
 * is clearly smaller. What cannot win is not encoded.
 */
import { Fault } from '../base/fault.ts';
import { formatCard } from '../image/format.ts';
import type { ChosenFormat } from '../plan/program.ts';
import { sampledFrames } from './animation.ts';
import { type Ask, askOf } from './ask.ts';
import { ceilingFor } from './ceiling.ts';
import type { Content } from './content.ts';
import {
  forcedChroma,
  isLossyFormat,
  type LossyFormat,
  lossyEncoding,
  progressiveJpeg,
} from './encodings.ts';
import { forcedPalette, gif, keepPixels, pngToTarget } from './exact.ts';
import { type Found, searchLossy } from './lossy.ts';
import { configOf, lnBppAt } from './priors.ts';
import type { Mode, Task } from './task.ts';
import type { Wish } from './wish.ts';
import type { Workbench } from './workbench.ts';

/** What an alternative format must save to be delivered in place of the chosen one. */
export const ALTERNATIVE_SAVING = 0.1;

/** How much better than its prior an alternative may turn out to be; the spread over pictures. */
const OPTIMISM = 0.8;

/** Share of flat pixels from which every pixel may cost fewer bytes than a lossy picture. */
const LOSSLESS_FROM_FLAT = 0.55;

/**
 * Share of blocks with chroma edges from which full chroma pays, by target:
 * what 4:2:0 smears costs quality to win back, the more the higher the target.
 * Measured over 64 rasters: JPEG 4:4:4 takes 5 to 25 % more bytes below these
 * and 5 to 20 % fewer above, WebP's sharper subsampling saves 5 to 20 %.
 */
const CHROMA_EDGES = {
  jpeg: { from: 75, high: 0.006, low: 0.012, none: 65 },
  webp: { from: 75, high: 0.0015, low: 0.004, none: 0 },
} as const;

/** Chroma edges from which a large miss is blamed on colour. */
const CHROMA_SUSPECT = 0.001;

/** Deviation of pictures with large flat areas, which WebP and AVIF find easy. */
const FLAT_DEVIATION = 2.5;

/** The winner among the chosen format and the alternatives. */
export async function race(
  bench: Workbench,
  task: Task,
  content: Content,
  mode: Mode,
): Promise<Found> {
  const first = await bestWay(bench, task, task.chosen, content, mode);
  if (mode === 'instant' || bench.raster.pages > 1) return first;
  const asked = askOf(task.output, task.chosen, task.identity);
  if (asked.kind !== 'target') return first;
  let best = first;
  for (const other of runners(task, content)) {
    const limit = first.attempt.bytes.length * (1 - ALTERNATIVE_SAVING);
    const floor = Math.min(limit, best.attempt.bytes.length);
    const bound = couldTake(bench, task, other, content, asked.score);
    if (bound >= floor && best.reached) continue;
    const found = await bestWay(bench, task, other, content, mode);
    const smaller = found.attempt.bytes.length <= floor;
    if (found.reached && (smaller || !best.reached)) best = found;
  }
  return best;
}

/** Alternatives worth a look: formats not tried yet that can hold the picture. */
function runners(task: Task, content: Content): ChosenFormat[] {
  const seen = new Set([task.chosen.format]);
  return task.alternatives.filter(({ format }) => {
    if (seen.has(format) || format === 'gif') return false;
    seen.add(format);
    return formatCard(format).encodable && (!content.clear || formatCard(format).alpha);
  });
}

/** The fewest bytes an alternative is likely to take. */
function couldTake(
  bench: Workbench,
  task: Task,
  { format }: ChosenFormat,
  content: Content,
  target: number,
): number {
  const { width, height } = bench.raster;
  // Flat pictures pack to almost anything; let them run.
  if (content.flat > LOSSLESS_FROM_FLAT && (format === 'png' || format === 'webp')) return 0;
  if (!isLossyFormat(format)) return Number.POSITIVE_INFINITY;
  const chosen = task.chosen.format;
  const config = configOf(lossyEncoding(plainStyle(format), 75))!;
  const measured = bench.trials.filter((t) => t.format === chosen && t.score !== undefined);
  if (!isLossyFormat(chosen) || measured.length === 0) {
    return (OPTIMISM * width * height * Math.exp(lnBppAt(config, target))) / 8;
  }
  const smallest = Math.min(...measured.map((t) => t.bytes));
  const own = configOf(lossyEncoding(plainStyle(chosen), 75))!;
  return OPTIMISM * smallest * Math.exp(lnBppAt(config, target) - lnBppAt(own, target));
}

const plainStyle = (format: LossyFormat) =>
  ({
    format,
    stage: 'final',
    mode: 'online',
    sharpChroma: false,
    target: undefined,
    progressive: true,
  }) as const;

/** The smallest file of one format that does what is asked of it. */
async function bestWay(
  bench: Workbench,
  task: Task,
  choice: ChosenFormat,
  content: Content,
  mode: Mode,
): Promise<Found> {
  const { output } = task;
  const { format } = choice;
  const ask = askOf(output, choice, task.identity);
  const target = ask.kind === 'target' ? ask.score : undefined;
  if (format === 'gif') return await gif(bench, output.colours ?? 256, target, mode);
  if (format === 'png') return await png(bench, choice, ask, content, output.colours, mode);
  if (!isLossyFormat(format)) {
    throw new Fault('not-implemented', `expected a format that can be written, got ${format}`);
  }
  if (ask.kind === 'lossless') return await keepPixels(bench, 'webp', content, mode);
  const wish = wishOf(task, format, target ?? 0, content, mode);
  if (ask.kind === 'quality') return await atQuality(bench, wish, ask.quality);
  if (bench.raster.pages > 1) return await animated(bench, wish);
  if (format !== 'webp' || !losslessMayWin(content, mode)) return await searchLossy(bench, wish);

  const exact = await keepPixels(bench, 'webp', content, mode);
  const pixels = bench.raster.width * bench.raster.height;
  const usual = (pixels * Math.exp(lnBppAt('webp e4', ask.score))) / 8;
  if (exact.attempt.bytes.length < usual / 4) return exact;
  const lossy = await searchLossy(bench, wish);
  return lossy.reached && lossy.attempt.bytes.length < exact.attempt.bytes.length ? lossy : exact;
}

async function png(
  bench: Workbench,
  choice: ChosenFormat,
  ask: Ask,
  content: Content,
  colours: number | undefined,
  mode: Mode,
): Promise<Found> {
  const palette = choice.palette ?? colours;
  const target = ask.kind === 'target' ? ask.score : undefined;
  const few = content.colours !== undefined && content.colours <= (palette ?? 256);
  if (palette !== undefined && !few) return await forcedPalette(bench, palette, target, mode);
  if (target === undefined) return await keepPixels(bench, 'png', content, mode);
  return await pngToTarget(bench, content, target, palette ?? 256, mode);
}

function losslessMayWin(content: Content, mode: Mode): boolean {
  return mode !== 'instant' && content.flat > LOSSLESS_FROM_FLAT;
}

function wishOf(
  task: Task,
  format: LossyFormat,
  target: number,
  content: Content,
  mode: Mode,
): Wish {
  const forced = format === 'jpeg' ? forcedChroma(task.output) : undefined;
  return {
    format,
    mode,
    target,
    ceiling: ceilingFor(task, format),
    progressive: progressiveJpeg(task.output, task.info),
    insists: format === 'jpeg' && task.output.jpeg.kind !== 'free',
    chroma: forced
      ? { sharp: forced === '4:4:4', free: false, suspect: false }
      : {
          sharp: sharpFirst(format, target, content.chromaEdges, mode),
          free: format !== 'avif',
          suspect: content.chromaEdges > CHROMA_SUSPECT,
        },
    deviation: format !== 'jpeg' && content.flat > LOSSLESS_FROM_FLAT ? FLAT_DEVIATION : 0,
    learned: task.learned,
  };
}

/** Whether colour is kept at full resolution from the start. */
function sharpFirst(format: LossyFormat, target: number, edges: number, mode: Mode): boolean {
  if (format === 'avif') return false;
  const { from, high, low, none } = CHROMA_EDGES[format];
  // Without a second look the safe side is the sharp one.
  if (mode === 'instant') return edges > low;
  return target >= from ? edges > high : target >= none && edges > low;
}

/** A quality the request fixed: one encode, never above what the source has. */
async function atQuality(bench: Workbench, wish: Wish, quality: number): Promise<Found> {
  const used = Math.min(quality, wish.ceiling);
  const { format, mode, progressive } = wish;
  const sharpChroma = format === 'jpeg' && wish.chroma.sharp && !wish.chroma.free;
  const encoding = lossyEncoding(
    { format, stage: 'final', mode, sharpChroma, target: undefined, progressive },
    used,
  );
  const measured = mode !== 'instant' && bench.measures && bench.raster.pages === 1;
  const attempt = measured ? await bench.measure(encoding) : await bench.encode(encoding);
  const reason =
    used < quality
      ? 'no higher quality than the source itself has'
      : 'the quality that was asked for';
  return { attempt, reached: true, lossy: true, reason };
}

/** An animation: the search runs on some frames, the quality found serves all. */
async function animated(bench: Workbench, wish: Wish): Promise<Found> {
  if (wish.mode === 'instant' || !bench.measures) return await searchLossy(bench, wish);
  const still = bench.for(sampledFrames(bench.raster));
  const found = await searchLossy(still, wish);
  bench.trials.push(...still.trials);
  const whole = await bench.encode(found.attempt.encoding);
  const { score, worst } = found.attempt;
  const scores = {
    ...(score === undefined ? {} : { score }),
    ...(worst === undefined ? {} : { worst }),
  };
  return { ...found, attempt: { ...whole, ...scores } };
}
