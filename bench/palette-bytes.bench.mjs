/**
 * How many drawings of few colors take more bytes than their source once they are made smaller in
 * pixels (docs/spec/http.md 14.20 to 14.22), by client and kind of source, and by how much.
 *
 * Usage: node bench/palette-bytes.bench.mjs [--only WORD] [--client WORD] [--keep FOLDER]
 *          [--json FILE] [--against FILE] [--seeds 1,2] [--mode instant|online|background]
 *
 * `--seeds`: further drawings by lot (palette-bytes.siblings.mjs), those of each seed.
 *
 * `--keep` writes the sources and the results that are above them; `--json` all figures; `--against`
 * sets them beside those of an earlier run: of each result that changed, the score that it gave up.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
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
import { groupBy, median, plain } from './quality.sums.mjs';

const { values: options } = parseArgs({
  options: Object.fromEntries(
    ['only', 'client', 'keep', 'json', 'against', 'seeds', 'mode'].map((name) => [
      name,
      { type: 'string' },
    ]),
  ),
});

const ALL_SIZES = [0.97, 0.9, 0.8, 0.75, 0.6, 0.5, 0.3];
const SOME_SIZES = [0.9, 0.75, 0.5];

/** What is asked: by whom, how, and at which shares of the width. */
const ASKED = [
  ['png, imgix', 'imgix', (name, width) => `/${name}?w=${width}`, [], ALL_SIZES],
  ['png, fastly', 'fastly', (name, width) => `/${name}?width=${width}`, [], SOME_SIZES],
  ['png, imageoptim', 'imageoptim', (name, width) => `/${width}/${name}`, [], SOME_SIZES],
  [
    ...['png, fastly auto medium', 'fastly'],
    ...[(name, width) => `/${name}?width=${width}&format=auto&optimize=medium`, [], SOME_SIZES],
  ],
  ['webp, imageoptim', 'imageoptim', (name, width) => `/${width}/${name}`, ['webp'], SOME_SIZES],
  [
    'webp, imgix',
    'imgix',
    (name, width) => `/${name}?w=${width}&auto=format`,
    ['webp'],
    SOME_SIZES,
  ],
  [
    ...['webp, fastly auto medium', 'fastly'],
    ...[
      (name, width) => `/${name}?width=${width}&format=auto&optimize=medium`,
      ['webp'],
      SOME_SIZES,
    ],
  ],
].filter(([client]) => client.includes(options.client ?? ''));

setUpVips({ concurrency: 1 });
const kernel = (name) => readFileSync(new URL(`../dist/wasm/${name}.wasm`, import.meta.url));
await setUpReducer(kernel('reduce'));
const metric = guarded(await createSsimulacra2(kernel('ssimulacra2')));
const tools = { encoder: vipsEncoder, metric, now: () => performance.now() };

async function rendered(source, dialect, target, accepts) {
  const request = {
    method: 'GET',
    target,
    headers: {},
    accepts: new Set(accepts),
    now: 0,
    upload: false,
  };
  const { plan } = DIALECTS[dialect].compile(request, { name: 'bench', origin: 'folder' });
  const { body, receipt } = await executeRender(
    {
      ...{ id: 1, kind: 'render', source: { bytes: source }, sourceHash: 'bench', accepts },
      plan: canonicalize(plan),
      budget: { mode: options.mode ?? 'online', milliseconds: 60_000 },
      ...{ limits: DEFAULT_PICTURE_LIMITS, threads: 1, resultFile: '/dev/null' },
    },
    tools,
  );
  return { bytes: body.inline, receipt };
}

const results = [];
if (options.keep) mkdirSync(options.keep, { recursive: true });
for (const [name, source] of await sources(options.seeds?.split(',').map(Number))) {
  if (!name.includes(options.only ?? '')) continue;
  const { width } = await sharp(source).metadata();
  for (const [client, dialect, targetFor, accepts, sizes] of ASKED) {
    for (const share of sizes) {
      const start = process.cpuUsage();
      const side = Math.max(1, Math.round(width * share));
      const { bytes, receipt } = await rendered(source, dialect, targetFor(name, side), accepts);
      const { user, system } = process.cpuUsage(start);
      const above = bytes.length > source.length;
      results.push({
        ...{ name, client, share, source: source.length, bytes: bytes.length },
        ...{ score: receipt.score, encoding: receipt.encoding, trials: receipt.trials.length },
        ...{ reason: receipt.reason, milliseconds: Math.round((user + system) / 1000) },
      });
      if (!options.keep || !(above || options.only)) continue;
      const file = `${name.replace('.', '-')}.${client.replaceAll(/\W+/g, '-')}.${100 * share}`;
      writeFileSync(join(options.keep, `${file}.${receipt.format}`), bytes);
    }
  }
  if (options.keep) writeFileSync(join(options.keep, name), source);
}
if (options.json) writeFileSync(options.json, JSON.stringify(results, undefined, 1));

const key = ({ name, client, share }) => `${name} ${client} ${share}`;
const earlier = new Map(
  options.against ? JSON.parse(readFileSync(options.against)).map((one) => [key(one), one]) : [],
);
const kindOf = ({ name, client }) =>
  `${name.endsWith('.gif') ? 'GIF' : 'PNG'} for ${client.split(',')[0] === 'png' ? 'a client of GIF and PNG' : 'one with WebP'}`;
const ratio = ({ bytes, source }) => bytes / source;
const summary = (list) => {
  const above = list.filter((one) => ratio(one) > 1);
  return `${above.length} | ${plain(Math.max(0, ...above.map(ratio)))}`;
};

console.log(
  '| source | results | above | worst | before | worst | changed | median score given up | trials | before |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [kind, list] of groupBy(results, kindOf)) {
  const before = list.map((one) => earlier.get(key(one)) ?? one);
  const changed = list.filter(
    (one, i) => one.bytes !== before[i].bytes || one.score !== before[i].score,
  );
  const given = changed.map((one) => (earlier.get(key(one)).score ?? 0) - (one.score ?? 0));
  const within = list.map((_, i) => i).filter((i) => ratio(before[i]) <= 1);
  const trials = (all) => within.reduce((sum, i) => sum + all[i].trials, 0);
  console.log(
    `| ${kind} | ${list.length} | ${summary(list)} | ${summary(before)} | ${changed.length} | ${plain(median(given), 1)} | ${trials(list)} | ${trials(before)} |`,
  );
}
for (const one of results
  .filter((result) => ratio(result) > 1)
  .sort((a, b) => ratio(b) - ratio(a))) {
  console.log(
    `${key(one)}: ${one.bytes} of ${one.source} (${plain(ratio(one))}), score ${one.score}, ${one.encoding}; ${one.reason}`,
  );
}
