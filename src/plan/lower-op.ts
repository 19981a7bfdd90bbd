/**
 * Lowering one op: its instructions in whole pixels, and the state behind it.
 *
 * `fit.ts` and `regions.ts` decide sizes and rectangles; here they become
 * instructions, and what changes nothing becomes none.
 *
 * Pure: no pixel is read.
 */
import { Fault } from '../base/fault.ts';
import { clamp, type Region, type Size } from '../base/size.ts';
import type { Face } from '../image/face.ts';
import type { FindingName, Findings } from '../image/findings.ts';
import { isEnhanceable, isMoving, type SourceInfo } from '../image/source-info.ts';
import { isClear, maskOf, resolveFill } from './composition/lower-fill.ts';
import { fitInside, fitResize, lengthOf } from './fit.ts';
import type { CompositionOp, Fill, Op, ResizeOp } from './op.ts';
import { turnOf } from './orientation.ts';
import type { Instruction, TrimBox } from './program.ts';
import {
  canvasFrame,
  cropSize,
  cropWindow,
  insetWindow,
  rotatedFrame,
  sidesOf,
} from './regions.ts';
import { findingsFor, smartCover, smartCropWindow } from './smart-crop/smart-crop.ts';
import { facesAfter } from './source-view.ts';

/** Gaussian blurs below this sigma change nothing (sharp's own least). */
const LEAST_SIGMA = 0.3;

/** How far lowering has come. */
export interface LowerState {
  /** Of the picture behind the last instruction. */
  size: Size;
  /** The picture may have clear pixels there. */
  alpha: boolean;
  readonly instructions: Instruction[];
}

/** The instructions of one op, appended; the state moved on. @throws Fault region-out-of-bounds */
export function lowerOp(
  state: LowerState,
  op: Exclude<Op, { kind: 'trim' | 'text-canvas' } | CompositionOp>,
  info: SourceInfo,
  findings: Findings = {},
): void {
  const { size } = state;
  switch (op.kind) {
    case 'orient':
      return orient(state, ...turnOf(op.by === 'source' ? info.orientation : op.by));
    case 'mirror': {
      const { horizontal, vertical } = op;
      if (!horizontal && !vertical) return;
      // Top-bottom is left-right and half a turn.
      return orient(state, vertical ? 180 : 0, horizontal !== vertical);
    }
    case 'inset':
      return extract(state, insetWindow(op, size));
    case 'crop': {
      const window = op.search
        ? smartCropWindow(op.area, op.search, { ...state, info, findings, picture: size })
        : cropWindow(op, size);
      return window && extract(state, window);
    }
    case 'resize': {
      const { anchor } = op;
      if (anchor?.kind === 'search') {
        const scene = { ...state, info, findings, picture: size };
        return resize(state, smartCover(op, anchor.by, scene));
      }
      if (!heedsFaces(op)) return resize(state, op);
      return resize(state, op, facesAfter(findings.faces ?? [], info, state.instructions));
    }
    case 'limit': {
      const within = fitInside(size, { width: op.side, height: op.side }, false);
      return scale(state, within, 'lanczos3');
    }
    case 'rotate':
      return rotate(state, op);
    case 'pad': {
      const sides = sidesOf(op, size);
      return frame(
        state,
        {
          left: sides.left,
          top: sides.top,
          width: size.width + sides.left + sides.right,
          height: size.height + sides.top + sides.bottom,
        },
        op.fill,
      );
    }
    case 'canvas':
      return frame(state, canvasFrame(op, size), op.fill);
    case 'blur': {
      const sigma = lengthOf(op.sigma, Math.max(size.width, size.height));
      if (sigma >= LEAST_SIGMA) state.instructions.push({ kind: 'blur', sigma, ...size });
      return;
    }
    case 'background':
      state.instructions.push({ ...op, ...size });
      if (op.color.alpha >= 1) state.alpha = false;
      return;
    case 'checker':
      state.instructions.push({ ...op, ...size });
      if (op.colors.every((color) => color.alpha >= 1)) state.alpha = false;
      return;
    case 'mask':
      state.instructions.push(maskOf(op, size));
      if (op.color === undefined || op.color.alpha < 1) state.alpha = true;
      return;
    case 'border':
      state.instructions.push({ ...op, ...size });
      if (op.radii?.some((radius) => radius > 0)) state.alpha = true;
      return;
    case 'red-eye':
    case 'hide-faces':
      // Their place follows from the whole program (red-eye-step.ts, hide-faces-step.ts).
      return;
    case 'enhance': {
      const { enhancement } = findings;
      if (!isEnhanceable(info) || enhancement === undefined || enhancement === 'none') return;
      state.instructions.push({ kind: 'enhance', ...enhancement, ...size });
      return;
    }
    case 'cross-hairs':
      return crossHairs(state, op.x * size.width, op.y * size.height);
    case 'text':
    case 'blend':
    case 'tone':
    case 'sharpen':
    case 'pixelate':
    case 'halftone':
    case 'denoise':
    case 'bilevel':
      state.instructions.push({ ...op, ...size });
      return;
  }
}

