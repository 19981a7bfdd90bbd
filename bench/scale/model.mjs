/**
 * The cost model: rates of hits, renders and bucket operations by formulas, and what they take of processors.
 *
 * A request is drawn by itself, so each variant comes by Poisson at a rate of its own, and
 *
 *   behind a CDN of E edges that keep it for T seconds    m = l / (1 + l T / E)
 *   a tier that holds what was asked for in its last t    hit with 1 - exp(-m t), where t fills the tier (Che)
 *   a bucket whose entries live D seconds                 made m / (1 + m D) times a second
 *
 * with l and m in requests a second for that variant. Ranks are summed in steps of at most a thirtieth of
 * themselves. Steady: catalogues that grow add their new variants (`newVariants`) to what is made.
 *
 * Pure.
 */
import { zipfShares } from './trace.mjs';

/** Ranks taken together: none below 30, then a thirtieth of the rank at a time. */
const FINE = 30;

/** Groups of pictures: how many, and the share of each of all requests. */
function groupsOf(pictures, slope) {
  const groups = [];
  let total = 0;
  for (let first = 1; first <= pictures; ) {
    const size = Math.min(pictures - first + 1, Math.max(1, Math.floor(first / FINE)));
    const weight = (first + (size - 1) / 2) ** -slope;
    groups.push({ size, weight });
    total += size * weight;
    first += size;
  }
  return groups.map(({ size, weight }) => ({ size, share: weight / total }));
}

/**
 * Rates in a second: `requests`, those a `cdn` answers, hits in `memory`, `disk` and `bucket`, `renders`, and
 * the bucket's `gets` and `puts`; `newVariants` are added to what is made.
 *
 * @param place as that of `simulate`, with `pictures`, `slope` and `rate`; `life` of bucket entries in seconds
 */
export function rates(place) {
  const { pictures, slope, variants, rate, cdn, nodes, balance = 'hash' } = place;
  const { memory, disk, bytes, life = Infinity, newVariants = 0 } = place;
  const ofVariant = zipfShares(variants, 1);
  const kinds = groupsOf(pictures, slope).flatMap(({ size, share }) =>
    Array.from(ofVariant, (part) => {
      const asked = rate * share * part;
      const behind = cdn === undefined ? asked : asked / (1 + (asked * cdn.ttl) / cdn.edges);
      // By hash each variant is at one node; in turn at each, a share of the time
      return balance === 'hash'
        ? { copies: size / nodes, behind, all: size }
        : { copies: size, behind: behind / nodes, all: size * nodes };
    }),
  );
  const sum = (of) => kinds.reduce((total, kind) => total + kind.all * of(kind), 0);
  const reached = sum(({ behind }) => behind);
  const hits = (room) => {
    const time = timeOf(kinds, room / bytes);
    return sum(({ behind }) => behind * -Math.expm1(-behind * time));
  };
  const inMemory = hits(memory);
  const local = Math.max(inMemory, hits(disk));
  const perVariant = balance === 'hash' ? 1 : nodes;
  const made = kinds.reduce((total, { behind, all }) => {
    const whole = behind * perVariant;
    return total + (all / perVariant) * (whole / (1 + whole * life));
  }, 0);
  const away = reached - local;
  const renders = Math.min(away, made) + newVariants;
  return {
    ...{ requests: rate, cdn: rate - reached, reached, memory: inMemory, disk: local - inMemory },
    ...{ bucket: Math.max(0, away - made), renders },
    ...{ gets: away + newVariants, puts: renders },
  };
}

/** The time in seconds in which as many entries are asked for as there is room for; Infinity where all find room. */
function timeOf(kinds, room) {
  const held = (time) =>
    kinds.reduce((total, { copies, behind }) => total - copies * Math.expm1(-behind * time), 0);
  if (kinds.reduce((total, { copies }) => total + copies, 0) <= room) return Infinity;
  let [low, high] = [-20, 40];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (held(Math.exp(middle)) < room) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}

/** Seconds of processor time for what was counted. @param costs seconds for each kind */
export function processorSeconds(counts, costs) {
  return Object.entries(costs).reduce(
    (total, [kind, seconds]) => total + (counts[kind] ?? 0) * seconds,
    0,
  );
}

/** Whole cores that rates need, each busy for `load` of its time. */
export function coresFor(each, costs, load = 0.6) {
  return Math.max(1, Math.ceil(processorSeconds(each, costs) / load));
}
