#!/usr/bin/env node
/**
 * Writes docs/reference/: a page of parameters per dialect and one of the
 * configuration, from the tables that the program itself runs on.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastly } from '../dist/dialects/fastly/index.js';
import { imageoptim } from '../dist/dialects/imageoptim/index.js';
import { imgix } from '../dist/dialects/imgix/index.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../docs/reference');

const TITLES = {
  fastly: 'Fastly Image Optimizer parameters',
  imgix: 'imgix parameters',
  imageoptim: 'ImageOptim options',
};

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The reference page of a dialect, as Markdown. */
export function dialectPage(dialect) {
  const rows = Object.entries(dialect.params);
  const summary = ['full', 'partial', 'planned', 'ignored']
    .map((support) => [support, rows.filter(([, p]) => p.support === support).length])
    .filter(([, count]) => count > 0)
    .map(([support, count]) => `${count} ${support}`)
    .join(', ');
  const table = rows.map(
    ([name, p]) =>
      `| \`${name}\` | ${p.aliases.map((a) => `\`${a}\``).join(' ')} | ${cell(p.values)} | ${cell(p.fallback)} | ${p.support} | ${cell([p.doc, p.note].filter(Boolean).join(' '))} |`,
  );
  return `# ${TITLES[dialect.name]}

Generated from \`src/dialects/${dialect.name}/params.ts\` by \`npm run docs\`; do not edit.

${rows.length} parameters: ${summary}. *full*: as documented by the vendor. *partial*: with the
difference that the row names. *planned*: read and accepted, no effect yet. *ignored*: accepted, never an effect.

| parameter | aliases | values | without it | support | meaning |
| --- | --- | --- | --- | --- | --- |
${table.join('\n')}
`;
}

export const DIALECTS = [fastly, imgix, imageoptim];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true });
  for (const dialect of DIALECTS) {
    writeFileSync(join(folder, `${dialect.name}.md`), dialectPage(dialect));
  }
  const { configPage } = await import('../dist/server/config-page.js').catch(() => ({}));
  if (configPage) writeFileSync(join(folder, 'configuration.md'), configPage());
}
