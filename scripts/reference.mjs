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
import { OPTIONS } from '../dist/server/options.js';

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

/** The reference page of the configuration, as Markdown. */
export function configurationPage() {
  const rows = Object.entries(OPTIONS).map(
    ([name, o]) =>
      `| \`${name}\` | ${o.env ? `\`${o.env}\`` : ''} | ${o.flag ? `\`--${o.flag}\`` : ''} | ${cell(o.values)} | ${o.fallback ?? ''} | ${cell(o.doc)} |`,
  );
  return `# Configuration

Generated from \`src/server/options.ts\` by \`npm run docs\`; do not edit.

Flags go before the environment, the environment before the file (JSON or YAML), the file before the defaults. All problems
are reported at once, under the name of the option.

| option | environment | flag | values | default | meaning |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

\`sources\` is a list:

| key | meaning |
| --- | --- |
| \`name\` | names the source in logs and in the store; unique |
| \`dialect\` | \`fastly\`, \`imgix\` or \`imageoptim\` |
| \`mount\` | path prefix on any host; no part of the dialect's own path |
| \`hosts\` | host names at whose root the source answers |
| \`origin\` | \`{ kind: folder, path }\`, \`{ kind: http, base, allow }\` or \`{ kind: web, allow }\`; \`allow\` lists \`host\`, \`host:port\` or \`*.suffix\`, and a private address only literally |
| \`signing\` | imgix: \`{ tokens: [...], required: true }\`; tokens in order of rotation |
| \`defaults\` | imgix: parameters of every request; Fastly: service defaults by their API names |
| \`accounts\` | ImageOptim: the user names that are served |
`;
}

export const DIALECTS = [fastly, imgix, imageoptim];

/** Every generated page by its file name. */
export function pages() {
  return {
    ...Object.fromEntries(DIALECTS.map((dialect) => [`${dialect.name}.md`, dialectPage(dialect)])),
    'configuration.md': configurationPage(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true });
  for (const [file, page] of Object.entries(pages())) writeFileSync(join(folder, file), page);
}
