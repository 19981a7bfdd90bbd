/**
 * The samples of `docs/library.md` and of `docs/command-line.md` do what stands there.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'fovea-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'));
  mkdirSync(join(folder, 'pictures'));
  symlinkSync(root, join(folder, 'node_modules/fovea'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['leaves.jpg', 'pictures/leaves.jpg']) {
    copyFileSync(join(root, 'test/pictures/leaves.jpg'), join(folder, name));
  }
});

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    ...{ cwd: folder, encoding: 'utf8', timeout: 100_000 },
  });
  return { status, stdout, stderr };
}

const page = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');

test('the samples of the library', () => {
  const samples = [...page('library.md').matchAll(/```js\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );
  const said = samples.map((text, i) => {
    writeFileSync(join(folder, `sample${i}.js`), text);
    const { status, stdout, stderr } = node(`sample${i}.js`);
    expect([stderr, status]).toEqual(['', 0]);
    return stdout;
  });
  expect(said[0]).toMatch(/^(?:avif|webp) 300 \d+ true\n$/);
  expect(said[1]).toMatch(/^resize .*\n120 120\nsource-not-an-image\n$/);
  expect(said[2]).toMatch(
    /^https:\/\/img\.example\.com\/shop\/red%20chair\.jpg\?w=300&auto=format,compress&s=[0-9a-f]{32}\n2\n$/,
  );
  expect(said).toHaveLength(3);
});

describe('the samples of the command line', () => {
  const lines = [...page('command-line.md').matchAll(/```\n([\s\S]*?)```/g)].flatMap(
    ([, text = '']) => text.trim().split('\n'),
  );

  test('are there', () => expect(lines.length).toBeGreaterThan(6));

  test.each(lines)('%s', (line) => {
    const [program, ...args] = line.split(' ');
    expect(program).toBe('fovea');
    const { status, stderr } = node(main, ...args);
    expect([line, status, status === 0 ? '' : stderr]).toEqual([line, 0, '']);
  });

  test('leave what they say', () => {
    const files = [
      'fovea.yaml',
      'map.png',
      'small/leaves.avif',
      'fovea-optimized/fovea-manifest.json',
    ];
    expect(files.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  });

  test('every command of the program has its row', () => {
    const { stdout } = node(main, '--help');
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    const text = page('command-line.md');
    expect(commands.filter((name) => name !== 'help' && !text.includes(name))).toEqual([]);
  });
});
