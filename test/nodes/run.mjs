#!/usr/bin/env node
/**
 * Three nodes as one service: what they do between them, what one that dies leaves, and what a purge reaches.
 *
 *     npm run test:nodes [-- --quick] [-- --only burst,purge]
 *
 * Prints a row of figures per part and exits by them. Where a service is missing it says so and ends well.
 */
import { missingServices } from './services.mjs';

const PARTS = ['burst', 'zipf', 'kill', 'away', 'purge', 'bucket-miss', 'throughput'];

const quick = process.argv.includes('--quick');
const only = process.argv[process.argv.indexOf('--only') + 1];
const wanted = process.argv.includes('--only') ? only.split(',') : PARTS;

const missing = missingServices();
if (missing.length > 0) {
  console.log(`skipped: ${missing.join(', ')} missing (node test/nodes/services.mjs install)`);
  process.exit(0);
}
let failed = false;
for (const name of wanted) {
  const { run, title } = await import(`./parts/${name}.mjs`);
  const began = performance.now();
  let rows;
  try {
    rows = await run({ quick });
  } catch (error) {
    rows = [{ what: String(error.stack ?? error), good: false }];
  }
  console.log(`${title} (${Math.round((performance.now() - began) / 1000)} s)`);
  for (const { what, good } of rows) {
    console.log(`  ${good ? 'good' : 'BAD '}  ${what}`);
    failed ||= !good;
  }
}
process.exit(failed ? 1 : 0);
