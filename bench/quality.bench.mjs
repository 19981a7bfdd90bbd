#!/usr/bin/env node
/**
 * Quality bench: does the optimizer keep its promises on real pictures?
 *
 *   node bench/quality.bench.mjs FOLDER... [--widths 800,400] [--targets 55,68,80]
 *     [--mode online] [--clients jpeg,webp,avif] [--oracle] [--verbose]
 *
 * Every picture is rendered at every width and optimized for every client and
 * target. Reported per client and target: evaluations; processor time of the
 * whole task as a multiple of one plain encode of the winner, cold and with what
 * the width before taught; share of results within -0.5 .. +1.5 points, or kept
 * whole, or at the lowest quality there is; results more than a point low that
 * no receipt admits. `--oracle` also tries every quality of
 * the winner's settings and reports the bytes above the smallest that passes.
 * Needs a build (`npm run build`).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { optimize } from '../dist/optimizer/optimize.js';
import { rungsOf } from '../dist/optimizer/search.js';
import { vipsEncoder } from '../dist/vips/encode.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    widths: { type: 'string', default: '800,400' },
    targets: { type: 'string', default: '55,68,80' },
    clients: { type: 'string', default: 'jpeg,webp,avif' },
    mode: { type: 'string', default: 'online' },
    oracle: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const numbers = (text) => text.split(',').map(Number);

sharp.concurrency(1);
sharp.cache(false);
const wasm = readFileSync(new URL('../dist/wasm/ssimulacra2.wasm', import.meta.url));
const metric = await createSsimulacra2(wasm);
const judge = await createSsimulacra2(wasm);

/** What each client accepts, best first. */
const CLIENTS = {
  jpeg: ['jpeg'],
  webp: ['webp', 'jpeg'],
  avif: ['avif', 'webp', 'jpeg'],
};

/** A source that bounds nothing: the bench looks at the search alone. */
const NOWHERE = {
  format: 'png',
  bytes: 1e9,
  orientation: 1,
  pages: 1,
  delays: [],
  loop: 1,
  alpha: false,
  profile: 'none',
  space: 'rgb',
  depth: 8,
  lossless: true,
};
const OUTPUT = {
  kind: 'picture',
  formats: [],
  density: 1,
  background: { red: 255, green: 255, blue: 255, alpha: 1 },
  jpeg: { kind: 'free', chroma: 'free' },
  metadata: 'none',
  profile: 'srgb',
  whenLarger: 'render',
};

const rows = [];
for (const file of positionals.flatMap(picturesIn)) {
  /** What the earlier widths taught, per client and target. */
  const taught = new Map();
  for (const width of numbers(values.widths)) {
    const raster = await render(file, width).catch(() => undefined);
    if (raster === undefined) continue;
    for (const client of values.clients.split(',')) {
      for (const target of numbers(values.targets)) {
        const key = `${client} ${target}`;
        const row = await run(raster, client, target, undefined);
        rows.push({ ...row, file, width, key, known: false });
        if (taught.has(key)) {
          const again = await run(raster, client, target, taught.get(key));
          rows.push({ ...again, file, width, key, known: true });
        }
        taught.set(key, row.learned);
      }
    }
  }
}
report();

function picturesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name));
}

async function render(file, width) {
  const { data, info } = await sharp(file, { density: 72 })
    .rotate()
    .resize({ width, height: width * 2, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels < 3) return undefined;
  const { channels, height } = info;
  return {
    width: info.width,
    height,
    channels,
    data: new Uint8Array(data),
    pages: 1,
    delays: [],
    loop: 0,
  };
}

async function run(raster, client, target, learned) {
  const formats = CLIENTS[client].map((format) => ({ format, lossless: false, rule: 0 }));
  const [chosen, ...alternatives] = formats.filter(
    ({ format }) => format !== 'jpeg' || raster.channels === 3 || client === 'jpeg',
  );
  const task = {
    raster,
    info: { ...NOWHERE, width: raster.width, height: raster.height },
    chosen,
    alternatives,
    output: { ...OUTPUT, quality: { kind: 'target', score: target } },
    identity: false,
    budget: { mode: values.mode, milliseconds: 600_000 },
    ...(learned ? { learned } : {}),
  };
  const encodings = [];
  const encoder = {
    ...vipsEncoder,
    encode: async (from, encoding) => {
      const bytes = await vipsEncoder.encode(from, encoding);
      encodings.push({ from, encoding, bytes });
      return bytes;
    },
  };
  const start = processorTime();
  const result = await optimize(task, { encoder, metric, now: () => performance.now() });
  const spent = processorTime() - start;
  const winner = encodings.find(({ bytes }) => bytes === result.bytes);
  const plain = await plainTime(winner);
  const score = await judged(winner.from, result.bytes);
  const over = values.oracle ? await aboveOracle(winner, target) : undefined;
  return {
    ...{ spent, plain, score, target, over },
    receipt: result.receipt,
    learned: result.learned,
    trials: result.receipt.trials.length,
  };
}

/** One encode of the winner, the quicker of two. */
async function plainTime({ from, encoding }) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 2; i++) {
    const start = processorTime();
    await vipsEncoder.encode(from, encoding);
    best = Math.min(best, processorTime() - start);
  }
  return best;
}