/** What has still to be found on a source before an op can be lowered for a picture of a size. */
export function missingFinding(
  op: Op,
  size: Size,
  info: SourceInfo,
  findings: Findings,
): FindingName | undefined {
  return findingsOf(op, size, info, findings).find((name) => findings[name] === undefined);
}

/** What an op needs to know of a source, in the order in which it is found. */
function findingsOf(
  op: Op,
  size: Size,
  info: SourceInfo,
  { faces }: Findings,
): readonly FindingName[] {
  switch (op.kind) {
    case 'crop':
      return op.search && !holds(cropSize(op.area, size), size) ? findingsFor(op.search) : [];
    case 'resize':
      if (op.anchor?.kind === 'face-area') return ['faces'];
      if (op.anchor?.kind === 'faces') return fitResize(op, size).window ? ['faces'] : [];
      return op.anchor?.kind === 'search' && fitResize(op, size).window
        ? findingsFor(op.anchor.by)
        : [];
    case 'red-eye':
      if (isMoving(info)) return [];
      return faces?.length === 0 ? ['faces'] : ['faces', 'redEyes'];
    case 'enhance':
      return isEnhanceable(info) ? ['enhancement'] : [];
    default:
      return [];
  }
}

/** Whether a resize depends on faces; `withoutFaces` stands for it where there are none. */
export function heedsFaces({ anchor }: ResizeOp): boolean {
  return anchor?.kind === 'faces' || anchor?.kind === 'face-area';
}

function holds(window: Size, size: Size): boolean {
  return window.width >= size.width && window.height >= size.height;
}

/** @param faces of the picture entering the step */
function resize(state: LowerState, op: ResizeOp, faces?: readonly Face[]): void {
  const fitted = fitResize(op, state.size, faces);
  if (fitted.before) extract(state, fitted.before);
  scale(state, fitted.scaled, op.filter);
  if (fitted.window) extract(state, fitted.window);
  if (fitted.frame) frame(state, fitted.frame, op.fill ?? CLEAR_FILL);
  if (fitted.point) crossHairs(state, fitted.point.x, fitted.point.y);
}

const CLEAR_FILL: Fill = { kind: 'color', color: { red: 255, green: 255, blue: 255, alpha: 0 } };

/** Whether nothing happens but that the source is shown as its orientation says. */
export function isOwnTurn(
  [step, ...more]: readonly Instruction[],
  { orientation }: SourceInfo,
): boolean {
  if (step?.kind !== 'orient' || more.length > 0 || orientation === 1) return false;
  const [turn, mirror] = turnOf(orientation);
  return step.turn === turn && step.mirror === mirror;
}

function orient(state: LowerState, turn: 0 | 90 | 180 | 270, mirror: boolean): void {
  if (turn === 0 && !mirror) return;
  const { width, height } = state.size;
  state.size = turn === 90 || turn === 270 ? { width: height, height: width } : { width, height };
  state.instructions.push({ kind: 'orient', turn, mirror, ...state.size });
}

