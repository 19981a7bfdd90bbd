/**
 * Fitting: from the box that was asked for to exact pixels.
 *
 * A plan says "inside 400 × 300"; the back end wants integers. Every rounding
 * of a size of a picture is made in this file and in `regions.ts`, once, so
 * that the server, `explain` and the landing page always agree on it. What a
 * dialect rounds is the text of one parameter, where its service says so:
 * `w=300.6` is 301 before any picture is known.
 *
 * All arithmetic uses real numbers and rounds once, half up, never below one.
 * Products come before quotients, so that a side that should land on an exact
 * half does.
 *
 * Pure: sizes in, sizes out. Nothing here reads a pixel or knows a URL.
 */
import { clamp, largestOfRatio, type Region, type Size, wholePixels } from '../base/size.ts';
import type { Face, Point } from '../image/face.ts';
import { faceArea, faceWindow, scaledRegion } from './face-window.ts';
import type { Anchor, Length, ResizeOp, SideLimits } from './op.ts';

const CENTRE_ANCHOR = { kind: 'slack', x: 0.5, y: 0.5 } as const satisfies Anchor;

/** A box in real pixels; a missing side is free. */
export interface Box {
  readonly width?: number;
  readonly height?: number;
}

/** What a resize comes down to. */
export interface Fitted {
  /** Cut from the picture before scaling: only for a zoomed focus and for the area of faces. */
  readonly before?: Region;
  /** The size the picture (or what was cut) is scaled to. */
  readonly scaled: Size;
  /** Cut from the scaled picture; absent when it is the whole. */
  readonly window?: Region;
  /** Where the scaled picture stands in a larger frame. */
  readonly frame?: Region;
  /** The focus in the picture that is left, where it is to be shown. */
  readonly point?: Point;
}

/** The size a resize ends with. */
export function fittedSize({ scaled, window, frame }: Fitted): Size {
  const { width, height } = frame ?? window ?? scaled;
  return { width, height };
}

/** A length in real pixels of a side. */
export function lengthOf(length: Length, side: number): number {
  return 'px' in length ? length.px : length.share * side;
}

/** A length in CSS pixels as whole device pixels, half up: 5 at a density of 1.5 is 8. Nothing stays 0. */
export function devicePixels(length: number, density: number): number {
  return Math.round(length * density);
}

/**
 * The resize with its box in whole device pixels, density and ratio applied;
 * undefined where the box depends on the picture.
 *
 * 300 × 200 at a density of 1.5 is 450 × 300.
 */
export function wholeBox({ density = 1, ratio, ...op }: ResizeOp): ResizeOp | undefined {
  const given = {
    width: op.width && 'px' in op.width ? op.width.px : undefined,
    height: op.height && 'px' in op.height ? op.height.px : undefined,
  };
  if ((op.width && !given.width) || (op.height && !given.height)) return undefined;
  const width = given.width ?? (ratio && given.height && given.height * ratio);
  const height = given.height ?? (ratio && given.width && given.width / ratio);
  if (width === undefined || height === undefined) return undefined;
  const whole = (length: number): Length => ({ px: wholePixels(length * density) });
  return { ...op, width: whole(width), height: whole(height) };
}

/**
 * What a resize does to a picture of a size.
 *
 * 2000 × 1200 into 2400 × 600 by cover without enlarging: the box shrinks by
 * 2000 / 2400 to 2000 × 500, because the picture can fill no wider one.
 *
 * An anchor that has to look for its place is the centre here.
 *
 * @param faces of the picture, for an anchor that asks for them; without any it is the centre
 */
export function fitResize(op: ResizeOp, source: Size, faces: readonly Face[] = []): Fitted {
  const box = boxOf(op, source);
  if (op.anchor?.kind === 'face-area') return areaOfFaces(op, op.anchor, source, box, faces);
  if (box.width === undefined || box.height === undefined) {
    return { scaled: fitOneSide(source, box, op.enlarge === 'allowed') };
  }
  const full = { width: box.width, height: box.height };
  switch (op.fit) {
    case 'inside':
      return { scaled: fitInside(source, full, op.enlarge === 'allowed') };
    case 'outside':
      return { scaled: fitOutside(source, full, op.enlarge === 'allowed') };
    case 'stretch':
      return { scaled: whole(op.enlarge === 'never' ? shrinkBox(source, full) : full) };
    case 'cover':
      return withPoint(
        op.anchor,
        source,
        cover(
          source,
          whole(op.enlarge === 'never' ? shrinkBox(source, full) : full),
          op.anchor ?? CENTRE_ANCHOR,
          faces,
        ),
      );
    case 'contain':
      return contain(source, full, op.enlarge === 'allowed', op.position ?? { x: 0.5, y: 0.5 });
  }
}

