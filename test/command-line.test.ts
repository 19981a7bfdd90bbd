/**
 * The built command line as a process: what a person sees who starts it in
 * the wrong place, and how it ends and logs.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ask } from './support/client.ts';
import { childrenOf, isRunning } from './support/processes.ts';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fovea-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'a.txt'), 'text');

function fovea(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

describe('a server that cannot start', () => {
  test('names the cache folder that cannot be made', () => {
    const { status, stdout, stderr } = fovea('serve', '.', '--cache-folder', './a.txt/cache');
    expect(stderr).toContain(join(folder, 'a.txt'));
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([status, stdout]).toEqual([2, '']);
  });

  test('says nothing on standard output before the sentence', () => {
    // An address of documentation (RFC 5737), which no machine has
    const { status, stdout, stderr } = fovea(
      'serve',
      '.',
      '--host',
      '192.0.2.1',
      '--log-level=info',
    );
    expect(stderr).toBe('192.0.2.1 is no address of this machine; choose one with --host.\n');
    expect([status, stdout]).toEqual([1, '']);
  });
});

describe('a server that runs', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** Starts `serve` on a free port; `lines` are those of its log so far. */
  async function serve(...args: string[]) {
    const child = spawn(
      process.execPath,
      [main, 'serve', '.', '--port=0', '--workers=1', '--log-level=info', ...args],
      { cwd: folder, env: { PATH: process.env.PATH ?? '' }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    const ended = new Promise<number | string | null>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? signal));
    });
    let text = '';
    const lines = () =>
      text
        .split('\n')
        .slice(0, -1)
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    const port = await new Promise<number>((resolve) => {
      child.stdout.on('data', (chunk) => {
        text += chunk;
        const line = lines().find(({ msg }) => msg === 'listening');
        if (line) resolve(line.port);
      });
    });
    return { child, ended, port, lines };
  }

  const readiness = async (port: number) => (await ask(port, '/readyz')).body.toString();

  /** Waits for the answer of `/readyz`; a test that waits for ever fails by its own time limit. */
  async function untilReadiness(port: number, text: string): Promise<void> {
    while ((await readiness(port)) !== text) await new Promise((ok) => setTimeout(ok, 20));
  }

  test('drains when told to stop, and ends at once at the second signal', async () => {
    const { child, ended, port } = await serve('--drain=1h');
    await untilReadiness(port, 'ok\n');
    child.kill('SIGTERM');
    await untilReadiness(port, 'stopping\n');
    expect((await ask(port, '/nowhere.jpg')).status).toBe(404);
    child.kill('SIGINT');
    expect(await ended).toBe(1);
  });

  test('stops with nothing but a line of its own', async () => {
    const { child, ended, port, lines } = await serve();
    await untilReadiness(port, 'ok\n');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    const events = lines().map(({ msg }) => msg);
    expect(events.filter((msg) => msg !== 'request')).toEqual(['listening', 'stopped']);
  });

  test.skipIf(process.platform !== 'linux')(
    'with fronts it ends with all of them, and leaves none behind where it is killed',
    async () => {
      const first = await serve('--fronts=2');
      await untilReadiness(first.port, 'ok\n');
      const fronts = childrenOf(first.child.pid!, 'cli/front.js');
      expect(fronts).toHaveLength(2);
      // A service manager signals all processes of a service; what that means is for the server to say
      for (const pid of fronts) process.kill(pid, 'SIGTERM');
      expect(await readiness(first.port)).toBe('ok\n');
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      expect(fronts.filter(isRunning)).toEqual([]);
      const events = first.lines().map(({ msg }) => msg);
      expect(events.filter((msg) => msg !== 'request')).toEqual(['listening', 'stopped']);

      const second = await serve('--fronts=2');
      await untilReadiness(second.port, 'ok\n');
      const orphans = childrenOf(second.child.pid!, 'cli/front.js');
      expect(orphans).toHaveLength(2);
      second.child.kill('SIGKILL');
      expect(await second.ended).toBe('SIGKILL');
      while (orphans.some(isRunning)) await new Promise((ok) => setTimeout(ok, 20));
    },
  );

  test('goes on answering while nobody reads its log', async () => {
    const { child, ended, port, lines } = await serve();
    child.stdout?.pause();
    const target = `/${'nowhere/'.repeat(36)}a.jpg`;
    const one = async () => {
      for (let i = 0; i < 500; i++) expect((await ask(port, target)).status).toBe(404);
    };
    await Promise.all(Array.from({ length: 8 }, one));
    child.stdout?.resume();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    // Some were dropped, and that was told
    const dropped = lines().find(({ msg }) => msg === 'log lines were dropped');
    expect(dropped?.lines).toBeGreaterThan(0);
  });
});
