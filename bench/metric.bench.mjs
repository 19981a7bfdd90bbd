#!/usr/bin/env node
/**
 * What measuring costs beside encoding: one SSIMULACRA 2 comparison, and the
 * preparation of a reference, against one plain mozjpeg encode of the same
 * picture (quality 75, one thread), in one run, the three taking turns.
 *
 * Ratios travel between machines, milliseconds do not. The least of the rounds
 * counts, because other work on the machine only ever adds.
 *
 *   npm run build && node bench/metric.bench.mjs [folder of photos]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = process.argv[2] ?? join(here, '../../shared/corpus/photos');
if (!existsSync(folder)) {
  console.log(`Metric bench: skipped, there is no ${folder}.`);
  process.exit(0);
}
const kernel = readFileSync(join(here, '../dist/wasm/ssimulacra2.wasm'));
sharp.concurrency(1);

async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measure(file) {
  const { data, info } = await sharp(join(folder, file))
    .rotate()
    .flatten()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const raster = (bytes) => ({ ...raw, data: bytes, pages: 1, delays: [], loop: 0 });
  const encode = () => sharp(data, { raw }).jpeg({ quality: 75, mozjpeg: true }).toBuffer();
  const decoded = await sharp(await encode())
    .raw()
    .toBuffer();
  const metric = await createSsimulacra2(kernel);
  const reference = raster(data);
  const candidate = raster(decoded);
  const megapixels = (info.width * info.height) / 1e6;
  const least = { encode: Infinity, reference: Infinity, compare: Infinity };
  let result;
  for (let round = 0; round < Math.max(6, Math.min(15, 12 / megapixels)); round++) {
    least.encode = Math.min(least.encode, await time(encode));
    least.reference = Math.min(least.reference, await time(() => metric.setReference(reference)));
    for (let i = 0; i < 2; i++) {
      const taken = await time(() => {
        result = metric.compare(candidate);
      });
      least.compare = Math.min(least.compare, taken);
    }
  }
  return { file, megapixels, least, result, bytes: metric.bytes };
}

const rows = [];
for (const file of readdirSync(folder).sort()) {
  if (!/\.(png|jpe?g|webp)$/.test(file)) continue;
  const row = await measure(file);
  rows.push(row);
  console.log(file, `${((100 * row.least.compare) / row.least.encode).toFixed(0)} %`);
}

const perMegapixel = (row, what) => (row.least[what] / row.megapixels).toFixed(1);
const ratio = (row, what) => row.least[what] / row.least.encode;
const mean = (values) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
const table = rows.map((row) =>
  [
    row.file,
    row.megapixels.toFixed(2),
    perMegapixel(row, 'encode'),
    perMegapixel(row, 'compare'),
    perMegapixel(row, 'reference'),
    ratio(row, 'compare').toFixed(2),
    ratio(row, 'reference').toFixed(2),
    (row.bytes / 1e6 / row.megapixels).toFixed(0),
    row.result.score.toFixed(1),
    row.result.worst.toFixed(1),
  ].join(' | '),
);
const compares = rows.map((row) => ratio(row, 'compare'));
const text = `# Metric against encoder

One comparison by SSIMULACRA 2, and the preparation of its reference, beside one mozjpeg encode
(quality 75, one thread) of the same picture; least of several rounds that take turns in one run.
Pictures above 16 megapixels are measured at half their size.

Node ${process.versions.node}, sharp ${sharp.versions.sharp}, ${process.arch}. \`node bench/metric.bench.mjs\`

Comparison / encode: geometric mean **${mean(compares).toFixed(2)}**, highest ${Math.max(...compares).toFixed(2)}.
Reference / encode: geometric mean ${mean(rows.map((row) => ratio(row, 'reference'))).toFixed(2)}.

| photo | MP | encode ms/MP | compare ms/MP | reference ms/MP | compare / encode | reference / encode | MB/MP | score | worst |
|---|---|---|---|---|---|---|---|---|---|
| ${table.join(' |\n| ')} |
`;
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/metric.md'), text);
