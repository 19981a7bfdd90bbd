/**
 * Lowering a second picture: its steps, its size and its places in whole pixels.
 *
 * Its own steps come first, then the box it is fitted into, a share of the picture it is laid on,
 * then its turn. Scales among them become one, so that it is resampled once. A second picture that
 * cannot be had leaves no step behind.
 *
 * Pure: no pixel is read.
 */
import type { Size } from '../../base/size.ts';
import { lengthOf } from '../fit.ts';
import { type LowerState, lowerOp, missingFinding } from '../lower-op.ts';
import type { CompositionOp, Length, Op, OverlayOp, Placement, ResizeOp } from '../op.ts';
import type { Known, KnownPicture, Lowered } from '../program.ts';
import { mergeResamples } from '../resamples/merge-resamples.ts';

type Missing = Extract<Lowered, { kind: 'picture' }>;

/** Most copies of a picture in a grid, along one side. */
const MOST_TILES = 512;

const CLEAR = { kind: 'color', color: { red: 255, green: 255, blue: 255, alpha: 0 } } as const;

export function isComposition(op: Op): op is CompositionOp {
  return op.kind === 'overlay' || op.kind === 'picture-mask';
}

/** The instructions of one op, appended; or what has to be known of its picture first. @throws Fault */
export function lowerComposition(
  state: LowerState,
  op: CompositionOp,
  pictures: NonNullable<Known['pictures']>,
): Missing | undefined {
  if (op.kind === 'overlay' && isBelow(state.size, op.least)) return undefined;
  const { picture } = op;
  const known = pictures[picture.index];
  if (known === undefined) return { kind: 'picture', picture };
  if (known === 'absent') return undefined;
  if (op.kind === 'overlay') return overlay(state, op, known);
  const over = startOf(known);
  if (over.size.width !== state.size.width || over.size.height !== state.size.height) {
    over.instructions.push({ kind: 'scale', filter: 'lanczos3', ...state.size });
  }
  state.instructions.push({
    kind: 'picture-mask',
    picture: picture.index,
    steps: mergeResamples(over.instructions),
    ...(op.color === undefined ? {} : { color: op.color }),
    ...state.size,
  });
  if (op.color === undefined || op.color.alpha < 1) state.alpha = true;
  return undefined;
}

function overlay(state: LowerState, op: OverlayOp, known: KnownPicture): Missing | undefined {
  const over = startOf(known);
  const { info, findings } = known;
  if (op.box !== undefined) {
    const box = inPixels(op.box, state.size);
    const finding = missingFinding(box, over.size, info, findings);
    if (finding !== undefined) return { kind: 'picture', picture: op.picture, finding };
    lowerOp(over, box, info, findings);
  }
  if (op.degrees !== undefined) {
    lowerOp(over, { kind: 'rotate', degrees: op.degrees, mode: 'pivot', fill: CLEAR }, info);
  }
  if (op.margin !== undefined) {
    const { top, right, bottom, left } = op.margin;
    const pixels = (length: Length, side: number) => ({ px: Math.round(lengthOf(length, side)) });
    const room = {
      top: pixels(top, state.size.height),
      right: pixels(right, state.size.width),
      bottom: pixels(bottom, state.size.height),
      left: pixels(left, state.size.width),
    };
    lowerOp(over, { kind: 'pad', ...room, fill: CLEAR }, info);
  }
  const { pad, tile } = op;
  const { width, height } = over.size;
  const x = placesOn(state.size.width, width, op.x, pad, tile === 'x' || tile === 'both');
  const y = placesOn(state.size.height, height, op.y, pad, tile === 'y' || tile === 'both');
  if (x.length === 0 || y.length === 0) return undefined;
  if (x.length === 1 && y.length === 1) {
    const at = { left: Math.max(0, -x[0]!), top: Math.max(0, -y[0]!) };
    const seen = {
      width: Math.min(width - at.left, state.size.width - Math.max(0, x[0]!)),
      height: Math.min(height - at.top, state.size.height - Math.max(0, y[0]!)),
    };
    if (seen.width < width || seen.height < height) {
      // What stands outside is never made.
      over.instructions.push({ kind: 'extract', ...at, ...seen });
      x[0] = Math.max(0, x[0]!);
      y[0] = Math.max(0, y[0]!);
    }
  }
  state.instructions.push({
    kind: 'overlay',
    picture: op.picture.index,
    steps: mergeResamples(over.instructions),
    places: { x, y },
    mode: op.mode,
    opacity: op.opacity,
    ...state.size,
  });
  return undefined;
}

function startOf({ size, alpha, instructions }: KnownPicture): LowerState {
  return { size, alpha, instructions: [...instructions] };
}

function isBelow({ width, height }: Size, least: Size | undefined): boolean {
  return least !== undefined && (width < least.width || height < least.height);
}

/** The box with its shares of `base` as pixels. */
function inPixels({ width, height, ...box }: ResizeOp, base: Size): ResizeOp {
  const px = (length: Length, side: number) => ({ px: Math.max(1, lengthOf(length, side)) });
  return {
    ...box,
    ...(width === undefined ? {} : { width: px(width, base.width) }),
    ...(height === undefined ? {} : { height: px(height, base.height) }),
  };
}

/** Where a picture stands along one side, none where it would not be seen. */
function placesOn(
  whole: number,
  part: number,
  place: Placement,
  pad: number,
  tile: boolean,
): number[] {
  const first =
    place.kind === 'at'
      ? Math.round(lengthOf(place.length, whole))
      : Math.round(pad + place.share * (whole - part - 2 * pad));
  if (!tile) return first < whole && first + part > 0 ? [first] : [];
  const step = part + Math.round(pad);
  const start = first - Math.ceil((first + part - 1) / step) * step;
  const out: number[] = [];
  for (let at = start; at < whole && out.length < MOST_TILES; at += step) {
    if (at + part > 0) out.push(at);
  }
  return out;
}
