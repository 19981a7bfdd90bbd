import { ask, pause } from '../../chaos/client.mjs';
import { askAll, createPlace, isRight, target } from '../place.mjs';

export const title = 'A purge of one source with many renditions';

export async function run({ quick }) {
  const count = quick ? 100 : 500;
  const place = await createPlace();
  try {
    const widths = Array.from({ length: count }, (_, i) => 40 + (i % 270));
    const heights = (i) => `&h=${5 + Math.floor(i / 270)}&fit=crop`;
    const targets = widths.map((width, i) => `${target(9, width)}${i < 270 ? '' : heights(i)}`);
    await askAll(place.nodes, targets, 24);
    await askAll(place.nodes, [target(8, 50), target(8, 50), target(8, 50)], 3);
    await askAll([...place.nodes].reverse(), targets, 24);
    await place.written();
    const objects = place.objects().length;
    // One that begins before, and is at its origin when the purge comes
    place.origin.state.delay = 1500;
    const early = ask(place.nodes[2].port, target(9, 317));
    await pause(300);
    const began = performance.now();
    const report = await place.purge(place.nodes[0], { source: '/9.jpg' });
    const took = Math.round(performance.now() - began);
    const left = place.objects().length;
    place.origin.state.delay = 0;
    place.origin.state.shift = 1;
    const before = await place.renders();
    const answers = [];
    for (const node of place.nodes) {
      for (const one of targets.slice(0, 5)) answers.push(await ask(node.port, one));
    }
    let old = 0;
    for (const [i, { body }] of answers.entries()) {
      if (!(await isRight(body, 10, widths[i % 5]))) old++;
    }
    const renders = (await place.renders()) - before;
    await early;
    await pause(1500);
    let back = 0;
    for (const node of place.nodes) {
      if (!(await isRight((await ask(node.port, target(9, 317))).body, 10, 317))) back++;
    }
    const other = await ask(place.nodes[1].port, target(8, 50));
    return [
      {
        what: `${report.acknowledged} of ${report.nodes} nodes, ${took} ms, ${objects} objects before, ${left} after`,
        good: took < 1000 && report.acknowledged === 3 && left <= 8,
      },
      {
        what: `${old} of ${answers.length} answers are old, ${renders} renderings for 5 pictures`,
        good: old === 0 && renders === 5,
      },
      { what: `a request begun before: ${back} of 3 nodes have what it brought`, good: back === 0 },
      { what: 'another source is a hit as before', good: other.isHit },
    ];
  } finally {
    await place.close();
  }
}
