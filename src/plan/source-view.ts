/**
 * Source view: where a point of the upright source stands in a picture on the way.
 *
 * Turns, mirrors, windows, scales, frames and rotations are one affine map
 * together; what was found on the source (faces) is carried by it to the
 * picture that a step works on. Steps that leave pixels where they are do not
 * count.
 *
 * Pure: instructions and points in, points out.
 */
import { clamp, type Region, type Size } from '../base/size.ts';
import type { Eye, Face, Point } from '../image/face.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { turnOf } from './orientation.ts';
import type { Instruction } from './program.ts';

/** x' = xx·x + xy·y + left, y' = yx·x + yy·y + top. */
export interface SourceView {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly left: number;
  readonly top: number;
}

const IDENTITY: SourceView = { xx: 1, xy: 0, yx: 0, yy: 1, left: 0, top: 0 };

/** A face that shows less of itself than this is none of the picture any more. */
const LEAST_SHOWN = 0.5;

/** The view behind some instructions. */
export function viewAfter(info: SourceInfo, instructions: readonly Instruction[]): SourceView {
  const [turn, mirror] = turnOf(info.orientation);
  // The first instruction sees the picture as it is stored.
  let view = inverse(oriented(turn, mirror, info));
  let size: Size = info;
  for (const step of instructions) {
    view = after(view, ofStep(step, size));
    size = step;
  }
  return view;
}

/**
 * The faces of a source in the picture behind some instructions, cut to it, in their order.
 * Those of which less than half is left are dropped.
 */
export function facesAfter(
  faces: readonly Face[],
  info: SourceInfo,
  instructions: readonly Instruction[],
): Face[] {
  const view = viewAfter(info, instructions);
  const size = instructions.at(-1) ?? info;
  return faces.flatMap((face) => {
    const moved = seen(face, view);
    const bounds = cut(moved.bounds, size);
    const shown = bounds && (bounds.width * bounds.height) / area(moved.bounds);
    return bounds && shown! >= LEAST_SHOWN ? [{ ...moved, bounds }] : [];
  });
}

function ofStep(step: Instruction, before: Size): SourceView {
  switch (step.kind) {
    case 'orient':
      return oriented(step.turn, step.mirror, before);
    case 'extract':
      return { ...IDENTITY, left: -step.left, top: -step.top };
    case 'scale':
    case 'thin':
      return { ...IDENTITY, xx: step.width / before.width, yy: step.height / before.height };
    case 'extend':
      return { ...IDENTITY, left: step.sides.left, top: step.sides.top };
    case 'rotate': {
      const angle = (step.degrees * Math.PI) / 180;
      const cos = step.zoom * Math.cos(angle);
      const sin = step.zoom * Math.sin(angle);
      const middle = { x: before.width / 2, y: before.height / 2 };
      return {
        ...{ xx: cos, xy: sin, yx: -sin, yy: cos },
        left: step.width / 2 - cos * middle.x - sin * middle.y,
        top: step.height / 2 + sin * middle.x - cos * middle.y,
      };
    }
    default:
      return IDENTITY;
  }
}

/** First mirrored left-right, then turned clockwise. */
function oriented(turn: 0 | 90 | 180 | 270, mirror: boolean, before: Size): SourceView {
  const { width, height } = before;
  const first = mirror ? { ...IDENTITY, xx: -1, left: width } : IDENTITY;
  switch (turn) {
    case 0:
      return first;
    case 90:
      return after(first, { xx: 0, xy: -1, yx: 1, yy: 0, left: height, top: 0 });
    case 180:
      return after(first, { xx: -1, xy: 0, yx: 0, yy: -1, left: width, top: height });
    case 270:
      return after(first, { xx: 0, xy: 1, yx: -1, yy: 0, left: 0, top: width });
  }
}

/** One map after another. */
function after(first: SourceView, then: SourceView): SourceView {
  return {
    xx: then.xx * first.xx + then.xy * first.yx,
    xy: then.xx * first.xy + then.xy * first.yy,
    yx: then.yx * first.xx + then.yy * first.yx,
    yy: then.yx * first.xy + then.yy * first.yy,
    left: then.xx * first.left + then.xy * first.top + then.left,
    top: then.yx * first.left + then.yy * first.top + then.top,
  };
}

/** The way back of a turn or mirror. */
function inverse({ xx, xy, yx, yy, left, top }: SourceView): SourceView {
  // Its four numbers are 0, 1 and -1: the inverse is the transpose.
  return {
    ...{ xx, xy: yx, yx: xy, yy },
    left: -(xx * left + yx * top),
    top: -(xy * left + yy * top),
  };
}

/** A point of the upright source in the picture that the view shows. */
export function pointIn({ xx, xy, yx, yy, left, top }: SourceView, { x, y }: Point): Point {
  return { x: xx * x + xy * y + left, y: yx * x + yy * y + top };
}

/** The way back: where a point of the picture comes from on the upright source. */
export function pointOfSource({ xx, xy, yx, yy, left, top }: SourceView, { x, y }: Point): Point {
  const [dx, dy, area] = [x - left, y - top, xx * yy - xy * yx];
  return { x: (yy * dx - xy * dy) / area, y: (xx * dy - yx * dx) / area };
}

function seen(face: Face, view: SourceView): Face {
  const { left, top, width, height } = face.bounds;
  const corners = [left, left + width].flatMap((x) =>
    [top, top + height].map((y) => pointIn(view, { x, y })),
  );
  const from = { x: Math.min(...corners.map((p) => p.x)), y: Math.min(...corners.map((p) => p.y)) };
  const to = { x: Math.max(...corners.map((p) => p.x)), y: Math.max(...corners.map((p) => p.y)) };
  const turned = view.xx * view.yy - view.xy * view.yx;
  const grown = Math.sqrt(Math.abs(turned));
  const eye = ({ width, ...at }: Eye) => ({ ...pointIn(view, at), width: width * grown });
  const eyes = [eye(face.leftEye), eye(face.rightEye)] as const;
  // A mirror makes the left eye the right one.
  const [leftEye, rightEye] = turned < 0 ? [eyes[1], eyes[0]] : eyes;
  const bounds = { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y };
  return { ...face, bounds, leftEye, rightEye, mouth: pointIn(view, face.mouth) };
}

function cut(region: Region, { width, height }: Size): Region | undefined {
  const left = clamp(region.left, 0, width);
  const top = clamp(region.top, 0, height);
  const right = clamp(region.left + region.width, 0, width);
  const bottom = clamp(region.top + region.height, 0, height);
  if (right <= left || bottom <= top) return undefined;
  return { left, top, width: right - left, height: bottom - top };
}

function area({ width, height }: Size): number {
  return width * height;
}
