#!/usr/bin/env node
/**
 * Hits with one front and with more: what they cost, how they are spread, and how many there are.
 *
 * The clients are a process of their own that writes requests on plain sockets and counts bytes, so
 * that it takes as little as it can; on a machine of few cores it still takes some from the server.
 * So the figure with the bar is not the raw rate but what the server's own processor time allows: a
 * process runs on one core, and N fronts on as many, as far as nothing is done in one place for all.
 *
 *   capacity of 1 front  = 1 s / processor time of a hit
 *   capacity of N fronts = 1 s / the largest share of one process in the processor time of a hit,
 *                          at most cores / processor time of a hit in all processes together
 *
 * Both servers are asked in turn, in blocks. Bounded in count and time. Writes bench/results/fronts.md.
 *
 *   npm run build && node bench/fronts.bench.mjs [--fronts 2] [--rounds 5]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './quality.sums.mjs';
import { ask, inFlight, startFovea } from './speed.client.mjs';
import { treeOf } from './speed.tree.mjs';

const here = fileURLToPath(import.meta.url);
const pictures = fileURLToPath(new URL('../demo/pictures', import.meta.url));
const ACCEPT = 'image/avif,image/webp,*/*';
const HITS = 20_000;
const CONNECTIONS = 32;
const ADDRESSES = 200;
const option = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? Number(process.argv[at + 1]) : fallback;
};

if (process.argv[2] === '--load') await load(JSON.parse(process.argv[3]));
else await bench(option('--fronts', 2), option('--rounds', 5));

/** The clients: each connection asks, waits for all bytes of the answer, and asks again. */
async function load({ port, paths, hits, connections }) {
  const requests = paths.map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: ${ACCEPT}\r\n\r\n`),
  );
  let asked = 0;
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      let left = 0;
      const next = () => {
        if (asked >= hits) return socket.destroy();
        socket.write(requests[(asked++ * 7) % requests.length]);
      };
      socket.on('connect', next);
      socket.on('error', reject);
      socket.on('close', resolve);
      socket.on('data', (piece) => {
        if (left === 0) {
          const end = piece.indexOf('\r\n\r\n');
          const head = piece.latin1Slice(0, end);
          if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(head));
          const at = head.indexOf('content-length: ') + 16;
          left = end + 4 + Number.parseInt(head.slice(at, at + 12), 10);
        }
        left -= piece.length;
        if (left === 0) next();
      });
    });
  const begin = performance.now();
  await Promise.all(Array.from({ length: connections }, one));
  console.log(JSON.stringify({ milliseconds: performance.now() - begin }));
}

async function bench(fronts, rounds) {
  const addresses = Array.from({ length: ADDRESSES }, (_, i) =>
    [
      `/imgix/leaves.jpg?w=${100 + i}&q=60&auto=format`,
      `/fastly/leaves.jpg?width=${100 + i}&quality=60&format=webp`,
      `/imageoptim/${100 + i},quality=low/leaves.jpg`,
    ].at(i % 3),
  );
  const servers = [];
  try {
    for (const count of [1, fronts]) {
      const server = await startFovea(
        { kind: 'folder', path: pictures },
        { listen: { fronts: count }, log: { access: false } },
      );
      servers.push({ ...server, count, blocks: [] });
      for (let pass = 0; pass < 2 + count; pass++) {
        await inFlight(addresses, 2, (path) => ask(server.port, path, ACCEPT));
      }
    }
    for (const server of servers) await block(server, addresses);
    for (let round = 0; round < rounds; round++) {
      for (const server of round % 2 ? servers.toReversed() : servers) {
        server.blocks.push(await block(server, addresses));
      }
    }
    report(servers, fronts);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** One block of hits: processor time of each process of the server, and the rate. */
async function block({ pid, port }, paths) {
  const before = times(pid);
  const settings = JSON.stringify({ port, paths, hits: HITS, connections: CONNECTIONS });
  const child = spawn(process.execPath, [here, '--load', settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the clients failed');
  const after = times(pid);
  const each = [...after].flatMap(([one, { ticks, name }]) => {
    const used = (ticks - (before.get(one)?.ticks ?? 0)) * 10_000;
    return name === 'worker' ? [] : [{ name, micros: used / HITS }];
  });
  return { each, rate: (HITS * 1000) / JSON.parse(text).milliseconds };
}

/** Ticks of each process of a tree. */
function times(pid) {
  const found = new Map();
  for (const one of treeOf(pid)) {
    const fields = readFileSync(`/proc/${one}/stat`, 'latin1').split(') ')[1].split(' ');
    const command = readFileSync(`/proc/${one}/cmdline`, 'latin1');
    const name = command.includes('worker.js')
      ? 'worker'
      : command.includes('front.js')
        ? 'front'
        : 'server';
    found.set(one, { ticks: Number(fields[11]) + Number(fields[12]), name });
  }
  return found;
}

function report(servers, fronts) {
  const cores = cpus().length;
  const [one, more] = servers.map(({ blocks }) => {
    const micros = (name) =>
      blocks.map(({ each }) =>
        each.filter((process) => process.name === name).map((process) => process.micros),
      );
    const server = median(micros('server').map(([only]) => only));
    const byFront = micros('front').map((list) => list.toSorted((a, b) => b - a));
    const front = byFront[0].map((_, index) => median(byFront.map((list) => list[index])));
    const total = front.reduce((sum, value) => sum + value, server);
    const busiest = Math.max(server, ...front);
    const capacity = Math.min(1e6 / busiest, (1e6 * Math.min(cores, front.length || 1)) / total);
    return { server, front, total, capacity, rate: median(blocks.map(({ rate }) => rate)) };
  });
  const row = (label, { server, front, total, capacity, rate }) =>
    `| ${label} | ${server.toFixed(1)} | ${front.map((value) => value.toFixed(1)).join(', ') || '-'} | ${total.toFixed(1)} | ${capacity.toFixed(0)} | ${rate.toFixed(0)} |`;
  const text = `# Hits with several fronts

${HITS} hits a block over ${CONNECTIONS} kept-alive connections to ${ADDRESSES} addresses, medians of the blocks, both servers in turn.
${cores} cores, Node ${process.versions.node}; the clients run on the same cores.

| | server µs a hit | each front µs a hit | all µs a hit | hits a second that this allows | raw, beside the clients |
| --- | --- | --- | --- | --- | --- |
${row('one process', one)}
${row(`${fronts} fronts`, more)}
| ratio | | | ${(more.total / one.total).toFixed(2)} | ${(more.capacity / one.capacity).toFixed(2)} | ${(more.rate / one.rate).toFixed(2)} |

Bar: what the processor time allows with ${fronts} fronts at least 1.7 of one process. Hits a second that it allows: one second over the
share of the busiest process, at most that of all over the cores. Command: \`npm run build && node bench/fronts.bench.mjs\`.
`;
  mkdirSync(join(dirname(here), 'results'), { recursive: true });
  writeFileSync(join(dirname(here), 'results/fronts.md'), text);
  console.log(text);
}
