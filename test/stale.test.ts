/** When `npm start` builds. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const { isStale } = (await import('../scripts/stale.mjs' as string)) as {
  isStale(root: string): boolean;
};

let root: string;
/** A file, and the folder that holds it, changed so many seconds after 2001. */
function file(name: string, at: number): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, 1e9 + at, 1e9 + at);
  utimesSync(dirname(path), 1e9 + at, 1e9 + at);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-stale-'));
  file('tsconfig.json', 10);
  file('src/server/a.ts', 10);
  utimesSync(join(root, 'src'), 1e9 + 10, 1e9 + 10);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a build', () => {
  test('is needed where there is none, or where one has not come to its end', () => {
    expect(isStale(root)).toBe(true);
    file('dist/cli/main.js', 20);
    expect(isStale(root)).toBe(true);
    file('dist/engine/encoder-version.json', 20);
    expect(isStale(root)).toBe(false);
  });

  test.each([
    ['a source was changed', () => file('src/server/a.ts', 30)],
    ['a kernel was added', () => file('kernels/a.kernel.ts', 30)],
    ['a compiler was updated', () => file('package-lock.json', 30)],
    ['a source was removed', () => rmSync(join(root, 'src/server/a.ts'))],
  ])('is needed after %s', (_, change) => {
    file('dist/engine/encoder-version.json', 20);
    change();
    expect(isStale(root)).toBe(true);
  });

  test('is not needed after a test or a page was changed', () => {
    file('dist/engine/encoder-version.json', 20);
    file('test/a.test.ts', 30);
    file('README.md', 30);
    expect(isStale(root)).toBe(false);
  });
});
