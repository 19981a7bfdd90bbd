/**
 * The color space that a source is worked on in, and what of it goes out (docs/spec/color.md 5).
 *
 * Pure.
 */
import { type FormatName, formatCard } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { negotiateFormat } from '../negotiate.ts';
import type { Op } from '../op.ts';
import { isVideo, type Output } from '../output.ts';
import type { Plan } from '../plan.ts';
import type { Instruction, Program } from '../program.ts';
import { isEnd, namesColor } from './named-colors.ts';

/** How the colors of a source are read for these steps. */
export function colorOf(
  { output, ops }: Plan,
  info: SourceInfo,
  steps: readonly Instruction[],
): Program['color'] {
  // Two pictures meet in sRGB (docs/spec/composition.md 1.4).
  if (output.kind !== 'picture' || ops.some(mixes)) return 'srgb';
  if (output.profile === 'strip') return 'strip';
  const wide = output.profile === 'keep' || output.profile === 'adobe-rgb';
  if (!wide || info.space !== 'rgb') return 'srgb';
  // Into a space of tables no color of a request can be turned here: what it meets comes to sRGB.
  const ground = info.alpha && !isEnd(output.background);
  return info.profileTables && (ground || steps.some(namesColor)) ? 'srgb' : 'keep';
}

export function asksAdobeRgb(output: Output): boolean {
  return output.kind === 'picture' && output.profile === 'adobe-rgb';
}

/** Whether every format that may be the answer says which color space it is in; animations do not. */
export function carriesProfile(
  { chosen, alternatives }: ReturnType<typeof negotiateFormat>,
  frames: number,
): boolean {
  const carries = (format: FormatName) =>
    format !== 'gif' && !isVideo(format) && !formatCard(format).traced;
  return frames === 1 && [chosen, ...alternatives].every(({ format }) => carries(format));
}

/** Whether an op mixes colors from elsewhere with those of the source. */
function mixes({ kind }: Op): boolean {
  return kind === 'overlay' || kind === 'blend' || kind === 'text';
}
