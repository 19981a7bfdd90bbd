/**
 * Sampled: a program whose scaling takes pixels as they are, and blends none.
 *
 * What it makes has no color but those of its source, where the other steps add none. It stands in
 * for the picture where blends take more bytes than the source (optimizer/formats/within-bytes.ts).
 */
import type { Instruction, Program } from './program.ts';

/** The same program by nearest pixels; undefined where it scales nothing, or does so already. */
export function sampled(program: Program): Program | undefined {
  const { instructions } = program;
  if (!instructions.some(blends)) return undefined;
  return {
    ...program,
    instructions: instructions.map((step) =>
      blends(step) ? { ...step, filter: 'nearest' } : step,
    ),
  };
}

function blends(step: Instruction): step is Extract<Instruction, { kind: 'scale' }> {
  return step.kind === 'scale' && step.filter !== 'nearest';
}
