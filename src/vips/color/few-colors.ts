/**
 * Few colors: those of a GIF whose picture is to have no others.
 */
import { gifColors } from '../../containers/animation/gif-frames.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { Instruction, Program } from '../../plan/program.ts';
import { readSource, type SourceFile } from '../source-file.ts';

/** Most colors of a source whose picture is drawn in them. */
const FEW_COLORS = 32;

/** Instructions that move pixels and leave their colors. */
const SHAPES = new Set<Instruction['kind']>(['orient', 'extract', 'scale']);

/** The parts of a program that count. */
export interface FewColorsInput extends Pick<Program, 'instructions'> {
  readonly chosen?: Program['chosen'];
  readonly alternatives?: Program['alternatives'];
}

/** The colors of a GIF that may become one again, where they are few and no step changes them. */
export async function fewColors(
  file: SourceFile,
  info: SourceInfo,
  input: FewColorsInput,
): Promise<readonly number[] | undefined> {
  const colorless = input.instructions.every(({ kind }) => SHAPES.has(kind));
  const choices = [...(input.chosen ? [input.chosen] : []), ...(input.alternatives ?? [])];
  const again = info.format === 'gif' && choices.some(({ format }) => format === 'gif');
  if (!again || !colorless) return undefined;
  return gifColors(await readSource(file), FEW_COLORS);
}
