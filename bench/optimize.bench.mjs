#!/usr/bin/env node
/**
 * `fovea optimize` against a plain script with sharp, and against its own engine.
 *
 * - table: photographs, each made 1200 pixels wide as a PNG first, that both get: the script writes JPEG (mozjpeg),
 *   WebP and AVIF of quality 80, `optimize` the same formats at the score 75, the best of them, and the best of them at the mean scores of the script. Bytes, mean score of
 *   SSIMULACRA 2 against the PNG, and processor time.
 * - engine: 200 small pictures by the command and by the bare workers; processor time, and the peak of the
 *   command's own memory after 50 and after 200.
 *
 *   npm run build && node bench/optimize.bench.mjs [--only table,engine] [--pictures 48] [--width 1200] [--out FILE]
 *
 * With `--readme` the first table goes into the README.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'table,engine' },
    pictures: { type: 'string', default: '48' },
    width: { type: 'string', default: '1200' },
    small: { type: 'string', default: '200' },
    out: { type: 'string' },
    readme: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const corpus = join(root, '../shared/corpus');
const folder = mkdtempSync(join(tmpdir(), 'fovea-optimize-bench-'));
const parts = values.only.split(',');
const lines = [];

try {
  if (parts.includes('table')) await table(Number(values.pictures), Number(values.width));
  if (parts.includes('engine')) await engine(Number(values.small));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const text = `${lines.join('\n')}\n`;
process.stdout.write(text);
if (values.out) writeFileSync(values.out, text);
if (values.readme) intoReadme(lines.slice(0, lines.indexOf('', 2)));

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

/** Photographs of the corpus, those with faces last; of the demo where there is none. */
function photographs(count) {
  const within = (path) =>
    readdirSync(path)
      .sort()
      .map((name) => join(path, name));
  let files;
  try {
    files = [...within(join(corpus, 'photos')), ...within(join(corpus, 'faces'))];
  } catch {
    files = within(join(root, 'demo/pictures'));
  }
  return files.filter((file) => /\.(?:jpe?g|png|webp|avif)$/i.test(file)).slice(0, count);
}

async function table(count, width) {
  const sources = join(folder, 'sources');
  mkdirSync(sources);
  const names = [];
  for (const file of photographs(count)) {
    const name = `${parse(file).name}.png`;
    try {
      const resize = { width, withoutEnlargement: true };
      await sharp(file)
        .rotate()
        .resize(resize)
        .flatten({ background: '#fff' })
        .toColorspace('srgb')
        .png()
        .toFile(join(sources, name));
      if (!names.includes(name)) names.push(name);
    } catch {
      // What sharp does not read is no photograph for it
    }
  }
  const plain = {
    jpeg: (image) => image.jpeg({ quality: 80, mozjpeg: true }),
    webp: (image) => image.webp({ quality: 80 }),
    avif: (image) => image.avif({ quality: 80 }),
  };
  const rows = [];
  for (const [format, write] of Object.entries(plain)) {
    const begin = process.cpuUsage();
    const made = new Map();
    for (const name of names) made.set(name, await write(sharp(join(sources, name))).toBuffer());
    const { user, system } = process.cpuUsage(begin);
    rows.push({
      by: 'sharp, quality 80',
      format,
      ...(await scored(sources, made)),
      seconds: (user + system) / 1e6,
    });
  }
  for (const format of ['jpeg', 'webp', 'avif', 'auto']) {
    const out = join(folder, format);
    const flags = ['--format', format, '--target', 'medium', '--out', out, '--json'];
    const { seconds, stdout } = await run(['optimize', sources, ...flags]);
    const made = resultsIn(out, stdout);
    rows.push({ by: 'optimize, medium', format, ...(await scored(sources, made)), seconds });
  }
  const bare = rows.slice(0, 3);
  const equal = [];
  for (const one of bare) {
    // No lower than what the script reached: results may miss a target by half a point
    const target = Math.min(100, one.mean + 0.4).toFixed(1);
    const out = join(folder, `equal-${one.format}`);
    const flags = ['--format', 'auto', '--target', target, '--out', out, '--json'];
    const { seconds, stdout } = await run(['optimize', sources, ...flags]);
    const made = resultsIn(out, stdout);
    equal.push({
      by: `optimize, ${target}`,
      format: 'auto',
      ...(await scored(sources, made)),
      seconds,
    });
  }
  lines.push(
    `${names.length} photographs, at most ${width} pixels wide`,
    '',
    '| by | format | bytes | mean score | lowest | processor time |',
    '| --- | --- | --: | --: | --: | --: |',
    ...[...rows, ...equal].map(
      ({ by, format, bytes, mean, least, seconds }) =>
        `| ${by} | ${format} | ${bytes.toLocaleString('en')} | ${mean.toFixed(1)} | ${least.toFixed(1)} | ${seconds.toFixed(1)} s |`,
    ),
    '',
    '| instead of | bytes less | score | processor time |',
    '| --- | --- | --- | --- |',
    ...bare.flatMap((one, i) =>
      [...rows.slice(3), equal[i]]
        .filter(({ format }) => format === one.format || format === 'auto')
        .map(
          (other) =>
            `| ${one.format}, quality 80: ${other.format}${other === equal[i] ? ' at its score' : ''} | ${(100 * (1 - other.bytes / one.bytes)).toFixed(0)} % | ${(other.mean - one.mean).toFixed(1)} | ${(other.seconds / one.seconds).toFixed(1)} x |`,
        ),
    ),
    '',
  );
}

/** The results of a run by their sources. */
function resultsIn(out, stdout) {
  const results = JSON.parse(stdout).results.filter(({ file }) => file);
  return new Map(results.map(({ source, file }) => [source, readFileSync(join(out, file))]));
}

/** Bytes, mean and lowest score against the sources. */
async function scored(sources, made) {
  const metric = await createSsimulacra2(readFileSync(join(root, 'dist/wasm/ssimulacra2.wasm')));
  let bytes = 0;
  const scores = [];
  for (const [name, file] of made) {
    metric.setReference(await raster(readFileSync(join(sources, name))));
    scores.push(metric.compare(await raster(file)).score);
    bytes += file.length;
  }
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  return { bytes, mean, least: Math.min(...scores) };
}

async function raster(bytes) {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    channels: 3,
    data: new Uint8Array(data),
    pages: 1,
    delays: [],
    loop: 0,
  };
}

/** Runs the command; processor time of it and its workers, and the peak of its own memory. */
async function run(args) {
  const quoted = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('sh', ['-c', `${quoted}; times >&2`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, memoryOfChild(child.pid));
  }, 100);
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(look);
  const [last = ''] = stderr.trim().split('\n').slice(-1);
  const times = [...last.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * minutes + Number(seconds),
  );
  return { stdout, stderr, seconds: times.reduce((a, b) => a + b, 0), peak };
}

/** Resident bytes of the command below the shell. */
function memoryOfChild(shell) {
  try {
    const [pid] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').split(' ');
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

async function engine(count) {
  const [photo] = photographs(1);
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
  const bare = await runProgram(
    'bare.mjs',
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

async function runProgram(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const child = spawn('sh', ['-c', `'${process.execPath}' '${file}'; times >&2`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  await new Promise((resolve) => child.once('close', resolve));
  const [last = ''] = stderr.trim().split('\n').slice(-1);
  const times = [...last.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * minutes + Number(seconds),
  );
  return { stdout, seconds: times.reduce((a, b) => a + b, 0) };
}
