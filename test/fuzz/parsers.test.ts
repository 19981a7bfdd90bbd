/**
 * The parsers on all inputs that the fuzzer begins with, and on those cut short; `npm run fuzz` goes on from
 * there. `SEEDS=write` writes those inputs anew.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import * as parsers from './parsers/index.ts';
import { makeSeeds } from './seeds.ts';

const CORPUS = fileURLToPath(new URL('corpus', import.meta.url));
const all = Object.entries(parsers);
const names = all.map(([name]) => name);

beforeAll(async () => {
  if (process.env.SEEDS !== 'write') return;
  rmSync(CORPUS, { recursive: true, force: true });
  for (const [name, inputs] of Object.entries(await makeSeeds())) {
    mkdirSync(join(CORPUS, name), { recursive: true });
    for (const [file, bytes] of Object.entries(inputs)) {
      writeFileSync(join(CORPUS, name, file), bytes);
    }
  }
});

test('there are inputs for each parser, and no others; they are small', () => {
  expect(readdirSync(CORPUS).sort()).toEqual([...names].sort());
  const files = names.flatMap((name) =>
    readdirSync(join(CORPUS, name)).map((file) => join(name, file)),
  );
  const large = files.filter((file) => readFileSync(join(CORPUS, file)).length > 6000);
  expect(large).toEqual([]);
});

test.each(all)('%s keeps its promises', (name, parse) => {
  for (const file of readdirSync(join(CORPUS, name))) {
    const bytes = new Uint8Array(readFileSync(join(CORPUS, name, file)));
    for (const share of [1, 0.9, 0.5, 0.1, 0]) {
      parse(bytes.subarray(0, Math.ceil(share * bytes.length)));
    }
  }
});