/**
 * The largest size with the shape of `source` that fits inside `box`.
 *
 * The side that touches the box takes the box's own number and only the other
 * side follows: 1200 × 400 inside 100 × 100 is 100 × 33.
 */
export function fitInside(source: Size, box: Size, enlarge = true): Size {
  const fits = source.width <= box.width && source.height <= box.height;
  if (fits && !enlarge) return { width: source.width, height: source.height };
  return box.width * source.height <= box.height * source.width
    ? followWidth(source, box.width)
    : followHeight(source, box.height);
}

/** The smallest size with the shape of `source` that covers `box`; 2000 × 1200 over 150 × 150 is 250 × 150. */
export function fitOutside(source: Size, box: Size, enlarge = true): Size {
  const small = source.width <= box.width || source.height <= box.height;
  if (small && !enlarge) return { width: source.width, height: source.height };
  return box.width * source.height >= box.height * source.width
    ? followWidth(source, box.width)
    : followHeight(source, box.height);
}

function fitOneSide(source: Size, box: Box, enlarge: boolean): Size {
  const { width, height } = box;
  if (width !== undefined && (enlarge || width < source.width)) return followWidth(source, width);
  if (height !== undefined && (enlarge || height < source.height)) {
    return followHeight(source, height);
  }
  return { width: source.width, height: source.height };
}

function followWidth(source: Size, width: number): Size {
  return { width: wholePixels(width), height: wholePixels((source.height * width) / source.width) };
}

function followHeight(source: Size, height: number): Size {
  return {
    width: wholePixels((source.width * height) / source.height),
    height: wholePixels(height),
  };
}

/** The box made smaller by one factor until `source` can fill it without enlarging. */
function shrinkBox(source: Size, box: Size): Size {
  const factor = Math.min(1, source.width / box.width, source.height / box.height);
  return { width: box.width * factor, height: box.height * factor };
}

/** Where a focus that is to be shown lies behind the cuts and the scale. */
function withPoint(anchor: Anchor | undefined, source: Size, fitted: Fitted): Fitted {
  if (anchor?.kind !== 'focus' || !anchor.shown) return fitted;
  const { before = { left: 0, top: 0, ...source }, scaled, window } = fitted;
  return {
    ...fitted,
    point: {
      x:
        ((anchor.x * source.width - before.left) * scaled.width) / before.width -
        (window?.left ?? 0),
      y:
        ((anchor.y * source.height - before.top) * scaled.height) / before.height -
        (window?.top ?? 0),
    },
  };
}

/** Scale over the box, then cut exactly the box at the anchor. */
function cover(source: Size, box: Size, asked: Anchor, faces: readonly Face[]): Fitted {
  const blind = asked.kind === 'search' || asked.kind === 'face-area';
  const anchor = blind || isLost(asked, faces) ? CENTRE_ANCHOR : asked;
  if (anchor.kind === 'focus' && anchor.zoom > 1) return zoomed(source, box, anchor);
  const over = fitOutside(source, box);
  const scaled = {
    width: Math.max(box.width, over.width),
    height: Math.max(box.height, over.height),
  };
  if (scaled.width === box.width && scaled.height === box.height) return { scaled };
  if (anchor.kind === 'faces') {
    const boxes = faces.map(({ bounds }) => scaledRegion(bounds, source, scaled));
    return { scaled, window: faceWindow(boxes, scaled, box, anchor.face) };
  }
  const place = (share: number, whole: number, part: number) =>
    anchor.kind === 'slack'
      ? Math.round((whole - part) * clamp(share, 0, 1))
      : clamp(Math.round(share * whole - part / 2), 0, whole - part);
  return {
    scaled,
    window: {
      left: place(anchor.x, scaled.width, box.width),
      top: place(anchor.y, scaled.height, box.height),
      ...box,
    },
  };
}

function isLost({ kind }: Anchor, faces: readonly Face[]): boolean {
  return kind === 'faces' && faces.length === 0;
}

