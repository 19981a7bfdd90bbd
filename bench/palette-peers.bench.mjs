/**
 * Drawings of few colors made smaller, beside what others make of them (docs/spec/http.md 14.20 and
 * 14.21): GIFs beside `gifsicle -O3 --resize`, palette PNGs beside the smallest palette of
 * libimagequant, of the same plain reduction, that scores at least as much, packed by oxipng.
 *
 * Usage: node bench/palette-peers.bench.mjs [--only WORD] [--every N] [--shares 0.9,0.5] [--json FILE]
 *          [FILES AND FOLDERS]
 *
 * Without files it takes the drawings of palette-bytes.sources.mjs, and `../shared/corpus` and
 * `../shared/faults` where they are. `--every`: only each so many of them. What needs a program that
 * is not installed (gifsicle; pngquant, which holds libimagequant) is left out, and said so.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { losslessCompressPng } from '@napi-rs/image';
import sharp from 'sharp';
import { Fault } from '../dist/base/fault.js';
import { DIALECTS } from '../dist/dialects/all.js';
import { executeRender } from '../dist/engine/render-task.js';
import { DEFAULT_PICTURE_LIMITS } from '../dist/image/picture-limits.js';
import { guarded } from '../dist/metrics/guarded.js';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { canonicalize } from '../dist/plan/canonicalize.js';
import { vipsEncoder } from '../dist/vips/encode.js';
import { setUpVips } from '../dist/vips/loader-policy.js';
import { setUpReducer } from '../dist/vips/reduction/reducer.js';
import { sources } from './palette-bytes.sources.mjs';
import { groupBy, median, plain, quantile } from './quality.sums.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    ['only', 'every', 'shares', 'json'].map((name) => [name, { type: 'string' }]),
  ),
});
const shares = (options.shares ?? '0.9,0.5').split(',').map(Number);

/** Most bytes of a source: what is larger is no drawing, and takes minutes. */
const MOST_BYTES = 100_000;
const MOST_PIXELS = 3e6;

const COLORS = [2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256];

setUpVips({ concurrency: 1 });
const kernel = (name) => readFileSync(new URL(`../dist/wasm/${name}.wasm`, import.meta.url));
await setUpReducer(kernel('reduce'));
const metric = guarded(await createSsimulacra2(kernel('ssimulacra2')));
const tools = { encoder: vipsEncoder, metric, now: () => performance.now() };

