#!/usr/bin/env node
/**
 * Deadlines of clients: is ImageOptim's `timeout=` kept on large photographs?
 *
 * A picture of 24 megapixels with 0.3 s and one of 4 with 1 s, twenty new sizes
 * each, for clients that take AVIF, WebP or only JPEG in turn, one at a time
 * over HTTP on loopback. Writes bench/results/timeout.md.
 *
 *   npm run build && node bench/timeout.bench.mjs [FOLDER]
 *
 * FOLDER holds the two photographs of `../shared/corpus/photos`, the default;
 * without it the bench says so and ends.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause, startServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../../shared/corpus/photos');
const COUNT = 20;
/** Milliseconds that an answer may take beyond its deadline. */
const GRACE = 150;
const ACCEPTS = ['image/avif,image/webp', 'image/webp', '*/*'];
const CASES = [
  { name: 'forest-mist-24mp.jpg', seconds: 0.3, width: (i) => 700 + i * 150 },
  { name: 'dock-water-4mp.jpg', seconds: 1, width: (i) => 2500 + i * 3 },
];

if (!CASES.every(({ name }) => existsSync(join(folder, name)))) {
  console.log(`Timeout bench: skipped, the photographs are not in ${folder}.`);
  process.exit(0);
}

const server = await startServer({
  refine: false,
  sources: [
    {
      name: 'i',
      dialect: 'imageoptim',
      mount: '/i',
      origin: { kind: 'folder', path: resolve(folder) },
    },
  ],
});
const lines = [];
try {
  const { port } = server;
  await pause(1500);
  for (const { name, seconds, width } of CASES) {
    const answers = [];
    for (let i = 0; i < COUNT; i++) {
      const url = `http://127.0.0.1:${port}/i/timeout=${seconds},${width(i)}/${name}`;
      const start = performance.now();
      const response = await fetch(url, { headers: { accept: ACCEPTS[i % ACCEPTS.length] } });
      await response.arrayBuffer();
      const milliseconds = performance.now() - start;
      answers.push({ milliseconds, status: response.status, fovea: response.headers.get('fovea') });
      await pause(50);
    }
    const times = answers.map((a) => a.milliseconds);
    const intime = answers.filter(
      (a) => a.status === 200 && a.milliseconds <= seconds * 1000 + GRACE,
    );
    const encoded = answers.filter((a) => a.fovea?.includes('score='));
    lines.push(
      `| ${name} | ${seconds} s | ${intime.length} of ${COUNT} | ${Math.round(Math.max(...times))} ms | ${encoded.length} |`,
    );
  }
} finally {
  await server.stop();
}

const table = `# Deadlines of clients

New sizes of two photographs with ImageOptim's \`timeout=\`, one at a time. An answer is in time within the limit plus
${GRACE} ms; where nothing can be encoded in it, the source comes as it is, with a Warning.

| picture | limit | in time | longest | encoded to a score |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

Command: \`npm run build && node bench/timeout.bench.mjs\`.
`;
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results/timeout.md'), table);
console.log(table);
