/**
 * Traces: who asks for what, always the same for one seed.
 *
 * Pictures are asked for by Zipf: the one of rank r as often as 1 / r^slope says. Variants of a picture (its
 * sizes and formats) follow Zipf with slope 1. Each request is drawn by itself.
 *
 * Pure.
 */

/** Numbers from 0 to 1, without 1, by mulberry32. @param seed a whole number of 32 bits */
export function randomNumbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Shares of the ranks 1 to `count`, which sum up to 1. @param slope 0 for all alike */
export function zipfShares(count, slope) {
  const shares = new Float64Array(count);
  let total = 0;
  for (let rank = 1; rank <= count; rank++) {
    shares[rank - 1] = rank ** -slope;
    total += shares[rank - 1];
  }
  return shares.map((share) => share / total);
}

/**
 * Requests, as numbers: variant `v` of picture `p` is `p * variants + v`.
 *
 * @param catalogue `pictures`, `slope`, `variants` of each
 */
export function zipfTrace({ pictures, slope, variants }, requests, seed) {
  const random = randomNumbers(seed);
  const [ofPicture, ofVariant] = [zipfShares(pictures, slope), zipfShares(variants, 1)].map(sums);
  return Uint32Array.from(
    { length: requests },
    () => place(ofPicture, random()) * variants + place(ofVariant, random()),
  );
}

function sums(shares) {
  let total = 0;
  return shares.map((share) => {
    total += share;
    return total;
  });
}

/** Where a sum first passes a value. */
function place(rising, value) {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
