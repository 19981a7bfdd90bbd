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
import { card } from './support/pictures.ts';
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

describe.skipIf(process.platform !== 'linux')('what is printed', () => {
  /** A command line of a shell; `$FOVEA` is the program. */
  const shell = (line: string) => {
    const { status, stderr } = spawnSync('sh', ['-c', line], {
      ...{ cwd: folder, encoding: 'utf8', timeout: 50_000 },
      env: { PATH: process.env.PATH ?? '', NODE: process.execPath, MAIN: main },
    });
    return [status, stderr];
  };

  test('to a reader that leaves is no failure', () => {
    for (const command of ['completion bash', 'serve --help', 'explain --help']) {
      expect(
        shell(`{ "$NODE" "$MAIN" ${command}; echo $? >code; } | true; exit $(cat code)`),
      ).toEqual([...[0, '']]);
    }
  });

  test('to a disk that is full is said to be lost', () => {
    expect(shell('"$NODE" "$MAIN" completion bash >/dev/full')).toEqual([
      ...[1, 'What was to be printed is lost: the disk is full (ENOSPC).\n'],
    ]);
  });
});

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
  const serve = (...args: string[]) => start('.', ...args);

  /** The same on what stands in place of a folder. */
  async function start(...args: string[]) {
    const child = spawn(
      process.execPath,
      [main, 'serve', '--port=0', '--workers=1', '--log-level=info', ...args],
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

  test('reads its configuration again when told to, and goes on with the old one where it cannot', async () => {
    const file = join(folder, 'reloaded.json');
    const write = (mount: string, end = '') =>
      writeFileSync(
        file,
        `{ "sources": [{ "name": "a", "dialect": "imgix", "mount": "${mount}",\n"origin": { "kind": "folder", "path": "." } }]${end}`,
      );
    write('/one', '}');
    const { child, ended, port, lines } = await start('--config', file, '--cache-folder=./cache');
    await untilReadiness(port, 'ok\n');
    const isMounted = async (mount: string) =>
      !(await ask(port, `${mount}/none.jpg`)).body.toString().includes('Nothing answers here');
    const untilSaid = async (message: string) => {
      while (!lines().some(({ msg }) => msg === message)) {
        await new Promise((ok) => setTimeout(ok, 20));
      }
      return lines().find(({ msg }) => msg === message);
    };
    expect([await isMounted('/one'), await isMounted('/two')]).toEqual([true, false]);
    write('/two', '}');
    child.kill('SIGHUP');
    expect(await untilSaid('configuration reloaded')).toMatchObject({ sources: 1 });
    expect([await isMounted('/one'), await isMounted('/two')]).toEqual([false, true]);
    write('/three');
    child.kill('SIGHUP');
    const { problems } = await untilSaid('configuration not reloaded; the old one goes on');
    expect(problems.join()).toMatch(/reloaded\.json, line 2, column \d+: /);
    expect([await isMounted('/two'), await isMounted('/three')]).toEqual([true, false]);
    write('/two', ', "listen": { "host": "0.0.0.0" } }');
    child.kill('SIGHUP');
    const partly = 'configuration reloaded; some of it takes a restart';
    expect(await untilSaid(partly)).toMatchObject({ restart: ['listen.host'] });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test.skipIf(process.platform !== 'linux')(
    'a signal to all its processes ends none before its answer',
    async () => {
      writeFileSync(join(folder, 'large.png'), await card(1200, 900).png().toBuffer());
      const { child, ended, port } = await serve();
      await untilReadiness(port, 'ok\n');
      const answer = ask(port, '/imgix/large.png?w=900&fm=avif&q=40');
      const workers = () => childrenOf(child.pid!, 'engine/worker.js');
      // Until the worker is at work on it
      await new Promise((ok) => setTimeout(ok, 150));
      for (const pid of workers()) process.kill(pid, 'SIGTERM');
      child.kill('SIGTERM');
      expect((await answer).status).toBe(200);
      expect(await ended).toBe(0);
    },
  );

  test('after kill -9 it starts again on the same cache, and knows what it had', async () => {
    writeFileSync(join(folder, 'kept.png'), await card(300, 200).png().toBuffer());
    const cache = '--cache-folder=./kept';
    const target = '/imgix/kept.png?w=80&fm=jpg&q=60';
    const first = await serve(cache);
    await untilReadiness(first.port, 'ok\n');
    const before = await ask(first.port, target);
    expect(before.status).toBe(200);
    while (!/; hit/.test(String((await ask(first.port, target)).headers['cache-status'])));
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    const second = await serve(cache);
    await untilReadiness(second.port, 'ok\n');
    const after = await ask(second.port, target);
    expect(after.headers['cache-status']).toMatch(/; hit/);
    expect(after.body.equals(before.body)).toBe(true);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

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
