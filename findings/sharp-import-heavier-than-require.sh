#!/usr/bin/env bash
# sharp 0.35.5 on Node 20: `import sharp from 'sharp'` costs a process twice the memory of `require('sharp')`.
#
# sharp ships ES modules and CommonJS side by side, so one expects both ways in to cost the same, or the ES modules less.
# But its ES modules import packages that are CommonJS (semver, detect-libc). For the first such import Node 20 starts
# cjs-module-lexer as WebAssembly, which stays in the process. A process that only imports sharp was seen to grow by 13 to 22 MB
# of private memory and 70 to 100 ms of processor time; one that requires it by 6 to 12 MB and 35 ms. A server with a process
# per core pays that for each of them. Ratios are looked at here, not the figures, since those differ between machines.
# Run it with Node 20 on Linux (the memory is read from /proc).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5 >/dev/null
cat >grow.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const held = () => Number(/Private_Dirty:\s+(\d+)/.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))[1]);
const before = held();
const sharp =
  process.argv[2] === 'import' ? (await import('sharp')).default : createRequire(import.meta.url)('sharp');
if (typeof sharp !== 'function') throw new Error('expected a function');
console.log(held() - before);
JS
cat >run.mjs <<'JS'
import { execFileSync } from 'node:child_process';
const median = (way) =>
  Array.from({ length: 5 }, () => Number(execFileSync(process.execPath, ['grow.mjs', way])))
    .sort((a, b) => a - b)[2] / 1000;
const imported = median('import');
const required = median('require');
const twice = imported >= 1.5 * required;
console.log(`Node ${process.versions.node}: import ${imported.toFixed(1)} MB, require ${required.toFixed(1)} MB`);
console.log(twice ? 'import costs at least half as much again' : 'both cost about the same');
process.exit(twice ? 0 : 1);
JS
node run.mjs
