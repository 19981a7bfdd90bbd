#!/usr/bin/env node
/**
 * `fovea optimize` against a plain script with sharp, and against its own engine.
 *
 * - table: the stills of the corpus, each made at most 1200 pixels wide as a PNG first, that both get: the script
 *   writes JPEG (mozjpeg), WebP and AVIF of quality 80, `optimize` the best of its formats at the mean score of
 *   the script (`optimize.table.mjs`). Bytes, scores and processor time.
 * - engine: 200 small pictures by the command and by the bare workers; processor time, and the peak of the
 *   command's own memory after 50 and after 200.
 *
 *   npm run build && node bench/optimize.bench.mjs [--only table,engine] [--photographs 48] [--graphics 48] [--odd 48]
 *     [--formats jpeg,webp,avif] [--efforts balanced] [--width 1200] [--out FILE]
 *
 * With `--readme` the table goes into the README.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { photographs } from './optimize.pictures.mjs';
import { run, runProgram } from './optimize.run.mjs';
import { table } from './optimize.table.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'table,engine' },
    photographs: { type: 'string', default: '48' },
    graphics: { type: 'string', default: '48' },
    odd: { type: 'string', default: '48' },
    formats: { type: 'string', default: 'jpeg,webp,avif' },
    efforts: { type: 'string', default: 'balanced' },
    width: { type: 'string', default: '1200' },
    small: { type: 'string', default: '200' },
    out: { type: 'string' },
    readme: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fovea-optimize-bench-'));
const parts = values.only.split(',');
const lines = [];

try {
  if (parts.includes('table')) {
    const made = await table({
      counts: [values.photographs, values.graphics, values.odd].map(Number),
      formats: values.formats.split(','),
      efforts: values.efforts.split(','),
      width: Number(values.width),
      folder,
      shown: (soFar) => values.out && writeFileSync(values.out, soFar.join('\n')),
    });
    lines.push(...made);
    if (values.readme) intoReadme(made.slice(0, -1));
  }
  if (parts.includes('engine')) await engine(Number(values.small));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const text = `${lines.join('\n')}\n`;
process.stdout.write(text);
if (values.out) writeFileSync(values.out, text);

/** Writes lines between the marks of the README. */
function intoReadme(table) {
  const file = join(root, 'README.md');
  const mark = /(<!-- optimize[^>]*-->\n)[\s\S]*?(<!-- \/optimize -->)/;
  const written = readFileSync(file, 'utf8').replace(
    mark,
    (_, open, close) => `${open}${table.join('\n')}\n${close}`,
  );
  writeFileSync(file, written);
}

async function engine(count) {
  const [photo] = photographs();
  const pieces = join(folder, 'pieces');
  mkdirSync(pieces);
  const { width, height } = await sharp(photo).metadata();
  for (let i = 0; i < count; i++) {
    const left = (i * 37) % Math.max(1, width - 320);
    const top = (i * 53) % Math.max(1, height - 240);
    const window = { left, top, width: Math.min(320, width), height: Math.min(240, height) };
    await sharp(photo)
      .extract(window)
      .jpeg({ quality: 95 })
      .toFile(join(pieces, `p${1000 + i}.jpg`));
  }
  const few = join(folder, 'few');
  mkdirSync(few);
  for (const name of readdirSync(pieces).slice(0, count / 4)) {
    writeFileSync(join(few, name), readFileSync(join(pieces, name)));
  }
  const jobs = ['--jobs', '2', '--format', 'webp'];
  const program = join(folder, 'bare.mjs');
  writeFileSync(
    program,
    `
    import { readFileSync, readdirSync } from 'node:fs';
    import { createOptimizer } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const optimizer = createOptimizer({ jobs: 2 });
    const names = readdirSync(${JSON.stringify(pieces)});
    const one = async () => {
      for (let name = names.shift(); name; name = names.shift()) {
        await optimizer.optimize(readFileSync(${JSON.stringify(pieces)} + '/' + name), { formats: ['webp'] });
      }
    };
    const began = performance.now();
    await Promise.all([one(), one()]);
    console.log((performance.now() - began) / 1000);
    await optimizer.close();`,
  );
  const bare = await runProgram([program]);
  const began = performance.now();
  const command = await run(['optimize', pieces, ...jobs, '--out', join(folder, 'all')]);
  const wall = (performance.now() - began) / 1000;
  const quarter = await run(['optimize', few, ...jobs, '--out', join(folder, 'quarter')]);
  lines.push(
    `${count} pictures of 320 x 240 to WebP, two workers`,
    '',
    '| | processor time | clock | peak memory of the process |',
    '| --- | --- | --- | --- |',
    `| bare workers | ${bare.seconds.toFixed(1)} s | ${Number(bare.stdout).toFixed(1)} s | |`,
    `| command | ${command.seconds.toFixed(1)} s (${(command.seconds / bare.seconds).toFixed(2)} x) | ${wall.toFixed(1)} s | ${(command.peak / 1e6).toFixed(0)} MB |`,
    `| command, a quarter of them | ${quarter.seconds.toFixed(1)} s | | ${(quarter.peak / 1e6).toFixed(0)} MB |`,
    '',
  );
}
