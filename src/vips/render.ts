/**
 * Render: a program carried out on a source, to a raster.
 *
 * The first turns and windows and one scale happen while decoding (shrink-on-load.ts); every
 * further instruction is one function from raster to raster. Nothing here decides a size: the
 * program has them all. Frames of an animation pass one by one, a few decoded at a time.
 *
 * Invariant: the raster is 8 bits, RGB or RGBA, of exactly `program.size`
 * (of the last instruction); sRGB unless it carries a profile.
 */
import { Memo } from '../base/memo.ts';
import { type Size, sizeText } from '../base/size.ts';
import { withClearedBoxes } from '../containers/animation/gif-frames.ts';
import { asStillAvif } from '../containers/avif.ts';
import { withJpegEnd } from '../containers/jpeg.ts';
import { withHardEdges } from '../gif/hard-edges.ts';
import { isBelieved, withWholeScreen } from '../gif/whole-screen.ts';
import type { Raster } from '../image/raster.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { TextDrawing } from '../image/text-drawing.ts';
import { readCopyright } from '../metadata/copyright.ts';
import { batchesOf, bytesAtOnce, framesAtOnce } from '../plan/animation/frame-choice.ts';
import type { OpOf } from '../plan/op.ts';
import type { Instruction, Program } from '../plan/program.ts';
import { blendColor, overlay } from '../raster/blend.ts';
import { withinColors } from '../raster/color-range.ts';
import {
  border,
  checker,
  crossHairs,
  flatten,
  mask,
  over,
  pictureMask,
} from '../raster/compositing.ts';
import { enhance } from '../raster/enhancement.ts';
import { bilevel, halftone, pixelate } from '../raster/filters.ts';
import { FrameStack } from '../raster/frame-stack.ts';
import { copied, frameOf, withNeededAlpha } from '../raster/pixels.ts';
import { removeRedEyes } from '../raster/red-eye.ts';
import { thinnedBy } from '../raster/thinning/thinned-by.ts';
import { tone } from '../raster/tone.ts';
import { blurred } from './blur.ts';
import { withColorsKept, withDeliveredColor } from './color/delivered-color.ts';
import { fewColors } from './color/few-colors.ts';
import { needsPlainSamples, withPlainSamples } from './color/plain-samples.ts';
import { withSeenSamples } from './color/seen-samples.ts';
import { keptTables } from './color/source-light.ts';
import { clearCanvas, drawnText, type PlacedText, withText } from './drawn-text.ts';
import { denoise, hideFaces, sharpen } from './filters.ts';
import { isForeign, readableByVips } from './foreign/foreign.ts';
import { withLoneFrame } from './foreign/lone-frame.ts';
import { extend, extract, type OwnColors, rotate } from './geometry.ts';
import { frameLoader, type LoadFrames, loadStill, rescale } from './load.ts';
import { freeGarbage, orient } from './pipeline.ts';
import { foldIntoLoad } from './shrink-on-load.ts';
import { readSource, type SourceFile } from './source-file.ts';

export interface RenderContext {
  /** A second picture, by its place, behind its own steps; asked for once by a program that has one. */
  readonly picture?: (index: number, steps: readonly Instruction[]) => Promise<Raster>;
  /** Sets text as outlines. */
  readonly typeset?: (op: OpOf<'text' | 'text-canvas'>, size: Size) => Promise<TextDrawing>;
  /** For gradients without colors of their own. */
  readonly ownColors?: OwnColors;
  /**
   * Told that pixels of the source are about to be read; gives what is to be told when they are,
   * which has no effect when told again.
   */
  readonly reading?: () => () => void;
  /** Most bytes of frames decoded at a time; 64 MiB by default. */
  readonly frameBytes?: number;
}

/** The parts of a program that rendering reads; a `measure` of lowering has them too. */
export interface RenderInput
  extends Pick<Program, 'frames' | 'color' | 'delivered' | 'cmyk' | 'annotations' | 'playing'> {
  readonly instructions: readonly Instruction[];
  /** Absent while measuring: then nothing is attached, and an opaque alpha channel stays. */
  readonly output?: Program['output'];
  readonly chosen?: Program['chosen'];
  readonly alternatives?: Program['alternatives'];
}

/**
 * The picture that a program makes of a source.
 *
 * @throws Fault source-broken, source-unsupported, source-too-many-pixels
 */
export async function render(
  given: SourceFile,
  info: SourceInfo,
  asked: RenderInput,
  context: RenderContext = {},
): Promise<Raster> {
  const file = await readableFile(given, info, asked.frames.first);
  const input = await withColorsKept(file, info, asked);
  const state: RenderState = { context, file, info, input, ...memos() };
  const raster = input.frames.count > 1 ? await renderFrames(state) : await renderStill(state);
  return input.output === undefined ? raster : finish(raster, state);
}

