/**
 * Resampling: which way of making a picture smaller comes closest to the ideal?
 *
 * The reference is a plain float Lanczos 3 in linear light from the fully
 * decoded source. Each way through sharp is compared with it: PSNR over RGB,
 * SSIM on luma (8 x 8 windows), milliseconds. The table goes to
 * results/resample.md.
 *
 *     node bench/resample.bench.mjs [folder of photographs]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? join(here, '../../shared/corpus/photos'));
if (!existsSync(folder)) {
  console.log(`No photographs in ${folder}: nothing was measured.`);
  process.exit(0);
}
sharp.cache(false);

const NAMES = [
  ['kodim05.png', 240],
  ['kodim08.png', 320],
  ['kodim19.png', 160],
  ['kodim13.png', 400],
  ['birch-trunks.jpg', 320],
  ['peacock.jpg', 500],
  ['grapefruit-slices.jpg', 640],
  ['whiteboard-handwriting.jpg', 400],
  ['elephant-silhouette.jpg', 250],
  ['dock-water-4mp.jpg', 640],
  ['dock-water-4mp.jpg', 300],
  ['sea-cliff-8mp.jpg', 800],
  ['sea-cliff-8mp.jpg', 320],
  ['earth-at-night-12mp.jpg', 640],
  ['acoma-church-4mp.webp', 480],
  ['acoma-church-4mp.webp', 900],
];

/** Linear light of every 8-bit value, and back. */
const LINEAR = Float32Array.from({ length: 256 }, (_, v) => {
  const x = v / 255;
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
});
const encode = (x) =>
  255 * (x <= 0.0031308 ? 12.92 * Math.max(0, x) : 1.055 * Math.min(1, x) ** (1 / 2.4) - 0.055);

function weights(from, to) {
  const scale = Math.max(1, from / to);
  const reach = 3 * scale;
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const w = new Float64Array(last - first + 1);
    let sum = 0;
    for (let k = first; k <= last; k++) {
      const x = (Math.PI * (k - centre)) / scale;
      w[k - first] = x === 0 ? 1 : (3 * Math.sin(x) * Math.sin(x / 3)) / (x * x);
      sum += w[k - first];
    }
    return { first, w: w.map((v) => v / sum) };
  });
}

function reference(data, width, height, w, h) {
  const across = weights(width, w);
  const down = weights(height, h);
  const rows = new Float32Array(w * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < w; x++) {
      const { first, w: k } = across[x];
      let r = 0,
        g = 0,
        b = 0;
      for (let i = 0, p = (y * width + first) * 3; i < k.length; i++, p += 3) {
        r += k[i] * LINEAR[data[p]];
        g += k[i] * LINEAR[data[p + 1]];
        b += k[i] * LINEAR[data[p + 2]];
      }
      const o = (y * w + x) * 3;
      rows[o] = r;
      rows[o + 1] = g;
      rows[o + 2] = b;
    }
  const out = new Float32Array(w * h * 3);
  const line = w * 3;
  for (let y = 0; y < h; y++) {
    const { first, w: k } = down[y];
    for (let x = 0; x < line; x++) {
      let v = 0;
      for (let i = 0, p = first * line + x; i < k.length; i++, p += line) v += k[i] * rows[p];
      out[y * line + x] = encode(v);
    }
  }
  return out;
}

function psnr(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / a.length));
}

function ssim(a, b, w, h) {
  const luma = (d, i) => 0.299 * d[i] + 0.587 * d[i + 1] + 0.114 * d[i + 2];
  let total = 0,
    count = 0;
  for (let y = 0; y + 8 <= h; y += 4)
    for (let x = 0; x + 8 <= w; x += 4) {
      let sa = 0,
        sb = 0,
        saa = 0,
        sbb = 0,
        sab = 0;
      for (let j = 0; j < 8; j++)
        for (let i = 0; i < 8; i++) {
          const p = ((y + j) * w + x + i) * 3;
          const u = luma(a, p),
            v = luma(b, p);
          sa += u;
          sb += v;
          saa += u * u;
          sbb += v * v;
          sab += u * v;
        }
      const ma = sa / 64,
        mb = sb / 64;
      const va = saa / 64 - ma * ma,
        vb = sbb / 64 - mb * mb,
        cov = sab / 64 - ma * mb;
      total +=
        ((2 * ma * mb + 6.5) * (2 * cov + 58.5)) / ((ma * ma + mb * mb + 6.5) * (va + vb + 58.5));
      count++;
    }
  return total / count;
}

