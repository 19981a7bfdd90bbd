/**
 * The built server in a process of its own, for benches.
 *
 * It listens on a free port of loopback, keeps its cache in a temporary folder
 * and is ended by its own handle, also when the bench falls over. The port is
 * read from its log, so that no other process can answer in its place.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const MAIN = join(here, '../dist/cli/main.js');
/** Longest wait for a server to start or to stop, in milliseconds. */
const START = 60_000;
const STOP = 15_000;

/** What still runs is ended with the bench. */
const running = new Set();
process.on('exit', () => {
  for (const { child, folder } of running) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/**
 * A server for `config`, whose `listen.port` and `cache.folder` are set here, once it can render; or as soon as it
 * listens, where what comes first is to be timed.
 *
 * @throws when it ends or does not answer within a minute
 */
export async function startServer(config, { ready = true } = {}) {
  if (!existsSync(MAIN)) throw new Error('expected dist/cli/main.js; run `npm run build` first');
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bench-'));
  const file = join(folder, 'config.json');
  const settings = {
    ...config,
    listen: { ...config.listen, host: '127.0.0.1', port: 0 },
    cache: { size: '512MB', ...config.cache, folder: join(folder, 'cache') },
  };
  writeFileSync(file, JSON.stringify(settings));
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const server = { child, folder };
  running.add(server);
  const exited = once(child, 'exit').then(() => {
    running.delete(server);
    rmSync(folder, { recursive: true, force: true });
  });
  /** Lines of the log by their message. */
  const events = {};
  const listening = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the server ended while it started')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = parsed(line);
      if (entry === undefined) return;
      events[entry.msg] = (events[entry.msg] ?? 0) + 1;
      if (entry.msg === 'listening') resolve(entry.port);
    });
  });
  const port = await Promise.race([listening, late('listen', child)]);
  if (ready) await untilReady(port, child);
  return {
    port,
    pid: child.pid,
    events,
    workers: () => childrenOf(child.pid),
    /** Resident memory of the front, in bytes; undefined where the system does not tell. */
    memory: () => memoryOf(child.pid),
    /** Files and sockets that the front has open; 0 where the system does not tell. */
    descriptors: () => descriptorsOf(child.pid),
    async stop() {
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), STOP);
      await exited;
      clearTimeout(cut);
    },
  };
}

/** Waits so many milliseconds. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function untilReady(port, child) {
  for (const end = Date.now() + START; Date.now() < end; await pause(50)) {
    if (child.exitCode !== null) break;
    // A connection that stayed open would take a place that a bench may want to fill
    const headers = { connection: 'close' };
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { headers }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
  }
  child.kill('SIGKILL');
  throw new Error('the server did not become ready');
}

function late(what, child) {
  return new Promise((_, reject) => {
    setTimeout(() => {
      if (child.exitCode === null) reject(new Error(`the server did not ${what} in time`));
    }, START).unref();
  });
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Process ids of the workers; empty where the system does not tell. */
function childrenOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function memoryOf(pid) {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

function descriptorsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}