/**
 * The same frame by frame, so that an animation is not held as a whole: stills without alpha, over
 * the background of the output.
 *
 * @throws Fault source-broken, source-unsupported
 */
export async function* renderOpaqueFrames(
  given: SourceFile,
  info: SourceInfo,
  input: RenderInput & { readonly output: Extract<Program['output'], { kind: 'picture' }> },
  context: RenderContext = {},
): AsyncGenerator<Raster> {
  const file = await readableFile(given, info, input.frames.first);
  const state: RenderState = { context, file, info, input, ...memos() };
  for await (const frame of framesOf(state)) {
    const opaque = flatten(frame, input.output.background);
    yield opaque === frame ? copied(frame) : opaque;
  }
}

/** The source in a form that libvips reads, and reads rightly. */
async function readableFile(
  given: SourceFile,
  info: SourceInfo,
  page: number,
): Promise<SourceFile> {
  const { format } = info;
  if (format !== 'pdf' && isForeign(format)) {
    return { bytes: await readableByVips(await readSource(given), format, info) };
  }
  if (info.ownSamples) return await withSeenSamples(await readSource(given), info, page);
  if (info.loneFrame) return { bytes: await withLoneFrame(await readSource(given)) };
  if (info.jpeg?.endMissing) return { bytes: withJpegEnd(await readSource(given)) };
  if (format === 'avif' && (info.animated || needsPlainSamples(info))) {
    const bytes = await readSource(given);
    const still = info.animated ? asStillAvif(bytes) : bytes;
    return { bytes: needsPlainSamples(info) ? await withPlainSamples(still, info) : still };
  }
  if (format !== 'gif' || !info.alpha || (info.pages === 1 && isBelieved(info))) return given;
  const bytes = await readSource(given);
  const screened = withWholeScreen(bytes);
  const cleared = withClearedBoxes(screened ?? bytes);
  return cleared === bytes ? given : { bytes: cleared, front: screened === undefined ? 0 : 1 };
}

/** What a step may need besides the raster. */
interface RenderState {
  readonly context: RenderContext;
  readonly file: SourceFile;
  readonly info: SourceInfo;
  readonly input: RenderInput;
  /** Second pictures made so far, by the steps that use them. */
  readonly pictures: Memo<Instruction, Promise<Raster>>;
  readonly texts: Memo<Instruction, Promise<PlacedText | undefined>>;
}

const memos = (): Pick<RenderState, 'pictures' | 'texts'> => ({
  pictures: new Memo(),
  texts: new Memo(),
});

async function renderStill(state: RenderState): Promise<Raster> {
  const { file, info, input } = state;
  const { transform, rest } = foldIntoLoad(info, input.instructions);
  const read = state.context.reading?.();
  const loaded = await loadStill(file, info, input, input.frames.first, transform, read);
  read?.();
  const reached = input.instructions[input.instructions.length - rest.length - 1];
  return through(reached ? assertSize(loaded, reached) : loaded, rest, state);
}

async function renderFrames(state: RenderState): Promise<Raster> {
  const { info, input } = state;
  const { first } = input.frames;
  const stack = new FrameStack(input.frames.count);
  for await (const frame of framesOf(state)) stack.add(frame);
  const delays = info.delays.slice(first, first + stack.count);
  return { ...stack.raster(), ...(input.playing ?? { delays, loop: info.loop }) };
}

/** The frames of an animation through the steps, none of which is held here; they may share memory until the next comes. */
async function* framesOf(state: RenderState): AsyncGenerator<Raster> {
  const { context, file, info, input } = state;
  const frameBytes = info.width * info.height * 4;
  const together = (left: number) => context.frameBytes ?? bytesAtOnce(frameBytes * left);
  const load = await frameLoader(file, info, input);
  const batches = batchesOf(input.frames, (left) => framesAtOnce(together(left), frameBytes));
  for (const batch of batches) {
    yield* framesOfBatch(batch, load, state);
    if (batches.length > 1) freeGarbage(); // before the next takes as much again
  }
}

async function* framesOfBatch(batch: readonly number[], load: LoadFrames, state: RenderState) {
  const { instructions } = state.input;
  const first = Math.min(...batch);
  const read = state.context.reading?.();
  const strip = await load(first, Math.max(...batch) - first + 1);
  read?.();
  for (const page of batch) {
    const frame = frameOf(strip, page - first);
    // Without alpha every step takes less time; who holds the last frame shall not hold all.
    if (instructions.length > 0) yield await through(withNeededAlpha(frame), instructions, state);
    else yield page === batch.at(-1) ? copied(frame) : frame;
  }
}

