/** What the programs load when they start: what only some requests need comes later (docs/decisions/0027). */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { expect, test } from 'vitest';

interface Loaded {
  /** Names of packages that are imported. */
  readonly packages: readonly string[];
  /** Names of packages that are asked for as CommonJS. */
  readonly required: readonly string[];
}

/** What a built file loads as it is loaded, and what the files do that it imports. */
function loadedBy(file: URL, seen = new Set<string>()): Loaded {
  if (seen.has(file.href)) return { packages: [], required: [] };
  seen.add(file.href);
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/^(?:import|export) (?:[^;'"]*? from )?["']([^"']+)["'];/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !isBuiltin(name));
  const here = text.matchAll(/createRequire\(import\.meta\.url\)\("(.*)"\)/g);
  const below = imports
    .filter((name) => name.startsWith('.'))
    .map((name) => loadedBy(new URL(name, file), seen));
  return {
    packages: [
      ...imports.filter((name) => !name.startsWith('.')),
      ...below.flatMap(({ packages }) => packages),
    ],
    required: [
      ...[...here].map(([, name = '']) => name),
      ...below.flatMap(({ required }) => required),
    ],
  };
}

const built = (name: string) => new URL(`../dist/${name}`, import.meta.url);

test('the front starts without any package: no decoder, no client of origins', () => {
  expect(loadedBy(built('cli/main.js'))).toEqual({ packages: [], required: [] });
});

test('a worker starts with sharp alone, asked for as CommonJS', () => {
  expect(loadedBy(built('engine/worker.js'))).toEqual({ packages: [], required: ['sharp'] });
});

test('a front process starts without any package, and is small: no dialect, no configuration', () => {
  expect(loadedBy(built('cli/front.js'))).toEqual({ packages: [], required: [] });
  expect(readFileSync(built('cli/front.js')).length).toBeLessThan(200_000);
});
