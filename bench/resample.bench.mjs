#!/usr/bin/env node
/**
 * Resampling: ways of making a photograph smaller, by processor time and by score.
 *
 * Milliseconds are those of this process from the path of a file to raw pixels of the target,
 * medians of rounds in which the ways take turns; ratios are to sharp in one step. Scores are
 * SSIMULACRA 2 of those pixels against a Lanczos 3 in linear light and double precision from the
 * fully decoded source. The table goes to results/resample.md.
 *
 *     npm run build && node bench/resample.bench.mjs [--rounds 7] [--photos FOLDER]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { setUpVips } from '../dist/vips/loader-policy.js';
import { probe } from '../dist/vips/probe.js';
import { shrunkWindow } from '../dist/vips/reduction/decoder-shrink.js';
import { reduced, setUpReducer } from '../dist/vips/reduction/reducer.js';
import { render } from '../dist/vips/render.js';
import { mean, median } from './quality.sums.mjs';
import { reference } from './speed.reference.mjs';
import { photographs } from './speed.sources.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    photos: { type: 'string', default: join(here, '../../shared/corpus/photos') },
  },
});
const photos = await photographs(values.photos);
if (photos === undefined) {
  console.log(`No photographs in ${values.photos}: nothing was measured.`);
  process.exit(0);
}
setUpVips({ concurrency: 1 });
const wasm = (name) => readFileSync(join(here, `../dist/wasm/${name}.wasm`));
await setUpReducer(wasm('reduce'));
const metric = await createSsimulacra2(wasm('ssimulacra2'));

const raw = async (pipe) => {
  const { data, info } = await pipe
    .toColorspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const still = { pages: 1, delays: [], loop: 1 };
  return { width: info.width, height: info.height, channels: 3, data, ...still };
};
const fill = { fit: 'fill', fastShrinkOnLoad: false };

/** Through two or three times the target in encoded values, then light in libvips: decision 0003. */
async function twoSteps({ file, width, height }, to) {
  const room = to.width * to.height * 9 <= 3e6 ? 3 : 2;
  const factor = width * height <= 3e6 ? 1 : Math.min(width / to.width, height / to.height) / room;
  const near = await raw(
    factor <= 1
      ? sharp(file)
      : sharp(file).resize(Math.ceil(width / factor), Math.ceil(height / factor), fill),
  );
  const pipe = sharp(near.data, { raw: { ...near } }).pipelineColorspace('scrgb');
  return await raw(pipe.resize(to.width, to.height, fill));
}

/** The decoder to so many times the target at least, then the kernel. */
const headroom = (least) => async (photo, to) => {
  const factor = Math.min(photo.width / to.width, photo.height / to.height);
  const shrinks = photo.format === 'jpeg' ? [8, 4, 2] : [];
  const shrink = shrinks.find((one) => factor / one >= least) ?? 1;
  const path = shrink === 1 ? photo.file : shrinkingPath(photo.file, shrink);
  const near = await raw(sharp(path));
  return reduced(
    near,
    { ...to, filter: 'lanczos3' },
    shrunkWindow(photo, undefined, shrink).window,
  );
};

/** What the server does. */
const served = (filter) => async (photo, to) => {
  photo.info ??= await probe({ path: photo.file });
  const instructions = [{ kind: 'scale', filter, ...to }];
  const program = { frames: { first: 0, count: 1 }, color: 'srgb', instructions };
  return await render({ path: photo.file }, photo.info, program);
};

const WAYS = {
  'sharp, one step': ({ file }, to) =>
    raw(sharp(file).resize(to.width, to.height, { fit: 'fill' })),
  'two steps of libvips (0003)': twoSteps,
  'decoder to 2x, kernel': headroom(2),
  'decoder to 2.5x, kernel': headroom(2.5),
  'decoder to 3x, kernel': headroom(3),
  'decoder to 4x, kernel': headroom(4),
  'full decode, kernel': headroom(Number.POSITIVE_INFINITY),
  '**as served**': served('lanczos3'),
  'as served, Lanczos 2': served('lanczos2'),
  'decoder to 2.5x alone': async (photo, to) => {
    const factor = Math.min(photo.width / to.width, photo.height / to.height);
    const shrink = photo.format === 'jpeg' ? [8, 4, 2].find((one) => factor / one >= 2.5) : 1;
    await raw(sharp(shrink > 1 ? shrinkingPath(photo.file, shrink) : photo.file));
  },
};

const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function measured(side) {
  const rows = new Map(Object.keys(WAYS).map((way) => [way, []]));
  for (const photo of photos) {
    const factor = Math.max(photo.width, photo.height) / side;
    const to = {
      width: Math.round(photo.width / factor),
      height: Math.round(photo.height / factor),
    };
    metric.setReference(await reference(photo.file, to.width, to.height));
    const times = new Map();
    for (const [way, run] of Object.entries(WAYS)) {
      const made = await run(photo, to);
      const score = made === undefined ? undefined : metric.compare(made).score;
      rows.get(way).push({ photo, score });
      times.set(way, []);
    }
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [way, run] of Object.entries(WAYS)) {
        const before = processor();
        await run(photo, to);
        times.get(way).push(processor() - before);
      }
    }
    for (const [way, list] of times) rows.get(way).at(-1).ms = median(list);
    console.log(
      side,
      photo.name,
      [...times].map(([way, list]) => `${way} ${median(list).toFixed(0)}`).join(', '),
    );
  }
  return rows;
}

const kinds = {
  baseline: ({ photo }) => photo.format === 'jpeg' && !photo.progressive,
  progressive: ({ photo }) => photo.progressive,
  WebP: ({ photo }) => photo.format === 'webp',
};
const lines = [];
for (const side of [512, 1600]) {
  const rows = await measured(side);
  const plain = rows.get('sharp, one step');
  lines.push(
    `## To ${side} px`,
    '',
    `| way | ${Object.keys(kinds)
      .map((kind) => `${kind}, ms`)
      .join(' | ')} | all, over sharp | score, mean | least |`,
    '|---|---|---|---|---|---|---|',
  );
  for (const [way, list] of rows) {
    const of = (kind) => mean(list.filter(kinds[kind]).map(({ ms }) => ms)).toFixed(0);
    const sum = (some) => mean(some.map(({ ms }) => ms));
    const scores = list.map(({ score }) => score).filter((score) => score !== undefined);
    const quality = scores.length
      ? `${mean(scores).toFixed(1)} | ${Math.min(...scores).toFixed(1)}`
      : '- | -';
    lines.push(
      `| ${way} | ${Object.keys(kinds).map(of).join(' | ')} | ${(sum(list) / sum(plain)).toFixed(2)} | ${quality} |`,
    );
  }
  lines.push('');
}
const sizes = photos.map(({ megapixels }) => megapixels);
writeFileSync(
  join(here, 'results/resample.md'),
  `# Resampling

${photos.length} photographs of ${Math.min(...sizes).toFixed(0)} to ${Math.max(...sizes).toFixed(0)} megapixels, half of the JPEGs baseline and half progressive; processor
milliseconds from the file to raw pixels, means of medians of ${values.rounds} rounds in turn; sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}, one
thread. Scores are SSIMULACRA 2 against a Lanczos 3 in linear light and double precision from the full picture.

${lines.join('\n')}
Command: \`npm run build && node bench/resample.bench.mjs\`; some minutes on two cores.
`,
);
process.exit(0);
