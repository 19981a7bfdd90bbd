import { ask } from '../../chaos/client.mjs';
import { createPlace, percentile } from '../place.mjs';

export const title = 'A local miss that the bucket has, beside rendering again';

export async function run({ quick }) {
  const count = quick ? 20 : 100;
  const place = await createPlace({ count: 2 });
  try {
    const [one] = place.nodes;
    const targets = Array.from(
      { length: count },
      (_, i) => `/shop/${1 + (i % 10)}.jpg?w=${150 + i}&fm=avif&auto=compress`,
    );
    const timed = async (node) => {
      const times = [];
      for (const target of targets) times.push((await ask(node.port, target)).milliseconds);
      return times;
    };
    const rendering = await timed(one);
    await place.written();
    const near = await timed(place.nodes[1]);
    place.delay.state.milliseconds = 300;
    const far = await timed(await place.startNode());
    const ratio = (times, percent) => percentile(times, percent) / percentile(rendering, percent);
    const text = (times) =>
      [50, 99].map((p) => `p${p} ${Math.round(percentile(times, p))} ms`).join(', ');
    return [
      {
        what: `rendering ${text(rendering)}; from the bucket ${text(near)}: ${ratio(near, 99).toFixed(2)} at p99`,
        good: ratio(near, 99) <= 0.3,
      },
      {
        what: `with 300 ms in front of it ${text(far)}: ${ratio(far, 50).toFixed(2)} at p50, ${ratio(far, 99).toFixed(2)} at p99`,
        good: ratio(far, 99) <= 1.2,
      },
    ];
  } finally {
    await place.close();
  }
}
