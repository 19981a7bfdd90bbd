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
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { losslessCompressPng } from '@napi-rs/image';
import sharp from 'sharp';
import { Fault } from '../dist/base/fault.js';
import { DIALECTS } from '../dist/dialects/all.js';
import { executeRender } from '../dist/engine/render-task.js';
import { writeGif } from '../dist/gif/write-gif.js';
import { DEFAULT_PICTURE_LIMITS } from '../dist/image/picture-limits.js';
import { guarded } from '../dist/metrics/guarded.js';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { canonicalize } from '../dist/plan/canonicalize.js';
import { redrawn } from '../dist/raster/palette/redrawn.js';
import { vipsEncoder } from '../dist/vips/encode.js';
import { setUpVips } from '../dist/vips/loader-policy.js';
import { setUpReducer } from '../dist/vips/reduction/reducer.js';
import { sources } from './palette-bytes.sources.mjs';
import { groupBy, median, plain, quantile } from './quality.sums.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    ['only', 'every', 'shares', 'json', 'keep', 'seeds'].map((name) => [name, { type: 'string' }]),
  ),
});
const seeds = (options.seeds ?? '').split(',').filter(Boolean).map(Number);
const shares = (options.shares ?? '0.9,0.5').split(',').map(Number);

/** Most bytes of a source: what is larger is no drawing, and takes minutes. */
const MOST_BYTES = 100_000;
const MOST_PIXELS = 3e6;

/** Colors of a table of our writer. */
const GIF_COLORS = [2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 19, 23, 31, 47, 63, 127, 255];

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
  const rasters = [];
  const encode = (raster, encoding) => {
    if (!rasters.includes(raster)) rasters.push(raster);
    return vipsEncoder.encode(raster, encoding);
  };
  const { body, receipt } = await executeRender(
    {
      ...{ id: 1, kind: 'render', source: { bytes: source }, sourceHash: 'bench', accepts: [] },
      plan: canonicalize(plan),
      budget: { mode: 'online', milliseconds: 900_000 },
      ...{ limits: DEFAULT_PICTURE_LIMITS, threads: 1, resultFile: '/dev/null' },
    },
    { ...tools, encoder: { ...vipsEncoder, encode } },
  );
  return { bytes: body.inline, receipt, rasters };
}

async function scoreOf(whole, file) {
  const reference = await vipsEncoder.decode(whole, 4);
  metric.setReference(reference);
  const compared = metric.compare(await vipsEncoder.decode(file, 4));
  return (compared.byColors ?? compared).score;
}

/** What a GIF shows of some frames of its source, beside their reduction in light: the mean of their scores. */
async function shownScore(frames, file) {
  const shown = await vipsEncoder.decode(file, 4);
  const { delay = [] } = await sharp(file).metadata();
  const size = shown.width * shown.height * 4;
  const scores = frames.map(({ start, whole }) => {
    let [page, end] = [0, delay[0] ?? 0];
    while (page + 1 < shown.pages && end <= start) end += delay[++page] ?? 0;
    metric.setReference(whole);
    const data = shown.data.subarray(page * size, (page + 1) * size);
    const compared = metric.compare({ ...whole, data });
    return (compared.byColors ?? compared).score;
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Up to three frames of a GIF, made smaller in all their colors, with the times they begin at. */
async function someFrames(source, width) {
  const { pages = 1, delay = [] } = await sharp(source).metadata();
  const chosen = [...new Set([0, pages >> 1, pages - 1])];
  return await Promise.all(
    chosen.map(async (page) => {
      const { bytes } = await rendered(source, `/x.gif?w=${width}&fm=png32&frame=${page + 1}`);
      const start = delay.slice(0, page).reduce((sum, one) => sum + one, 0);
      return { start, whole: await vipsEncoder.decode(bytes, 4) };
    }),
  );
}

/** The fewest bytes of our writer that score as much as another file; undefined where none does. */
async function bytesAtScore(frames, rasters, score) {
  let least;
  const inOwnColors = rasters
    .filter(({ sourceColors = [] }) => sourceColors.length > 0)
    .map((raster) =>
      redrawn(
        raster,
        raster.sourceColors.map((color) => (color | 0xff000000) >>> 0),
      ),
    );
  for (const raster of [...rasters, ...inOwnColors]) {
    for (const [colors, slack] of GIF_COLORS.flatMap((one) =>
      [0, 18].map((levels) => [one, levels]),
    )) {
      const file = writeGif(raster, colors, slack);
      if (least !== undefined && file.length >= least) continue;
      if ((await shownScore(frames, file)) >= score) least = file.length;
    }
  }
  return least;
}

async function besideGifsicle(name, source, width) {
  const { bytes, rasters } = await rendered(source, `/x.gif?w=${width}`);
  const { height, pageHeight = height } = await sharp(bytes).metadata();
  const size = `${width}x${pageHeight}`;
  const other = await piped('gifsicle', ['-O3', '--no-warnings', '--resize', size], source);
  if (other === undefined) return undefined;
  const frames = await someFrames(source, width);
  const moving = ((await sharp(source).metadata()).pages ?? 1) > 1;
  const kind = moving ? 'GIF that moves' : 'GIF still';
  const otherScore = await shownScore(frames, other);
  const score = await shownScore(frames, bytes);
  // Pictures that score as much as this one does are smaller by what they lack alone.
  const whole = rasters.filter((raster) => raster.height === pageHeight);
  const level = score <= otherScore ? bytes.length : await bytesAtScore(frames, whole, otherScore);
  const own = { ours: bytes.length, score, level: Math.min(level ?? bytes.length, bytes.length) };
  if (options.keep) {
    const stem = join(options.keep, `${name.replace('.gif', '')}-${width}`);
    writeFileSync(`${stem}-ours.gif`, bytes);
    writeFileSync(`${stem}-other.gif`, other);
  }
  return { kind, name, ...own, other: other.length, otherScore };
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
const all =
  positionals.length > 0 ? found(positionals) : [...(await sources(seeds)), ...found(known)];
const every = Number(options.every ?? 1);
const chosen = all.filter(([name], i) => name.includes(options.only ?? '') && i % every === 0);

const installed = { gif: await has('gifsicle'), png: await has('pngquant') };
if (!installed.gif) console.log('GIFs are skipped: gifsicle is not installed.');
if (!installed.png) console.log('Palette PNGs are skipped: pngquant is not installed.');
if (options.keep) mkdirSync(options.keep, { recursive: true });
const results = [];
for (const [name, source] of chosen) {
  const facts = await sharp(source)
    .metadata()
    .catch(() => undefined);
  if (facts === undefined || facts.width * facts.height > MOST_PIXELS) continue;
  const isGif = facts.format === 'gif';
  if (!installed[isGif ? 'gif' : 'png']) continue;
  for (const share of shares) {
    const width = Math.max(1, Math.round(facts.width * share));
    const beside = isGif ? besideGifsicle : besideQuantizer;
    const made = await beside(name, source, width).catch((fault) => {
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
  const { name, share, ours, other, source, score, otherScore, level } = one;
  const besides =
    otherScore === undefined
      ? ''
      : ` beside ${plain(otherScore, 1)}; at that score ${level} (${plain(level / other)})`;
  console.log(
    `${name} at ${share}: ${ours} beside ${other} (${plain(ratio(one))}), source ${source}, score ${plain(score, 1)}${besides}`,
  );
}
