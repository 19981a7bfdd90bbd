#!/usr/bin/env node
/**
 * Writes docs/reference/: a page of parameters per dialect, one of the
 * configuration and one of metrics, from the tables that the program itself runs on, with pictures
 * that it makes itself.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastly } from '../dist/dialects/fastly/index.js';
import { SETTINGS } from '../dist/dialects/fastly/settings.js';
import { imageoptim } from '../dist/dialects/imageoptim/index.js';
import { imgix } from '../dist/dialects/imgix/index.js';
import { OPTIONS } from '../dist/server/config/options.js';
import { BUCKET_SETTINGS, ORIGIN_SETTINGS } from '../dist/server/config/origin-schema.js';
import { TAKES_A_RESTART } from '../dist/server/config/running-config.js';
import { SOURCE_SETTINGS } from '../dist/server/config/source-schema.js';
import { METRICS } from '../dist/server/telemetry/metric-table.js';
import { errorsPage } from './reference/errors-page.mjs';
import { EXAMPLES, fileOf, fileOfSource } from './reference/examples.mjs';
import { pageOfParameter } from './reference/parameter-pages.mjs';
import { writePictures } from './reference/pictures.mjs';
import { remarksPage } from './reference/remarks-page.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../docs/reference');

const TITLES = {
  fastly: 'Fastly Image Optimizer parameters',
  imgix: 'imgix parameters',
  imageoptim: 'ImageOptim options',
};

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A parameter's name, leading to the vendor's page. */
function linked(dialect, name) {
  const page = pageOfParameter(dialect, name);
  return page === undefined ? `\`${name}\`` : `[\`${name}\`](${page})`;
}

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
      `| ${linked(dialect.name, name)} | ${p.aliases.map((a) => `\`${a}\``).join(' ')} | ${cell(p.values)} | ${cell(p.fallback)} | ${p.support} | ${cell([p.doc, p.note].filter(Boolean).join(' '))} |`,
  );
  return `# ${TITLES[dialect.name]}

Generated from \`src/dialects/${dialect.name}/params.ts\` by \`npm run docs\`; do not edit.

${rows.length} parameters: ${summary}. *full*: as documented by the vendor. *partial*: with the
difference that the row names. *planned*: read and accepted, no effect yet. *ignored*: accepted, never an effect.

The name of a parameter leads to the vendor's page, whose sentences its row follows.

Whatever has no effect, or only a part of it, is named in the response header \`Fovea-Warning\` and counted by name in
\`fovea_parameters_without_effect_total\`; with \`unsupported: refuse\` the source answers requests for what is not built
with an error instead.

| parameter | aliases | values | without it | support | meaning |
| --- | --- | --- | --- | --- | --- |
${table.join('\n')}

An animation goes through every step frame by frame, from GIF, WebP and animated PNG to GIF, WebP and video. Animated PNG is not
written: where nothing changes the picture its file is an answer. Of a sequence of AVIF pictures the first frame is read,
and a warning says that it stands still.
${dialect.name === 'fastly' ? serviceSettings() : ''}${gallery(dialect)}`;
}

/** What parameters do, in pictures that this build makes. */
function gallery({ name }) {
  const examples = EXAMPLES[name];
  if (examples === undefined) return '';
  const rows = examples.map((example) => {
    const { source, query, says } = example;
    const before = `![the source: ${source}](pictures/${fileOfSource(source)})`;
    const after = `![the result](pictures/${fileOf(name, example)})`;
    return `| \`${query}\` | ${before} | ${after} | ${says} |`;
  });
  return `
## In pictures

| query | source | result | what it shows |
| --- | --- | --- | --- |
${rows.join('\n')}

Made by \`npm run docs\` from pictures in the public domain: a portrait by NASA, photographs under CC0.
`;
}

