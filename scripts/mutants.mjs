#!/usr/bin/env node
/**
 * Mutation run: whether the tests notice small faults (test/mutants/list.txt).
 *
 * Each fault is put alone into a copy of the repository, and the tests of its
 * room run there until the first that fails, whose name is told. `node scripts/mutants.mjs fit.ts`
 * tries those whose file or text holds one of the arguments; an argument that ends with `.txt` is a
 * list to take in place of that one. Exit code 1 where fewer than 85 % were noticed, or
 * where a fault no longer fits its file. Faults in built code are not seen by
 * tests that start the server from `dist/`, which is why none of those runs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const LEAST_NOTICED = 0.85;
/** A fault may make a loop endless: that is noticed, too. */
const MOST_MILLISECONDS = 600_000;
/** A machine that is busy notices nothing: one test may take as long as all of its room. */
const TEST_MILLISECONDS = 590_000;

/** Tests of a room, quickest first: golden files and neighbours see what the room's own tests do not. */
const TESTS = {
  plan: [
    'src/plan',
    'test/golden.test.ts',
    'test/rosetta.test.ts',
    'test/golden-pixels.test.ts',
    'src/dialects',
  ],
  image: ['src/image', 'src/raster', 'src/vips'],
  vision: ['src/vision', 'test/golden-pixels.test.ts'],
  vips: ['test/golden-pixels.test.ts', 'src/vips'],
  raster: ['test/golden-pixels.test.ts', 'src/raster', 'src/vips'],
  optimizer: ['src/optimizer'],
  containers: ['src/containers', 'src/metadata', 'src/jpeg', 'src/vips'],
  metadata: ['src/metadata', 'src/containers', 'src/vips'],
  jpeg: ['src/jpeg', 'src/vips'],
  svg: ['src/svg', 'src/vips'],
};

const names = process.argv.slice(2);
const parts = names.filter((name) => !name.endsWith('.txt'));
const list = names.find((name) => name.endsWith('.txt')) ?? join(root, 'test/mutants/list.txt');

/** The faults of the list. */
function mutants() {
  return readFileSync(list, 'utf8')
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith('#')))
    .filter((lines) => lines.length > 0)
    .map(([file, from, to]) => ({ file, from: from.slice(2), to: to.slice(2) }));
}

/** A copy of the tracked files, with the packages and kernels of this checkout. */
function copyOfRepository() {
  const home = mkdtempSync(join(tmpdir(), 'fovea-mutants-'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split(
    '\0',
  );
  for (const file of files.filter(Boolean)) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    cpSync(join(root, file), join(home, file));
  }
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true });
  return home;
}

/** The first test that fails, in words; undefined where all pass. */
function failure(home, tests) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  for (const part of tests) {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [vitest, 'run', '--bail=1', `--testTimeout=${TEST_MILLISECONDS}`, part],
      {
        cwd: home,
        encoding: 'utf8',
        timeout: MOST_MILLISECONDS,
        maxBuffer: 64e6,
        env: { ...process.env, NO_COLOR: '1', FC_SEED: process.env.FC_SEED ?? '1' },
      },
    );
    if (status === 0) continue;
    if (signal !== null) return `${part}: no end`;
    return /^ *FAIL +(.+)$/m.exec(`${stderr}\n${stdout}`)?.[1] ?? part;
  }
  return undefined;
}

const chosen = mutants().filter(
  ({ file, from }) => parts.length === 0 || parts.some((part) => `${file}: ${from}`.includes(part)),
);
const home = copyOfRepository();
const survived = [];
const stale = [];
try {
  for (const room of new Set(chosen.map(({ file }) => file.split('/')[1]))) {
    const failed = failure(home, TESTS[room]);
    if (failed !== undefined) {
      throw new Error(`the tests of ${room} fail without any fault: ${failed}`);
    }
  }
  for (const mutant of chosen) {
    const { file, from, to } = mutant;
    const path = join(home, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2) {
      stale.push(mutant);
      console.log(`stale     ${file}: ${from}`);
      continue;
    }
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    const failed = failure(home, TESTS[file.split('/')[1]]);
    writeFileSync(path, text);
    if (failed === undefined) survived.push(mutant);
    console.log(`${failed === undefined ? 'SURVIVED' : 'noticed '}  ${file}: ${from} -> ${to}`);
    if (failed !== undefined) console.log(`          by ${failed}`);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
const tried = chosen.length - stale.length;
const noticed = tried - survived.length;
console.log(`${noticed} of ${tried} noticed (${Math.round((100 * noticed) / tried)} %)`);
if (noticed < LEAST_NOTICED * tried || stale.length > 0) process.exitCode = 1;
