/**
 * What a hit costs: processor time of the front per hit, over that of a bare
 * `node:http` server that sends the same headers and body; and how late hits
 * are while all workers encode AVIF.
 *
 * Both servers are asked in turn, in blocks, over kept-alive connections; the
 * clients are the bench, whose time does not count. Hits are spread over many
 * addresses, so that nothing is the same answer twice in a row.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, quantile } from './quality.sums.mjs';
import { ask, inFlight, startFovea } from './speed.client.mjs';
import { processorTime } from './speed.tree.mjs';

const CLIENTS = 8;
const HITS = 4000;
const ADDRESSES = 200;
const ACCEPT = 'image/avif,image/webp,*/*';
const here = fileURLToPath(import.meta.url);
const pictures = fileURLToPath(new URL('../demo/pictures', import.meta.url));

if (process.argv[2] === '--bare') serveBare(JSON.parse(process.argv[3]));

/** The floor: the same headers and body, and nothing else. */
function serveBare({ headers, length }) {
  const body = Buffer.alloc(length, 1);
  const server = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

/** Processor time of a hit, and its wait under load. */
export async function hits({ rounds }) {
  const fovea = await startFovea({ kind: 'folder', path: pictures });
  let bare;
  try {
    const addresses = Array.from({ length: ADDRESSES }, (_, i) =>
      [
        `/imgix/leaves.jpg?w=${100 + i}&q=60&auto=format`,
        `/fastly/leaves.jpg?width=${100 + i}&quality=60&format=webp`,
        `/imageoptim/${100 + i},quality=low/leaves.jpg`,
      ].at(i % 3),
    );
    await inFlight(addresses, 2, (path) => ask(fovea.port, path, ACCEPT));
    bare = await startBare(await ask(fovea.port, addresses[0], ACCEPT));
    const servers = [
      { port: fovea.port, pid: fovea.pid, micros: [] },
      { port: bare.port, pid: bare.child.pid, micros: [] },
    ];
    const spread = Array.from({ length: HITS }, (_, i) => addresses[(i * 7) % ADDRESSES]);
    const block = async ({ port, pid }) => {
      const before = processorTime(pid);
      await inFlight(spread, CLIENTS, (path) => ask(port, path, ACCEPT));
      return ((processorTime(pid) - before) * 1000) / HITS;
    };
    for (const server of servers) await block(server);
    for (let round = 0; round < rounds * 3; round++) {
      for (const server of round % 2 ? servers.toReversed() : servers) {
        server.micros.push(await block(server));
      }
    }
    const [ours, floor] = servers.map(({ micros }) => median(micros));
    const { idle, busy } = await waits(fovea, spread.slice(0, 1500));
    return {
      rows: [
        {
          what: 'hit, over a bare node:http answer',
          value: ours / floor,
          bar: 2.2,
          note: `${ours.toFixed(0)} µs against ${floor.toFixed(0)} µs of processor time`,
        },
        {
          what: 'hit, p99 while all workers encode AVIF over idle',
          value: busy / idle,
          bar: 5,
          note: `${busy.toFixed(2)} ms against ${idle.toFixed(2)} ms`,
        },
      ],
    };
  } finally {
    bare?.child.kill('SIGKILL');
    await fovea.stop();
  }
}

/** The 99th percentile of hits one at a time, idle and under load. */
async function waits(fovea, paths) {
  const measure = async () => {
    const times = [];
    for (const path of paths) times.push((await ask(fovea.port, path, ACCEPT)).ms);
    return quantile(times, 0.99);
  };
  await measure();
  const idle = await measure();
  // From another process, so that its work does not count as the server's
  const load = spawn(process.execPath, ['--input-type=module', '-e', missesOf(fovea.port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const busy = await measure();
  load.kill();
  await once(load, 'exit');
  return { idle, busy };
}

/** A program that keeps six clients asking for new AVIF renditions. */
function missesOf(port) {
  return `let n = 0; const end = Date.now() + 60_000;
    await Promise.all(Array.from({ length: 6 }, async () => {
      while (Date.now() < end && n < 2000) {
        const url = 'http://127.0.0.1:${port}/imgix/leaves.jpg?auto=format&w=' + (900 + n++);
        await (await fetch(url, { headers: { accept: 'image/avif' } })).arrayBuffer();
      }
    }));`;
}

async function startBare({ headers, body }) {
  const { connection: _, 'keep-alive': __, ...sent } = headers;
  const settings = JSON.stringify({ headers: sent, length: body.length });
  const child = spawn(process.execPath, [here, '--bare', settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, port: Number(line) };
}
