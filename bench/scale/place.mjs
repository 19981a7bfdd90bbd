/**
 * Real nodes for the model: built servers on loopback, with the services that they share or without, before an
 * origin of demo pictures in which every number is another source. Processor time is that of a node's own tree.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCESS, startBucket, startRedis } from '../../test/nodes/services.mjs';
import { pause, startServer } from '../server.mjs';
import { ACCEPT, ask, webOrigin } from '../speed.client.mjs';
import { startOrigin } from '../speed.sources.mjs';
import { processorTime, treeOf } from '../speed.tree.mjs';

const TOKEN = 'a-token-of-the-model';
const pictures = fileURLToPath(new URL('../../demo/pictures', import.meta.url));
const PHOTOS = readdirSync(pictures)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => ({ name, file: join(pictures, name) }));

/** Milliseconds of rest that say that a node is done with its start, and the most that are waited for it. */
const REST = 700;
const PATIENCE = 60_000;

/** Whether processes can be told to keep to a core here. */
const pins = (() => {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What is asked for: small JPEGs of a named quality, or AVIF found by a search. */
export const WORK = {
  jpeg: { query: 'fm=jpg&q=70', accept: ACCEPT.jpeg, from: 160, step: 40 },
  avif: { query: 'auto=compress,format', accept: ACCEPT.avif, from: 320, step: 60 },
};

/** The address of a variant of a picture. */
export function targetOf(work, picture, variant) {
  const { name } = PHOTOS[picture % PHOTOS.length];
  return `/imgix/${picture}/${name}?w=${work.from + work.step * variant}&${work.query}`;
}

/**
 * @param options `count` of nodes; `shared`: whether with a bucket and Redis; `memory` of the cache as an
 *   option says it; `pinned`: whether each keeps to one core, where that can be told
 */
export async function createPlace({ count, shared, memory = '64MB', pinned = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-model-'));
  const origin = await startOrigin(PHOTOS);
  const services = shared ? [await startBucket({ folder }), await startRedis()] : [];
  const [bucket, redis] = services;
  const settings = shared
    ? {
        redis: { url: redis.url },
        bucket: {
          ...{ name: bucket.bucket, region: 'us-east-1', pathStyle: true, ...ACCESS },
          endpoint: bucket.endpoint,
        },
      }
    : {};
  const nodes = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node?.stop()));
    await Promise.all(services.map((one) => one.stop('SIGKILL')));
    await origin.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const started = Array.from({ length: count }, async (_, at) => {
      const node = await startServer({
        ...{ refine: false, workers: 1, log: { access: false }, metrics: { token: TOKEN } },
        ...{ cache: { memory }, limits: { queueWait: '5m' }, ...settings },
        sources: [{ name: 'imgix', dialect: 'imgix', mount: '/imgix', origin: webOrigin(origin) }],
      });
      nodes[at] = node;
      if (pinned && pins) pin(node.pid, at % availableParallelism());
      await atRest(node.pid);
    });
    await Promise.all(started);
  } catch (error) {
    await close();
    throw error;
  }
  const metrics = async (name) => {
    let total = 0;
    for (const { port } of nodes) {
      const response = await fetch(`http://127.0.0.1:${port}/_fovea/metrics`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      total += sumOf(await response.text(), name);
    }
    return total;
  };
  return {
    nodes,
    close,
    pinned: pinned && pins,
    ask: (node, target, accept) => ask(nodes[node].port, target, accept),
    /** What all nodes have counted since they started. */
    async counts() {
      const operations = 'fovea_bucket_operations_total';
      return {
        renders: await metrics('fovea_render_duration_seconds_count'),
        fetches: origin.asked(),
        memory: await metrics('fovea_hits_total{[^}]*tier="memory"[^}]*}'),
        disk: await metrics('fovea_hits_total{[^}]*tier="disk"[^}]*}'),
        bucket: await metrics('fovea_hits_total{[^}]*tier="bucket"[^}]*}'),
        gets: await metrics(`${operations}{operation="get",outcome="(?:hit|miss)"}`),
        puts: await metrics(`${operations}{operation="put",outcome="done"}`),
      };
    },
    /** Resolves when nothing waits to be written to the bucket. */
    async written() {
      const end = Date.now() + PATIENCE;
      while (shared && Date.now() < end && (await metrics('fovea_bucket_writes_waiting')) > 0) {
        await pause(50);
      }
    },
    /** Processor time of each node, in seconds. */
    times: () => nodes.map(({ pid }) => processorTime(pid) / 1000),
    /** That of the bucket's server and of Redis. */
    serviceTime: () => services.reduce((sum, { pid }) => sum + processorTime(pid) / 1000, 0),
  };
}

/** The sum of a metric over its labels. @param name with labels as a pattern, or without */
function sumOf(text, name) {
  const labels = name.includes('{') ? '' : '(?:\\{[^}]*\\})?';
  const lines = text.matchAll(new RegExp(`^${name}${labels} (\\S+)$`, 'gm'));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

function pin(pid, core) {
  for (const one of treeOf(pid)) {
    execFileSync('taskset', ['-a', '-p', '-c', `${core}`, `${one}`], { stdio: 'ignore' });
  }
}

/** Waits until a tree takes next to nothing of a processor. */
async function atRest(pid) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const before = processorTime(pid);
    await pause(REST);
    if (processorTime(pid) - before <= 20) return;
  }
}
