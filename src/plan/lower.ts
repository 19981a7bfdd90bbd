/**
 * Lowering: a plan and the facts of a source make a program.
 *
 * The state is the picture's size and whether it may be clear; each op turns
 * into instructions in whole pixels and moves the state on (lower-op.ts). Scales that
 * follow one another become one, so that a picture is resampled once.
 *
 * Pure: no pixel is read. Where a step depends on pixels (a trim), lowering
 * stops there and says what to measure; called again with the box, it goes on.
 * So it does where a step depends on what is found on the source (faces).
 */
import { Fault } from '../base/fault.ts';
import { clamp, type Size, sizeText } from '../base/size.ts';
import type { Findings } from '../image/findings.ts';
import type { FormatName } from '../image/format.ts';
import { formatCard } from '../image/format.ts';
import { isKeepable } from '../image/source-color.ts';
import { isAnimation, isMoving, type SourceInfo } from '../image/source-info.ts';
import { shownDelay } from '../image/video.ts';
import { chosenFrames, played } from './animation/frame-choice.ts';
import { asksAdobeRgb, carriesProfile, colorOf } from './color/color-space.ts';
import { isComposition, lowerComposition } from './composition/lower-composition.ts';
import {
  heedsFaces,
  isOwnTurn,
  type LowerState,
  lowerOp,
  lowerTrim,
  missingFinding,
} from './lower-op.ts';
import { negotiateFormat } from './negotiate.ts';
import type { Op } from './op.ts';
import { isVideo, type Output } from './output.ts';
import type { Plan } from './plan.ts';
import type { Instruction, Known, Lowered, Program } from './program.ts';
import { withRedEyes } from './red-eye-step.ts';
import { mergeResamples } from './resamples/merge-resamples.ts';
import { withWindowedScales } from './resamples/windowed-scales.ts';
import { facesAfter } from './source-view.ts';
import { withHiddenFaces } from './steps/hide-faces-step.ts';

export interface LowerLimits {
  /** Most pixels of any picture on the way, one frame. */
  readonly maxPixels: number;
  /** Longest side of any picture on the way. */
  readonly maxSide: number;
  /** Most pixels of all frames of an animated result together. */
  readonly maxAnimation: number;
}

/**
 * A little above 8192 × 8192, the largest output of the dialects; for animations the sum of
 * their frames is held to exactly that (docs/spec/fastly-io.md 11.2).
 */
export const DEFAULT_LOWER_LIMITS: LowerLimits = {
  maxPixels: 80_000_000,
  maxSide: 32_768,
  maxAnimation: 8192 * 8192,
};

/** Longest video, in seconds (docs/spec/video.md 1.7). */
const LONGEST_VIDEO = 3600;

/**
 * The program of a plan for a source, or what has to be measured or found first.
 *
 * @throws Fault region-out-of-bounds, result-too-large
 */
