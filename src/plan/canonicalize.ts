/**
 * Canonicalize: the pass that gives a meaning its one spelling.
 *
 * Density is folded into lengths, steps that change nothing disappear, fields
 * that a step does not use are dropped, numbers lose the noise of their last
 * digits. What is left of two URLs that mean the same is equal, whichever
 * dialect they came from, and so is its key.
 *
 * Invariants: the canonical form of a canonical form is itself; lowering a plan
 * and lowering its canonical form give the same program.
 */
import { type FormatName, formatCard } from '../image/format.ts';
import { canonicalChoice } from './animation/frame-choice.ts';
import {
  type Anchor,
  CENTRE,
  type Length,
  type Op,
  type OverlayOp,
  type ResizeOp,
  type SecondPicture,
  type ToneStep,
} from './op.ts';
import type { FormatRule, Output, QualitySpec } from './output.ts';
import { freezePlan, type Plan } from './plan.ts';

const canonicalPlans = new WeakMap<Plan, Plan>();

/** The one spelling of a plan that is asked about again and again: `canonicalize`, remembered as long as the plan lives. */
export function canonicalPlan(plan: Plan): Plan {
  let canonical = canonicalPlans.get(plan);
  if (canonical === undefined) {
    canonical = canonicalize(plan);
    canonicalPlans.set(plan, canonical);
  }
  return canonical;
}

/** The one spelling of a plan, frozen. */
export function canonicalize(plan: Plan): Plan {
  const ops = canonicalOps(plan.ops);
  const output = canonicalOutput(plan.output);
  const inks = plan.cmyk === undefined ? {} : { cmyk: plan.cmyk };
  const { playing: { loop, rate } = {} } = plan;
  const playing = loop === undefined && rate === undefined ? {} : { playing: { loop, rate } };
  const frames = canonicalFrames(plan, output);
  const annotated = plan.annotations === false ? { annotations: false } : {};
  return freezePlan(tidy({ frames, ops, output, ...inks, ...annotated, ...playing }) as Plan);
}

/**
 * The first frame goes without saying where nothing could show another: no format that this
 * build writes, nor the file of an animated PNG, which it may deliver as it is.
 */
function canonicalFrames({ frames }: Plan, output: Output): Plan['frames'] {
  if (frames.kind === 'all') {
    const choice = frames.choice && canonicalChoice(frames.choice);
    return { kind: 'all', ...(choice === undefined ? {} : { choice }) };
  }
  if (frames.index > 0 || output.kind !== 'picture') return frames;
  const still = output.formats.every(
    ({ format, when }) =>
      format !== 'source' &&
      format !== 'png' &&
      !formatCard(format).animation &&
      when?.animated === undefined,
  );
  return still ? { kind: 'all' } : frames;
}

function canonicalOps(ops: readonly Op[]): Op[] {
  return dropLimits(mergeTone(ops.flatMap(canonicalOp)));
}

/** One op in its one spelling; none where it changes nothing. */
function canonicalOp(op: Op): Op[] {
  switch (op.kind) {
    case 'orient':
      return op.by === 1 ? [] : [op];
    case 'mirror':
      return op.horizontal || op.vertical ? [op] : [];
    case 'inset':
    case 'pad':
      return [op.top, op.right, op.bottom, op.left].every(isZero) ? [] : [op];
    case 'rotate': {
      const degrees = ((op.degrees % 360) + 360) % 360;
      return degrees === 0 ? [] : [{ ...op, degrees }];
    }
    case 'blur':
      return isZero(op.sigma) ? [] : [op];
    case 'sharpen':
      return op.amount === 0 ? [] : [op];
    case 'hide-faces':
      return op.strength === 0 ? [] : [op];
    case 'pixelate':
    case 'halftone':
      return op.side <= 1 ? [] : [op];
    case 'tone': {
      const steps = op.steps.filter((step) => !isNeutral(step));
      return steps.length === 0 ? [] : [{ ...op, steps }];
    }
    case 'border': {
      const { top, right, bottom, left } = op.sides;
      return top + right + bottom + left === 0 ? [] : [op];
    }
    case 'crop':
      if (isWhole(op)) return [];
      // A window that is looked for stands nowhere before, and never outside.
      return [op.search ? { ...op, x: CENTRE, y: CENTRE, outside: 'fault' } : op];
    case 'resize':
      return canonicalResize(op);
    case 'overlay':
      return canonicalOverlay(op);
    case 'picture-mask':
      return [{ ...op, picture: canonicalPicture(op.picture) }];
    case 'blend':
      return op.opacity * op.color.alpha === 0 ? [] : [op];
    case 'text':
      return op.style.text === '' || op.style.size <= 0 ? [] : [op];
    case 'text-canvas':
    case 'trim':
    case 'limit':
    case 'canvas':
    case 'denoise':
    case 'bilevel':
    case 'background':
    case 'checker':
    case 'cross-hairs':
    case 'mask':
    case 'red-eye':
    case 'enhance':
      return [op];
  }
}

