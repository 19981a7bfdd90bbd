#!/usr/bin/env node
/**
 * Tries to break the running server.
 *
 *   npm run chaos -- [--quick] [--only PART,PART] [--seed N]
 *
 * Every part starts the built server on loopback with folders of its own and judges every body that it
 * gives: by the bytes that were given before, or beside a clean render. An hour, or some minutes with
 * `--quick`. It exits with 1 where a body was wrong, a server ended, or an answer was neither right nor clear.
 */
import { argumentsOf, summarize } from '../support/summary.mjs';
import { deletedDisk, fullDisk, readOnlyDisk, tornEntries } from './parts/disk.mjs';
import { guard } from './parts/guard.mjs';
import { killed } from './parts/killed.mjs';
import { mutatedPictures } from './parts/mutated-pictures.mjs';
import { storm } from './parts/storm.mjs';
import { openPlace } from './place.mjs';

const PARTS = {
  'mutated-pictures': mutatedPictures,
  storm,
  killed,
  'full-disk': fullDisk,
  'read-only-disk': readOnlyDisk,
  'deleted-disk': deletedDisk,
  'torn-entries': tornEntries,
  guard,
};

const usage = `npm run chaos -- [--quick] [--only PART,PART] [--seed N]\nParts: ${Object.keys(PARTS).join(', ')}`;
const { quick, only, seed } = argumentsOf(usage, { quick: false, only: '', seed: 1 });
const names = only === '' ? Object.keys(PARTS) : only.split(',');
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no part ${unknown}\n\n${usage}`);
  process.exit(2);
}
const rows = [];
for (const name of names) {
  process.stderr.write(`${name}…\n`);
  rows.push({ part: name, ...(await run(PARTS[name])) });
}
summarize(['part', 'seconds', 'asked', 'wrong', 'answers', 'note'], rows);

async function run(part) {
  const started = Date.now();
  const place = openPlace(part.name);
  try {
    const { tally, note, skipped } = await part({ place, quick, seed });
    const seconds = Math.round((Date.now() - started) / 1000);
    if (skipped !== undefined) return { seconds, note: `skipped: ${skipped}`, good: true };
    for (const text of tally.wrong) console.log(`  ${text}`);
    const answers = Object.entries(tally.counts).map(([what, count]) => `${count} ${what}`);
    const wrong = tally.counts.wrong ?? 0;
    return {
      seconds,
      asked: tally.asked,
      wrong,
      answers: answers.join(', '),
      note,
      good: wrong === 0,
    };
  } catch (error) {
    console.log(error);
    return { note: error.message.slice(0, 200), good: false };
  } finally {
    await place.close();
  }
}
