/**
 * Even runs: lines of a drawing left out so that what was as wide as another part stays so.
 *
 * Courses of bricks, rows of modules, lines of large letters come as runs of equal lines, of few
 * lengths. Made smaller by even steps, some runs of a length keep a line more than others, which
 * takes bytes and shows. So all runs of a length get one length, and the ends what is left.
 *
 * Pure.
 */
import { runsOf } from './lines.ts';

/** Most lines that are left for the ends, or taken from them, as a share of all. */
const LEFT = 0.06;

/** How much larger or smaller than they should be all runs may become, as a factor. */
const OFF = 1.2;

/** A run at an end that is longer is a margin, and may become wider or narrower. */
const MARGIN = 2;

/**
 * The lines of the source that `count` lines show, rising.
 *
 * @param lines numbers of `equalLines`
 * @returns undefined where that would move too much
 */
export function evenRuns(lines: Int32Array, count: number): number[] | undefined {
  const runs = runsOf(lines);
  if (runs.length > count) return undefined;
  const sizes = evenSizes(runs, count / lines.length, count);
  if (sizes === undefined) return undefined;
  const out: number[] = [];
  let from = 0;
  runs.forEach((run, i) => {
    for (let k = 0; k < sizes[i]!; k++) out.push(from);
    from += run;
  });
  return out;
}

/** How long each run becomes: together `count` lines. */
function evenSizes(runs: readonly number[], share: number, count: number): number[] | undefined {
  const made = (run: number, factor: number) => Math.max(1, Math.round(run * share * factor));
  let best: { readonly sizes: number[]; readonly left: number } | undefined;
  for (const factor of factorsOf(runs, share)) {
    const sizes = runs.map((run) => made(run, factor));
    const left = count - sizes.reduce((sum, size) => sum + size, 0);
    if (best === undefined || Math.abs(left) < Math.abs(best.left)) best = { sizes, left };
  }
  if (best === undefined || Math.abs(best.left) > LEFT * count) return undefined;
  return best.left < 0 ? narrowed(best.sizes, -best.left) : widened(best.sizes, best.left);
}

/** Factors on either side of those at which the length of a run changes, and 1. */
function factorsOf(runs: readonly number[], share: number): number[] {
  const factors = new Set([1]);
  for (const run of new Set(runs)) {
    for (let size = 1; size <= run * share * OFF + 1; size++) {
      const factor = (size - 0.5) / (run * share);
      if (factor > OFF || factor < 1 / OFF) continue;
      factors.add(factor * (1 + 1e-6)).add(factor * (1 - 1e-6));
    }
  }
  return [...factors].sort((a, b) => Math.abs(Math.log(a)) - Math.abs(Math.log(b)));
}

/** Margins share what is left; without them the last run goes on. */
function widened(sizes: readonly number[], left: number): number[] {
  const margins = sizes[0]! > MARGIN && sizes.at(-1)! > MARGIN;
  const before = margins ? left >> 1 : 0;
  const last = sizes.length - 1;
  return sizes.map((size, i) => size + (i === 0 ? before : 0) + (i === last ? left - before : 0));
}

/** Margins lose lines; without them the last runs do. */
function narrowed(sizes: readonly number[], over: number): number[] {
  const out = [...sizes];
  const last = out.length - 1;
  const take = (i: number, lines: number, least: number) => {
    const taken = Math.max(0, Math.min(lines, out[i]! - least));
    out[i]! -= taken;
    return lines - taken;
  };
  let rest = take(0, over >> 1, MARGIN) + take(last, over - (over >> 1), MARGIN);
  for (let i = last; rest > 0 && i >= 0; i--) rest = take(i, rest, 0);
  return out;
}
