#!/usr/bin/env node
/**
 * Fixed quality: how far the estimate of a JPEG of quality 80 lies from one.
 *
 * Pictures of the corpus are optimized as for a first answer, each in each format; what the receipt estimates is held
 * against `sharp(...).jpeg({ quality: 80, mozjpeg: true })` of the same pixels, and so is what the background would
 * measure. Other qualities are estimated by the mean curve from the measured one.
 *
 *   npm run build && node bench/fixed-quality.bench.mjs [--width 320] [--target 75] [--raw FILE] [--out FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { guarded } from '../dist/metrics/guarded.js';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { JPEG_CURVES } from '../dist/optimizer/codecs/jpeg-curves.js';
import { lnBpp } from '../dist/optimizer/model/priors.js';
import { optimize } from '../dist/optimizer/optimize.js';
import { picture as output } from '../dist/plan/output.js';
import { vipsEncoder } from '../dist/vips/encode.js';
import { picturesOf, rasterOf } from './quality.corpus.mjs';

sharp.concurrency(1);
sharp.cache(false);
const { values } = parseArgs({
  options: {
    width: { type: 'string', default: '320' },
    target: { type: 'string', default: '75' },
    raw: { type: 'string' },
    out: { type: 'string' },
  },
});
const width = Number(values.width);
const score = Number(values.target);
const FORMATS = ['jpeg', 'webp', 'avif'];
/** Qualities that `savings.quality` may name, estimated from 80. */
const OTHERS = [60, 70, 90];

const kernel = readFileSync(new URL('../dist/wasm/ssimulacra2.wasm', import.meta.url));
const tools = {
  encoder: vipsEncoder,
  metric: guarded(await createSsimulacra2(kernel)),
  now: () => performance.now(),
};

const rows = [];
for (const picture of picturesOf([]) ?? []) {
  const raster = await rasterOf(picture, width);
  if (raster.channels !== 3) continue;
  const raw = { width: raster.width, height: raster.height, channels: raster.channels };
  const plain = async (quality) =>
    (await sharp(raster.data, { raw }).jpeg({ quality, mozjpeg: true }).toBuffer()).length;
  const real = await plain(80);
  const others = Object.fromEntries(
    await Promise.all(OTHERS.map(async (q) => [q, await plain(q)])),
  );
  for (const format of FORMATS) {
    const task = {
      raster,
      info: { format: 'png', bytes: 1e9, depth: 8, width: raster.width, height: raster.height },
      chosen: { format },
      alternatives: [],
      output: output({ formats: [{ format }], quality: { kind: 'target', score } }),
      identity: false,
      budget: { mode: 'online', milliseconds: 60_000 },
    };
    const { receipt } = await optimize(task, tools);
    const measured = (
      await optimize(
        { ...task, budget: { ...task.budget, mode: 'instant', compares: true } },
        tools,
      )
    ).receipt;
    rows.push({
      ...{ name: picture.name, kind: picture.kind, format, real, others },
      estimate: receipt.fixedQuality?.bytes,
      measured: measured.fixedQuality?.bytes,
      encoding: receipt.encoding,
      quality: receipt.quality,
      bytes: receipt.bytes,
      pixels: raster.width * raster.height,
    });
    process.stderr.write('.');
  }
}
process.stderr.write('\n');
if (values.raw) writeFileSync(values.raw, JSON.stringify(rows));

const quantile = (list, share) =>
  [...list].sort((a, b) => a - b)[Math.floor(share * (list.length - 1))];
const percent = (value) => `${(100 * value).toFixed(1)} %`;
const sum = (list) => list.reduce((total, value) => total + value, 0);
/** A row of the table: errors of pictures, and of their sum. */
function line(name, pairs) {
  const errors = pairs.map(([estimate, real]) => Math.abs(estimate / real - 1));
  const whole = sum(pairs.map(([estimate]) => estimate)) / sum(pairs.map(([, real]) => real)) - 1;
  return `| ${name} | ${pairs.length} | ${percent(quantile(errors, 0.5))} | ${percent(quantile(errors, 0.9))} | ${percent(Math.max(...errors))} | ${whole < 0 ? '−' : '+'}${percent(Math.abs(whole))} |`;
}
const factor = (quality) =>
  Math.exp(lnBpp(JPEG_CURVES.full, quality) - lnBpp(JPEG_CURVES.full, 80));
const lines = [
  '# A JPEG of fixed quality: estimates and measures',
  '',
  `Pictures of the corpus without transparency, ${width} pixels wide, optimized for a score of ${score} as for a first answer; held against`,
  '`jpeg({ quality: 80, mozjpeg: true })` of sharp. Error of a picture without its sign; of the sum with it.',
  '',
  '    npm run build && node bench/fixed-quality.bench.mjs --out bench/results/fixed-quality.md',
  '',
  '| what | pictures | half of them within | nine of ten within | all within | their sum |',
  '| --- | --- | --- | --- | --- | --- |',
];
for (const kind of ['photo', 'graphic']) {
  for (const format of FORMATS) {
    const of = rows.filter((row) => row.kind === kind && row.format === format && row.estimate);
    if (of.length > 0)
      lines.push(
        line(
          `${kind}s, estimated from ${format}`,
          of.map((row) => [row.estimate, row.real]),
        ),
      );
  }
}
const first = rows.filter(({ format }) => format === FORMATS[0]);
lines.push(
  line(
    'measured by the background',
    first.map((row) => [row.measured, row.real]),
  ),
);
for (const quality of OTHERS) {
  const pairs = first.map((row) => [row.measured * factor(quality), row.others[quality]]);
  lines.push(line(`quality ${quality}, from the measured 80`, pairs));
}
const text = `${lines.join('\n')}\n`;
process.stdout.write(text);
if (values.out) writeFileSync(values.out, text);
