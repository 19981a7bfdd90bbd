/** Three nodes with one origin, one bucket and one Redis, all as processes on loopback. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { ask, inParallel, pause } from '../chaos/client.mjs';
import { startServer } from '../chaos/server.mjs';
import { ACCESS, startBucket, startRedis } from './services.mjs';

const TOKEN = 'a-token-of-these-nodes';

/** An origin whose pictures have the color that their number says, and which counts what it is asked for. */
export async function startOrigin() {
  const held = new Map();
  const state = { asked: [], shift: 0, delay: 0 };
  const pictureOf = async (number) => {
    const name = `${number} ${state.shift}`;
    const known = held.get(name);
    if (known) return known;
    const { r, g, b } = colorOf(number + state.shift);
    const noise = { type: 'gaussian', mean: 12, sigma: 6 };
    const made = await sharp({
      create: { width: 320, height: 240, channels: 3, background: { r, g, b }, noise: undefined },
    })
      .composite([
        {
          input: await sharp({ create: { width: 160, height: 120, channels: 3, noise } })
            .png()
            .toBuffer(),
          left: 150,
          top: 110,
        },
      ])
      .jpeg({ quality: 92 })
      .toBuffer();
    held.set(name, made);
    return made;
  };
  const server = createServer(async (request, response) => {
    const number = Number(/(\d+)\.jpg/.exec(request.url)?.[1]);
    state.asked.push(number);
    const body = await pictureOf(number);
    if (state.delay > 0) await pause(state.delay);
    const headers = { 'cache-control': 'max-age=86400', 'content-length': body.length };
    response.writeHead(200, { ...headers, etag: `"${number}-${state.shift}"` }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    port: server.address().port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A color that a number has, far from its neighbours. */
export function colorOf(number) {
  const at = (step) => 40 + ((number * step) % 7) * 28;
  return { r: at(1), g: at(3), b: at(5) };
}

/** Whether a body is a picture of this width, of the color that its number says. */
export async function isRight(body, number, width) {
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
  const { r, g, b } = colorOf(number);
  const near = (value, wanted) => Math.abs(value - wanted) < 14;
  return info.width === width && near(data[0], r) && near(data[1], g) && near(data[2], b);
}

/** A connection to a port that may be slow: every piece of a request waits. */
async function startDelay(port) {
  const state = { milliseconds: 0 };
  const sockets = new Set();
  const server = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => setTimeout(() => far.write(bytes), state.milliseconds));
    far.pipe(near);
    near.on('end', () => far.end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    port: server.address().port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Everything that the parts use. @param refine whether nodes refine */
export async function createPlace({ refine = false, count = 3 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-nodes-'));
  const origin = await startOrigin();
  const bucketFolder = join(folder, 'bucket');
  let bucket = await startBucket({ folder: bucketFolder });
  let redis = await startRedis();
  const delay = await startDelay(bucket.port);
  const nodes = [];
  let serial = 0;
  const configuration = (home) => ({
    cache: { folder: join(home, 'cache'), size: '500MB' },
    refine,
    workers: 1,
    limits: { queueWait: '2m' },
    log: { access: false },
    admin: { port: 0, token: TOKEN },
    metrics: { token: TOKEN },
    redis: { url: redis.url },
    bucket: {
      ...{ name: 'fovea', region: 'us-east-1', pathStyle: true, ...ACCESS },
      endpoint: `http://127.0.0.1:${delay.port}`,
    },
    sources: [
      {
        ...{ name: 'shop', dialect: 'imgix', mount: '/shop' },
        origin: {
          ...{ kind: 'http', base: `http://127.0.0.1:${origin.port}/` },
          allow: [`127.0.0.1:${origin.port}`],
        },
      },
    ],
  });
  const place = {
    ...{ folder, origin, delay, nodes },
    async startNode() {
      const home = join(folder, `node-${++serial}`);
      mkdirSync(home);
      const node = await startServer(home, configuration(home));
      nodes.push(node);
      return node;
    },
    async restartEmpty() {
      for (const node of nodes.splice(0)) await node.stop();
      for (let i = 0; i < count; i++) await place.startNode();
    },
    async metrics(node) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const { body } = await node.ask('/_fovea/metrics', { headers });
      return body.toString();
    },
    async sum(name) {
      const texts = await Promise.all(
        nodes.filter((node) => node.isRunning()).map((node) => place.metrics(node)),
      );
      return texts.reduce((all, text) => all + metricOf(text, name), 0);
    },
    renders: () => place.sum('fovea_render_duration_seconds_count'),
    async purge(node, order) {
      const { port } = node.lines.find(({ msg }) => msg === 'admin listening');
      const response = await fetch(`http://127.0.0.1:${port}/purge`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(order),
      });
      return response.json();
    },
    /** Objects in the bucket. */
    objects() {
      const files = readdirSync(join(bucketFolder, 'fovea'), {
        recursive: true,
        withFileTypes: true,
      });
      return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    },
    /** Resolves when nodes have nothing left to write there. */
    async written() {
      await until(async () => (await place.sum('fovea_bucket_writes_waiting')) === 0);
    },
    get redis() {
      return redis;
    },
    stopRedis: () => redis.stop('SIGKILL'),
    async startRedis() {
      redis = await startRedis({ port: redis.port });
    },
    stopBucket: () => bucket.stop('SIGKILL'),
    async startBucket() {
      bucket = await startBucket({ folder: bucketFolder, port: bucket.port });
    },
    async close() {
      for (const node of nodes) await node.stop();
      delay.stop();
      origin.stop();
      await Promise.all(
        [redis.stop('SIGKILL'), bucket.stop('SIGKILL')].map((one) => one.catch(() => {})),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (let i = 0; i < count; i++) await place.startNode();
  await until(async () => (await place.sum('fovea_coordination_up')) === count);
  return place;
}

/** The sum of a metric over its labels. */
export function metricOf(text, name) {
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Waits, at most a minute, until something holds. */
export async function until(holds, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) {
    if (await holds()) return true;
  }
  return false;
}

export const target = (number, width) => `/shop/${number}.jpg?w=${width}&fm=jpg&q=70`;

/** Asks for many, so many at once, at the nodes in turn; the answers in the order of the list. */
export async function askAll(nodes, list, width = 24, headers = {}) {
  const answers = [];
  await inParallel(list, width, async (one, at) => {
    const node = nodes[at % nodes.length];
    answers[at] = await ask(node.port, one, { headers }).catch((error) => ({ status: 0, error }));
  });
  return answers;
}

/** The value that so many percent are at or below. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)];
}
