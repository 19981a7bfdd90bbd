/**
 * Merging resamples: a program with fewer resamplings and the same sizes.
 *
 * Pure: instructions in, instructions out.
 */
import { clamp } from '../../base/size.ts';
import type { Instruction } from '../program.ts';

/**
 * The same program with fewer resamplings: scales in a row become the last one,
 * and a window between two scales moves behind them.
 */
export function mergeResamples(instructions: readonly Instruction[]): Instruction[] {
  const out: Instruction[] = [];
  for (const next of instructions) {
    const last = out.at(-1);
    const before = out.at(-2);
    if (next.kind === 'scale' && last?.kind === 'scale') {
      out[out.length - 1] = { ...next, filter: last.filter };
    } else if (next.kind === 'scale' && last?.kind === 'extract' && before?.kind === 'scale') {
      const x = next.width / last.width;
      const y = next.height / last.height;
      const width = Math.max(next.width, Math.round(before.width * x));
      const height = Math.max(next.height, Math.round(before.height * y));
      out.splice(
        -2,
        2,
        { kind: 'scale', filter: before.filter, width, height },
        {
          kind: 'extract',
          left: clamp(Math.round(last.left * x), 0, width - next.width),
          top: clamp(Math.round(last.top * y), 0, height - next.height),
          width: next.width,
          height: next.height,
        },
      );
    } else if (next.kind === 'extract' && last?.kind === 'extract') {
      out[out.length - 1] = {
        kind: 'extract',
        left: last.left + next.left,
        top: last.top + next.top,
        width: next.width,
        height: next.height,
      };
    } else {
      out.push(next);
    }
  }
  return out;
}