/** Milliseconds of processor time so far: what other programs do does not count. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function judged(reference, bytes) {
  judge.setReference(reference);
  return judge.compare(await vipsEncoder.decode(bytes, reference.channels)).score;
}

/** Bytes above the smallest file with the winner's settings that passes, as a share. */
async function aboveOracle({ from, encoding, bytes }, target) {
  if (!('quality' in encoding) || (encoding.format === 'webp' && encoding.mode !== 'lossy')) return;
  judge.setReference(from);
  let least = Number.POSITIVE_INFINITY;
  for (const quality of rungsOf(encoding.format)) {
    if (Math.abs(quality - encoding.quality) > 15) continue;
    const file = await vipsEncoder.encode(from, { ...encoding, quality });
    const { score } = judge.compare(await vipsEncoder.decode(file, from.channels));
    if (score >= target - 0.5) least = Math.min(least, file.length);
  }
  return bytes.length / least - 1;
}

function report() {
  const head = 'client target n evaluations cost p90 | known cost | within low | over p95';
  console.log(head.replaceAll(' ', '\t'));
  for (const key of new Set(rows.map((row) => row.key))) line(key, (row) => row.key === key);
  line('all', () => true);
  if (!values.verbose) return;
  for (const { key, file, width, known, spent, plain, score, target, over, receipt } of rows) {
    const trials = receipt.trials.map((t) => `${t.encoding}=${t.score?.toFixed(1) ?? '-'}`);
    const facts = [(spent / plain).toFixed(2), (score - target).toFixed(2), percent(over)];
    const flags = `${known ? 'known ' : ''}${receipt.outOfReach ? 'out of reach ' : ''}`;
    console.log(
      key,
      file.replace(/.*\//, ''),
      width,
      ...facts,
      `${flags}${receipt.encoding} <`,
      trials.join(' | '),
    );
  }
}

function line(name, wanted) {
  const all = rows.filter(wanted);
  const cold = all.filter((row) => !row.known);
  const known = all.filter((row) => row.known);
  // The whole time over the whole time: small pictures do not outvote large ones.
  const cost = (some) => sum(some.map((r) => r.spent)) / sum(some.map((r) => r.plain));
  const fine = ({ receipt, score, target }) =>
    receipt.kind === 'lossless' ||
    receipt.outOfReach ||
    receipt.quality === 1 ||
    (score >= target - 0.5 && score <= target + 1.5);
  const low = all.filter((r) => r.score < r.target - 1 && !r.receipt.outOfReach);
  const over = cold.map((row) => row.over).filter((o) => o !== undefined);
  const columns = [
    ...[name.replace(' ', '\t'), cold.length, mean(cold.map((r) => r.trials)).toFixed(2)],
    ...[
      cost(cold).toFixed(2),
      quantile(
        cold.map((r) => r.spent / r.plain),
        0.9,
      ).toFixed(2),
      '|',
    ],
    ...[known.length ? cost(known).toFixed(2) : '-', '|'],
    ...[percent(all.filter(fine).length / all.length), low.length, '|'],
    ...(over.length ? [percent(mean(over)), percent(quantile(over, 0.95))] : []),
  ];
  console.log(columns.join('\t'));
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

function mean(values) {
  return sum(values) / values.length;
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function percent(share) {
  return share === undefined ? '' : `${(100 * share).toFixed(1)}%`;
}
