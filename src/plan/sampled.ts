/**
 * Sampled: a program whose scaling takes pixels as they are, and blends none.
 *
 * What it makes has no color but those of its source, where the other steps add none. It stands in
 * for the picture where blends take more bytes than the source (optimizer/formats/within-bytes.ts).
 * A side made a little smaller loses the rows or columns that are missed least; another is scaled
 * by nearest pixels.
 */
import type { Size } from '../base/size.ts';
import type { Instruction, Program } from './program.ts';

/** Most times smaller that a side gets by leaving out chosen lines (raster/thinned.ts). */
const THINS_TO = 4;

/** Most pixels of which lines are chosen: they are all decoded for it. */
const THINS_OF = 2e6;

/** The same program without blends, that which loses the least first; none where it scales nothing, or blends nothing already. */
export function sampled(source: Size, program: Program): Program[] {
  const { instructions } = program;
  if (!instructions.some(blends)) return [];
  const nearest = withScales(program, (step) => ({ ...step, filter: 'nearest' }));
  const before = (i: number) => instructions[i - 1] ?? source;
  // Frames are rendered one by one, and the same lines have to go from each.
  const still = program.frames.count === 1;
  const thins = instructions.every((step, i) => !blends(step) || isThinned(before(i), step));
  if (!still || !thins) return [nearest];
  return [withScales(program, ({ width, height }) => ({ kind: 'thin', width, height })), nearest];
}

type Scale = Extract<Instruction, { kind: 'scale' }>;

function withScales(program: Program, made: (step: Scale) => Instruction): Program {
  const instructions = program.instructions.map((step) => (blends(step) ? made(step) : step));
  return { ...program, instructions };
}

/** Whether whole lines are left out of a side, or none. */
function isThinned(before: Size, { width, height }: Scale): boolean {
  const [x, y] = [before.width / width, before.height / height];
  const pixels = before.width * before.height;
  return Math.max(x, y) <= THINS_TO && Math.min(x, y) >= 1 && pixels <= THINS_OF;
}

function blends(step: Instruction): step is Scale {
  return step.kind === 'scale' && step.filter !== 'nearest';
}
