/**
 * The built command line as a process: what a person sees who starts it in
 * the wrong place.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

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
    expect([status, stdout]).toEqual([1, '']);
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
