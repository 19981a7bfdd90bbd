import { Redis } from 'ioredis';
import { ask } from '../../chaos/client.mjs';
import { askAll, createPlace, isRight, target, until } from '../place.mjs';

export const title = 'A node is killed with requests in flight and refinements queued';

export async function run({ quick }) {
  const count = quick ? 30 : 100;
  const place = await createPlace({ refine: true });
  const redis = new Redis(place.redis.url);
  try {
    // Measured pictures, which leave something to refine
    const first = Array.from({ length: count }, (_, i) => [1 + (i % 40), 100 + Math.floor(i / 40)]);
    const auto = ([number, width]) => `/shop/${number}.jpg?w=${width}&auto=compress&fm=avif`;
    await askAll(place.nodes, first.map(auto), 12);
    const queuedBefore = await waiting(redis);
    const [doomed, ...others] = place.nodes;
    const flying = Array.from({ length: 50 }, (_, i) => [41 + i, 90]);
    const answers = flying.map((one, i) => {
      const node = place.nodes[i % 3];
      const other = others[i % 2];
      return ask(node.port, target(...one)).catch(() => ask(other.port, target(...one)));
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await doomed.kill();
    const given = await Promise.all(
      answers.map((one) => one.catch((error) => ({ status: 0, error }))),
    );
    const failed = given.filter(({ status }) => status !== 200).length;
    let wrong = 0;
    for (const [i, { status, body }] of given.entries()) {
      if (status === 200 && !(await isRight(body, ...flying[i]))) wrong++;
    }
    const ended = await until(async () => (await waiting(redis)) === 0, 300);
    const left = await waiting(redis);
    const after = await askAll(others, first.map(auto), 12);
    const unrefined = after.filter(
      ({ headers }) => Number(/max-age=(\d+)/.exec(headers?.['cache-control'])?.[1]) <= 60,
    ).length;
    const bad = after.filter(({ status }) => status !== 200).length;
    return [
      {
        what: `${failed} of 50 requests in flight failed, ${wrong} wrong`,
        good: failed + wrong === 0,
      },
      {
        what: `${queuedBefore} refinements were queued, ${left} are left, ${unrefined} of ${count} pictures unrefined`,
        good: ended && unrefined === 0 && queuedBefore > 0,
      },
      { what: `${bad} failed afterwards`, good: bad === 0 },
    ];
  } finally {
    redis.disconnect();
    await place.close();
  }
}

/** Jobs that are not done. */
async function waiting(redis) {
  const keys = await redis.keys('fovea:jobs:*');
  let sum = 0;
  for (const key of keys) {
    if (/:(?:wait|active|paused)$/.test(key)) sum += await redis.llen(key);
    if (/:(?:prioritized|delayed)$/.test(key)) sum += await redis.zcard(key);
  }
  return sum;
}
