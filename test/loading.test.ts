/** What the programs load when they start: what only some requests need comes later (docs/decisions/0027). */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { expect, test } from 'vitest';

/** What a built file imports as it is loaded, and what the files that it loads do: names of packages. */
function packagesOf(file: URL, seen = new Set<string>()): string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const text = readFileSync(file, 'utf8');
  const names = [...text.matchAll(/^(?:import|export) (?:[^;'"]*? from )?["']([^"']+)["'];/gm)];
  return names.flatMap(([, name = '']) => {
    if (isBuiltin(name)) return [];
    return name.startsWith('.') ? packagesOf(new URL(name, file), seen) : [name];
  });
}

const built = (name: string) => new URL(`../dist/${name}`, import.meta.url);

test('the front starts without any package: no decoder, no client of origins', () => {
  expect(packagesOf(built('cli/main.js'))).toEqual([]);
});

test('a worker starts with sharp alone, asked for as CommonJS', () => {
  const program = built('engine/worker.js');
  expect(packagesOf(program)).toEqual([]);
  const asked = readFileSync(program, 'utf8').matchAll(
    /createRequire\(import\.meta\.url\)\("(.*)"\)/g,
  );
  expect([...asked].map(([, name]) => name)).toEqual(['sharp']);
});
