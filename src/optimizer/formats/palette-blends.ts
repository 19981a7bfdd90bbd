/**
 * Palette blends: a palette that lost its blends for the bytes may have some of them again for none.
 *
 * With one color left for all that is between those of a drawing, every edge of it is drawn in that
 * one, a grey beside red, green and blue. As many blends as colors, one between each and its ground,
 * are often packed in fewer bytes: strokes are then of a piece with their rims. So they are tried.
 */
import type { Attempt } from '../search/trial-runner.ts';

/** Most palettes that are tried. */
const TRIED = 4;

/** Points of a score from which a palette is the better one. */
const BETTER = 1;

/** What can be tried of a picture. */
interface Trials<A extends Attempt> {
  /** Sizes that a palette can have, rising. */
  readonly sizes: readonly number[];
  /** The picture in so many colors; undefined where there is no time for it. */
  readonly encode: (colors: number) => Promise<A | undefined>;
  /** The score of it; undefined where that is not measured. */
  readonly score: (attempt: A) => Promise<number | undefined>;
}

/**
 * The picture with more blends that takes no more than `bytes` and scores more than `poor` does;
 * undefined where none does. `fewest`: colors of `poor`, one of them for the blends. With five, those
 * of nine, eight, seven and six are tried in turn.
 */
export async function withMoreBlends<A extends Attempt>(
  { sizes, encode, score }: Trials<A>,
  poor: A,
  fewest: number,
  bytes: number,
): Promise<A | undefined> {
  const more = sizes.filter((size) => size > fewest && size < 2 * fewest).slice(0, TRIED);
  for (const colors of more.reverse()) {
    const attempt = await encode(colors);
    if (attempt === undefined) return undefined;
    if (attempt.bytes.length > bytes) continue;
    const [before, after] = [await score(poor), await score(attempt)];
    // Unmeasured, more colors are taken to be the better picture.
    if (before === undefined || after === undefined || after >= before + BETTER) return attempt;
  }
  return undefined;
}
