/**
 * Lowering fills and masks: their lengths in pixels, their alpha decided.
 *
 * Pure.
 */
import type { Color } from '../../base/color.ts';
import { clamp, type Size } from '../../base/size.ts';
import { lengthOf } from '../fit.ts';
import type { Fill, OpOf } from '../op.ts';
import type { Instruction, ResolvedFill } from '../program.ts';

/** @param alpha the picture may have clear pixels */
export function resolveFill(fill: Fill, size: Size, alpha: boolean): ResolvedFill {
  const { width, height } = size;
  const shorter = Math.min(width, height);
  switch (fill.kind) {
    case 'color':
    case 'edge':
      return fill;
    case 'clear-with-alpha':
      return { kind: 'color', color: alpha ? clear(fill.color) : fill.color };
    case 'blur':
      return { kind: 'blur', sigma: fill.sigma ?? clamp(shorter / 20, 4, 200) };
    case 'gradient': {
      const { shape } = fill;
      if (shape.kind === 'linear') return { ...fill, shape };
      const [inner, outer] = shape.radii;
      return {
        ...fill,
        shape: {
          kind: 'radial',
          x: lengthOf(shape.x, width),
          y: lengthOf(shape.y, height),
          radii: [lengthOf(inner, shorter), lengthOf(outer, shorter)],
        },
      };
    }
  }
}

function clear(color: Color): Color {
  return { ...color, alpha: 0 };
}

/** Whether a fill may leave pixels clear. */
export function isClear(fill: ResolvedFill): boolean {
  if (fill.kind === 'color') return fill.color.alpha < 1;
  return fill.kind === 'gradient' && fill.colors?.some((color) => color.alpha < 1) === true;
}

/** The mask of an op on a picture of this size. */
export function maskOf(op: OpOf<'mask'>, size: Size): Extract<Instruction, { kind: 'mask' }> {
  const shorter = Math.min(size.width, size.height);
  const asked = op.shape.kind === 'corners' ? op.shape.radii : undefined;
  const radius = (index: 0 | 1 | 2 | 3) => Math.min(asked?.[index] ?? shorter / 5, shorter / 2);
  return {
    kind: 'mask',
    shape: op.shape.kind,
    radii: [radius(0), radius(1), radius(2), radius(3)],
    ...(op.shape.kind === 'polygon' ? { corners: op.shape.corners } : {}),
    ...(op.color === undefined ? {} : { color: op.color }),
    ...size,
  };
}
