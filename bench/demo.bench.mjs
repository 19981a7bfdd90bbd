#!/usr/bin/env node
/**
 * The demo pictures through each dialect's automatic optimisation, for a client
 * that accepts AVIF: bytes before and after, first answers and refined ones.
 * Writes bench/results/demo.md.
 *
 *   npm run build && node bench/demo.bench.mjs
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from '../dist/server/compose.js';
import { loadConfig } from '../dist/server/config/config.js';

const here = dirname(fileURLToPath(import.meta.url));
const demo = join(here, '../demo');
const cache = mkdtempSync(join(tmpdir(), 'fovea-demo-bench-'));
const URLS = {
  'Fastly `format=auto&optimize=medium`': (name) => `/fastly/${name}?format=auto&optimize=medium`,
  'imgix `auto=compress,format`': (name) => `/imgix/${name}?auto=compress,format`,
  'ImageOptim `full`': (name) => `/imageoptim/full/${name}`,
};

const config = loadConfig(join(demo, 'fovea.yaml'), {
  flags: { 'cache.folder': cache, 'listen.port': 0, 'log.level': 'warn' },
});
const server = await createServer(config);
const { port } = await server.listen();
const get = async (path) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { accept: 'image/avif,image/webp,*/*;q=0.8' },
  });
  const { byteLength } = await response.arrayBuffer();
  return { bytes: byteLength, fovea: response.headers.get('fovea') ?? '' };
};
const field = (fovea, name) => new RegExp(`\\b${name}=([^,]+)`).exec(fovea)?.[1] ?? '';

const rows = [];
try {
  const names = readdirSync(join(demo, 'pictures'));
  for (const refined of [false, true]) {
    for (const name of names) {
      const before = statSync(join(demo, 'pictures', name)).size;
      for (const [dialect, url] of Object.entries(URLS)) {
        const { bytes, fovea } = await get(url(name));
        rows.push({ refined, name, dialect, before, bytes, fovea });
      }
    }
    // The background queue works through everything that was just asked for.
    for (let i = 0; !refined && i < 600 && server.engine.status().refining > 0; i++) {
      await new Promise((ok) => setTimeout(ok, 500));
    }
  }
} finally {
  await server.close();
  rmSync(cache, { recursive: true, force: true });
}

const table = (refined) =>
  rows
    .filter((row) => row.refined === refined)
    .map(
      ({ name, dialect, before, bytes, fovea }) =>
        `| ${name} | ${dialect} | ${before} | ${bytes} | ${Math.round((100 * bytes) / before)} % | ${field(fovea, 'format')} | ${field(fovea, 'target')} | ${field(fovea, 'score')} |`,
    )
    .join('\n');
const head =
  '| picture | request | before | after | share | format | target | score |\n| --- | --- | --- | --- | --- | --- | --- | --- |';
const text = `# Demo pictures, before and after

Client: \`Accept: image/avif,image/webp,*/*;q=0.8\`. Scores are SSIMULACRA 2 against the source as rendered.

## First answers

${head}
${table(false)}

## After background refinement

${head}
${table(true)}

Command: \`npm run build && node bench/demo.bench.mjs\`.
`;
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/demo.md'), text);
console.log(text);
