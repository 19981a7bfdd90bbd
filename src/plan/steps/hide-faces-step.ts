/**
 * Hide-faces step: where in a program faces are made unrecognizable.
 *
 * Faces are found in the upright source. They are hidden behind the turns, windows and scales that a
 * decoder does while it reads, and before everything else, so that nothing that is drawn later covers
 * or moves them. How strongly is a share of each face, so the size of the picture does not matter.
 *
 * Pure: instructions in, instructions out.
 */
import type { Size } from '../../base/size.ts';
import type { Face } from '../../image/face.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { OpOf } from '../op.ts';
import type { HiddenFace, Instruction } from '../program.ts';
import { pointIn, type SourceView, viewAfter } from '../source-view.ts';

/** Instructions behind which the place of a face is known, upright, and its pixels are still its own. */
const BEFORE: ReadonlySet<Instruction['kind']> = new Set(['orient', 'extract', 'scale']);

/**
 * What is hidden beyond the box of a face, as shares of its sides: a detector gives forehead to chin,
 * and errs by a tenth.
 */
const BEYOND = { side: 0.15, above: 0.25, below: 0.15 };

/** The program with a step for each op, for the faces that it shows; itself where it shows none. */
export function withHiddenFaces(
  instructions: readonly Instruction[],
  ops: readonly OpOf<'hide-faces'>[],
  faces: readonly Face[],
  info: SourceInfo,
): readonly Instruction[] {
  if (ops.length === 0 || faces.length === 0) return instructions;
  const rest = instructions.findIndex(({ kind }) => !BEFORE.has(kind));
  const at = rest < 0 ? instructions.length : rest;
  const before = instructions.slice(0, at);
  const { width, height } = before.at(-1) ?? info;
  const view = viewAfter(info, before);
  const steps = ops.flatMap(({ by, strength }): Instruction[] => {
    const places = faces
      .map((face) => placeIn(view, face, strength))
      .filter((place) => isShown(place, { width, height }));
    return places.length === 0 ? [] : [{ kind: 'hide-faces', by, places, width, height }];
  });
  return steps.length === 0 ? instructions : [...before, ...steps, ...instructions.slice(at)];
}

/** A box stays upright: turns are by quarters here, and scales are along the sides. */
function placeIn(view: SourceView, { bounds }: Face, strength: number): HiddenFace {
  const corner = (x: number, y: number) =>
    pointIn(view, { x: bounds.left + x * bounds.width, y: bounds.top + y * bounds.height });
  // Above is where the forehead is on the upright source, wherever that has been turned to.
  const [from, to] = [
    corner(-BEYOND.side, -BEYOND.above),
    corner(1 + BEYOND.side, 1 + BEYOND.below),
  ];
  const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  const size = { width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) };
  const [one, other] = [corner(0, 0), corner(1, 1)];
  const longer = Math.max(Math.abs(other.x - one.x), Math.abs(other.y - one.y));
  return { left, top, ...size, detail: strength * longer };
}

function isShown(place: HiddenFace, { width, height }: Size): boolean {
  return (
    place.left + place.width > 0 &&
    place.left < width &&
    place.top + place.height > 0 &&
    place.top < height
  );
}
