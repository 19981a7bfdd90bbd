#!/usr/bin/env node
/**
 * Large sources: the most memory a render worker takes for sources of 100
 * and 144 megapixels. Writes bench/results/large-sources.md.
 *
 * Sources are made in a temporary folder, which takes some minutes; a child
 * process of the server is looked at every 15 ms (Linux only).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { startServer } from './server.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const home = mkdtempSync(join(tmpdir(), 'fovea-large-'));
const SIZES = { 100: [10_000, 10_000], 144: [12_000, 12_000] };

const FORMATS = {
  'baseline.jpg': (pipe) => pipe.jpeg(),
  'progressive.jpg': (pipe) => pipe.jpeg({ progressive: true }),
  'plain.png': (pipe) => pipe.png({ compressionLevel: 3 }),
  'interlaced.png': (pipe) => pipe.png({ compressionLevel: 3, progressive: true }),
  'strips.tiff': (pipe) => pipe.tiff({ compression: 'jpeg' }),
  'lossy.webp': (pipe) => pipe.webp({ effort: 0 }),
  'alpha.webp': (pipe) => pipe.ensureAlpha(0.5).webp({ effort: 0 }),
};

/** What is asked of each: a thumbnail, and one whose pixels have to be seen before. */
const QUERIES = ['w=800', 'w=800&trim=color'];

async function makeSources() {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 };
  const seed = await sharp({ create: { width: 768, height: 512, channels: 3, noise } })
    .blur(3)
    .png()
    .toBuffer();
  for (const [megapixels, [width, height]] of Object.entries(SIZES)) {
    for (const [name, write] of Object.entries(FORMATS)) {
      const pipe = sharp(seed).resize(width, height, { fit: 'fill' });
      await write(pipe).toFile(join(home, `${megapixels}-${name}`));
    }
  }
}

function ask(port, path) {
  return new Promise((resolve, reject) => {
    get({ port, path }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => {
        bytes += chunk.length;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, bytes }));
    }).on('error', reject);
  });
}

/** Resident memory of a process in MB; 0 where it is gone. */
function memoryOf(pid) {
  try {
    return (
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
    );
  } catch {
    return 0;
  }
}

/** The answer to a path, and the most memory of a worker meanwhile, in MB. */
async function measured(path, server) {
  let most = 0;
  const look = () => {
    for (const worker of server.workers()) most = Math.max(most, memoryOf(worker));
  };
  const timer = setInterval(look, 15);
  const start = performance.now();
  const { status, bytes } = await ask(server.port, path);
  clearInterval(timer);
  return { status, bytes, most, seconds: (performance.now() - start) / 1000 };
}

async function main() {
  await makeSources();
  const server = await startServer({
    cache: { size: '4GB' },
    workers: 1,
    refine: false,
    limits: { sourceBytes: '1GB', renderTimeout: '5m' },
    sources: [{ name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'folder', path: home } }],
  });
  const rows = [];
  for (const megapixels of Object.keys(SIZES)) {
    for (const name of Object.keys(FORMATS)) {
      const cells = [];
      for (const query of QUERIES) {
        const { status, most, seconds } = await measured(
          `/a/${megapixels}-${name}?${query}`,
          server,
        );
        cells.push(
          status === 200 ? `${Math.round(most)} MB, ${seconds.toFixed(1)} s` : `${status}`,
        );
      }
      rows.push(`| ${megapixels} | ${name.replace('.', ' ')} | ${cells.join(' | ')} |`);
      console.log(rows.at(-1));
    }
  }
  await server.stop();
  return rows;
}

const rows = await main().finally(() => rmSync(home, { recursive: true, force: true }));
writeFileSync(
  join(root, 'bench/results/large-sources.md'),
  `# Memory of a worker for large sources

The most resident memory of the render worker while it answers, and the time of the answer, in the imgix dialect. A worker is
replaced at 1500 MB. 422: refused by the bound of its format (docs/spec/http.md 14.2).

| megapixels | source | ${QUERIES.join(' | ')} |
| --- | --- | ${QUERIES.map(() => '---').join(' | ')} |
${rows.join('\n')}

Measured apart, with the bounds lifted and one photograph enlarged to 7341 × 9177 and to 12,000 × 12,000:

| source | 67 megapixels, w=800 | 144 megapixels, w=800 |
| --- | --- | --- |
| baseline JPEG | 145 MB | 137 MB |
| progressive JPEG | 356 MB | 578 MB |
| PNG | 252 MB | 303 MB |
| interlaced PNG | 470 MB | 750 MB |
| TIFF of JPEG strips | 198 MB | 219 MB |
| WebP | 654 MB | 1234 MB |
| GIF | 518 MB | 816 MB |

The 67 megapixels without a size (6553 × 8192, \`q=100\`, \`q=60&fm=jpg\`, \`fm=webp\`): 576 to 768 MB. 144 megapixels with a trim:
JPEG 960 MB, PNG with alpha 921 MB, WebP with alpha above 1500 MB. An AVIF of 100 megapixels in 4:4:4 passes 1500 MB at
\`w=800\`. Hence the bounds of 70 megapixels for WebP, 100 for GIF and 50 for AVIF (docs/spec/http.md 14.2).

Command: \`npm run build && node bench/large-sources.bench.mjs\`; about ten minutes on two cores.
`,
);
