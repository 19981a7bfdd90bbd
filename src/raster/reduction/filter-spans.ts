/**
 * Filter spans: which pixels of a side make each pixel of the smaller picture,
 * and with what weights.
 *
 * A filter is stretched by the factor of the reduction and centred exactly, so
 * that a side may have a length that is not whole: a decoder that halves 2961
 * columns gives 1480, and they stand for 1480.5. At its edges the filter is cut.
 *
 * Weights are whole numbers whose sum is exact, so that a flat area keeps its
 * value: the rounding error of each is carried to the next. They come in pairs,
 * as the kernel takes them; what has no pixel of its own has the weight 0.
 *
 * Pure.
 */
import type { Filter } from '../../plan/op.ts';

/** Filters that blend. */
export type SmoothFilter = Exclude<Filter, 'nearest'>;

/** One side of a reduction, in pixels of the larger picture. */
export interface Side {
  /** Where the picture begins, 0 or more; may be a fraction. */
  readonly start: number;
  /** How long it is; may be a fraction. */
  readonly length: number;
  /** Pixels that there are. */
  readonly pixels: number;
  /** Pixels of the result. */
  readonly to: number;
}

export interface FilterSpans {
  /** Two numbers per pixel of the result: the first pair, and how many. */
  readonly spans: Int32Array;
  /** Two weights per pair, of the pairs of every pixel of the result in order. */
  readonly weights: Int16Array;
  /** Weights sum to 1 << shift. */
  readonly shift: 14 | 15;
  /** Most pairs of a pixel. */
  readonly most: number;
}

/** The value of a filter at a distance of 0 or more, in pixels of the result. */
interface Shape {
  /** Zero from here on. */
  readonly reach: number;
  at(x: number): number;
}

const lanczos = (lobes: number): Shape => ({
  reach: lobes,
  at: (x) => (x === 0 ? 1 : sinc(x) * sinc(x / lobes)),
});

function sinc(x: number): number {
  return Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The cubics of Mitchell and Netravali (1988). */
const cubic = (b: number, c: number): Shape => ({
  reach: 2,
  at: (x) =>
    (x < 1
      ? (12 - 9 * b - 6 * c) * x ** 3 + (-18 + 12 * b + 6 * c) * x ** 2 + (6 - 2 * b)
      : (-b - 6 * c) * x ** 3 +
        (6 * b + 30 * c) * x ** 2 +
        (-12 * b - 48 * c) * x +
        (8 * b + 24 * c)) / 6,
});

const SHAPES: Readonly<Record<SmoothFilter, Shape>> = {
  bilinear: { reach: 1, at: (x) => 1 - x },
  bicubic: cubic(0, 0.5),
  mitchell: cubic(1 / 3, 1 / 3),
  lanczos2: lanczos(2),
  lanczos3: lanczos(3),
};

/** Samples of a shape per pixel of the result; between two of them it is a line. */
const STEPS = 1024;

const sampled = new Map<SmoothFilter, Float64Array>();

function samplesOf(filter: SmoothFilter): Float64Array {
  const known = sampled.get(filter);
  if (known !== undefined) return known;
  const { reach, at } = SHAPES[filter];
  const samples = Float64Array.from({ length: reach * STEPS + 2 }, (_, i) =>
    i >= reach * STEPS ? 0 : at(i / STEPS),
  );
  sampled.set(filter, samples);
  return samples;
}

/** The spans of one side. */
export function filterSpans(side: Side, filter: SmoothFilter): FilterSpans {
  const { to } = side;
  const { begins, counts, shares, room, peak } = sharesOf(side, filter);
  const spans = new Int32Array(to * 2);
  let pairs = 0;
  let most = 0;
  for (let i = 0; i < to; i++) {
    const from = begins[i]!;
    const count = (from + counts[i]! + 1 - (from & ~1)) >> 1;
    spans[2 * i] = from >> 1;
    spans[2 * i + 1] = count;
    pairs += count;
    if (count > most) most = count;
  }
  // Weights are 16 bits with a sign.
  const shift = peak < 0.99 ? 15 : 14;
  const one = 1 << shift;
  const weights = new Int16Array(pairs * 2);
  for (let i = 0, at = 0; i < to; i++) {
    const odd = begins[i]! & 1;
    const count = counts[i]!;
    let wanted = 0.5;
    let given = 0;
    for (let k = 0; k < count; k++) {
      wanted += shares[i * room + k]! * one;
      const weight = Math.floor(wanted) - given;
      weights[at + odd + k] = weight;
      given += weight;
    }
    at += spans[2 * i + 1]! * 2;
  }
  return { spans, weights, shift, most };
}

/** Shares that sum to 1 of the pixels under the filter, `room` places for each pixel of the result. */
interface Shares {
  readonly begins: Int32Array;
  readonly counts: Int32Array;
  readonly shares: Float64Array;
  readonly room: number;
  /** The largest share, sign aside. */
  readonly peak: number;
}

/** Plain loops and numbers: a worker's first picture runs them before they are compiled. */
function sharesOf({ start, length, pixels, to }: Side, filter: SmoothFilter): Shares {
  const { reach } = SHAPES[filter];
  const samples = samplesOf(filter);
  const scale = length / to;
  const wide = Math.max(1, scale);
  const perPixel = STEPS / wide;
  const last = reach * STEPS;
  const first = Math.max(0, Math.floor(start));
  const end = Math.min(pixels, Math.ceil(start + length));
  const room = Math.ceil(2 * reach * wide) + 2;
  const begins = new Int32Array(to);
  const counts = new Int32Array(to);
  const shares = new Float64Array(to * room);
  let peak = 0;
  for (let i = 0; i < to; i++) {
    const centre = start + (i + 0.5) * scale;
    const from = Math.min(end - 1, Math.max(first, Math.floor(centre - reach * wide)));
    const until = Math.max(from + 1, Math.min(end, Math.ceil(centre + reach * wide)));
    const at = i * room - from;
    let sum = 0;
    for (let j = from; j < until; j++) {
      const t = Math.abs(j + 0.5 - centre) * perPixel;
      if (t >= last) continue;
      const below = Math.floor(t);
      const value = samples[below]! + (t - below) * (samples[below + 1]! - samples[below]!);
      shares[at + j] = value;
      sum += value;
    }
    // What lies beyond the filter, because nothing lies under it, counts alike.
    const even = sum === 0 ? 1 / (until - from) : 0;
    for (let j = from; j < until; j++) {
      const share = even > 0 ? even : shares[at + j]! / sum;
      shares[at + j] = share;
      if (share > peak) peak = share;
      else if (-share > peak) peak = -share;
    }
    begins[i] = from;
    counts[i] = until - from;
  }
  return { begins, counts, shares, room, peak };
}