function canonicalOverlay({ box, degrees, pad, least, ...op }: OverlayOp): Op[] {
  if (op.opacity === 0) return [];
  const [fitted] = box === undefined ? [] : canonicalResize(box);
  const turned = (((degrees ?? 0) % 360) + 360) % 360;
  const slack = op.x.kind === 'slack' || op.y.kind === 'slack' || op.tile !== undefined;
  return [
    {
      ...op,
      picture: canonicalPicture(op.picture),
      ...(fitted?.kind === 'resize' ? { box: fitted } : {}),
      ...(turned === 0 ? {} : { degrees: turned }),
      ...(least && Math.max(least.width, least.height) > 1 ? { least } : {}),
      pad: slack ? pad : 0,
    },
  ];
}

function canonicalPicture({ index, ops }: SecondPicture): SecondPicture {
  return { index, ops: canonicalOps(ops) };
}

function canonicalResize(op: ResizeOp): Op[] {
  const density = op.density ?? 1;
  const times = (length: Length): Length =>
    'px' in length ? { px: length.px * density } : { share: length.share * density };
  const ofFaces = op.anchor?.kind === 'face-area';
  const free =
    op.width === undefined && op.height === undefined && op.ratio === undefined && !ofFaces;
  if (free && density === 1) return [];
  // Density alone is a share of both sides.
  const width = free ? { share: density } : op.width && times(op.width);
  const height = free ? undefined : op.height && times(op.height);
  const both = (width !== undefined && height !== undefined) || op.ratio !== undefined;
  const open = op.limits !== undefined || both;
  const fit = open || ofFaces ? op.fit : 'inside';
  const anchor = canonicalAnchor(op.anchor);
  const heedsFaces = ofFaces || anchor?.kind === 'faces';
  const [otherwise] = op.withoutFaces ? canonicalResize(op.withoutFaces) : [];
  return [
    {
      kind: 'resize',
      ...(width ? { width } : {}),
      ...(height ? { height } : {}),
      ...(op.ratio === undefined || (width && height) ? {} : { ratio: op.ratio }),
      ...(op.limits && !both ? { limits: limitsTimes(op.limits, density) } : {}),
      fit,
      enlarge: op.enlarge,
      filter: op.filter,
      ...(fit === 'cover' && anchor ? { anchor } : {}),
      ...(fit === 'contain' && op.position && !(op.position.x === 0.5 && op.position.y === 0.5)
        ? { position: op.position }
        : {}),
      ...(fit === 'contain' && op.fill ? { fill: op.fill } : {}),
      ...(op.reserve ? { reserve: op.reserve } : {}),
      ...(fit === 'cover' && heedsFaces && otherwise?.kind === 'resize'
        ? { withoutFaces: otherwise }
        : {}),
    },
  ];
}

function limitsTimes(limits: NonNullable<ResizeOp['limits']>, density: number) {
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [name, (value as number) * density]),
  );
}

/** A focus on an edge or the middle is a share of the slack; the centre goes without saying. */
function canonicalAnchor(anchor: Anchor | undefined): Anchor | undefined {
  if (anchor?.kind !== 'focus' && anchor?.kind !== 'slack') return anchor;
  const extremes = [0, 0.5, 1];
  if (anchor.kind === 'focus') {
    if (
      anchor.shown ||
      anchor.zoom > 1 ||
      !extremes.includes(anchor.x) ||
      !extremes.includes(anchor.y)
    ) {
      return anchor;
    }
  }
  return anchor.x === 0.5 && anchor.y === 0.5
    ? undefined
    : { kind: 'slack', x: anchor.x, y: anchor.y };
}