/** The part around the faces at the size of the box; a side that was not asked for follows from the part. */
function areaOfFaces(
  op: ResizeOp,
  { face, pad }: Extract<Anchor, { kind: 'face-area' }>,
  source: Size,
  box: Box,
  faces: readonly Face[],
): Fitted {
  const { width, height } = box;
  if (faces.length === 0) return { scaled: source };
  const shown = face === undefined ? faces : [faces[Math.min(face, faces.length - 1)]!];
  const asked = op.width !== undefined || op.height !== undefined || op.ratio !== undefined;
  const framed = asked && width !== undefined && height !== undefined;
  const before = faceArea(
    shown.map(({ bounds }) => bounds),
    source,
    pad,
    framed ? width / height : undefined,
  );
  if (!asked) return { before, scaled: { width: before.width, height: before.height } };
  return {
    before,
    scaled: framed ? whole({ width, height }) : fitOneSide(before, box, true),
  };
}

/** A zoomed focus is cut from the source first, so that nothing is enlarged only to be thrown away. */
function zoomed(source: Size, box: Size, focus: Extract<Anchor, { kind: 'focus' }>): Fitted {
  const wide = box.width * source.height >= box.height * source.width;
  const base = wide
    ? { width: source.width, height: (source.width * box.height) / box.width }
    : { width: (source.height * box.width) / box.height, height: source.height };
  const width = Math.min(source.width, wholePixels(base.width / focus.zoom));
  const height = Math.min(source.height, wholePixels(base.height / focus.zoom));
  return {
    before: {
      left: clamp(Math.round(focus.x * source.width - width / 2), 0, source.width - width),
      top: clamp(Math.round(focus.y * source.height - height / 2), 0, source.height - height),
      width,
      height,
    },
    scaled: box,
  };
}

/** Scale inside the box, then stand in it; an odd pixel of the slack goes behind. */
function contain(
  source: Size,
  box: Size,
  enlarge: boolean,
  position: { readonly x: number; readonly y: number },
): Fitted {
  const frame = whole(box);
  const inside = fitInside(source, box, enlarge);
  const scaled = {
    width: Math.min(inside.width, frame.width),
    height: Math.min(inside.height, frame.height),
  };
  return {
    scaled,
    frame: {
      left: Math.floor((frame.width - scaled.width) * position.x),
      top: Math.floor((frame.height - scaled.height) * position.y),
      ...frame,
    },
  };
}

/** The box of a resize in real pixels: lengths, density, ratio, limits and reserve applied. */
export function boxOf(op: ResizeOp, source: Size): Box {
  const density = op.density ?? 1;
  let width = op.width && lengthOf(op.width, source.width) * density;
  let height = op.height && lengthOf(op.height, source.height) * density;
  if (op.ratio !== undefined) {
    if (width === undefined && height === undefined) {
      const largest = largestOfRatio(source, op.ratio);
      width = largest.width;
      height = largest.height;
    } else {
      width ??= height! * op.ratio;
      height ??= width / op.ratio;
    }
  }
  if (op.limits && (width === undefined) !== (height === undefined)) {
    ({ width, height } = limited(op.limits, density, source, width, height));
  }
  if (width === undefined && height === undefined) {
    width = source.width * density;
    height = source.height * density;
  }
  const { reserve } = op;
  if (reserve) {
    width = width && Math.max(1, width - reserve.left - reserve.right);
    height = height && Math.max(1, height - reserve.top - reserve.bottom);
  }
  return {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  };
}

/** The side that was not asked for, kept within its limits; unlimited, it stays free. */
function limited(
  limits: SideLimits,
  density: number,
  source: Size,
  width: number | undefined,
  height: number | undefined,
): { width: number | undefined; height: number | undefined } {
  const within = (natural: number, min: number | undefined, max: number | undefined) => {
    const value = Math.max((min ?? 0) * density, Math.min(natural, (max ?? Infinity) * density));
    return value === natural ? undefined : value;
  };
  return width === undefined
    ? {
        width: within((source.width * height!) / source.height, limits.minWidth, limits.maxWidth),
        height,
      }
    : {
        width,
        height: within((source.height * width) / source.width, limits.minHeight, limits.maxHeight),
      };
}

function whole({ width, height }: Size): Size {
  return { width: wholePixels(width), height: wholePixels(height) };
}
