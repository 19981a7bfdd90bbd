/**
 * Surround: padding, background, grid, mask and border
 * (docs/spec/imgix.md 4.11, 5.4, 5.8).
 *
 * Lengths are CSS pixels: whole numbers first, then times the density.
 */
import type { Color } from '../../../base/color.ts';
import type { Sides } from '../../../base/size.ts';
import { devicePixels } from '../../../plan/fit.ts';
import { type Op, type OpOf, px } from '../../../plan/op.ts';
import { colorOf } from '../params/colors.ts';
import type { PictureText } from '../params/composition.ts';
import { type MaskValue, WIDEST_PAD } from '../params/look.ts';
import type { Corners } from '../params/readers.ts';
import type { ImgixValues } from '../params.ts';
import { colorFill } from './fill.ts';
import type { Pictures } from './pictures.ts';

const GRID_COLORS: readonly [Color, Color] = [colorOf('D0D7DD')!, colorOf('FFFFFF')!];

/** The room that padding takes, in device pixels; none where there is no padding. */
export function padding(values: ImgixValues, density: number): Sides | undefined {
  const all = values.pad ?? 0;
  const side = (own: number | undefined) => Math.min(WIDEST_PAD, devicePixels(own ?? all, density));
  const sides = {
    top: side(values['pad-top']),
    right: side(values['pad-right']),
    bottom: side(values['pad-bottom']),
    left: side(values['pad-left']),
  };
  return sides.top + sides.right + sides.bottom + sides.left === 0 ? undefined : sides;
}

/** What comes around and under the picture. */
export function surroundOps(values: ImgixValues, room: Sides | undefined, density: number): Op[] {
  const ops: Op[] = [];
  const { bg, transparency } = values;
  if (room) {
    ops.push({
      kind: 'pad',
      top: px(room.top),
      right: px(room.right),
      bottom: px(room.bottom),
      left: px(room.left),
      fill: colorFill(bg),
    });
  }
  if (bg && bg.alpha > 0) ops.push({ kind: 'background', color: bg });
  if (transparency === 'grid') {
    const side = values['grid-size'] ?? 4;
    const colors = values['grid-colors'] ?? GRID_COLORS;
    if (side > 0) ops.push({ kind: 'checker', side: devicePixels(side, density), colors });
  }
  return ops;
}

/** All but a shape hidden, or all but what a second picture shows. */
export function maskOps(values: ImgixValues, density: number, pictures: Pictures): Op[] {
  const { mask } = values;
  if (mask === undefined) return [];
  const asked = values['corner-radius'];
  // One radius of 0 keeps the default.
  const radii = asked?.some((radius) => radius > 0) ? times(asked, density) : undefined;
  const color = values['mask-bg'];
  const under = color === undefined || color.alpha === 0 ? {} : { color };
  if (typeof mask === 'object' && 'picture' in mask) {
    const picture = pictures.add(mask.picture, 'mask');
    return picture === undefined ? [] : [{ kind: 'picture-mask', picture, ...under }];
  }
  return [{ kind: 'mask', shape: shapeOf(mask, radii), ...under }];
}

function shapeOf(
  mask: Exclude<MaskValue, PictureText>,
  radii: Corners | undefined,
): OpOf<'mask'>['shape'] {
  if (typeof mask === 'object') return { kind: 'polygon', corners: mask.corners };
  return mask === 'ellipse' ? { kind: mask } : { kind: mask, ...(radii ? { radii } : {}) };
}

/** Bars over the edge of the finished picture. */
export function borderOps(values: ImgixValues, density: number): Op[] {
  const { border } = values;
  if (border === undefined) return strokeOps(values, density);
  const bar = (own: number | undefined) => devicePixels(own ?? border.width, density);
  const radii = values['border-radius'];
  const innerRadii = values['border-radius-inner'];
  return [
    {
      kind: 'border',
      sides: {
        top: bar(values['border-top']),
        right: bar(values['border-right']),
        bottom: bar(values['border-bottom']),
        left: bar(values['border-left']),
      },
      color: border.color,
      ...(radii === undefined ? {} : { radii: times(radii, density) }),
      ...(innerRadii === undefined ? {} : { innerRadii: times(innerRadii, density) }),
    },
    ...strokeOps(values, density),
  ];
}

/** A line along the outer edge, over the bars. */
function strokeOps(values: ImgixValues, density: number): Op[] {
  const side = devicePixels(values['border-stroke-size'] ?? 0, density);
  const color = values['border-stroke-color'];
  if (side === 0 || color === undefined || color.alpha === 0) return [];
  const radii = values.border === undefined ? undefined : values['border-radius'];
  return [
    {
      kind: 'border',
      sides: { top: side, right: side, bottom: side, left: side },
      color,
      ...(radii === undefined ? {} : { radii: times(radii, density) }),
    },
  ];
}

function times([a, b, c, d]: Corners, density: number): Corners {
  return [
    devicePixels(a, density),
    devicePixels(b, density),
    devicePixels(c, density),
    devicePixels(d, density),
  ];
}
