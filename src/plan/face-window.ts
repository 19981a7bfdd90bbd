/**
 * Face window: where a window of a size stands so that faces stay whole.
 *
 * All faces are kept where the window can hold them, with some of the head
 * around them if there is room, and stand in its middle. Where they do not all
 * fit, the window is centred on one face (docs/spec/imgix.md 4.8), and moved a
 * little where that saves another from being cut.
 *
 * The area of faces goes the other way round: a part is cut to the faces
 * (docs/spec/imgix.md 5.2).
 *
 * Pure: rectangles in, a rectangle out; the two axes do not depend on one another
 * but for what counts as cut.
 */
import { clamp, type Region, type Size, smallestOfRatio, wholePixels } from '../base/size.ts';

/** What belongs to a head beyond its face, as shares of the face's sides; detectors give forehead to chin. */
const HEAD = { side: 0.25, above: 0.35, below: 0.2 };

/** How far a window centred on one face may move for the sake of others, as a share of its side. */
const REACH = 0.25;

/** Positions tried on either side of the centred one. */
const STEPS = 16;

/**
 * The window of `size` in a picture: whole pixels, inside it.
 *
 * @param faces boxes in the picture, the largest first, at least one
 * @param chosen which face counts where not all fit, from 0; past the end it is the last
 */
export function faceWindow(
  faces: readonly Region[],
  picture: Size,
  size: Size,
  chosen: number,
): Region {
  const heads = faces.map((face) => headOf(face, picture));
  const around = union(heads);
  if (holds(size, around)) return centred(around, picture, size);
  const tight = union(faces);
  if (holds(size, tight)) return keeping(tight, centred(around, picture, size), picture);
  const one = faces[Math.min(chosen, faces.length - 1)]!;
  const start = centred(headIn(one, picture, size), picture, size);
  const kept = holds(size, one) ? keeping(one, start, picture) : start;
  return leastCut(faces, one, kept, picture);
}

/**
 * What lies around faces: their boxes grown by `pad` about their middles, all together, widened to a
 * ratio (width over height) where one is given. Whole pixels, inside the picture: where that is too
 * small, as much as has the ratio and fits.
 */
export function faceArea(
  faces: readonly Region[],
  picture: Size,
  pad: number,
  ratio: number | undefined,
): Region {
  const grown = union(faces.map((face) => grownBy(face, pad)));
  const wanted = ratio === undefined ? grown : smallestOfRatio(grown, ratio);
  const shrink =
    ratio === undefined
      ? 1
      : Math.min(1, picture.width / wanted.width, picture.height / wanted.height);
  const size = {
    width: Math.min(picture.width, wholePixels(wanted.width * shrink)),
    height: Math.min(picture.height, wholePixels(wanted.height * shrink)),
  };
  return centred(grown, picture, size);
}

function grownBy({ left, top, width, height }: Region, factor: number): Region {
  return {
    left: left - (width * (factor - 1)) / 2,
    top: top - (height * (factor - 1)) / 2,
    width: width * factor,
    height: height * factor,
  };
}

/** A region of a picture as it stands in the picture at another size. */
export function scaledRegion({ left, top, width, height }: Region, from: Size, to: Size): Region {
  const x = to.width / from.width;
  const y = to.height / from.height;
  return { left: left * x, top: top * y, width: width * x, height: height * y };
}

function headOf(face: Region, picture: Size): Region {
  const left = Math.max(0, face.left - face.width * HEAD.side);
  const top = Math.max(0, face.top - face.height * HEAD.above);
  const right = Math.min(picture.width, face.left + face.width * (1 + HEAD.side));
  const bottom = Math.min(picture.height, face.top + face.height * (1 + HEAD.below));
  return { left, top, width: right - left, height: bottom - top };
}

/** The head where the window holds it, else the face alone. */
function headIn(face: Region, picture: Size, size: Size): Region {
  const head = headOf(face, picture);
  return holds(size, head) ? head : face;
}

function union(regions: readonly Region[]): Region {
  const left = Math.min(...regions.map((r) => r.left));
  const top = Math.min(...regions.map((r) => r.top));
  const right = Math.max(...regions.map((r) => r.left + r.width));
  const bottom = Math.max(...regions.map((r) => r.top + r.height));
  return { left, top, width: right - left, height: bottom - top };
}

function holds(size: Size, region: Size): boolean {
  return region.width <= size.width && region.height <= size.height;
}

/** The window with the middle of a region in its own, as far as the picture goes. */
function centred(region: Region, picture: Size, size: Size): Region {
  return placed(
    region.left + (region.width - size.width) / 2,
    region.top + (region.height - size.height) / 2,
    picture,
    size,
  );
}

/** The window moved as little as it takes to hold a region, which fits. */
function keeping(region: Region, window: Region, picture: Size): Region {
  return placed(
    clamp(window.left, region.left + region.width - window.width, region.left),
    clamp(window.top, region.top + region.height - window.height, region.top),
    picture,
    window,
  );
}

function placed(left: number, top: number, picture: Size, { width, height }: Size): Region {
  return {
    left: clamp(Math.round(left), 0, picture.width - width),
    top: clamp(Math.round(top), 0, picture.height - height),
    width,
    height,
  };
}

/** Of the windows near one, that which cuts the fewest faces; the nearest of those. */
function leastCut(faces: readonly Region[], one: Region, start: Region, picture: Size): Region {
  let best = start;
  let least = cuts(faces, start);
  for (let step = 1; step <= STEPS && least > 0; step++) {
    for (const direction of [1, -1]) {
      const share = (direction * REACH * step) / STEPS;
      const moved = placed(
        start.left + share * start.width,
        start.top + share * start.height,
        picture,
        start,
      );
      // The face that counts is not given up for others.
      const window = holds(start, one) ? keeping(one, moved, picture) : start;
      const count = cuts(faces, window);
      if (count < least) {
        best = window;
        least = count;
      }
    }
  }
  return best;
}

/** How many faces stand partly in a window and partly outside. */
function cuts(faces: readonly Region[], window: Region): number {
  return faces.filter((face) => {
    const left = Math.max(face.left, window.left);
    const top = Math.max(face.top, window.top);
    const right = Math.min(face.left + face.width, window.left + window.width);
    const bottom = Math.min(face.top + face.height, window.top + window.height);
    if (right <= left || bottom <= top) return false;
    const shown = (right - left) * (bottom - top);
    return shown < face.width * face.height * 0.999;
  }).length;
}
