#!/usr/bin/env node
/**
 * JPEG effort: what trellis quantisation and optimised scans are worth at a quality that a request
 * names. Writes results/jpeg-effort.md.
 *
 * For each quality with trellis: the lower quality without it that has the same SSIMULACRA 2 score,
 * and the bytes that takes; processor time of one encode of 512 px.
 *
 *     npm run build && node bench/jpeg-effort.bench.mjs [--photos FOLDER]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { setUpVips } from '../dist/vips/loader-policy.js';
import { geometricMean, mean, median } from './quality.sums.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { photos: { type: 'string', default: join(here, '../../shared/corpus/photos') } },
});
if (!existsSync(values.photos)) {
  console.log(`No photographs in ${values.photos}: nothing was measured.`);
  process.exit(0);
}
setUpVips({ concurrency: 1 });
const metric = await createSsimulacra2(readFileSync(join(here, '../dist/wasm/ssimulacra2.wasm')));

const QUALITIES = [30, 40, 50, 60, 70, 75, 80, 85, 90, 95];
/** Every second file of the folder: a dozen photographs. */
const files = readdirSync(values.photos)
  .filter((name) => /\.(jpe?g|png|webp)$/.test(name))
  .sort()
  .filter((_, i) => i % 2 === 0)
  .map((name) => join(values.photos, name));

const common = { quantisationTable: 3, overshootDeringing: true, optimiseCoding: true };
const EFFORTS = {
  'trellis, optimised scans (full)': {
    ...common,
    progressive: true,
    trellisQuantisation: true,
    optimiseScans: true,
  },
  'trellis, plain scans': {
    ...common,
    progressive: true,
    trellisQuantisation: true,
    optimiseScans: false,
  },
  'no trellis, optimised scans': {
    ...common,
    progressive: true,
    trellisQuantisation: false,
    optimiseScans: true,
  },
  'no trellis, plain scans (plain)': {
    ...common,
    progressive: true,
    trellisQuantisation: false,
    optimiseScans: false,
  },
};
const [FULL, , , PLAIN] = Object.values(EFFORTS);

const still = ({ width, height }, data) => {
  const one = { pages: 1, delays: [], loop: 1 };
  return { width, height, channels: 3, data: new Uint8Array(data), ...one };
};
const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const times = new Map(Object.keys(EFFORTS).map((effort) => [effort, []]));
const shifts = new Map(QUALITIES.map((quality) => [quality, []]));
const bytes = new Map(QUALITIES.map((quality) => [quality, []]));
for (const file of files) {
  const { data, info } = await sharp(file)
    .toColorspace('srgb')
    .resize(512, 512, { fit: 'inside' })
    .flatten()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) continue;
  metric.setReference(still(info, data));
  const raw = { raw: { width: info.width, height: info.height, channels: 3 } };
  const encode = (quality, effort) =>
    sharp(data, raw)
      .jpeg({ quality, ...effort })
      .toBuffer();
  const at = async (quality, effort) => {
    const jpeg = await encode(quality, effort);
    const shown = await sharp(jpeg).toColorspace('srgb').raw().toBuffer();
    return { quality, score: metric.compare(still(info, shown)).score, bytes: jpeg.length };
  };
  for (const [name, effort] of Object.entries(EFFORTS)) {
    const runs = [];
    for (let i = 0; i < 5; i++) {
      const before = processor();
      await encode(80, effort);
      runs.push(processor() - before);
    }
    times.get(name).push(median(runs));
  }
  const curve = [];
  for (let quality = 12; quality <= 97; quality++) curve.push(await at(quality, PLAIN));
  for (const quality of QUALITIES) {
    const full = await at(quality, FULL);
    const next = curve.findIndex(({ score }) => score >= full.score);
    if (next < 1) continue;
    const [low, high] = [curve[next - 1], curve[next]];
    const t = (full.score - low.score) / (high.score - low.score || 1);
    shifts.get(quality).push(low.quality + t * (high.quality - low.quality) - quality);
    bytes.get(quality).push((low.bytes + t * (high.bytes - low.bytes)) / full.bytes);
  }
}

const rows = QUALITIES.map((quality) => {
  const share = 100 * (geometricMean(bytes.get(quality)) - 1);
  return `| ${quality} | ${median(shifts.get(quality)).toFixed(1)} | ${share.toFixed(1)} % |`;
});
const costs = [...times].map(([name, list]) => `| ${name} | ${mean(list).toFixed(1)} |`);
writeFileSync(
  join(here, 'results/jpeg-effort.md'),
  `# JPEG effort

${files.length} photographs at 512 px, sharp ${sharp.versions.sharp}. Without trellis a JPEG of a lower quality has the same SSIMULACRA 2 score; the table says how
much lower (median) and how many bytes more it then takes (geometric mean).

| quality with trellis | quality without | bytes more |
| --- | --- | --- |
${rows.join('\n')}

| settings, quality 80 | processor ms |
| --- | --- |
${costs.join('\n')}

Hence from 78 on a quality that a request names is written without trellis (\`optimizer/codecs/jpeg.ts\`, \`vips/encode.ts\`).

Command: \`npm run build && node bench/jpeg-effort.bench.mjs\`; a minute or two.
`,
);
process.exit(0);
