/**
 * A trace at real nodes, beside what the simulator says of it.
 *
 * What a kind of answer takes of processors is measured with other pictures first, then the same trace goes
 * through the simulator and through nodes: one alone, and three that share a bucket and Redis. One request at a
 * time, to the nodes in turn, so that what is counted has to agree to the last one.
 */

import { processorSeconds } from './model.mjs';
import { createPlace, targetOf, WORK } from './place.mjs';
import { simulate } from './simulate.mjs';
import { zipfTrace } from './trace.mjs';

/** Pictures of the measure of costs, beyond those of any trace. */
const OTHERS = 100_000;
const COUNTED = ['renders', 'fetches', 'bucket', 'gets', 'puts'];
/** Times that each hit is asked for: one takes less than the clock of processes can tell. */
const AGAIN = 25;

/** Seconds of processor time by kind. @param shared whether of nodes that share a bucket and Redis */
async function costsOf(work, variants, shared, pictures) {
  const place = await createPlace({ count: shared ? 2 : 1, shared });
  try {
    const total = () => place.times().reduce((a, b) => a + b);
    const timed = async (node, times, list) => {
      await place.written();
      const before = total();
      for (let i = 0; i < times; i++)
        for (const one of list) await place.ask(node, one, work.accept);
      await place.written();
      return (total() - before) / (times * list.length);
    };
    const of = (first, count, ...numbers) =>
      Array.from({ length: count }, (_, i) => i).flatMap((i) =>
        numbers.map((variant) => targetOf(work, OTHERS + first + i, variant)),
      );
    const all = Array.from({ length: variants }, (_, i) => i);
    // What compilers do at first is none of it
    await timed(0, 1, of(1000, 5, ...all));
    const known = of(0, pictures, ...all.slice(1));
    const fresh = await timed(0, 1, of(0, pictures, 0));
    const renders = await timed(0, 1, known);
    const memory = await timed(0, AGAIN, known);
    const costs = { renders, fetches: Math.max(0, fresh - renders), memory };
    if (!shared) return costs;
    await timed(1, 1, of(1000, 5, ...all));
    return { ...costs, bucket: await timed(1, 1, of(0, pictures, ...all)) };
  } finally {
    await place.close();
  }
}

/**
 * @param options `pictures`, `slope`, `variants` and `requests` of the trace; `kind` of {@link WORK}; `seed`
 * @returns rows with what was `counted` and `simulated`, and processor time as `seconds` and `predicted`
 */
export async function compared({ pictures, slope, variants, requests, kind, seed }) {
  const work = WORK[kind];
  const trace = zipfTrace({ pictures, slope, variants }, requests, seed);
  const rows = [];
  for (const shared of [false, true]) {
    const nodes = shared ? 3 : 1;
    const costs = await costsOf(work, variants, shared, 10);
    const place = await createPlace({ count: nodes, shared });
    try {
      // The first requests of a program cost more than all others
      for (let i = 0; i < nodes * 5 * variants; i++) {
        const picture = 2 * OTHERS + Math.floor(i / variants);
        await place.ask(i % nodes, targetOf(work, picture, i % variants), work.accept);
      }
      await place.written();
      const [times, before] = [place.times(), await place.counts()];
      for (const [at, variant] of trace.entries()) {
        const target = targetOf(work, 1 + Math.floor(variant / variants), variant % variants);
        await place.ask(at % nodes, target, work.accept);
      }
      await place.written();
      const seconds = place.times().reduce((sum, time, at) => sum + time - times[at], 0);
      const after = await place.counts();
      const simulated = simulate(trace, { nodes, variants, balance: 'turn', bucket: shared });
      rows.push({
        ...{ nodes, shared, requests, costs, seconds },
        predicted: processorSeconds(simulated, costs),
        counts: COUNTED.map((name) => ({
          ...{ name, simulated: simulated[name] },
          counted: after[name] - before[name],
        })),
      });
    } finally {
      await place.close();
    }
  }
  return rows;
}
