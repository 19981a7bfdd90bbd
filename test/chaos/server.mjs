/**
 * The built server as a process of its own, seen from outside: its log, its memory, its workers.
 * Only processes of the tree that was started here are ever signalled.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, pause } from './client.mjs';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How long a server may take to be ready, and to stop, in milliseconds. */
const START = 90_000;
const STOP = 20_000;

const started = new Set();
process.on('exit', () => {
  for (const child of started) for (const pid of [child.pid, ...childrenOf(child.pid)]) signal(pid);
});
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(1));

const DIALECTS = ['fastly', 'imgix', 'imageoptim'];

/** A configuration with a mount per dialect before one folder. */
export function folderConfiguration({ images, cache, size = '200MB', ...more }) {
  return {
    cache: { folder: cache, size, ...(more.memory ? { memory: more.memory } : {}) },
    refine: more.refine ?? false,
    workers: more.workers ?? 2,
    limits: { queueWait: '2m', ...more.limits },
    log: { access: false },
    sources: DIALECTS.map((dialect) => ({
      name: dialect,
      dialect,
      mount: `/${dialect}`,
      origin: { kind: 'folder', path: images },
    })),
  };
}

/**
 * A server that is ready to render.
 *
 * @param home where its configuration is written
 * @param environment of the process, besides PATH
 * @throws with its output where it ends or is not ready in time
 */
export async function startServer(home, configuration, environment = {}) {
  const file = join(home, `fovea-${started.size}-${Date.now()}.json`);
  const listen = { host: '127.0.0.1', port: 0, connectionsPerAddress: 0, grace: '2s' };
  writeFileSync(file, JSON.stringify({ listen, ...configuration }));
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', file], {
    cwd: home,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const events = {};
  const lines = [];
  let output = '';
  let rest = '';
  let port;
  const read = (data) => {
    output = (output + data).slice(-20_000);
    const all = (rest + data).split('\n');
    rest = all.pop();
    for (const text of all) {
      const line = parsed(text);
      if (line === undefined) continue;
      events[line.msg] = (events[line.msg] ?? 0) + 1;
      if (lines.length < 5000) lines.push(line);
      if (line.msg === 'listening') port ??= line.port;
    }
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  let running = true;
  const ended = new Promise((resolve) =>
    child.once('exit', () => {
      running = false;
      started.delete(child);
      resolve();
    }),
  );
  const tree = () => (running ? [child.pid, ...childrenOf(child.pid)] : []);
  const server = {
    /** The last that it has written. */
    output: () => output,
    /** How often each event was logged, by its name. */
    events,
    /** The first lines of its log. */
    lines,
    isRunning: () => running,
    get port() {
      return port;
    },
    ask: (target, options) => ask(port, target, options),
    workers: () => childrenOf(child.pid),
    tree,
    /** SIGKILL for the whole tree at once. */
    async kill() {
      const pids = tree();
      for (const pid of pids) signal(pid);
      await ended;
      await untilGone(pids);
    },
    /** Whether it stopped by itself when told to. */
    async stop() {
      if (!running) return false;
      const pids = tree();
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        for (const pid of pids) signal(pid);
      }, STOP);
      const began = Date.now();
      await ended;
      clearTimeout(timer);
      await untilGone(pids);
      return Date.now() - began < STOP;
    },
  };
  for (const deadline = Date.now() + START; Date.now() < deadline && running; ) {
    const answer = port && (await ask(port, '/readyz', { patience: 2000 }).catch(() => undefined));
    if (answer?.status === 200) return server;
    await pause(50);
  }
  await server.kill();
  throw new Error(`expected a server that is ready, got:\n${output}`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function signal(pid, name = 'SIGKILL') {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself
  }
}

function childrenOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const children = text.split(' ').filter(Boolean).map(Number);
    return children.flatMap((child) => [child, ...childrenOf(child)]);
  } catch {
    return [];
  }
}

async function untilGone(pids) {
  const isThere = (pid) => {
    try {
      return /^State:\s+[^ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  for (let turn = 0; turn < 500 && pids.some(isThere); turn++) await pause(20);
}

/** Memory of processes in bytes, shared pages divided among those that share them (PSS). */
export function memoryOf(pids) {
  return sum(pids, (pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return 1024 * Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  });
}

export function descriptorsOf(pids) {
  return sum(pids, (pid) => readdirSync(`/proc/${pid}/fd`).length);
}

/** What of a process that has just ended cannot be read counts as nothing. */
function sum(pids, read) {
  return pids.reduce((total, pid) => {
    try {
      return total + read(pid);
    } catch {
      return total;
    }
  }, 0);
}

/** Files below a folder that is written to meanwhile, with their sizes and the room they take, in bytes. */
export function filesBelow(folder) {
  let names;
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return names.flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    try {
      const { size, blocks } = statSync(path);
      return [{ path, size, room: 512 * blocks }];
    } catch {
      return [];
    }
  });
}

/** The temporary files of a cache. */
export function temporaryBelow(cache) {
  return filesBelow(cache).filter(({ path }) => path.slice(cache.length).includes('/tmp/'));
}
