/** Seeded numbers: the same seed repeats a run as far as timing allows. */

/** A source of numbers with the choices that the parts make. */
export function randomFrom(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  /** 0 ≤ x < 1, by Mulberry32. */
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number from 0 to n - 1. */
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)], chance: (p) => next() < p };
}
