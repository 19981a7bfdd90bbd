#!/usr/bin/env node
/**
 * The server under misuse: more misses than it can make, connections that keep
 * their place, pipelining, uploads, large sources and deadlines.
 *
 * Each part starts the built server on loopback in its own process, with the
 * load in another, and prints its figures beside their bars. Bounded in count
 * and time: about 20 minutes at most, or 5 with `--quick`. Writes bench/results/overload.md, where
 * the sections of parts that did not run stay. Exits with 1 if a bar is missed.
 *
 *   npm run build && node bench/overload.bench.mjs [--quick] [--only misses,uploads]
 */
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { misses, pipelining, silent, uploads } from './overload.crowds.mjs';
import { makePictures } from './overload.pictures.mjs';
import { section, writeReport } from './overload.report.mjs';
import { deadlines, passthrough, shortDeadlines } from './overload.times.mjs';

const PARTS = {
  misses,
  silent,
  pipelining,
  uploads,
  passthrough,
  deadlines,
  'short-deadlines': shortDeadlines,
};
const NAMES = Object.keys(PARTS);
const file = join(dirname(fileURLToPath(import.meta.url)), 'results/overload.md');
const quick = process.argv.includes('--quick');
const at = process.argv.indexOf('--only');
const only = at > 0 ? (process.argv[at + 1] ?? '').split(',') : NAMES;
const unknown = only.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`expected parts of ${NAMES.join(', ')} for --only, got ${unknown.join(', ')}`);
  process.exit(2);
}

const pictures = await makePictures();
const sections = new Map();
let missed = 0;
for (const name of NAMES.filter((part) => only.includes(part))) {
  const load = () => loadavg()[0].toFixed(1);
  const before = load();
  const result = await PARTS[name](pictures, { quick });
  const conditions = `Load average ${before} before, ${load()} after${quick ? '; quick run' : ''}.`;
  sections.set(name, section(name, result, conditions));
  missed += result.rows.filter(({ met }) => met === false).length;
  console.log(sections.get(name));
}

const head = `# The server under misuse

Each part has its own server on loopback, the load in another process, and hits at 50 a second from a third. The load
average counts all that ran on the machine, the bench included. ${cpus().length} cores, Node ${process.versions.node}.

Command: \`npm run build && node bench/overload.bench.mjs\`; \`--only NAME\` runs one part again, \`--quick\` a shorter one.
`;
writeReport(file, head, NAMES, sections);
console.log(missed === 0 ? 'Every bar is met.' : `Bars missed: ${missed}.`);
process.exit(missed === 0 ? 0 : 1);
