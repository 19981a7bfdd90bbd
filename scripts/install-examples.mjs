#!/usr/bin/env node
/** Installs what the projects in `examples/` need, each by its own lock file. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const examples = join(dirname(fileURLToPath(import.meta.url)), '../examples');
for (const name of readdirSync(examples)) {
  const cwd = join(examples, name);
  if (!existsSync(join(cwd, 'package-lock.json'))) continue;
  console.log(`examples/${name}`);
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
