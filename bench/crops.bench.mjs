#!/usr/bin/env node
/**
 * Smart crops, looked at and counted.
 *
 * Of pictures of the corpus, in four ratios: where each way of looking puts the window, how much
 * of the subjects in crops.subjects.mjs it keeps, and how many faces it cuts. Writes
 * bench/results/crops.md, the sums, and bench/results/crops.html, a sheet of every picture with
 * its windows beside the crops.
 *
 *   npm run build && node bench/crops.bench.mjs
 *
 * Without `../shared/corpus` it says so and ends. The row "smartcrop" needs that package, which
 * is no dependency: `npm install --no-save smartcrop@2.0.5`.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { FINDERS } from '../dist/engine/findings/finders.js';
import { uprightSize } from '../dist/image/source-info.js';
import { lower } from '../dist/plan/lower.js';
import { probe } from '../dist/vips/probe.js';
import { lookedAtSize } from '../dist/vision/content-grid.js';
import { sheetOf } from './crops.sheet.mjs';
import { SUBJECTS } from './crops.subjects.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const corpus = join(here, '../../shared/corpus');
const RATIOS = { '1:1': 1, '16:9': 16 / 9, '9:16': 9 / 16, '4:5': 4 / 5 };
const LIMITS = { pixels: 268e6, side: 65_535, frames: 1000 };

/** Every picture of the corpus with a face, and ten photographs without. */
const SHOWN = [
  ...['astronaut.png', 'miner-portrait-6mp.webp', 'old-man-bench-profile.jpg'].map(inFaces),
  ...['solvay-1927-group.jpg', 'young-man-cap.jpg'].map(inFaces),
  'photos/kodim04.png',
  'photos/kodim18.png',
  'redeye/redeye.png',
  ...['coffee-cup.png', 'elephant-silhouette.jpg', 'kodim07.png', 'kodim10.png', 'kodim19.png'].map(
    inPhotos,
  ),
  ...['kodim20.png', 'kodim23.png', 'leaves-pristine-1280.png', 'motorcycle-workshop.png'].map(
    inPhotos,
  ),
  'photos/sea-cliff-8mp.jpg',
];

function inFaces(name) {
  return `faces/${name}`;
}

function inPhotos(name) {
  return `photos/${name}`;
}

if (!existsSync(corpus)) {
  console.log(`Crops bench: skipped, there is no ${corpus}.`);
  process.exit(0);
}

const pictures = new Map();
for (const name of new Set([...SHOWN, ...Object.keys(SUBJECTS)])) {
  pictures.set(name, await picture(name));
}
const ways = { ...centreAndVips(), ...(await smartcropPackage()), ...own() };
const rows = [];
for (const [way, windowOf] of Object.entries(ways)) rows.push(await sums(way, windowOf));
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/crops.md'), report(rows));
const sheet = await sheetOf(
  SHOWN.map((name) => pictures.get(name)),
  RATIOS,
  own(),
);
writeFileSync(join(here, 'results/crops.html'), sheet);
console.log(report(rows));
console.log(`crops.html: ${Math.round(sheet.length / 1024)} KiB`);

/** A picture with what every way of looking needs. */
async function picture(name) {
  const file = { path: join(corpus, name) };
  const info = await probe(file, LIMITS);
  const findings = {};
  const found = {};
  for (const finding of ['faces', 'saliency', 'entropy', 'edges']) {
    const start = performance.now();
    findings[finding] = await FINDERS[finding](file, info, 0, {});
    found[finding] = performance.now() - start;
  }
  const size = lookedAtSize(uprightSize(info));
  const copy = await sharp(file.path)
    .autoOrient()
    .resize(size.width, size.height, { fit: 'fill' })
    .flatten({ background: '#808080' })
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { name, file: file.path, info, size: uprightSize(info), findings, found, copy };
}

/** The window of a ratio in real shares of the picture, where it stands in the middle. */
function largest({ size }, ratio) {
  const wide = size.width > size.height * ratio;
  const width = wide ? (size.height * ratio) / size.width : 1;
  const height = wide ? 1 : size.width / ratio / size.height;
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

function centreAndVips() {
  const vips = (by) => async (of, ratio) => {
    const window = largest(of, ratio);
    const { data, info } = of.copy;
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const width = Math.max(1, Math.round(window.width * raw.width));
    const height = Math.max(1, Math.round(window.height * raw.height));
    const { info: cut } = await sharp(data, { raw })
      .resize(width, height, { fit: 'cover', position: by })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return {
      ...window,
      left: Math.abs(cut.cropOffsetLeft ?? 0) / raw.width,
      top: Math.abs(cut.cropOffsetTop ?? 0) / raw.height,
    };
  };
  return {
    centre: async (of, ratio) => largest(of, ratio),
    'libvips attention': vips('attention'),
    'libvips entropy': vips('entropy'),
  };
}

async function smartcropPackage() {
  const module = await import('smartcrop').catch(() => undefined);
  if (module === undefined) return {};
  const { default: smartcrop } = module;
  const windowOf = async ({ copy: { data, info }, ...of }, ratio) => {
    const window = largest(of, ratio);
    const { width, height, channels } = info;
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let p = 0; p < width * height; p++) {
      for (let c = 0; c < 3; c++) rgba[4 * p + c] = data[p * channels + (channels < 3 ? 0 : c)];
    }
    const image = { width, height };
    const imageOperations = {
      open: async () => image,
      resample: async (same) => same,
      getData: async () => new smartcrop.ImgData(width, height, rgba),
    };
    const asked = { width: window.width * width, height: window.height * height };
    const options = { ...asked, prescale: false, minScale: 1, imageOperations };
    const { topCrop } = await smartcrop.crop(image, options);
    return { ...window, left: topCrop.x / width, top: topCrop.y / height };
  };
  return { 'smartcrop 2.0.5': windowOf };
}

