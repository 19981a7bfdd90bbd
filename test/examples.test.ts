/**
 * The programs of `examples/` do what they say, with the package found by its name.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { card } from './support/pictures.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = join(root, 'examples');
const folder = mkdtempSync(join(tmpdir(), 'fovea-examples-'));
const env = { PATH: process.env.PATH ?? '', TMPDIR: folder };
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  mkdirSync(join(folder, 'pictures'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/fovea'));
  const photo = await card(240, 160).jpeg({ quality: 97 }).toBuffer();
  for (const name of ['photo.jpg', 'pictures/a.jpg', 'pictures/b.jpg']) {
    writeFileSync(join(folder, name), photo);
  }
  writeFileSync(join(folder, 'notes.txt'), 'words');
});

function run(example: string, ...args: string[]) {
  const program = join(examples, example);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    ...{ cwd: folder, encoding: 'utf8', env, timeout: 100_000 },
  });
  return { status, stdout, stderr };
}

const sizeOf = async (name: string) => {
  const { width, height, format } = await sharp(join(folder, name)).metadata();
  return [format, width, height];
};

test('every example is run here', () => {
  const programs = readdirSync(examples).filter((name) => name.endsWith('.js'));
  expect(programs.sort()).toEqual([
    ...['build-step.js', 'optimize-upload.js', 'own-server.js', 'picture-element.js'],
  ]);
});

test('an upload becomes a small picture', async () => {
  const { status, stdout, stderr } = run('optimize-upload.js', 'photo.jpg');
  expect([stderr, status]).toEqual(['', 0]);
  const [, format = ''] = /^240 x 160 (\w+) \d+ -> \d+ bytes score \d+\n$/.exec(stdout) ?? [];
  expect((await sizeOf(`small.${format}`)).slice(1)).toEqual([240, 160]);
  expect(run('optimize-upload.js', 'notes.txt').stdout).toBe('That is no picture.\n');
});

test('a step of a build makes every picture', async () => {
  const { status, stdout, stderr } = run('build-step.js', 'pictures', 'built');
  expect([stderr, status]).toEqual(['', 0]);
  expect(stdout).toContain('a.jpg -> square.png, 100 x 100\n');
  expect(readdirSync(join(folder, 'built')).sort()).toEqual([
    ...['a.jpeg', 'a.webp', 'b.jpeg', 'b.webp', 'square.png'],
  ]);
  expect(await sizeOf('built/square.png')).toEqual(['png', 100, 100]);
});

test('a picture element has three signed widths', () => {
  const { stdout } = run('picture-element.js');
  expect(stdout.match(/w=(?:400|800|1600)&amp;s=[0-9a-f]{32} \d+w/g)).toHaveLength(3);
});

test('a server of one’s own answers with pictures below its path', async () => {
  const child = spawn(process.execPath, [join(examples, 'own-server.js'), 'pictures', '0'], {
    ...{ cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  try {
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    const answer = await fetch(`${String(line).trim()}a.jpg?w=60&fm=webp`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const { width } = await sharp(new Uint8Array(await answer.arrayBuffer())).metadata();
    expect(width).toBe(60);
    const none = await fetch(new URL('/elsewhere', String(line).trim()));
    expect([none.status, await none.text()]).toEqual([404, 'Nothing here.\n']);
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});
