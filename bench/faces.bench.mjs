#!/usr/bin/env node
/**
 * What looking for faces costs: the first request of a worker that needs them, a second size, the
 * same without faces, and the memory of the worker. Beside the time on the clock stands the
 * processor time of the worker, which says more on a busy machine.
 *
 *   npm run build && node bench/faces.bench.mjs [picture]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { createServer } = await built('server/compose.js');
const { parseConfig } = await built('server/config/config.js');

const picture = resolve(process.argv[2] ?? join(root, 'test/pictures/astronaut.jpg'));
const home = mkdtempSync(join(tmpdir(), 'fovea-bench-'));
const server = await createServer(
  parseConfig(
    {
      listen: { host: '127.0.0.1', port: 0 },
      ...{ cache: { folder: join(home, 'cache') }, workers: 1, refine: false },
      log: { level: 'silent' },
      sources: [
        {
          ...{ name: 'a', dialect: 'imgix', mount: '/a' },
          origin: { kind: 'folder', path: dirname(picture) },
        },
      ],
    },
    { folder: root, env: {} },
  ),
);
const { port } = await server.listen();
const url = `http://127.0.0.1:${port}`;
while ((await fetch(`${url}/healthz`)).status !== 200)
  await new Promise((done) => setTimeout(done, 50));

/** Processes of the server beside this one. */
const workers = () =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');

/** Milliseconds of processor time that the workers have taken; the system counts in steps of 10. */
function processorTime() {
  return workers().reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + 10 * (Number(fields[11]) + Number(fields[12]));
  }, 0);
}

/** Milliseconds of a request, with its stages. */
async function time(name, query) {
  const before = processorTime();
  const start = performance.now();
  const answer = await fetch(
    `${url}/a/${encodeURIComponent(basename(picture))}?fm=jpg&q=75&${query}`,
  );
  await answer.arrayBuffer();
  const whole = Math.round(performance.now() - start);
  const worked = processorTime() - before;
  console.log(
    `${name}: ${whole} ms, processor ${worked} ms (${answer.status}; ${answer.headers.get('server-timing')})`,
  );
  return whole;
}

const crop = 'fit=crop&crop=';
await time('warm up, no faces', `w=210&h=150&${crop}left`);
await time('first use, with loading the model', `w=200&h=150&${crop}faces`);
const plain = [];
const later = [];
for (const w of [220, 240, 260, 280, 300]) {
  plain.push(await time(`${w} without faces`, `w=${w}&h=200&${crop}left`));
  later.push(await time(`${w} with faces, known`, `w=${w}&h=200&${crop}faces`));
}
const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
console.log(
  `medians: without ${middle(plain)} ms, with ${middle(later)} ms, bar ${Math.round(1.2 * middle(plain) + 120)} ms`,
);
for (const pid of workers()) {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  console.log(`worker ${pid}: ${Math.round((pages * 4096) / 1e6)} MB`);
}
await server.close();
rmSync(home, { recursive: true, force: true });