const raw = (pipe) => pipe.removeAlpha().raw().toBuffer({ resolveWithObject: true });
const fill = (w, h, more = {}) => [w, h, { fit: 'fill', ...more }];

/** Through a smaller picture of at least `room` times the target, in encoded values, then linear light. */
const twoSteps = (room) => async (file, w, h, W, H) => {
  const f = Math.min(W / w, H / h) / room(w, h, W, H);
  const size = fill(Math.ceil(W / f), Math.ceil(H / f), { fastShrinkOnLoad: false });
  const { data, info } = await raw(f > 1 ? sharp(file).resize(...size) : sharp(file));
  return raw(
    sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
      .pipelineColorspace('scrgb')
      .resize(...fill(w, h))
      .toColorspace('srgb'),
  );
};

const plain = (options) => (file, w, h) => raw(sharp(file).resize(...fill(w, h, options)));

const WAYS = {
  'encoded values, fast shrink-on-load': plain({}),
  'encoded values, headroom 2': plain({ fastShrinkOnLoad: false }),
  'encoded values, full decode': async (file, w, h) => {
    const { data, info } = await raw(sharp(file));
    return raw(sharp(data, { raw: info }).resize(...fill(w, h)));
  },
  'light, full decode': twoSteps(() => Number.POSITIVE_INFINITY),
  'shrink to 2x, then light': twoSteps(() => 2),
  'shrink to 3x, then light': twoSteps(() => 3),
  'shrink to 4x, then light': twoSteps(() => 4),
  '**chosen**: light up to 3 MP, else through 3x (small) or 2x': twoSteps((w, h, W, H) =>
    W * H <= 3e6 ? Number.POSITIVE_INFINITY : w * h * 9 <= 3e6 ? 3 : 2,
  ),
};

const rows = new Map(Object.keys(WAYS).map((k) => [k, []]));
const have = new Set(readdirSync(folder));
for (const [name, w] of NAMES) {
  if (!have.has(name)) continue;
  const file = readFileSync(join(folder, name));
  const { data, info } = await raw(sharp(file));
  const h = Math.round((info.height * w) / info.width);
  const ideal = reference(data, info.width, info.height, w, h);
  for (const [way, run] of Object.entries(WAYS)) {
    let best = Infinity,
      out;
    for (let i = 0; i < 2; i++) {
      const start = performance.now();
      out = await run(file, w, h, info.width, info.height);
      best = Math.min(best, performance.now() - start);
    }
    rows
      .get(way)
      .push({ name, w, psnr: psnr(ideal, out.data), ssim: ssim(ideal, out.data, w, h), ms: best });
  }
}

const mean = (list, key) => list.reduce((t, r) => t + r[key], 0) / list.length;
const lines = [
  '| way | PSNR dB, mean | PSNR, worst | SSIM, mean | SSIM, worst | ms, mean |',
  '|---|---|---|---|---|---|',
];
for (const [way, list] of rows)
  lines.push(
    `| ${way} | ${mean(list, 'psnr').toFixed(2)} | ${Math.min(...list.map((r) => r.psnr)).toFixed(2)} | ${mean(list, 'ssim').toFixed(5)} | ${Math.min(...list.map((r) => r.ssim)).toFixed(5)} | ${mean(list, 'ms').toFixed(0)} |`,
  );
const count = [...rows.values()][0].length;
const text = `# Resampling\n\nAgainst a float Lanczos 3 in linear light, ${count} reductions of ${new Set(NAMES.map(([n]) => n)).size} photographs, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}.\n\n${lines.join('\n')}\n`;
console.log(text);
if (process.env.VERBOSE)
  for (const [way, list] of rows)
    console.log(
      way,
      list.map((r) => `${r.name}@${r.w} ${r.psnr.toFixed(1)} ${r.ms.toFixed(0)}ms`).join(', '),
    );
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/resample.md'), text);
