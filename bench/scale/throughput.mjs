/**
 * Misses of one node and of several, each with one core.
 *
 * A machine has not as many cores as nodes, so what is compared is what processor time allows: a node on one
 * core makes as many misses a second as its own tree of processes takes no more than a second for.
 *
 *   one node   misses / its processor time
 *   several    all their misses / the processor time of the busiest
 *
 * The one node has no bucket and no Redis. That of several holds all that they do for one another: leases,
 * questions to the bucket, writes to it, and renders that were done twice. Services are elsewhere in practice;
 * their processor time is told beside it. Both are measured in turn, and the medians of rounds are compared.
 */
import { median } from '../quality.sums.mjs';
import { inFlight } from '../speed.client.mjs';
import { createPlace, targetOf, WORK } from './place.mjs';

/** Variants of each new picture. */
const VARIANTS = 4;

/**
 * @param options `count` of nodes; `kind` of {@link WORK}; `balance`: "hash" where all variants of a picture go
 *   to one node, "turn" where each goes to the next; `pictures` of a node in a round, and `rounds`
 * @returns `ratio`, milliseconds of processor time for a miss as `one` and `several`, of `services`,
 *   `doubled` renders, and the times by the wall as `wall`
 */
export async function throughput({ count, kind, balance = 'hash', pictures, rounds }) {
  const work = WORK[kind];
  const places = [];
  try {
    places.push(await createPlace({ count: 1, shared: false, pinned: true }));
    places.push(await createPlace({ count, shared: true, pinned: true }));
    const figures = places.map(() => []);
    let first = 1;
    for (let round = -1; round < rounds; round++) {
      for (const [at, place] of places.entries()) {
        const measured = await missesOf(place, work, balance, first, pictures);
        if (round >= 0) figures[at].push(measured);
      }
      first += pictures * count;
    }
    const middle = (at, of) => median(figures[at].map(of));
    const rate = ({ misses, times }) => misses / Math.max(...times);
    const each = ({ misses, times }) => (1000 * times.reduce((a, b) => a + b)) / misses;
    return {
      ratio: middle(1, rate) / middle(0, rate),
      one: middle(0, each),
      several: middle(1, each),
      services: middle(1, ({ misses, services }) => (1000 * services) / misses),
      doubled: figures[1].reduce((sum, { misses, renders }) => sum + renders - misses, 0),
      wall:
        middle(1, ({ misses, wall }) => misses / wall) /
        middle(0, ({ misses, wall }) => misses / wall),
      pinned: places[1].pinned,
    };
  } finally {
    for (const place of places) await place.close();
  }
}

/** One round: every variant of new pictures once, one at a time for each node. */
async function missesOf(place, work, balance, first, pictures) {
  const count = place.nodes.length;
  const lists = place.nodes.map(() => []);
  for (let picture = 0; picture < pictures * count; picture++) {
    for (let variant = 0; variant < VARIANTS; variant++) {
      const node = balance === 'hash' ? picture : picture * VARIANTS + variant;
      lists[node % count].push(targetOf(work, first + picture, variant));
    }
  }
  const before = place.times();
  const [counts, services, began] = [await place.counts(), place.serviceTime(), performance.now()];
  await Promise.all(
    lists.map((list, at) => inFlight(list, 1, (target) => place.ask(at, target, work.accept))),
  );
  const wall = (performance.now() - began) / 1000;
  await place.written();
  return {
    ...{ misses: lists.flat().length, wall },
    times: place.times().map((time, at) => time - before[at]),
    renders: (await place.counts()).renders - counts.renders,
    services: place.serviceTime() - services,
  };
}
