/**
 * Red-eye step: where in a program red is taken out of pupils.
 *
 * Red eyes are found in the upright source. Taking the red out looks at each pixel by itself, so
 * it may be done behind the turns, windows and scales that a decoder does while it reads, on the
 * few pixels that are left, and comes before everything else.
 *
 * Pure: instructions in, instructions out.
 */
import type { Size } from '../base/size.ts';
import type { RedEye, RedEyeDisc } from '../image/red-eye.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Instruction } from './program.ts';
import { pointIn, type SourceView, viewAfter } from './source-view.ts';

/** Instructions behind which the place of an eye is known and its pixels are still its own. */
const BEFORE: ReadonlySet<Instruction['kind']> = new Set(['orient', 'extract', 'scale']);

/** The program with a step for those red eyes that it shows; itself where it shows none. */
export function withRedEyes(
  instructions: readonly Instruction[],
  redEyes: readonly RedEye[],
  info: SourceInfo,
): readonly Instruction[] {
  const rest = instructions.findIndex(({ kind }) => !BEFORE.has(kind));
  const at = rest < 0 ? instructions.length : rest;
  const before = instructions.slice(0, at);
  const { width, height } = before.at(-1) ?? info;
  const view = viewAfter(info, before);
  const discs = redEyes.map((eye) => discIn(view, eye));
  const shown = discs.filter((disc) => isInside(disc, { width, height }));
  if (shown.length === 0) return instructions;
  return [...before, { kind: 'red-eye', discs: shown, width, height }, ...instructions.slice(at)];
}

/** A disc stays upright: turns are by quarters here, and scales are along the sides. */
function discIn(view: SourceView, eye: RedEye): RedEyeDisc {
  return {
    ...pointIn(view, eye),
    radiusX: Math.hypot(view.xx, view.xy) * eye.radius,
    radiusY: Math.hypot(view.yx, view.yy) * eye.radius,
  };
}

function isInside({ x, y, radiusX, radiusY }: RedEyeDisc, { width, height }: Size): boolean {
  return x + radiusX > 0 && x - radiusX < width && y + radiusY > 0 && y - radiusY < height;
}
