/** Boxes of faces: which are the same, which lie in a picture. Pure. */
import type { Region, Size } from '../../base/size.ts';
import type { FaceBox } from './face-detector.ts';

/** Boxes that share this much of the smaller one show one face. */
const SAME_FACE = 0.5;

/** Overlap over union from which a box stands for a place. */
const SAME_PLACE = 0.3;

/** The surest box of every face, the surest first. */
export function unlike(boxes: readonly FaceBox[]): FaceBox[] {
  const kept: FaceBox[] = [];
  for (const box of [...boxes].sort((a, b) => b.confidence - a.confidence)) {
    if (!(areaOf(box.bounds) > 0)) continue;
    const known = kept.some(({ bounds }) => {
      const smaller = Math.min(areaOf(bounds), areaOf(box.bounds));
      return shared(bounds, box.bounds) > SAME_FACE * smaller;
    });
    if (!known) kept.push(box);
  }
  return kept;
}

/** The surest of the boxes that stand at a place. */
export function bestAt(boxes: readonly FaceBox[], place: Region): FaceBox | undefined {
  return boxes
    .filter(({ bounds }) => {
      const both = shared(bounds, place);
      return both > SAME_PLACE * (areaOf(bounds) + areaOf(place) - both);
    })
    .sort((a, b) => b.confidence - a.confidence)[0];
}

/** The box cut to the picture; none where less than a pixel of it is inside. */
export function shownIn<Box extends FaceBox>(box: Box, { width, height }: Size): Box[] {
  const { bounds } = box;
  const left = Math.max(0, bounds.left);
  const top = Math.max(0, bounds.top);
  const right = Math.min(width, bounds.left + bounds.width);
  const bottom = Math.min(height, bounds.top + bounds.height);
  // A box of no number at all is none either.
  if (!(right - left >= 1 && bottom - top >= 1)) return [];
  return [{ ...box, bounds: { left, top, width: right - left, height: bottom - top } }];
}

export function largestFirst<Box extends FaceBox>(boxes: readonly Box[]): Box[] {
  return [...boxes].sort((a, b) => areaOf(b.bounds) - areaOf(a.bounds));
}

function areaOf({ width, height }: Size): number {
  return width * height;
}

/** Area that two regions have in common. */
function shared(a: Region, b: Region): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