/** The product's own, as a crop to a ratio lowers it. */
function own() {
  const windowOf =
    (search) =>
    async ({ info, findings, size }, ratio) => {
      const middle = { kind: 'slack', share: 0.5 };
      const area = { kind: 'ratio', ratio };
      const crop = { kind: 'crop', area, x: middle, y: middle, outside: 'fault', search };
      const ops = [{ kind: 'orient', by: 'source' }, crop];
      const plan = { frames: { kind: 'all' }, ops, output: { kind: 'facts', form: 'imgix' } };
      const lowered = lower(plan, info, new Set(), { findings });
      if (lowered.kind !== 'program') throw new Error(`Expected a program, got ${lowered.kind}.`);
      const last = lowered.program.instructions.findLast(({ kind }) => kind === 'extract');
      const cut = last ?? { left: 0, top: 0, ...size };
      return {
        left: cut.left / size.width,
        top: cut.top / size.height,
        width: cut.width / size.width,
        height: cut.height / size.height,
      };
    };
  return { saliency: windowOf('saliency'), entropy: windowOf('entropy'), edges: windowOf('edges') };
}

async function sums(way, windowOf) {
  let [kept, count, cut, faces, cutFaces] = [0, 0, 0, 0, 0];
  for (const [name, of] of pictures) {
    for (const ratio of Object.values(RATIOS)) {
      const window = await windowOf(of, ratio);
      const subjects = (SUBJECTS[name] ?? []).map((subject) => share(window, subject));
      if (subjects.length > 0) {
        kept += subjects.reduce((a, b) => a + b, 0) / subjects.length;
        cut += subjects[0] < 0.9 ? 1 : 0;
        count++;
      }
      for (const { bounds } of of.findings.faces) {
        const fits =
          bounds.width <= window.width * of.size.width &&
          bounds.height <= window.height * of.size.height;
        if (!fits) continue;
        faces++;
        if (isCut(window, bounds, of.size)) cutFaces++;
      }
    }
  }
  return { way, kept: kept / count, cut, count, faces, cutFaces };
}

/** How much of a subject a window keeps, of what any window of its size could. */
function share(window, [left, top, right, bottom]) {
  const across = overlap(left, right, window.left, window.left + window.width);
  const down = overlap(top, bottom, window.top, window.top + window.height);
  const most = Math.min(right - left, window.width) * Math.min(bottom - top, window.height);
  return Math.min(1, (across * down) / most);
}

/** Whether a face is shown in part: more than a fiftieth of it is in, and more than that is out. */
function isCut(window, { left, top, width, height }, size) {
  const across = overlap(
    left,
    left + width,
    window.left * size.width,
    (window.left + window.width) * size.width,
  );
  const down = overlap(
    top,
    top + height,
    window.top * size.height,
    (window.top + window.height) * size.height,
  );
  const shown = (across * down) / (width * height);
  return shown > 0.02 && shown < 0.98;
}

function overlap(from, to, start, end) {
  return Math.max(0, Math.min(to, end) - Math.max(from, start));
}

function report(list) {
  const subjects = Object.keys(SUBJECTS).length;
  const time = (finding) => {
    const times = [...pictures.values()].map(({ found }) => found[finding]).sort((a, b) => a - b);
    return Math.round(times[Math.floor(times.length / 2)]);
  };
  const lines = list.map(
    ({ way, kept, cut, count, faces, cutFaces }) =>
      `| ${way} | ${(100 * kept).toFixed(1)} % | ${cut} of ${count} | ${cutFaces} of ${faces} |`,
  );
  return `# Smart crops

${subjects} pictures of the corpus with a subject, in ${Object.keys(RATIOS).join(', ')}; "kept" is the area of the
subjects that the window shows, of what a window of its size could show, on average; "cut" are crops that show less
than nine tenths of that of the first subject. Faces are those that fit into the window, of ${pictures.size} pictures;
in the group of 29 not all can be had in a narrow window. Subjects were drawn by hand
(\`bench/crops.subjects.mjs\`).

| way | kept | cut | faces cut |
| --- | --- | --- | --- |
${lines.join('\n')}

What is found on a source takes, in the middle, ${time('saliency')} ms for saliency, ${time('entropy')} ms for entropy and
${time('edges')} ms for edges, ${time('faces')} ms for faces, with its own decoding, once for all sizes and ratios
(one thread, shared machine).

Made by \`node bench/crops.bench.mjs\`; look at \`crops.html\`.
`;
}
