/** The generated pages in docs/reference/ are those of the tables. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

// Built code on purpose: the pages come from what ships.
const { pages } = (await import('../scripts/reference.mjs' as string)) as {
  pages(): Record<string, string>;
};

describe('docs/reference', () => {
  test.each(Object.entries(pages()))('%s is up to date (npm run docs)', (file, page) => {
    expect(readFileSync(new URL(`../docs/reference/${file}`, import.meta.url), 'utf8')).toBe(page);
  });
});
