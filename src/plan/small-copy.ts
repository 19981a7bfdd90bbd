/** A small upright copy of a source, for what looks at all of it. Pure. */
import type { SourceInfo } from '../image/source-info.ts';
import { type LowerState, lowerOp } from './lower-op.ts';
import type { Program } from './program.ts';

/**
 * What renders frame `page` of a source upright, in sRGB, with no side above `side` pixels.
 *
 * @param page from 0, clamped to the pages there are
 */
export function smallCopy(
  info: SourceInfo,
  side: number,
  page = 0,
): Pick<Program, 'instructions' | 'frames' | 'color'> {
  const state: LowerState = {
    size: { width: info.width, height: info.height },
    alpha: info.alpha,
    instructions: [],
  };
  lowerOp(state, { kind: 'orient', by: 'source' }, info);
  lowerOp(state, { kind: 'limit', side }, info);
  const first = Math.min(page, info.pages - 1);
  return { instructions: state.instructions, frames: { first, count: 1 }, color: 'srgb' };
}
