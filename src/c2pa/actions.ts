/**
 * Actions: what was done to a picture, by the names of C2PA 2.1, 18.12 (docs/spec/fastly-io.md 7.25).
 *
 * Pure.
 */
import type { Instruction } from '../plan/program.ts';

export type ActionName =
  | 'c2pa.opened'
  | 'c2pa.orientation'
  | 'c2pa.cropped'
  | 'c2pa.resized'
  | 'c2pa.color_adjustments'
  | 'c2pa.filtered'
  | 'c2pa.edited'
  | 'c2pa.transcoded'
  | 'c2pa.repackaged';

const ACTION_OF: Readonly<Record<Instruction['kind'], ActionName>> = {
  orient: 'c2pa.orientation',
  rotate: 'c2pa.orientation',
  extract: 'c2pa.cropped',
  scale: 'c2pa.resized',
  thin: 'c2pa.resized',
  enhance: 'c2pa.color_adjustments',
  tone: 'c2pa.color_adjustments',
  bilevel: 'c2pa.color_adjustments',
  blur: 'c2pa.filtered',
  sharpen: 'c2pa.filtered',
  pixelate: 'c2pa.filtered',
  halftone: 'c2pa.filtered',
  denoise: 'c2pa.filtered',
  // What is added to a picture or taken from it
  extend: 'c2pa.edited',
  'red-eye': 'c2pa.edited',
  'hide-faces': 'c2pa.edited',
  background: 'c2pa.edited',
  checker: 'c2pa.edited',
  mask: 'c2pa.edited',
  'picture-mask': 'c2pa.edited',
  overlay: 'c2pa.edited',
  blend: 'c2pa.edited',
  text: 'c2pa.edited',
  'text-canvas': 'c2pa.edited',
  border: 'c2pa.edited',
  'cross-hairs': 'c2pa.edited',
};

/**
 * The actions of a picture in their order, each once: it was opened, then its steps, then how it was
 * written. @param encoded false: the source's own coding, packed anew or stripped
 */
export function actionsOf(
  instructions: readonly Pick<Instruction, 'kind'>[],
  encoded: boolean,
): ActionName[] {
  const steps = instructions.map(({ kind }) => ACTION_OF[kind]);
  return [...new Set<ActionName>(['c2pa.opened', ...steps]), written(encoded)];
}

function written(encoded: boolean): ActionName {
  return encoded ? 'c2pa.transcoded' : 'c2pa.repackaged';
}
