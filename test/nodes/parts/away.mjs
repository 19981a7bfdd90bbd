import { ask, pause } from '../../chaos/client.mjs';
import { createPlace, isRight, target, until } from '../place.mjs';

export const title = 'Redis, then the bucket, killed and back under load';

export async function run({ quick }) {
  const place = await createPlace();
  const rows = [];
  try {
    for (const service of ['Redis', 'Bucket']) {
      const load = startLoad(place, service === 'Redis' ? 1000 : 2000);
      const up = service === 'Redis' ? 'fovea_coordination_up' : 'fovea_bucket_up';
      await pause(1500);
      await place[`stop${service}`]();
      const seen = await until(async () => (await place.sum(up)) === 0, 30);
      await pause(quick ? 2000 : 30_000);
      await place[`start${service}`]();
      const back = await until(async () => (await place.sum(up)) === place.nodes.length, 60);
      await pause(2000);
      const { asked, failed, wrong } = await load.stop();
      rows.push({
        what: `${service}: ${failed} of ${asked} failed, ${wrong} wrong`,
        good: failed + wrong === 0 && asked > 20,
      });
      rows.push({
        what: `${service}: metrics ${seen ? 'show' : 'do not show'} it, it is ${back ? '' : 'not '}back`,
        good: seen && back,
      });
    }
    const before = await place.renders();
    const answers = await Promise.all(place.nodes.map((node) => ask(node.port, target(77, 133))));
    const renders = (await place.renders()) - before;
    rows.push({
      what: `afterwards one new picture on three nodes: ${renders} renderings`,
      good: renders === 1 && answers.every(({ status }) => status === 200),
    });
    return rows;
  } finally {
    await place.close();
  }
}

/** Requests without end, some for what is new. */
function startLoad({ nodes }, base) {
  const counts = { asked: 0, failed: 0, wrong: 0 };
  let running = true;
  const lane = async (number) => {
    for (let i = 0; running; i++) {
      // One of twenty is new, so that both services are asked for as long as they are away
      const source = base + (i % 20 === 19 ? 100_000 * (number + 1) + i : (number * 7 + i) % 60);
      const width = 40 + (i % 9);
      const answer = await ask(
        nodes[(i + number) % nodes.length].port,
        target(source, width),
      ).catch(() => ({ status: 0 }));
      counts.asked++;
      if (answer.status !== 200) counts.failed++;
      else if (i % 10 === 0 && !(await isRight(answer.body, source, width))) counts.wrong++;
    }
  };
  const lanes = Promise.all([0, 1, 2, 3, 4, 5].map(lane));
  return {
    async stop() {
      running = false;
      await lanes;
      return counts;
    },
  };
}
