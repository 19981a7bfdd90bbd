#!/usr/bin/env node
/**
 * What a hit costs: processor time of the front per hit, over that of a bare
 * `node:http` server that sends the same headers and body.
 *
 * Both are asked in turn, in blocks, over kept-alive connections; the clients
 * are this process, whose time does not count. Hits are spread over many
 * addresses, so that nothing is the same answer twice in a row. Linux only
 * (processor time is read from /proc). Writes bench/results/hit-cost.md.
 *
 *   npm run build && node bench/hit-cost.bench.mjs [--rounds 8] [--hits 4000] [--addresses 200]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    hits: { type: 'string', default: '4000' },
    addresses: { type: 'string', default: '200' },
    bare: { type: 'string' },
  },
});
const CLIENTS = 8;
/** Milliseconds of a tick of the processor clock in /proc. */
const TICK = 10;

if (values.bare === undefined) await bench();
else serveBare(JSON.parse(values.bare));

/** The floor: the same headers and body, and nothing else. */
function serveBare({ headers, length }) {
  const body = Buffer.alloc(length, 1);
  const server = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

async function bench() {
  const work = mkdtempSync(join(tmpdir(), 'fovea-hit-cost-'));
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const pictures = join(here, '../demo/pictures');
  const site = (dialect) => ({
    name: dialect,
    dialect,
    mount: `/${dialect}`,
    origin: { kind: 'folder', path: pictures },
  });
  const fovea = await startServer({
    refine: false,
    sources: [site('imgix'), site('fastly'), site('imageoptim')],
  });
  let bare;
  try {
    const addresses = Array.from({ length: Number(values.addresses) }, (_, i) =>
      [
        `/imgix/leaves.jpg?w=${100 + i}&q=60&auto=format`,
        `/fastly/leaves.jpg?width=${100 + i}&quality=60&format=webp`,
        `/imageoptim/${100 + i},quality=low/leaves.jpg`,
      ].at(i % 3),
    );
    const get = (port, path) => ask(agent, port, path);
    for (const path of addresses) await get(fovea.port, path);
    const like = await get(fovea.port, addresses[0]);
    bare = await startBare(like);
    const servers = [
      { name: 'fovea', port: fovea.port, pid: fovea.pid, micros: [] },
      { name: 'bare node:http', port: bare.port, pid: bare.child.pid, micros: [] },
    ];
    const hits = Number(values.hits);
    const block = async ({ port, pid }) => {
      const before = processorTime(pid);
      let sent = 0;
      const client = async () => {
        while (sent < hits) await get(port, addresses[(sent++ * 7) % addresses.length]);
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      return ((processorTime(pid) - before) * 1000) / hits;
    };
    for (const server of servers) await block(server);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const server of round % 2 ? servers.toReversed() : servers) {
        server.micros.push(await block(server));
      }
    }
    report(servers, hits);
  } finally {
    agent.destroy();
    bare?.child.kill('SIGKILL');
    await fovea.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

function ask(agent, port, path) {
  const headers = { accept: 'image/avif,image/webp,*/*' };
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      let length = 0;
      response.on('data', (chunk) => {
        length += chunk.length;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ headers: response.headers, length });
        else reject(new Error(`${path}: ${response.statusCode}`));
      });
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

async function startBare({ headers, length }) {
  const { connection: _, 'keep-alive': __, ...sent } = headers;
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), '--bare', JSON.stringify({ headers: sent, length })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, port: Number(line) };
}

/** Of a process without its children, in milliseconds. */
function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

function report(servers, hits) {
  const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
  const [ours, floor] = servers.map(({ micros }) => median(micros));
  const rows = servers.map(({ name, micros }) => {
    const all = micros.map((micro) => micro.toFixed(0)).join(' ');
    return `| ${name} | ${median(micros).toFixed(0)} | ${all} |`;
  });
  const table = `# What a hit costs

Processor time of the front per hit, in microseconds; ${hits} hits a block, ${values.addresses} addresses of three dialects, ${CLIENTS} kept-alive
connections, both servers in turn in one run. The bare server sends the same headers and body.

| server | median | blocks |
| --- | --- | --- |
${rows.join('\n')}

Ratio: ${(ours / floor).toFixed(2)}.

Command: \`npm run build && node bench/hit-cost.bench.mjs\`.
`;
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results/hit-cost.md'), table);
  console.log(table);
}
