/**
 * Nearest color: which of some colors looks most like another one.
 *
 * Colors stand in a space of premultiplied red, green, blue and alpha, four numbers each of
 * 0..255. A distance says how far two are apart over black or over white, whichever is more.
 * Pure.
 */

/** Weights of red, green, blue and alpha in the square of a distance. */
export const CHANNEL_WEIGHTS = [0.6, 1, 0.4, 1] as const;

/** Which of some colors is nearest to another, their green first. */
export class NearestColor {
  /** Ordered by green, with their places in the list that was given. */
  readonly #green: Float64Array;
  readonly #centres: Float64Array;
  readonly #places: readonly number[];

  constructor(centres: readonly Float64Array[]) {
    const places = centres.map((_, i) => i).sort((a, b) => centres[a]![1]! - centres[b]![1]!);
    this.#places = places;
    this.#green = Float64Array.from(places, (i) => centres[i]![1]!);
    this.#centres = Float64Array.from(places.flatMap((i) => [...centres[i]!]));
  }

  /** The place, in the list that was given, of the color nearest to that of `points` from `at` on. */
  find(points: Float64Array, at: number): number {
    const green = this.#green;
    const own = points[at + 1]!;
    let [low, high] = [0, green.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (green[middle]! < own) low = middle + 1;
      else high = middle;
    }
    let [best, place] = [Number.POSITIVE_INFINITY, 0];
    // Outwards from the same green, until green alone is further than the best.
    for (let [down, up] = [low - 1, low]; down >= 0 || up < green.length; ) {
      const below = down >= 0 ? own - green[down]! : Number.POSITIVE_INFINITY;
      const above = up < green.length ? green[up]! - own : Number.POSITIVE_INFINITY;
      const near = Math.min(below, above);
      if (near * near * CHANNEL_WEIGHTS[1] >= best) break;
      const n = below <= above ? down-- : up++;
      const distance = this.#distance(points, at, n);
      if (distance < best) [best, place] = [distance, n];
    }
    return this.#places[place]!;
  }

  /** The square over black or over white, whichever is more. */
  #distance(points: Float64Array, at: number, n: number): number {
    const centres = this.#centres;
    const alpha = points[at + 3]! - centres[4 * n + 3]!;
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      const black = points[at + c]! - centres[4 * n + c]!;
      const white = black - alpha;
      sum += CHANNEL_WEIGHTS[c]! * Math.max(black * black, white * white);
    }
    return sum;
  }
}
