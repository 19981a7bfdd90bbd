/**
 * Portable rooms are run, not only read: bundled as for a page, and evaluated
 * in a bare context that has what browsers have and nothing of Node.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { build, type Rollup } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { KERNEL } from './support/metric.ts';
import { portableFiles } from './support/portable.ts';
import { run } from './support/portable-scenario.ts';

const ENTRY = 'virtual:portable';
const root = fileURLToPath(new URL('..', import.meta.url));
const jpeg = new Uint8Array(readFileSync(new URL('pictures/leaves.jpg', import.meta.url)));
const kernel = new Uint8Array(readFileSync(KERNEL));

/** What browsers and Node both have. */
const { performance, URL: Url, URLSearchParams, TextEncoder, TextDecoder, atob, btoa } = globalThis;
const BROWSER = { performance, URL: Url, URLSearchParams, TextEncoder, TextDecoder, atob, btoa };

let chunk: Rollup.OutputChunk;

beforeAll(async () => {
  const files = portableFiles().map((file) => JSON.stringify(`${root}src/${file}`));
  const scenario = JSON.stringify(`${root}test/support/portable-scenario.ts`);
  const source = [
    ...files.map((file, i) => `import * as m${i} from ${file};`),
    `export { run } from ${scenario};`,
    // Used, so that no file is left out of the bundle.
    `export const modules = [${files.map((_, i) => `m${i}`).join(', ')}];`,
  ].join('\n');
  const result = await build({
    ...{ root, configFile: false, logLevel: 'error', publicDir: false },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith(ENTRY) ? `\0${ENTRY}` : undefined),
        load: (id) => (id === `\0${ENTRY}` ? source : undefined),
      },
    ],
    build: {
      ...{ write: false, minify: false, target: 'es2022' },
      lib: { entry: ENTRY, formats: ['iife'], name: 'portable' },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (first === undefined || !('output' in first)) throw new Error('expected one bundle');
  chunk = first.output[0];
});

test('the bundle holds every portable file and asks for nothing from outside', () => {
  expect(chunk.imports).toEqual([]);
  expect(chunk.code).not.toMatch(/\brequire\(|from ?["']node:|__vite-browser-external/);
  const held = Object.keys(chunk.modules)
    .filter((id) => id.startsWith(`${root}src/`))
    .map((id) => id.slice(`${root}src/`.length));
  // Files that hold types and nothing else leave no code behind.
  const typesOnly = portableFiles().filter((file) => !held.includes(file));
  for (const file of typesOnly) {
    const text = readFileSync(`${root}src/${file}`, 'utf8');
    expect(/^export (const|let|function|async function|class)\b/m.test(text), file).toBe(false);
  }
  expect(held.filter((file) => !portableFiles().includes(file))).toEqual([]);
});

test('it gives the same in a bare context as in Node', async () => {
  const context = createContext({ ...BROWSER });
  new Script(`${chunk.code}\nglobalThis.portable = portable;`).runInContext(context);
  const { portable } = context as { portable: { run: typeof run } };
  const there = await portable.run(kernel, jpeg);
  expect(JSON.parse(JSON.stringify(there))).toEqual(
    JSON.parse(JSON.stringify(await run(kernel, jpeg))),
  );
});

test('every step of the scenario gave something', async () => {
  expect(await run(kernel, jpeg)).toMatchObject({
    plans: [
      { plan: expect.stringContaining('resize'), key: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { plan: expect.stringContaining('vibrance'), program: expect.any(Array) },
      { plan: expect.stringContaining('resize'), program: expect.any(Array) },
    ],
    file: ['jpeg', expect.any(Number), undefined],
    score: expect.any(Number),
    receipt: { format: 'webp', mode: 'online', kind: 'encoded' },
  });
});