export function lower(
  plan: Plan,
  info: SourceInfo,
  accepts: ReadonlySet<FormatName>,
  { measured = [], findings = {}, pictures = [], heights = [] }: Known = {},
  limits: LowerLimits = DEFAULT_LOWER_LIMITS,
): Lowered {
  const { output } = plan;
  const state: LowerState = {
    size: { width: info.width, height: info.height },
    alpha: info.alpha && info.opaque !== true,
    instructions: [],
  };
  const reading = {
    ...(plan.cmyk === undefined ? {} : { cmyk: plan.cmyk }),
    ...(plan.annotations === false ? { annotations: plan.annotations } : {}),
  };
  const moving = isAnimation(info) && plan.frames.kind === 'all';
  let trims = 0;
  let canvases = 0;
  const told = output.kind === 'facts' && output.faces === true;
  if (told && findings.faces === undefined) return { kind: 'find', finding: 'faces' };
  const hides = plan.ops.filter((op) => op.kind === 'hide-faces');
  const hidden = moving ? 'facesInMotion' : 'faces';
  if (hides.length > 0 && findings[hidden] === undefined) return { kind: 'find', finding: hidden };
  for (const given of plan.ops) {
    const op = inForce(given, state, info, findings);
    const finding = missingFinding(op, state.size, info, findings);
    if (finding !== undefined) return { kind: 'find', finding };
    if (op.kind === 'trim') {
      if (op.notFor?.includes(info.format)) continue;
      const box = measured[trims++];
      if (box === undefined) {
        return {
          kind: 'measure',
          before: state.instructions,
          size: state.size,
          frames: { first: firstFrame(plan, info), count: 1 },
          // Borders are looked for in colors as they are seen, whatever is kept of them.
          color: 'srgb',
          ...reading,
          rule: op.rule,
        };
      }
      lowerTrim(state, op, box);
    } else if (op.kind === 'text-canvas') {
      const height = op.height ?? heights[canvases++];
      if (height === undefined) return { kind: 'typeset', op };
      const { width } = op;
      state.size = { width, height };
      state.alpha = true;
      state.instructions.push({ ...op, width, height });
    } else if (isComposition(op)) {
      const missing = lowerComposition(state, op, pictures);
      if (missing !== undefined) return missing;
    } else {
      lowerOp(state, op, info, findings);
    }
  }
  if (output.kind === 'picture' && output.onlyAnimations && !moving) throw still(info);
  const color = colorOf(plan, info, state.instructions);
  const pages = moving ? chosenPages(plan, info) : undefined;
  const playing = moving ? playingOf(plan, info, pages) : undefined;
  const keepsColors = (as: Program['color']) =>
    (info.space === 'rgb' || info.space === 'grey') &&
    (info.profile !== 'other' || as === 'keep') &&
    (info.color === undefined || (as === 'keep' && isKeepable(info.color)));
  const sameColors = keepsColors(color) && !asksAdobeRgb(output);
  const sameFrames = pages === undefined && playing === undefined;
  const untouched =
    state.instructions.length === 0 && sameFrames && sameColors && mayBeFile(output, info);
  const facts = {
    info,
    accepts,
    size: state.size,
    animated: moving,
    alpha: state.alpha,
    untouched,
  };
  const choice = output.kind === 'picture' ? negotiateFormat(output, facts) : undefined;
  const video = choice !== undefined && isVideo(choice.chosen.format);
  const drawn = choice !== undefined && formatCard(choice.chosen.format).traced;
  if (video) {
    checkDuration(playing?.delays ?? info.delays);
    makeEven(state);
  }
  const tooLarge = (size: Size) => exceeds(size, limits);
  const merged = withWindowedScales(mergeResamples(state.instructions), info, tooLarge).map((one) =>
    withWindowedSteps(one, pictures, tooLarge),
  );
  const mends = plan.ops.some(({ kind }) => kind === 'red-eye') && !isMoving(info);
  const covered = withHiddenFaces(merged, hides, findings[hidden] ?? [], info);
  const instructions = mends ? withRedEyes(covered, findings.redEyes ?? [], info) : covered;
  for (const instruction of instructions) check(instruction, limits);
  const keepsMotion =
    moving && (choice === undefined || formatCard(choice.chosen.format).animation);
  const count = keepsMotion ? (pages?.length ?? info.pages) : 1;
  // What carries no profile says no other color space than sRGB.
  const carried = choice === undefined || carriesProfile(choice, count);
  const shown = carried || color !== 'keep' ? color : 'srgb';
  const delivered = carried && asksAdobeRgb(output) ? 'adobe-rgb' : undefined;
  const frames = {
    first: pages?.[0] ?? firstFrame(plan, info),
    count,
    ...(pages === undefined || count === 1 ? {} : { pages }),
  };
  const upright = isOwnTurn(instructions, info);
  const unchanged =
    !video &&
    !drawn &&
    (instructions.length === 0 || upright) &&
    (frames.count === info.pages || choice?.chosen.onlySource === true) &&
    sameFrames &&
    !(info.animated && plan.frames.kind === 'one');
  if (frames.count > 1) checkAnimation(state.size, frames.count, info, limits);
  return {
    kind: 'program',
    program: {
      frames,
      ...(playing === undefined || count === 1 ? {} : { playing }),
      color: shown,
      ...(delivered ? { delivered } : {}),
      ...reading,
      instructions,
      size: state.size,
      alpha: state.alpha,
      unchanged,
      identity: unchanged && delivered === undefined && keepsColors(shown),
      upright,
      ...(choice === undefined ? {} : { chosen: choice.chosen }),
      alternatives:
        choice?.alternatives.filter(
          (other) => !moving || formatCard(other.format).animation || other.onlySource,
        ) ?? [],
      output,
    },
  };
}

/** The op, or what stands for it where it heeds faces and none is left; itself while faces are not known. */
function inForce(op: Op, { instructions }: LowerState, info: SourceInfo, { faces }: Findings): Op {
  if (op.kind !== 'resize' || !heedsFaces(op) || faces === undefined) return op;
  return facesAfter(faces, info, instructions).length > 0 ? op : (op.withoutFaces ?? op);
}