/** A crop that takes the whole picture, wherever it says to stand. */
function isWhole(op: Extract<Op, { kind: 'crop' }>): boolean {
  if (op.area.kind !== 'size') return false;
  const full = (length: Length) => 'share' in length && length.share === 1;
  return (
    full(op.area.width) && full(op.area.height) && op.x.kind === 'slack' && op.y.kind === 'slack'
  );
}

function isZero(length: Length): boolean {
  return 'px' in length ? length.px === 0 : length.share === 0;
}

function isNeutral(step: ToneStep): boolean {
  switch (step.kind) {
    case 'linear':
      return step.gain === 1 && step.offset === 0;
    case 'saturation':
      return step.factor === 1;
    case 'gamma':
      return step.exponent === 1;
    case 'exposure':
      return step.stops === 0;
    case 'hue':
      return step.degrees % 360 === 0;
    case 'vibrance':
    case 'sepia':
    case 'duotone':
      return step.amount === 0;
    case 'shadows-highlights':
      return step.shadows === 0 && step.highlights === 0;
    case 'monochrome':
      return step.color.alpha === 0;
  }
}

/** Tone ops in a row are one. */
function mergeTone(ops: readonly Op[]): Op[] {
  const out: Op[] = [];
  for (const op of ops) {
    const last = out.at(-1);
    if (op.kind === 'tone' && last?.kind === 'tone') {
      out[out.length - 1] = { kind: 'tone', steps: [...last.steps, ...op.steps] };
    } else {
      out.push(op);
    }
  }
  return out;
}

/** A limit behind a box that is within it can never act. */
function dropLimits(ops: readonly Op[]): Op[] {
  return ops.filter((op, index) => {
    const before = ops[index - 1];
    if (op.kind !== 'limit' || before?.kind !== 'resize' || before.fit === 'outside') return true;
    const within = (length: Length | undefined) =>
      length !== undefined && 'px' in length && length.px <= op.side;
    return !(within(before.width) && within(before.height));
  });
}

const WITHOUT_QUALITY: readonly (FormatName | 'source')[] = ['png', 'gif'];

/** Stands for every quality where no format heeds it. */
const ANY_QUALITY = { kind: 'quality', jpeg: 75 } as const;

function canonicalOutput(output: Output): Output {
  if (output.kind !== 'picture') return output;
  // Rules behind one without conditions are never reached.
  const end = output.formats.findIndex(
    (rule) => rule.when === undefined && rule.format !== 'source',
  );
  const reached = end < 0 ? output.formats : output.formats.slice(0, end + 1);
  const formats = reached.map(canonicalRule);
  const quality = canonicalQuality(output.quality, formats);
  const { h264, viewBoxOnly, c2pa, ...others } = output;
  const mayBeMp4 = h264 !== undefined && formats.some((rule) => rule.format === 'mp4');
  const mayBeSvg = viewBoxOnly !== undefined && formats.some((rule) => rule.format === 'svg');
  const mayBeJpeg = formats.some((rule) => rule.format === 'jpeg' || rule.format === 'source');
  return {
    ...others,
    ...(mayBeMp4 ? { h264 } : {}),
    ...(mayBeSvg ? { viewBoxOnly } : {}),
    ...(mayBeJpeg && c2pa !== undefined ? { c2pa } : {}),
    formats,
    quality,
    // Only a target cares, and it knows two kinds of screen.
    density: quality.kind === 'target' && output.density >= 2 ? 2 : 1,
    jpeg: mayBeJpeg ? output.jpeg : { kind: 'free', chroma: 'free' },
  };
}

/** What a quality can mean for these formats. Neither PNG nor GIF knows one, but a palette has a target. */
function canonicalQuality(quality: QualitySpec, formats: readonly FormatRule[]): QualitySpec {
  if (formats.every((rule) => rule.lossless === true)) return { kind: 'lossless' };
  const heedless = formats.every(
    (rule) => rule.lossless === true || WITHOUT_QUALITY.includes(rule.format),
  );
  return heedless && quality.kind === 'quality' ? ANY_QUALITY : quality;
}

function canonicalRule({ lossless, untargeted, final, ...rule }: FormatRule): FormatRule {
  return {
    ...rule,
    ...(lossless ? { lossless } : untargeted ? { untargeted } : {}),
    ...(final && rule.when?.accepts !== undefined ? { final } : {}),
  };
}

/** Undefined fields gone, numbers without the noise behind their sixth decimal. */
function tidy(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1e6) / 1e6 + 0;
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, tidy(field)]),
  );
}
