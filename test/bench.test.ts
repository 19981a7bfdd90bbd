/**
 * Benches and scripts are no part of the build, so nothing but this notices that a
 * name they import from it was changed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const files = ['bench', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => `${folder}/${name}`),
);

/** Names and the file of the build they come from. */
function imports(file: string): { names: string[]; from: string }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/import\s*\{([^}]*)\}\s*from\s*'\.\.\/(dist\/[^']+)'/g);
  return [...found].map(([, list = '', from = '']) => ({
    names: list.split(',').flatMap((name) => name.trim().split(' as ')[0] || []),
    from,
  }));
}

test('there are imports to check', () => {
  expect(files.flatMap(imports).length).toBeGreaterThan(10);
});

test.each(files)('%s imports names that the build has', async (file) => {
  for (const { names, from } of imports(file)) {
    const module = (await import(join(root, from))) as object;
    expect(names.filter((name) => !(name in module))).toEqual([]);
  }
});
