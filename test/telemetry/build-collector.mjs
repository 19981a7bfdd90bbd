#!/usr/bin/env node
/**
 * Builds the collector of `collector/`, where Go is installed: once for what stands there, into
 * `node_modules/.cache/fovea/`. The first time takes some minutes, most of them for its modules.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectorProgram } from './collector-program.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'collector');
const program = collectorProgram();

if (spawnSync('go', ['version']).status !== 0) {
  console.log('No Go is installed: the test with a collector will be skipped.');
} else if (!existsSync(program)) {
  const cache = dirname(program);
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    if (name.startsWith('collector-')) rmSync(join(cache, name));
  }
  execFileSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: folder, stdio: 'inherit' });
}
