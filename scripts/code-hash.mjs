/**
 * Code hash: which code makes the bytes of renditions.
 *
 * Renditions are made by render workers alone, so what decides about their bytes
 * is what a worker loads: every module that can be reached by imports from its
 * program, every file it names with `new URL(…, import.meta.url)` (the kernels),
 * and the packages they import. No list has to be kept: a new module is part of
 * the hash from its first import on, and what only the front loads never is.
 *
 * The build compiles the sources once more without comments for this, so a
 * changed comment does not change the hash. Layout does not either, as far as
 * the compiler prints it anew.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** The program of a render worker, below the folder of compiled code. */
const PROGRAM = 'engine/worker.js';

const IMPORT = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;
const ASSET = /\bnew URL\(\s*(['"])([^'"\n]+)\1\s*,\s*import\.meta\.url\s*\)/g;

/**
 * What the project at `root` makes bytes with: `code`, a hash of 32 hexadecimal
 * digits, and `packages`, the names of the packages that are imported.
 */
export function hashOfWorker(root) {
  const plain = mkdtempSync(join(tmpdir(), 'fovea-code-'));
  try {
    compileWithoutComments(root, plain);
    return hashOfCode(plain, join(root, 'dist'));
  } finally {
    rmSync(plain, { recursive: true });
  }
}

/** The sources of a project as JavaScript without comments, in the folder `out`. */
export function compileWithoutComments(root, out) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--removeComments', '--declaration', 'false', '--sourceMap', 'false'];
  execFileSync(
    process.execPath,
    [compiler, '-p', 'tsconfig.build.json', '--outDir', out, ...options],
    { cwd: root, stdio: 'inherit' },
  );
}

/** The same from compiled code; its kernels lie in `dist`, under the same names. */
export function hashOfCode(folder, dist) {
  const { modules, assets, packages } = reachable(join(folder, PROGRAM));
  const sum = createHash('sha256');
  const add = (name, path) => sum.update(`${name}\0`).update(readFileSync(path)).update('\0');
  for (const path of modules) add(relative(folder, path), path);
  for (const path of assets) add(relative(folder, path), join(dist, relative(folder, path)));
  return { code: sum.digest('hex').slice(0, 32), packages };
}

/** Files and packages that a program loads, sorted; Node's own modules are left out. */
export function reachable(program) {
  const modules = new Set();
  const assets = new Set();
  const packages = new Set();
  const open = [resolve(program)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (modules.has(path)) continue;
    modules.add(path);
    const text = readFileSync(path, 'utf8');
    for (const [, , name] of text.matchAll(IMPORT)) {
      if (name.startsWith('.')) open.push(resolve(dirname(path), name));
      else if (!name.startsWith('node:')) packages.add(packageOf(name));
    }
    for (const [, , name] of text.matchAll(ASSET)) {
      // A program that is started from its file loads modules of its own.
      if (name.endsWith('.js')) open.push(resolve(dirname(path), name));
      // A data file that the build writes beside its reader is no code: the reader says what it holds.
      else if (!name.endsWith('.json')) assets.add(resolve(dirname(path), name));
    }
  }
  return {
    modules: [...modules].sort(),
    assets: [...assets].sort(),
    packages: [...packages].sort(),
  };
}

/** `@scope/name/file` and `name/file` without the file. */
function packageOf(name) {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}