/** What a program makes of a file, over its pipes; undefined where it ends with a mistake. */
function piped(program, args, input) {
  return new Promise((resolve) => {
    const encoding = 'buffer';
    const child = execFile(program, args, { encoding, maxBuffer: 1 << 28 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
const has = async (program) => (await piped(program, ['--version'], '')) !== undefined;

async function rendered(source, target) {
  const request = { method: 'GET', target, headers: {}, accepts: new Set(), now: 0, upload: false };
  const { plan } = DIALECTS.imgix.compile(request, { name: 'bench', origin: 'folder' });
  const { body, receipt } = await executeRender(
    {
      ...{ id: 1, kind: 'render', source: { bytes: source }, sourceHash: 'bench', accepts: [] },
      plan: canonicalize(plan),
      budget: { mode: 'online', milliseconds: 900_000 },
      ...{ limits: DEFAULT_PICTURE_LIMITS, threads: 1, resultFile: '/dev/null' },
    },
    tools,
  );
  return { bytes: body.inline, receipt };
}

async function scoreOf(whole, file) {
  const reference = await vipsEncoder.decode(whole, 4);
  metric.setReference(reference);
  const compared = metric.compare(await vipsEncoder.decode(file, 4));
  return (compared.byColors ?? compared).score;
}

async function besideGifsicle(name, source, width, height) {
  const { bytes, receipt } = await rendered(source, `/x.gif?w=${width}`);
  const size = `${width}x${height}`;
  const other = await piped('gifsicle', ['-O3', '--no-warnings', '--resize', size], source);
  if (other === undefined) return undefined;
  const moving = ((await sharp(source).metadata()).pages ?? 1) > 1;
  const kind = moving ? 'GIF that moves' : 'GIF still';
  return { kind, name, ours: bytes.length, other: other.length, score: receipt.score };
}

async function besideQuantizer(name, source, width) {
  const [{ bytes }, { bytes: whole }] = [
    await rendered(source, `/x.png?w=${width}`),
    await rendered(source, `/x.png?w=${width}&fm=png32`),
  ];
  const score = await scoreOf(whole, bytes);
  let other;
  for (const colors of COLORS) {
    const made = await piped('pngquant', ['--speed', '1', String(colors), '-'], whole);
    if (made === undefined) continue;
    const packed = await losslessCompressPng(made, { strip: true });
    const file = packed.length < made.length ? packed : made;
    if (other !== undefined && file.length >= other) continue;
    if ((await scoreOf(whole, file)) >= score) other = file.length;
  }
  const { hasAlpha } = await sharp(source).metadata();
  const kind = hasAlpha ? 'palette PNG with alpha' : 'palette PNG';
  return { kind, name, ours: bytes.length, other, score };
}

/** The files of some places that are GIFs and palette PNGs, by name. */
function found(places) {
  const files = places.flatMap((place) =>
    statSync(place).isDirectory()
      ? readdirSync(place, { recursive: true }).map((one) => join(place, one))
      : [place],
  );
  return files
    .filter((file) => /\.(gif|png)$/i.test(file) && statSync(file).size <= MOST_BYTES)
    .map((file) => [basename(file), new Uint8Array(readFileSync(file))])
    .filter(([, bytes]) => bytes[0] === 0x47 || bytes[25] === 3 || (!bytes[25] && bytes[24] < 8));
}

const shared = join(dirname(fileURLToPath(import.meta.url)), '../../shared');
const known = ['corpus', 'faults'].map((one) => join(shared, one)).filter((one) => existsSync(one));
const all = positionals.length > 0 ? found(positionals) : [...(await sources()), ...found(known)];
const every = Number(options.every ?? 1);
const chosen = all.filter(([name], i) => name.includes(options.only ?? '') && i % every === 0);

const installed = { gif: await has('gifsicle'), png: await has('pngquant') };
if (!installed.gif) console.log('GIFs are skipped: gifsicle is not installed.');
if (!installed.png) console.log('Palette PNGs are skipped: pngquant is not installed.');
const results = [];
for (const [name, source] of chosen) {
  const facts = await sharp(source)
    .metadata()
    .catch(() => undefined);
  if (facts === undefined || facts.width * facts.height > MOST_PIXELS) continue;
  const isGif = facts.format === 'gif';
  if (!installed[isGif ? 'gif' : 'png']) continue;
  for (const share of shares) {
    const [width, height] = [facts.width, facts.pageHeight ?? facts.height].map((side) =>
      Math.max(1, Math.round(side * share)),
    );
    const made = await (isGif
      ? besideGifsicle(name, source, width, height)
      : besideQuantizer(name, source, width)
    ).catch((fault) => {
      // Some of the shared files are made to be refused.
      if (!(fault instanceof Fault)) throw fault;
    });
    if (made !== undefined) results.push({ ...made, share, source: source.length });
  }
}
if (options.json) writeFileSync(options.json, JSON.stringify(results, undefined, 1));

const ratio = ({ ours, other }) => ours / other;
console.log(
  '| kind | results | no palette scores as much | median | p90 | largest | above the source |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [kind, list] of groupBy(results, ({ kind }) => kind)) {
  const both = list.filter(({ other }) => other !== undefined).map(ratio);
  const above = list.filter(({ ours, source }) => ours > source).length;
  const sums = [median(both), quantile(both, 0.9), Math.max(...both)].map((one) => plain(one));
  console.log(
    `| ${kind} | ${list.length} | ${list.length - both.length} | ${sums.join(' | ')} | ${above} |`,
  );
}
for (const one of results
  .filter(({ kind, ours, other, source }) => {
    return ours > source || ours / other > (kind.startsWith('GIF') ? 1.3 : 1.1);
  })
  .sort((a, b) => ratio(b) - ratio(a))) {
  const { name, share, ours, other, source, score } = one;
  console.log(
    `${name} at ${share}: ${ours} beside ${other} (${plain(ratio(one))}), source ${source}, score ${plain(score, 1)}`,
  );
}
