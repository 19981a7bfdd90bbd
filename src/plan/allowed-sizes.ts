/**
 * Allowed sizes: the widths and heights that a source has its pictures made in, whatever a URL asks for.
 *
 * Each size that is not in the list is a picture of its own to make and to keep, so whoever may ask for
 * any can fill a store. What is asked for in pixels, density included, is refused or becomes the
 * nearest that is allowed; what is asked for as a share of the picture is refused, because there is no
 * list of what comes of it.
 *
 * Pure.
 */
import { Fault } from '../base/fault.ts';
import type { Length, Op, ResizeOp } from './op.ts';
import { freezePlan, type Plan } from './plan.ts';

/** The lengths of one side that are allowed, in pixels of the result: a list, or steps up to an end. */
export type AllowedLengths = (
  | { readonly list: readonly number[] }
  | { readonly step: number; readonly to: number }
) & {
  /** What becomes of others. */
  readonly policy: 'refuse' | 'nearest';
};

export interface AllowedSizes {
  readonly widths?: AllowedLengths;
  readonly heights?: AllowedLengths;
}

/**
 * A plan whose boxes have allowed sides.
 * @throws Fault bad-parameter for a side that is not allowed, and has no nearest
 */
export function withAllowedSizes(plan: Plan, allowed: AllowedSizes): Plan {
  if (allowed.widths === undefined && allowed.heights === undefined) return plan;
  const ops = plan.ops.map((op): Op => (op.kind === 'resize' ? boxOf(op, allowed) : op));
  return freezePlan({ ...plan, ops });
}

function boxOf(op: ResizeOp, { widths, heights }: AllowedSizes): ResizeOp {
  const density = op.density ?? 1;
  const width = widths && op.width && allowedPixels(op.width, density, widths, 'width');
  // A box keeps its shape where only one of its sides is bound to a list
  const scale = width === undefined ? 1 : width / pixelsOf(op.width, density);
  const tall = op.height && scaled(op.height, scale);
  const height = heights && tall && allowedPixels(tall, density, heights, 'height');
  const back = height === undefined || widths !== undefined ? 1 : height / pixelsOf(tall, density);
  const wide = width === undefined ? op.width && scaled(op.width, back) : { px: width / density };
  const high = height === undefined ? tall : { px: height / density };
  const { withoutFaces } = op;
  return {
    ...op,
    ...(wide === undefined ? {} : { width: wide }),
    ...(high === undefined ? {} : { height: high }),
    ...(withoutFaces === undefined
      ? {}
      : {
          withoutFaces: boxOf(withoutFaces, {
            ...(widths && { widths }),
            ...(heights && { heights }),
          }),
        }),
  };
}

/** Pixels of the result that are allowed for a length. @throws Fault bad-parameter */
function allowedPixels(
  length: Length,
  density: number,
  allowed: AllowedLengths,
  side: 'width' | 'height',
): number {
  if (!('px' in length)) {
    throw new Fault('bad-parameter', `Expected a ${side} in pixels, got a share of the picture.`);
  }
  const asked = Math.round(length.px * density);
  const nearest = nearestOf(asked, allowed);
  if (nearest === asked || allowed.policy === 'nearest') return nearest;
  throw new Fault('bad-parameter', `Expected an allowed ${side}, got ${asked} pixels.`);
}

/** The allowed length that is nearest; of two the larger, which shows no less. */
export function nearestOf(asked: number, allowed: AllowedLengths): number {
  if ('step' in allowed) {
    const { step, to } = allowed;
    const steps = Math.max(1, Math.floor(asked / step + 0.5));
    return Math.min(steps, Math.max(1, Math.floor(to / step))) * step;
  }
  return allowed.list.reduce((best, one) => {
    const nearer = Math.abs(one - asked) - Math.abs(best - asked);
    return nearer < 0 || (nearer === 0 && one > best) ? one : best;
  });
}

function pixelsOf(length: Length | undefined, density: number): number {
  return length !== undefined && 'px' in length ? Math.max(1, length.px * density) : 1;
}

function scaled(length: Length, factor: number): Length {
  return 'px' in length && factor !== 1
    ? { px: Math.max(1, Math.round(length.px * factor)) }
    : length;
}