async function through(
  start: Raster,
  instructions: readonly Instruction[],
  state: RenderState,
): Promise<Raster> {
  let raster = start;
  for (const step of instructions) raster = assertSize(await apply(raster, step, state), step);
  return raster;
}

/** The raster, once it is known to have the size its instruction names. */
function assertSize(raster: Raster, step: Size & { readonly kind: string }): Raster {
  if (raster.width !== step.width || raster.height !== step.height) {
    throw new Error(`Expected ${sizeText(step)} after ${step.kind}, got ${sizeText(raster)}.`);
  }
  return raster;
}

async function apply(raster: Raster, step: Instruction, state: RenderState): Promise<Raster> {
  switch (step.kind) {
    case 'orient':
      return orient(raster, step);
    case 'extract':
      return extract(raster, step);
    case 'scale':
      return rescaled(raster, step, state);
    case 'thin':
      return thinnedBy(raster, step, step.by);
    case 'extend':
      return extend(raster, step, state.context.ownColors);
    case 'rotate':
      return rotate(raster, step);
    case 'red-eye':
      return removeRedEyes(raster, step.discs);
    case 'hide-faces':
      return hideFaces(raster, step);
    case 'enhance':
      return enhance(raster, step);
    case 'tone':
      return tone(raster, step.steps);
    case 'blur':
      return blurred(raster, step.sigma);
    case 'sharpen':
      return sharpen(raster, step);
    case 'pixelate':
      return pixelate(raster, step);
    case 'halftone':
      return halftone(raster, step);
    case 'denoise':
      return denoise(raster, step);
    case 'bilevel':
      return bilevel(raster, step);
    case 'background':
      return over(raster, step.color);
    case 'checker':
      return checker(raster, step);
    case 'mask':
      return mask(raster, step);
    case 'picture-mask':
      return pictureMask(raster, await secondPicture(step, state), step.color);
    case 'overlay':
      return overlay(raster, await secondPicture(step, state), step);
    case 'blend':
      return blendColor(raster, step);
    case 'text':
      return withText(raster, await text(step, state));
    case 'text-canvas':
      return withText(clearCanvas(step), await text(step, state));
    case 'border':
      return border(raster, step);
    case 'cross-hairs':
      return crossHairs(raster, step);
  }
}

async function rescaled(
  raster: Raster,
  step: Extract<Instruction, { kind: 'scale' }>,
  { file, info, input }: RenderState,
): Promise<Raster> {
  const fewColors = info.format === 'gif' && info.pages > 1;
  return rescale(raster, step, fewColors, await keptTables(file, info, input));
}

/** The text of a step, drawn once for all frames. */
function text(
  step: Extract<Instruction, { kind: 'text' | 'text-canvas' }>,
  { context: { typeset }, texts }: RenderState,
): Promise<PlacedText | undefined> {
  if (typeset === undefined) throw new Error('Expected something that sets text, got none.');
  return texts.of(step, async () => drawnText(await typeset(step, step), step.style, step));
}

/** The second picture of a step, made once for all frames. */
function secondPicture(
  step: Extract<Instruction, { kind: 'overlay' | 'picture-mask' }>,
  { context: { picture }, pictures }: RenderState,
): Promise<Raster> {
  if (picture === undefined) throw new Error('Expected second pictures, got none.');
  return pictures.of(step, () => picture(step.picture, step.steps));
}

/** Everything that goes into the file beside the pixels. */
async function finish(raster: Raster, state: RenderState): Promise<Raster> {
  const { info, input, file } = state;
  // Alpha without a clear pixel costs bytes in every format and shows nothing.
  const shown = withNeededAlpha(raster);
  const { output } = input;
  if (output?.kind !== 'picture') return shown;
  const colored = await withDeliveredColor(shown, file, info, input);
  const copyright =
    output.metadata !== 'none' && info.format === 'jpeg' && input.chosen?.format === 'jpeg'
      ? readCopyright(await readSource(file))
      : undefined;
  const sourceColors = await fewColors(file, info, input);
  const edged = staysGif(info, input) ? withHardEdges(colored) : colored;
  const metadata = output.dpi === undefined ? copyright : { ...copyright, density: output.dpi };
  return {
    ...(sourceColors === undefined || input.chosen?.format !== 'gif'
      ? edged
      : withinColors(edged, sourceColors)),
    ...(sourceColors === undefined ? {} : { sourceColors }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Whether a GIF becomes one again, and nothing else. */
function staysGif({ format }: SourceInfo, { chosen, alternatives = [] }: RenderInput): boolean {
  const choices = chosen ? [chosen, ...alternatives] : [];
  return format === 'gif' && choices.length > 0 && choices.every((one) => one.format === 'gif');
}
