#!/usr/bin/env node
/**
 * Predicted times against the processor time that work really takes.
 *
 * `engine/time-prediction.ts` guesses how long a rendition takes before its
 * source is opened; admission and deadlines live by it. Here each picture is
 * rendered in five ways and three widths in this process, on one thread, with
 * the processor's clock, so that the load of the machine shows little. What
 * counts is that the ratio of both stays near one value, which the pool
 * measures as it runs. Writes bench/results/time-prediction.md.
 *
 *   npm run build && node bench/time-prediction.bench.mjs [FOLDER]
 *
 * FOLDER holds photographs; `../shared/corpus/photos` by default. Without it
 * the bench says so and ends.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { executeRender } from '../dist/engine/render-task.js';
import { estimateSource, predictTime } from '../dist/engine/time-prediction.js';
import { DEFAULT_PICTURE_LIMITS } from '../dist/image/picture-limits.js';
import { guarded } from '../dist/metrics/guarded.js';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { picture } from '../dist/plan/output.js';
import { vipsEncoder } from '../dist/vips/encode.js';
import { setUpVips } from '../dist/vips/loader-policy.js';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../../shared/corpus/photos');
const FILES = [
  'forest-mist-24mp.jpg',
  'dock-water-4mp.jpg',
  'acoma-church-4mp.webp',
  'kodim01.png',
  'kodim04.png',
].filter((name) => existsSync(join(folder, name)));
if (FILES.length === 0) {
  console.log(`Time prediction bench: skipped, there are no photographs in ${folder}.`);
  process.exit(0);
}

const NEGOTIATED = [
  { when: { accepts: 'avif' }, format: 'avif' },
  { when: { accepts: 'webp' }, format: 'webp' },
  { when: { alpha: true }, format: 'png' },
  { format: 'jpeg' },
];
const WAYS = {
  jpeg: [[{ format: 'jpeg' }], []],
  webp: [[{ format: 'webp' }], []],
  avif: [[{ format: 'avif' }], []],
  png: [[{ format: 'png' }], []],
  negotiated: [NEGOTIATED, ['avif', 'webp']],
};
const WIDTHS = [300, 1000, 2500];

const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
setUpVips({ concurrency: 1 });
const kernel = readFileSync(new URL('../dist/wasm/ssimulacra2.wasm', import.meta.url));
const tools = {
  encoder: vipsEncoder,
  metric: guarded(await createSsimulacra2(kernel)),
  now: processorTime,
};
const scratch = mkdtempSync(join(tmpdir(), 'fovea-time-bench-'));

const rows = [];
for (const name of FILES) {
  const path = join(folder, name);
  const bytes = readFileSync(path);
  for (const width of WIDTHS) {
    for (const [way, [formats, accepts]] of Object.entries(WAYS)) {
      const plan = planOf(width, formats);
      const request = {
        ...{ id: 1, kind: 'render', plan, accepts, limits: DEFAULT_PICTURE_LIMITS, threads: 1 },
        source: { path, length: bytes.length, crc: crc32(bytes) },
        budget: { mode: 'online', milliseconds: 1e6 },
        resultFile: join(scratch, 'result'),
      };
      const start = processorTime();
      const { source } = await executeRender(request, tools);
      const taken = processorTime() - start;
      const { usual, least } = predictTime(
        plan,
        estimateSource({ ...source, size: source }),
        new Set(accepts),
      );
      rows.push({ name, width, way, usual, least, taken });
    }
  }
}
rmSync(scratch, { recursive: true, force: true });

const ratios = rows.map(({ taken, usual }) => taken / usual).sort((a, b) => a - b);
const at = (share) => ratios[Math.floor(share * (ratios.length - 1))].toFixed(2);
const text = `# Predicted times

Processor time of a rendition with the whole search, against its prediction from size, format and plan, in milliseconds on
one thread of this machine. Taken over predicted: median ${at(0.5)}, from ${at(0.05)} (5 %) to ${at(0.95)} (95 %).

| picture | width | format | predicted | least | taken | ratio |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map(({ name, width, way, usual, least, taken }) => `| ${name} | ${width} | ${way} | ${Math.round(usual)} | ${Math.round(least)} | ${Math.round(taken)} | ${(taken / usual).toFixed(2)} |`).join('\n')}

Command: \`npm run build && node bench/time-prediction.bench.mjs\`.
`;
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/time-prediction.md'), text);
console.log(text);

function planOf(width, formats) {
  const resize = { kind: 'resize', width: { px: width }, fit: 'inside', enlarge: 'never' };
  return {
    frames: { kind: 'all' },
    ops: [{ ...resize, filter: 'lanczos3' }],
    output: picture({ formats, quality: { kind: 'target', score: 68 } }),
  };
}
