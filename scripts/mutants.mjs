#!/usr/bin/env node
/**
 * Mutation run: whether the tests notice small faults (test/mutants/list.txt).
 *
 * Each fault is put alone into a copy of the repository, and the tests of its
 * room run there until the first that fails. `node scripts/mutants.mjs fit.ts`
 * tries those whose file or text holds one of the arguments. Exit code 1 where fewer than 85 % were noticed, or
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
const MOST_MILLISECONDS = 300_000;

/** Tests of a room, quickest first: golden files and neighbours see what the room's own tests do not. */
const TESTS = {
  plan: [
    'src/plan',
    'test/golden.test.ts',
    'test/rosetta.test.ts',
    'test/golden-pixels.test.ts',
    'src/dialects',
  ],
  vips: ['test/golden-pixels.test.ts', 'src/vips'],
  raster: ['test/golden-pixels.test.ts', 'src/raster', 'src/vips'],
  optimizer: ['src/optimizer'],
};

/** The faults of the list. */
function mutants() {
  const text = readFileSync(join(root, 'test/mutants/list.txt'), 'utf8');
  return text
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

/** Whether the tests pass; the first part that fails ends it. */
function passes(home, tests) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  return tests.every((part) => {
    const { status } = spawnSync(process.execPath, [vitest, 'run', '--bail=1', part], {
      cwd: home,
      stdio: 'ignore',
      timeout: MOST_MILLISECONDS,
      env: { ...process.env, FC_SEED: process.env.FC_SEED ?? '1' },
    });
    return status === 0;
  });
}

const parts = process.argv.slice(2);
const chosen = mutants().filter(
  ({ file, from }) => parts.length === 0 || parts.some((part) => `${file}: ${from}`.includes(part)),
);
const home = copyOfRepository();
const survived = [];
const stale = [];
try {
  for (const room of new Set(chosen.map(({ file }) => file.split('/')[1]))) {
    if (!passes(home, TESTS[room])) throw new Error(`the tests of ${room} fail without any fault`);
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
    const noticed = !passes(home, TESTS[file.split('/')[1]]);
    writeFileSync(path, text);
    if (!noticed) survived.push(mutant);
    console.log(`${noticed ? 'noticed ' : 'SURVIVED'}  ${file}: ${from} -> ${to}`);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
const tried = chosen.length - stale.length;
const noticed = tried - survived.length;
console.log(`${noticed} of ${tried} noticed (${Math.round((100 * noticed) / tried)} %)`);
if (noticed < LEAST_NOTICED * tried || stale.length > 0) process.exitCode = 1;
