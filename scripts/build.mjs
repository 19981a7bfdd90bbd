#!/usr/bin/env node
/**
 * Builds `dist/`: the kernels (AssemblyScript to WASM), the TypeScript, the programs as few files,
 * the face detector, the fonts, the documentation and the encoder version.
 * With `--when-changed` only where a source is newer than the last build.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePrograms } from './bundle-programs.mjs';
import { hashOfWorker } from './code-hash.mjs';
import { buildSite } from './docs-site/build.mjs';
import { bundleFaceDetector } from './faces/bundle.mjs';
import { bundleFonts } from './fonts/bundle.mjs';
import { bundlePlayground } from './playground.mjs';
import { isStale } from './stale.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const run = (file, ...args) =>
  execFileSync(process.execPath, [join(root, 'node_modules', file), ...args], {
    cwd: root,
    stdio: 'inherit',
  });

if (process.argv.includes('--when-changed')) {
  if (!isStale(root)) process.exit(0);
  console.log('Building Fovea; this takes some seconds, and only where something has changed.');
}

mkdirSync(join(root, 'dist/wasm'), { recursive: true });
const kernels = join(root, 'kernels');
for (const file of existsSync(kernels) ? readdirSync(kernels) : []) {
  if (!file.endsWith('.kernel.ts')) continue;
  const out = join('dist/wasm', file.replace('.kernel.ts', '.wasm'));
  run(
    'assemblyscript/bin/asc.js',
    join('kernels', file),
    '--outFile',
    out,
    '--runtime',
    'stub',
    '--noAssert',
    '-O3',
    '--enable',
    'simd',
  );
}
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
await bundlePrograms(join(root, 'dist'));
await bundleFaceDetector(join(root, 'dist/vision/faces/model'));
bundleFonts(join(root, 'node_modules'), join(root, 'dist/text/fonts.bin'));
await buildSite(root, join(root, 'dist/docs'));

await bundlePlayground(root);

const version = `${JSON.stringify(hashOfWorker(root), null, 2)}\n`;
writeFileSync(join(root, 'dist/engine/encoder-version.json'), version);