/** The settings of a Fastly service, which `defaults` of a source sets. */
function serviceSettings() {
  const rows = Object.entries(SETTINGS).map(
    ([name, s]) => `| \`${name}\` | ${cell(s.values)} | ${s.fallback} | ${cell(s.doc)} |`,
  );
  return `
## Service settings

What \`defaults\` of a source may set, by the names of the vendor's API:

| setting | values | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The reference page of the configuration, as Markdown. */
export function configurationPage() {
  const rows = Object.entries(OPTIONS).map(
    ([name, o]) =>
      `| \`${name}\` | ${o.env ? `\`${o.env}\`` : ''} | ${o.flag ? `\`--${o.flag}\`` : ''} | ${cell(o.values)} | ${o.fallback ?? ''} | ${cell(TAKES_A_RESTART.includes(name) ? `${o.doc} Takes a restart.` : o.doc)} |`,
  );
  const rowsOf = (table) =>
    Object.entries(table).map(
      ([name, { values, fallback, doc }]) =>
        `| \`${name}\` | ${cell(values)} | ${fallback ?? ''} | ${cell(doc)} |`,
    );
  const freshness = DIALECTS.map((dialect) => {
    const { fallback, min, max } = freshnessOf(dialect);
    return `| ${dialect.name} | ${[fallback, min, max].map(timeText).join(' | ')} |`;
  });
  return `# Configuration

Generated from \`options.ts\`, \`source-schema.ts\` and \`origin-schema.ts\` in \`src/server/config/\` by \`npm run docs\`; do not edit.

Flags go before the environment, the environment before the file (JSON or YAML), the file before the defaults. All problems
are reported at once, under the name of the option.

SIGHUP has a running server read its configuration again. One that cannot be used changes nothing, and the log says why; else it
holds from the next request on, but for the options that take a restart. Requests that are under way end by the old one.

| option | environment | flag | values | default | meaning |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

\`sources\` is a list of objects:

| key | values | default | meaning |
| --- | --- | --- | --- |
${rowsOf(SOURCE_SETTINGS).join('\n')}

How the servers behind \`origin\` are asked, where it is \`http\`, \`web\` or \`s3\`; these stand beside its \`kind\`:

| key | values | default | meaning |
| --- | --- | --- | --- |
${rowsOf(ORIGIN_SETTINGS).join('\n')}

What a bucket is told, where \`origin\` is \`s3\` (docs/scale.md); the settings above but \`headers\` count as well:

| key | values | default | meaning |
| --- | --- | --- | --- |
${rowsOf(BUCKET_SETTINGS).join('\n')}

What an answer may be kept for, where nothing of this is set:

| dialect | the origin gives no time | floor | ceiling |
| --- | --- | --- | --- |
${freshness.join('\n')}

\`no-store\`, \`private\` and \`no-cache\` of an origin count in every \`ttlMode\`, and \`expires\` of an imgix URL ends sooner. A
folder is looked at for every request, so a file that was replaced is seen at once here; caches in front keep the old one for its
time. \`minimum\` is what imgix documents for \`enforce_minimum\`.
`;
}

/** The reference page of metrics, as Markdown. */
export function metricsPage() {
  const rows = Object.entries(METRICS).map(([name, { type, help, labels = {}, buckets }]) => {
    const said = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values}.`);
    if (buckets !== undefined) said.push(`Upper bounds: ${buckets.join(', ')}.`);
    return `| \`${name}\` | ${type} | ${cell(help)} | ${cell(said.join(' '))} |`;
  });
  return `# Metrics

Generated from \`src/server/telemetry/metric-table.ts\` by \`npm run docs\`; do not edit.

Prometheus reads them at \`/_fovea/metrics\` with the bearer token of \`metrics.token\`; without that option nothing is counted.
Counts are since the start of the process. Names follow the [rules](../spec/telemetry.md) of Prometheus; a label has words of the
program or names of the configuration, never anything that a visitor says, so the number of series is bounded.

| metric | type | what it says | labels |
| --- | --- | --- | --- |
${rows.join('\n')}

Beside them stand those that every Node program has, as \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`,
\`process_open_fds\` and \`nodejs_eventloop_lag_seconds\`: they are of the front alone, the render workers are processes of their own.
`;
}

/** What a dialect wants of the age of a source, in seconds. */
function freshnessOf(dialect) {
  const target = dialect.name === 'imageoptim' ? '/100/a.jpg' : '/a.jpg?width=100';
  const request = {
    method: 'GET',
    target,
    headers: {},
    accepts: new Set(),
    now: 0,
    upload: false,
  };
  return dialect.compile(request, { name: 'a', origin: 'folder' }).response.freshness;
}

const timeText = (seconds) => {
  if (seconds === 0) return 'none';
  return seconds % 86_400 === 0 ? `${seconds / 86_400}d` : `${seconds / 3600}h`;
};

export const DIALECTS = [fastly, imgix, imageoptim];

/** The page that leads to the others. */
function indexPage() {
  return `# Reference

Generated from the tables of the program by \`npm run docs\`; do not edit.

- [Configuration](configuration.md): options of the server and settings of a source
- [Metrics](metrics.md): what Prometheus can read
- [Errors](errors.md) and [remarks](remarks.md): what they mean, and what helps
${DIALECTS.map(({ name }) => `- [${TITLES[name]}](${name}.md)`).join('\n')}

Beside them, written by hand: [response headers](headers.md), what an answer says of itself, and [library](library.md), the
server as a function.

Elsewhere: [moving from a hosted service](../moving.md), the [rules](../spec/) that the code cites, and
[decisions](../decisions/) with their reasons.
`;
}

/** Every generated page by its file name. */
export function pages() {
  return {
    'README.md': indexPage(),
    ...Object.fromEntries(DIALECTS.map((dialect) => [`${dialect.name}.md`, dialectPage(dialect)])),
    'configuration.md': configurationPage(),
    'metrics.md': metricsPage(),
    'errors.md': errorsPage(),
    'remarks.md': remarksPage(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true });
  for (const [file, page] of Object.entries(pages())) writeFileSync(join(folder, file), page);
  await writePictures(join(folder, 'pictures'));
}
