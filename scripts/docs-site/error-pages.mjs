/** A page for each error, from the table of guides. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param root of the repository, built */
export async function errorPages(root) {
  const { ERROR_CODES } = await import(join(root, 'dist/server/http/error-codes.js'));
  const text = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');
  const sections = new Map(
    text
      .split(/^### /m)
      .slice(1)
      .map((section) => [/^\S+/.exec(section)[0], section.split(/^## /m)[0]]),
  );
  return ERROR_CODES.map((code) => ({
    address: `errors/${code}/`,
    chapter: 'Errors and remarks',
    markdown: `# ${sections.get(code).trim()}\n\n[All errors](../)\n`
      .replaceAll('](#', '](../#')
      .replace(/\]\(\.\.\/([\w-]+)\.md/g, '](../../$1/'),
  }));
}