/**
 * The picture with the even sides that video takes: the last row or column is left out
 * (docs/spec/video.md 1.4). A side of one pixel is doubled.
 */
function makeEven(state: LowerState): void {
  const { width, height } = state.size;
  const even = { width: width - (width % 2), height: height - (height % 2) };
  if (width > 1 && height > 1) {
    if (even.width === width && even.height === height) return;
    state.instructions.push({ kind: 'extract', left: 0, top: 0, ...even });
    state.size = even;
    return;
  }
  const size = { width: Math.max(2, even.width), height: Math.max(2, even.height) };
  state.instructions.push({ kind: 'scale', filter: 'nearest', ...size });
  state.size = size;
}

/** Whether what is asked of the output may be true of the file of the source. */
function mayBeFile(output: Output, { orientation, profile }: SourceInfo): boolean {
  if (output.kind !== 'picture' || output.whenLarger === 'render' || orientation !== 1)
    return false;
  return output.dpi === undefined && (output.profile !== 'tagged-srgb' || profile === 'srgb');
}

function still({ animated, format }: SourceInfo): Fault {
  return animated
    ? new Fault(
        'source-unsupported',
        `Expected an animation whose frames this server reads, got an animated ${format.toUpperCase()}.`,
      )
    : new Fault('bad-parameter', 'Expected an animated picture for a video, got a still one.');
}

/** @throws Fault result-too-large */
function checkDuration(delays: readonly number[]): void {
  const seconds = delays.reduce((sum, delay) => sum + shownDelay(delay), 0) / 1000;
  if (seconds <= LONGEST_VIDEO) return;
  throw new Fault(
    'result-too-large',
    `Expected at most ${LONGEST_VIDEO} seconds of video, got ${Math.round(seconds)}.`,
  );
}

/** The frames that are played, where not all in their order. */
function chosenPages({ frames }: Plan, { pages }: SourceInfo): readonly number[] | undefined {
  if (frames.kind !== 'all' || frames.choice === undefined) return undefined;
  const chosen = chosenFrames(frames.choice, pages);
  return chosen.length === pages && chosen.every((page, i) => page === i) ? undefined : chosen;
}

/** Times and turns of the frames, where not those of the source. */
function playingOf(
  { playing = {} }: Plan,
  info: SourceInfo,
  pages: readonly number[] | undefined,
): Program['playing'] {
  const { loop, rate } = playing;
  const same = rate === undefined && (loop === undefined || loop === info.loop);
  if (pages === undefined && same) return undefined;
  return played(playing, pages ?? info.delays.map((_, page) => page), info);
}

function firstFrame(plan: Plan, info: SourceInfo): number {
  return plan.frames.kind === 'one' ? clamp(plan.frames.index, 0, info.pages - 1) : 0;
}

/** Steps that make a picture larger must stay in bounds; the source's own size is the probe's business. */
function check(instruction: Instruction, limits: LowerLimits): void {
  const { kind, width, height } = instruction;
  if (kind === 'overlay' || kind === 'picture-mask') {
    for (const step of instruction.steps) check(step, limits);
  }
  if (kind === 'orient' || kind === 'extract') return;
  if (exceeds({ width, height }, limits)) {
    throw new Fault(
      'result-too-large',
      `Expected a picture of at most ${limits.maxPixels / 1e6} megapixels on the way, got ${sizeText({ width, height })}.`,
    );
  }
}

function exceeds({ width, height }: Size, { maxPixels, maxSide }: LowerLimits): boolean {
  return width * height > maxPixels || Math.max(width, height) > maxSide;
}

/** The same for the steps of a second picture. */
function withWindowedSteps(
  one: Instruction,
  pictures: NonNullable<Known['pictures']>,
  tooLarge: (size: Size) => boolean,
): Instruction {
  if (one.kind !== 'overlay' && one.kind !== 'picture-mask') return one;
  const known = pictures[one.picture];
  if (known === undefined || known === 'absent') return one;
  return { ...one, steps: withWindowedScales(one.steps, known.info, tooLarge) };
}

/** An animation may be as large as it came, but not grow beyond the limit. */
function checkAnimation(size: Size, count: number, info: SourceInfo, limits: LowerLimits): void {
  const pixels = size.width * size.height;
  if (pixels <= info.width * info.height || pixels * count <= limits.maxAnimation) return;
  throw new Fault(
    'result-too-large',
    `Expected at most ${limits.maxAnimation} pixels in all frames of an animation, got ${count} frames of ${sizeText(size)}.`,
  );
}
