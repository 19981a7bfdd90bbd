#!/usr/bin/env node
/**
 * First answers on an idle machine: what does lending the cores of idle workers bring?
 *
 * New widths of photographs over HTTP on loopback, one at a time, from two servers in
 * turn: one with a single worker, whose encoders have one thread, and one with a worker
 * for each core, whose encoders get those of the idle ones. Writes bench/results/latency.md.
 *
 *   npm run build && node bench/latency.bench.mjs [FOLDER]
 *
 * FOLDER holds photographs, `../shared/corpus/photos` by default; without it the bench
 * says so and ends. Nothing is refined, and the latency budget is out of the way.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usableCores } from '../dist/engine/cores.js';
import { createServer } from '../dist/server/compose.js';
import { parseConfig } from '../dist/server/config/config.js';
import { geometricMean, median } from './quality.sums.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../../shared/corpus/photos');
const PICTURES = 8;
const WIDTHS = [1200, 600];
const CLIENTS = { avif: 'image/avif', webp: 'image/webp', jpeg: '*/*' };

if (!existsSync(folder)) {
  console.log(`Latency bench: skipped, there is no ${folder}.`);
  process.exit(0);
}
const names = readdirSync(folder).filter((name) => /\.(jpe?g|png)$/.test(name));
const pictures = names.filter((_, i) => i % Math.ceil(names.length / PICTURES) === 0);

const cache = mkdtempSync(join(tmpdir(), 'fovea-latency-bench-'));
const cores = usableCores();
const servers = await Promise.all([1, cores].map(started));
const rows = [];
try {
  for (const [client, accept] of Object.entries(CLIENTS)) {
    for (const width of WIDTHS) {
      for (const name of pictures) {
        // In turns, so that neither finds the file always warm.
        const order = rows.length % 2 === 0 ? [0, 1] : [1, 0];
        const times = [];
        for (const i of order) times[i] = await ask(servers[i], name, width, accept);
        rows.push({ client, width, one: times[0], all: times[1] });
      }
    }
  }
} finally {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(cache, { recursive: true, force: true });
}

const lines = Object.keys(CLIENTS).flatMap((client) =>
  WIDTHS.map((width) => {
    const some = rows.filter((row) => row.client === client && row.width === width);
    const ratio = geometricMean(some.map(({ one, all }) => all / one));
    const middle = (name) => Math.round(median(some.map((row) => row[name])));
    return `| ${client} | ${width} | ${middle('one')} ms | ${middle('all')} ms | ${ratio.toFixed(2)} |`;
  }),
);
const table = `# First answers on an idle machine

${pictures.length} photographs, new widths, one request at a time, without a latency budget; medians of whole requests, and the
geometric mean of the ratio per picture. ${cores} cores.

| client | width | one worker | a worker for each core | ratio |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

Command: \`npm run build && node bench/latency.bench.mjs\`.
`;
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/latency.md'), table);
console.log(table);

async function started(workers) {
  const config = parseConfig(
    {
      listen: { host: '127.0.0.1', port: 0 },
      cache: { folder: join(cache, String(workers)), size: '500MB' },
      workers,
      refine: false,
      latency: '20s',
      log: { level: 'silent' },
      sources: [
        { name: 'i', dialect: 'imgix', mount: '/i', origin: { kind: 'folder', path: folder } },
      ],
    },
    { folder: cache },
  );
  const server = await createServer(config);
  const { port } = await server.listen();
  for (let i = 0; i < 200 && server.engine.status().workers < workers; i++) await pause(50);
  await pause(1000);
  return { port, close: () => server.close() };
}

async function ask({ port }, name, width, accept) {
  const start = performance.now();
  const url = `http://127.0.0.1:${port}/i/${name}?auto=format,compress&w=${width}`;
  const response = await fetch(url, { headers: { accept } });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`Expected 200 for ${url}, got ${response.status}.`);
  return performance.now() - start;
}

function pause(milliseconds) {
  return new Promise((ok) => setTimeout(ok, milliseconds));
}
