/**
 * Nearest color: which color of a palette looks most like another one (distances of color.ts).
 *
 * Candidates are ordered by green and looked at outwards from the same green, until green
 * alone is further away than the best. Pure; of equal ones, the first in that order.
 */
import {
  CHANNEL_WEIGHTS,
  CLEAR,
  foldedKind,
  KINDS,
  kindOf,
  pointsOf,
  SOLID,
  setPoint,
} from './color.ts';

/** Which of some points is nearest to another. */
export class NearestColor {
  /** Ordered by green, with their places in the list that was given. */
  readonly #green: Float64Array;
  readonly #points: Float64Array;
  readonly #places: readonly number[];

  /** @param points one or more, four numbers each */
  constructor(points: Float64Array) {
    const green = (i: number) => points[4 * i + 1]!;
    const places = Array.from({ length: points.length / 4 }, (_, i) => i);
    places.sort((a, b) => green(a) - green(b) || a - b);
    this.#places = places;
    this.#green = Float64Array.from(places, green);
    this.#points = Float64Array.from(places.flatMap((i) => [...points.subarray(4 * i, 4 * i + 4)]));
  }

  /** The place, in the list that was given, of the point nearest to that of `points` from `at` on. */
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

  #distance(points: Float64Array, at: number, n: number): number {
    const own = this.#points;
    const alpha = points[at + 3]! - own[4 * n + 3]!;
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      const black = points[at + c]! - own[4 * n + c]!;
      const white = black - alpha;
      sum += CHANNEL_WEIGHTS[c]! * Math.max(black * black, white * white);
    }
    return sum;
  }
}

/** Slots for colors whose nearest is known: the upper 16 bits of a hash. */
const KNOWN = 65_536;

/** A palette, and which of its colors stands for a color: of those of its kind the nearest. */
export class PaletteMap {
  /** Numbers as in color.ts. */
  readonly palette: Uint32Array;
  /** By kind: the places of its colors, and a search among them. */
  readonly #searches: readonly ({ places: number[]; search: NearestColor } | undefined)[];
  readonly #point = new Float64Array(4);
  readonly #known = new Uint32Array(KNOWN);
  readonly #nearest = new Int16Array(KNOWN).fill(-1);

  /** @param palette one to 256 colors */
  constructor(palette: Uint32Array) {
    this.palette = palette;
    this.#searches = KINDS.map((kind) => {
      const places = [...palette.keys()].filter((i) => kindOf(palette[i]! >>> 24) === kind);
      if (places.length === 0) return undefined;
      const search = new NearestColor(pointsOf(places.map((i) => palette[i]!)));
      return { places, search };
    });
  }

  /** The place of the color that stands for a color, a number as in color.ts. */
  indexOf(color: number): number {
    const slot = Math.imul(color, 0x9e3779b1) >>> 16;
    if (this.#known[slot] !== color || this.#nearest[slot]! < 0) {
      this.#known[slot] = color;
      this.#nearest[slot] = this.#find(color);
    }
    return this.#nearest[slot]!;
  }

  #find(color: number): number {
    const alpha = color >>> 24;
    const own = this.#searches[kindOf(alpha)] ?? this.#searches[foldedKind(alpha)];
    const { places, search } = own ?? this.#searches[SOLID] ?? this.#searches[CLEAR] ?? NONE;
    setPoint(this.#point, 0, color);
    return places[search.find(this.#point, 0)]!;
  }
}

const NONE = { places: [0], search: new NearestColor(new Float64Array(4)) };
