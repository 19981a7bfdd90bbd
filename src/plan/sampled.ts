/**
 * Sampled: a program whose scaling takes pixels as they are, and blends none.
 *
 * What it makes has no color but those of its source, where the other steps add none. It stands in
 * for the picture where blends take more bytes than the source (optimizer/formats/within-bytes.ts).
 * A side made a little smaller loses the rows or columns that are missed least; another is scaled
 * by nearest pixels.
 */
import type { Size } from '../base/size.ts';
import type { Instruction, Program, Thinning } from './program.ts';

/** Most times smaller that a side gets by leaving out chosen lines (raster/thinning/thinned.ts). */
const THINS_TO = 4;

/** Most pixels of which lines are chosen: they are all decoded for it. */
const THINS_OF = 2e6;

/** Most pixels of what is looked at for ornaments and grids. */
const PATTERNS_OF = 3e5;

/**
 * Ways for ornaments and drawings on a grid, that which is nearest to the size first; then those that
 * move edges between bytes, as little as will do; last those that lose rows.
 */
const PATTERNS: readonly Thinning[] = [
  ...(['tiles', 'own-tiles', 'small-tiles', 'packed-tiles'] as const),
  ...(['large-cells', 'cells', 'packed-cells', 'own-cells'] as const),
  ...(['aligned-a-little', 'aligned-more', 'small-cells'] as const),
  ...(['aligned', 'aligned-much', 'aligned-most'] as const),
  ...(['most-rows', 'many-rows', 'half-rows', 'few-rows'] as const),
];

/** The same program without blends, that which loses the least first; none where it scales nothing, or blends nothing already. */
export function sampled(source: Size, program: Program): Program[] {
  if (!program.instructions.some(blends)) return [];
  const nearest = withScales(program, (step) => ({ ...step, filter: 'nearest' }));
  return thins(source, program, THINS_OF) ? [thinnedBy(program, 'lines'), nearest] : [nearest];
}

/**
 * The same for pictures that are patterns, where all else takes too many bytes: another is made
 * smaller as the first of `sampled` is.
 */
export function patterned(source: Size, program: Program): Program[] {
  if (!program.instructions.some(blends) || !thins(source, program, PATTERNS_OF)) return [];
  return PATTERNS.map((by) => thinnedBy(program, by));
}

/** Whether whole lines can be left out for every scale of a still. */
function thins(source: Size, { instructions, frames }: Program, most: number): boolean {
  const before = (i: number) => instructions[i - 1] ?? source;
  // Frames are rendered one by one, and the same lines have to go from each.
  const still = frames.count === 1;
  return (
    still && instructions.every((step, i) => !blends(step) || isThinned(before(i), step, most))
  );
}

function thinnedBy(program: Program, by: Thinning): Program {
  return withScales(program, ({ width, height }) => ({ kind: 'thin', by, width, height }));
}

type Scale = Extract<Instruction, { kind: 'scale' }>;

function withScales(program: Program, made: (step: Scale) => Instruction): Program {
  const instructions = program.instructions.map((step) => (blends(step) ? made(step) : step));
  return { ...program, instructions };
}

/** Whether whole lines are left out of a side, or none. */
function isThinned(before: Size, { width, height }: Scale, most: number): boolean {
  const [x, y] = [before.width / width, before.height / height];
  const pixels = before.width * before.height;
  return Math.max(x, y) <= THINS_TO && Math.min(x, y) >= 1 && pixels <= most;
}

function blends(step: Instruction): step is Scale {
  return step.kind === 'scale' && step.filter !== 'nearest';
}
