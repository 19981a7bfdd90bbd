#!/usr/bin/env node
/**
 * The services that nodes share, as real programs on loopback: a server of the S3 protocol (rclone) and Redis.
 *
 *     node test/nodes/services.mjs install    builds rclone once, where Go is there; says what is missing
 *
 * A service is started on a free port, with its data in a folder, and stopped by its handle.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const RCLONE = 'github.com/rclone/rclone@v1.76.0';

/** Programs built for tests; outside of the repository, so that a clean clone finds them. */
const BUILT = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fovea-test', 'bin');

export const ACCESS = { accessKeyId: 'fovea', secretAccessKey: 'fovea-test-secret' };

/** The path of a program; undefined where it is not there. */
export function programOf(name) {
  const folders = [BUILT, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Names of the services that cannot be started here. */
export function missingServices(names = ['rclone', 'redis-server']) {
  return names.filter((name) => programOf(name) === undefined);
}

/** Builds what can be built; gives the names of what is missing afterwards. */
export function installServices() {
  if (programOf('rclone') === undefined && programOf('go') !== undefined) {
    mkdirSync(BUILT, { recursive: true });
    try {
      execFileSync('go', ['install', RCLONE], {
        env: { ...process.env, GOBIN: BUILT, CGO_ENABLED: '0' },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    } catch {
      // What is missing is said below
    }
  }
  return missingServices();
}

/**
 * A bucket server.
 *
 * @param options `folder` of its data; `bucket` that is made in it; `port` where it was before
 * @returns `endpoint`, `port`, and `stop`, which ends it by its handle
 */
export async function startBucket({ folder, bucket = 'fovea', port }) {
  mkdirSync(join(folder, bucket), { recursive: true });
  const own = port ?? (await freePort());
  const service = await started(
    programOf('rclone'),
    [
      ...['serve', 's3', '--config', '', '--addr', `127.0.0.1:${own}`],
      ...['--auth-key', `${ACCESS.accessKeyId},${ACCESS.secretAccessKey}`],
      // Nobody else changes the folder, and reading it anew for each question takes seconds
      ...['--vfs-cache-mode', 'off', '--dir-cache-time', '24h', folder],
    ],
    own,
  );
  return { ...service, endpoint: `http://127.0.0.1:${own}`, bucket };
}

/** A Redis server that keeps nothing. @returns `url`, `port`, and `stop` */
export async function startRedis({ port } = {}) {
  const own = port ?? (await freePort());
  const options = ['--port', `${own}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const service = await started(programOf('redis-server'), options, own);
  return { ...service, url: `redis://127.0.0.1:${own}` };
}

async function started(program, options, port) {
  if (program === undefined) throw new Error('expected the program of a service, got none');
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = `${said}${text}`.slice(-2000);
    });
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    await ended;
  };
  for (let tries = 0; tries < 400; tries++) {
    if (over) throw new Error(`expected ${program} to run, got: ${said}`);
    if (await answers(port)) return { port, stop, pid: child.pid };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await stop('SIGKILL');
  throw new Error(`expected ${program} to listen, got: ${said}`);
}

async function answers(port) {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

if (process.argv[1]?.endsWith('services.mjs') && process.argv[2] === 'install') {
  const missing = installServices();
  console.log(
    missing.length === 0
      ? 'services of nodes: all there'
      : `services of nodes: ${missing.join(', ')} missing; what needs them is skipped`,
  );
}
