/**
 * Fewest colors: the search that palettes have in common, for one that a format cannot do without
 * (only-palette.ts) and for one that a source had (source-palette.ts).
 */
import { PASS_BELOW } from '../receipt.ts';
import { WORST_BELOW } from '../search/corrections.ts';
import type { MeasuredAttempt } from '../search/trial-runner.ts';

/**
 * The smallest of some falling sizes that does, where smaller ones do less and less; undefined
 * where none does. By halving: of 20 sizes 4 or 5 are tried. A size that there is no time to try
 * counts as one that does not.
 */
export async function fewestColors(
  sizes: readonly number[],
  does: (colors: number) => Promise<boolean>,
): Promise<number | undefined> {
  let [low, high] = [-1, sizes.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await does(sizes[middle]!)) low = middle;
    else high = middle;
  }
  return sizes[low];
}

/** Whether a palette has a score, all over and where it is worst. */
export function reaches({ score, worst }: MeasuredAttempt, target: number): boolean {
  return score >= target - PASS_BELOW && worst >= target - WORST_BELOW;
}
