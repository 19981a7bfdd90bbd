/**
 * A real Redis for tests: the program of the machine, on a free loopback port, with nothing kept.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program, by the names that it has; undefined where the machine has none. */
export const REDIS_PROGRAM = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on its port, with what it had forgotten. */
  start(): Promise<void>;
  /** Has it answer nothing, with its connections open, until `go`. */
  freeze(): void;
  go(): void;
  stop(): Promise<void>;
}

/** @param more arguments of the program */
export async function startRedis(more: readonly string[] = []): Promise<LocalRedis> {
  const program = REDIS_PROGRAM;
  if (program === undefined) throw new Error('expected redis-server or valkey-server in PATH');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'fovea-redis-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(program, [...settings, '--appendonly', 'no', ...more], { stdio: 'ignore' });
    await untilOpen(port);
  };
  const kill = async () => {
    const ended = child;
    child = undefined;
    if (ended === undefined || ended.exitCode !== null) return;
    const gone = new Promise((resolve) => ended.once('exit', resolve));
    ended.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    go: () => void child?.kill('SIGCONT'),
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when something answers at a port of this machine. */
async function untilOpen(port: number): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`expected an answer at port ${port}, got none`);
}
