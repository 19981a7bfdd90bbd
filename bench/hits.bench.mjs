#!/usr/bin/env node
/**
 * Hits while every worker encodes AVIF: does the fast lane stay fast?
 *
 * Starts the built server on loopback with generated pictures, warms a set of
 * renditions, and times hits over kept-alive connections twice: with idle
 * workers, and while a second process keeps all of them busy with new AVIF
 * renditions. Bounded in count and time. Writes bench/results/hits.md.
 *
 *   npm run build && node bench/hits.bench.mjs [--hits 2000]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { pause, startServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const argument = process.argv.indexOf('--hits');
const HITS = argument > 0 ? Number(process.argv[argument + 1]) : 2000;
const LOAD_SECONDS = 25;

const work = mkdtempSync(join(tmpdir(), 'fovea-hits-'));
mkdirSync(join(work, 'images'));
const noise = { type: 'gaussian', mean: 128, sigma: 40 };
for (let i = 0; i < 4; i++) {
  await sharp({ create: { width: 1600, height: 1200, channels: 3, background: '#888', noise } })
    .blur(1.5)
    .jpeg({ quality: 92 })
    .toFile(join(work, 'images', `p${i}.jpg`));
}

const server = await startServer({
  refine: false,
  sources: [
    {
      name: 'p',
      dialect: 'imgix',
      mount: '/p',
      origin: { kind: 'folder', path: join(work, 'images') },
    },
  ],
});
const { port } = server;

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const get = (path, accept) =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    request({ host: '127.0.0.1', port, path, agent, headers: { accept } }, (res) => {
      let bytes = 0;
      res.on('data', (chunk) => (bytes += chunk.length));
      res.on('end', () =>
        resolve({ ms: performance.now() - start, status: res.statusCode, bytes }),
      );
      res.on('error', reject);
    })
      .on('error', reject)
      .end();
  });

try {
  const hits = Array.from({ length: 16 }, (_, i) => `/p/p${i % 4}.jpg?w=${300 + i}&fm=jpg`);
  for (const path of hits) await get(path, '*/*');

  const measure = async () => {
    const times = [];
    for (let i = 0; i < HITS; i++) times.push((await get(hits[i % hits.length], '*/*')).ms);
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor(share * (times.length - 1))];
    return { p50: at(0.5), p99: at(0.99), max: times.at(-1) };
  };
  await measure();
  const idle = await measure();

  // Misses from another process, so that its own work does not count as ours.
  const load = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const end = Date.now() + ${LOAD_SECONDS * 1000}; let n = 0, w = 700;
       await Promise.all(Array.from({ length: 6 }, async () => {
         while (Date.now() < end && n < 400) {
           n++;
           const r = await fetch('http://127.0.0.1:${port}/p/p' + (n % 4) + '.jpg?auto=format&w=' + w++, { headers: { accept: 'image/avif' } });
           await r.arrayBuffer();
         }
       }));
       console.log(n);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let encodes = '';
  load.stdout.on('data', (chunk) => (encodes += chunk));
  await pause(1500);
  const busy = await measure();
  load.kill();
  await once(load, 'exit');

  const ms = (value) => value.toFixed(2);
  const table = `# Hits while all workers encode AVIF

${HITS} hits over kept-alive connections, one at a time, in one run; all workers kept busy by six clients asking for new AVIF renditions.

| | p50 ms | p99 ms | max ms |
| --- | --- | --- | --- |
| idle | ${ms(idle.p50)} | ${ms(idle.p99)} | ${ms(idle.max)} |
| all workers encoding | ${ms(busy.p50)} | ${ms(busy.p99)} | ${ms(busy.max)} |
| ratio | ${(busy.p50 / idle.p50).toFixed(1)} | ${(busy.p99 / idle.p99).toFixed(1)} | |

Bar: p99 under load at most 10 ms or five times idle. Command: \`npm run build && node bench/hits.bench.mjs\`.
`;
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results/hits.md'), table);
  console.log(table);
} finally {
  agent.destroy();
  await server.stop();
  rmSync(work, { recursive: true, force: true });
}
