#!/usr/bin/env node
/**
 * Asks the built server every row of the tables and prints the rate per dialect with what fails.
 *
 *   npm run conformance -- [--only REGEX] [--corpus DIR] [--verbose]
 *
 * A run of all rows writes its figures into the README. It exits with 1 where less than 99 % of the
 * rows of a table pass. Rows that need a picture of the corpus are skipped where it is not there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openPlace } from './place.mjs';
import { figuresOf, rateOf, withFigures } from './readme.mjs';
import { readTables } from './tables.mjs';

/** The least share of a table that has to pass, in percent. */
const BAR = 99;

const README = new URL('../../README.md', import.meta.url);

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    corpus: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const only = new RegExp(values.only ?? '');
const rows = readTables().filter(({ id }) => only.test(id));
const started = performance.now();
const place = await openPlace({ corpus: values.corpus });
const results = [];
try {
  for (const row of rows) {
    const result = await place.run(row);
    results.push(result);
    report(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${rows.length}\r`);
  }
} finally {
  await place.close();
}

const figures = figuresOf(results).filter((it) => it.rows > 0);
for (const it of figures) {
  const skipped = it.rows - it.asked;
  console.log(
    `${it.name}: ${it.passed} of ${it.asked} rows passed, ${rateOf(it).toFixed(1)} %` +
      (skipped > 0 ? `; ${skipped} skipped` : ''),
  );
}
const missing = new Set(results.flatMap((result) => result.missing));
if (missing.size > 0)
  console.log(`skipped for want of ../shared/corpus: ${[...missing].join(', ')}`);
console.log(`${rows.length} rows in ${Math.round((performance.now() - started) / 1000)} s`);

if (values.only !== undefined || missing.size > 0) {
  console.log('README.md is as before: not every row was asked.');
} else {
  writeFileSync(README, withFigures(readFileSync(README, 'utf8'), figures));
}
process.exitCode = figures.some((it) => rateOf(it) < BAR) ? 1 : 0;

function report({ row, missing, complaints }) {
  if (complaints.length > 0) {
    console.log([`FAIL ${row.id}`, ...complaints, row.why, row.page].join('\n     '));
  } else if (values.verbose) {
    console.log(`${missing.length > 0 ? 'skip' : 'ok  '} ${row.id}`);
  }
}
