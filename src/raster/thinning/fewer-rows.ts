/**
 * Fewer rows: a drawing that shows fewer different rows than it has, each over more lines.
 *
 * The last way to fewer bytes: a row that equals the one above it costs nothing. Those that are missed
 * least go first, and one course of many bricks is not missed.
 *
 * Pure.
 */
import type { Raster } from '../../image/raster.ts';
import { equalLines, ofLines, runsOf } from './lines.ts';
import { linesKept } from './thinned.ts';

/** Most times fewer rows: beyond that no row is chosen for what it shows. */
const LEAST_SHARE = 0.2;

/**
 * The rows of the source that `count` lines show, rising.
 *
 * @param share how many of the rows that could be shown are, `LEAST_SHARE`..1
 */
export function fewerRows(raster: Raster, count: number, share: number): number[] {
  const runs = runsOf(equalLines(raster, 'rows'));
  const starts: number[] = [];
  runs.reduce((at, run) => {
    starts.push(at);
    return at + run;
  }, 0);
  const most = Math.min(runs.length, count);
  const shown = Math.max(1, Math.round(most * Math.max(LEAST_SHARE, share)));
  const all = Array.from({ length: raster.width }, (_, x) => x);
  const kept = linesKept(ofLines(raster, all, starts), 'rows', shown);
  const lengths = kept.map((i) => runs[i]!);
  const sizes = sharedOut(lengths, count);
  return kept.flatMap((i, k) => Array.from({ length: sizes[k]! }, () => starts[i]!));
}

/** Parts of `count` in proportion to lengths, at least 1 each. @param lengths no more than `count` */
function sharedOut(lengths: readonly number[], count: number): number[] {
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const spare = count - lengths.length;
  let [before, given] = [0, 0];
  return lengths.map((length) => {
    before += length;
    const upTo = Math.round((spare * before) / all);
    const size = 1 + upTo - given;
    given = upTo;
    return size;
  });
}