function extract(state: LowerState, window: Region): void {
  const { width, height } = window;
  if (window.left === 0 && window.top === 0 && same(window, state.size)) return;
  state.instructions.push({ kind: 'extract', ...window });
  state.size = { width, height };
}

function crossHairs({ size, instructions }: LowerState, x: number, y: number): void {
  const pixel = (at: number, side: number) => clamp(Math.floor(at), 0, side - 1);
  const at = { x: pixel(x, size.width), y: pixel(y, size.height) };
  instructions.push({ kind: 'cross-hairs', ...at, ...size });
}

function scale(
  state: LowerState,
  size: Size,
  filter: Extract<Instruction, { kind: 'scale' }>['filter'],
): void {
  if (same(size, state.size)) return;
  state.instructions.push({ kind: 'scale', filter, ...size });
  state.size = size;
}

/** Put the picture into a frame: cut what sticks out, extend what is missing. */
function frame(state: LowerState, frame: Region, fill: Fill): void {
  const { size } = state;
  const visible = {
    left: Math.max(0, -frame.left),
    top: Math.max(0, -frame.top),
    width: Math.min(size.width, frame.width - frame.left) - Math.max(0, -frame.left),
    height: Math.min(size.height, frame.height - frame.top) - Math.max(0, -frame.top),
  };
  if (visible.width < 1 || visible.height < 1) {
    throw new Fault(
      'region-out-of-bounds',
      'Expected a canvas that shows part of the picture, got one beside it.',
    );
  }
  extract(state, visible);
  const left = Math.max(0, frame.left);
  const top = Math.max(0, frame.top);
  const sides = {
    left,
    top,
    right: frame.width - left - visible.width,
    bottom: frame.height - top - visible.height,
  };
  if (sides.left + sides.top + sides.right + sides.bottom === 0) return;
  state.size = { width: frame.width, height: frame.height };
  const resolved = resolveFill(fill, state.size, state.alpha);
  state.instructions.push({ kind: 'extend', sides, fill: resolved, ...state.size });
  if (isClear(resolved)) state.alpha = true;
}

function rotate(state: LowerState, op: Extract<Op, { kind: 'rotate' }>): void {
  const degrees = ((op.degrees % 360) + 360) % 360;
  if (degrees === 0) return;
  // Quarter turns of the whole picture move pixels and interpolate none.
  if (op.mode === 'pivot' && degrees % 90 === 0) {
    return orient(state, (360 - degrees) as 90 | 180 | 270, false);
  }
  if (op.mode === 'straighten' && degrees === 180) return orient(state, 180, false);
  const { zoom, ...size } = rotatedFrame({ ...op, degrees }, state.size);
  state.size = size;
  const fill = resolveFill(op.fill, state.size, state.alpha);
  state.instructions.push({ kind: 'rotate', degrees, zoom, fill, ...size });
  if (op.mode === 'pivot' && isClear(fill)) state.alpha = true;
}

/** The instructions of a trim whose box was measured. @throws Fault region-out-of-bounds where nothing is left */
export function lowerTrim(
  state: LowerState,
  op: Extract<Op, { kind: 'trim' }>,
  box: TrimBox,
): void {
  if (box === 'empty') {
    if (op.empty === 'keep') return;
    throw new Fault(
      'region-out-of-bounds',
      'Expected a picture inside the trimmed border, got none.',
    );
  }
  const pad = op.pad ?? 0;
  const left = box.left - pad;
  const top = box.top - pad;
  const width = box.width + 2 * pad;
  const height = box.height + 2 * pad;
  if (width < 1 || height < 1) return extract(state, box);
  // Room around the box is the picture's own border first, and clear space beyond it.
  frame(
    state,
    { left: -left, top: -top, width, height },
    {
      kind: 'clear-with-alpha',
      color: { red: 255, green: 255, blue: 255, alpha: 1 },
    },
  );
}

function same(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}
