/**
 * Regions: crops, insets, canvases and turned frames as exact rectangles.
 *
 * Pure: sizes in, rectangles out.
 */
import { Fault } from '../base/fault.ts';
import {
  largestOfRatio,
  type Region,
  type Sides,
  type Size,
  sizeText,
  smallestOfRatio,
  wholePixels,
} from '../base/size.ts';
import { lengthOf } from './fit.ts';
import type { Area, Length, OpOf, Placement } from './op.ts';

/** Four lengths around a picture in whole pixels; shares are of the side they shorten or lengthen. */
export function sidesOf(
  op: {
    readonly top: Length;
    readonly right: Length;
    readonly bottom: Length;
    readonly left: Length;
  },
  { width, height }: Size,
): Sides {
  const round = (length: Length, side: number) => Math.max(0, Math.round(lengthOf(length, side)));
  return {
    top: round(op.top, height),
    right: round(op.right, width),
    bottom: round(op.bottom, height),
    left: round(op.left, width),
  };
}

/** What an inset leaves. @throws Fault region-out-of-bounds when nothing remains */
export function insetWindow(op: OpOf<'inset'>, size: Size): Region {
  const { top, right, bottom, left } = sidesOf(op, size);
  const width = size.width - left - right;
  const height = size.height - top - bottom;
  if (width < 1 || height < 1) throw outOfBounds(size);
  return { left, top, width, height };
}

/** The size a crop asks for, before it is held against the picture. */
export function cropSize(area: Area, size: Size): Size {
  const asked =
    area.kind === 'ratio'
      ? largestOfRatio(size, area.ratio)
      : { width: lengthOf(area.width, size.width), height: lengthOf(area.height, size.height) };
  return { width: wholePixels(asked.width), height: wholePixels(asked.height) };
}

/**
 * The window of a crop, or undefined where it would be passed over.
 *
 * 600 × 600 at x 1700 of 2000 × 1200 leaves the picture: an error, or its
 * part inside, 300 × 600.
 * @throws Fault region-out-of-bounds
 */
export function cropWindow(op: OpOf<'crop'>, size: Size): Region | undefined {
  const asked = cropSize(op.area, size);
  const left = place(op.x, size.width, asked.width);
  const top = place(op.y, size.height, asked.height);
  const right = left + asked.width;
  const bottom = top + asked.height;
  if (left >= 0 && top >= 0 && right <= size.width && bottom <= size.height) {
    return { left, top, ...asked };
  }
  if (op.outside === 'fault') throw outOfBounds(size);
  const cut = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    width: Math.min(size.width, right) - Math.max(0, left),
    height: Math.min(size.height, bottom) - Math.max(0, top),
  };
  if (cut.width >= 1 && cut.height >= 1) return cut;
  if (op.outside === 'intersect-or-keep') return undefined;
  throw outOfBounds(size);
}

/** Where the near edge of a part stands in a whole; shares of lengths are of the whole. */
function place(placement: Placement, whole: number, part: number): number {
  return placement.kind === 'at'
    ? Math.round(lengthOf(placement.length, whole))
    : Math.round((whole - part) * placement.share);
}

/** The canvas and the place of the picture on it, which may be negative where the canvas clips. */
export function canvasFrame(op: OpOf<'canvas'>, size: Size): Region {
  const asked =
    op.area.kind === 'ratio'
      ? smallestOfRatio(size, op.area.ratio)
      : {
          width: lengthOf(op.area.width, size.width),
          height: lengthOf(op.area.height, size.height),
        };
  const width = wholePixels(asked.width);
  const height = wholePixels(asked.height);
  // Lengths of a position are shares of the picture, not of the canvas.
  const at = (placement: Placement, frame: number, part: number) =>
    placement.kind === 'at'
      ? Math.round(lengthOf(placement.length, part))
      : Math.round((frame - part) * placement.share);
  return { left: at(op.x, width, size.width), top: at(op.y, height, size.height), width, height };
}

/**
 * The frame and zoom of a rotation.
 *
 * `pivot`: the bounding box of the turned picture. `straighten`: the frame
 * stays and the picture is enlarged until it covers every corner.
 */
export function rotatedFrame(op: OpOf<'rotate'>, size: Size): Size & { readonly zoom: number } {
  const angle = (op.degrees * Math.PI) / 180;
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const { width, height } = size;
  if (op.mode === 'pivot') {
    return {
      width: wholePixels(width * cos + height * sin),
      height: wholePixels(width * sin + height * cos),
      zoom: 1,
    };
  }
  return {
    width,
    height,
    zoom: Math.max(cos + (height / width) * sin, cos + (width / height) * sin),
  };
}

function outOfBounds(size: Size): Fault {
  return new Fault(
    'region-out-of-bounds',
    `Expected a region inside the picture of ${sizeText(size)}, got one out of bounds.`,
  );
}
