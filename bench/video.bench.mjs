#!/usr/bin/env node
/**
 * What an animation costs: time on the clock, processor time of worker and encoder, bytes, score and the most
 * memory of the worker, each in a server of its own.
 *
 *   npm run build && node bench/video.bench.mjs animation.gif [query ...]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

const built = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { createServer } = await built('server/compose.js');
const { parseConfig } = await built('server/config/config.js');

const [given, ...asked] = process.argv.slice(2);
if (given === undefined) throw new Error('Expected the path of an animation, got none.');
const animation = resolve(given);
const queries = asked.length > 0 ? asked : ['fm=mp4', 'fm=webm', 'fm=webp', 'fm=gif&w=600'];

const workers = () =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');

/** Milliseconds of processor time of the workers and of what they have started and ended. */
function processorTime() {
  return workers().reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + 10 * fields.slice(11, 15).reduce((all, field) => all + Number(field), 0);
  }, 0);
}

const megabytes = (pid) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000;

for (const query of queries) {
  const home = mkdtempSync(join(tmpdir(), 'fovea-bench-'));
  const config = {
    listen: { host: '127.0.0.1', port: 0 },
    ...{ cache: { folder: join(home, 'cache') }, workers: 1, refine: false },
    log: { level: 'silent' },
    sources: [
      {
        ...{ name: 'a', dialect: 'imgix', mount: '/a' },
        origin: { kind: 'folder', path: dirname(animation) },
      },
    ],
  };
  const server = await createServer(parseConfig(config, { folder: home, env: {} }));
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  while ((await fetch(`${url}/healthz`)).status !== 200)
    await new Promise((done) => setTimeout(done, 50));
  const before = processorTime();
  const start = performance.now();
  const answer = await fetch(`${url}/a/${encodeURIComponent(basename(animation))}?${query}`);
  const { byteLength } = await answer.arrayBuffer();
  const took = Math.round(performance.now() - start);
  const memory = Math.max(...workers().map(megabytes));
  console.log(
    `${query}: ${answer.status}, ${byteLength} bytes, ${took} ms, processor ${processorTime() - before} ms, worker ${Math.round(memory)} MB (${answer.headers.get('fovea')})`,
  );
  await server.close();
  rmSync(home, { recursive: true, force: true });
}
