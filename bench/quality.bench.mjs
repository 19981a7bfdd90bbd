#!/usr/bin/env node
/**
 * Quality bench: does the optimizer keep its promises on real pictures?
 *
 *   npm run bench:quality -- [FOLDER | FILE …] [--only window,cost] [--pictures 6]
 *     [--subset 12] [--widths 800,400] [--clients jpeg,webp,avif] [--targets 55,68,80]
 *     [--verbose]
 *
 * Without names it takes photographs and graphics of `../shared/corpus`, and says
 * so and ends where that is absent. `--pictures` takes some, spread evenly;
 * `--subset` says how many of them serve for what needs sweeps over qualities,
 * which are kept in `bench/.cache/`. The table goes to standard output; a whole
 * run also writes `bench/results/quality.{md,json}`. `--verbose` prints every
 * run with its trials. Needs a build (`npm run build`).
 */
import { parseArgs } from 'node:util';
import { alphaPart } from './quality.alpha.mjs';
import { picturesOf, subset } from './quality.corpus.mjs';
import { CLIENTS, Sweep, warmUp } from './quality.lab.mjs';
import {
  backgroundPart,
  costPart,
  fixedPart,
  habitPart,
  oraclePart,
  windowPart,
} from './quality.parts.mjs';
import { neverLargerPart, secondPart, textPart } from './quality.promises.mjs';
import { writePlots, writeTables } from './quality.report.mjs';
import { Runs } from './quality.runs.mjs';
import { plain } from './quality.sums.mjs';

/** In the order of the report. */
const PARTS = {
  window: windowPart,
  cost: costPart,
  oracle: oraclePart,
  fixed: fixedPart,
  habit: habitPart,
  background: backgroundPart,
  'never-larger': neverLargerPart,
  text: textPart,
  alpha: alphaPart,
  second: secondPart,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    pictures: { type: 'string' },
    subset: { type: 'string', default: '12' },
    widths: { type: 'string', default: '800,400' },
    clients: { type: 'string', default: CLIENTS.join(',') },
    targets: { type: 'string', default: '55,68,80' },
    verbose: { type: 'boolean', default: false },
  },
});
const numbers = (text) => text.split(',').map(Number);
const wanted = values.only.split(',');
const unknown = wanted.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) {
  console.error(`expected parts among ${Object.keys(PARTS).join(', ')}, got ${unknown}`);
  process.exit(2);
}

const found = picturesOf(positionals);
if (found === undefined) {
  console.log('Quality bench: skipped, there is no ../shared/corpus and no folder was named.');
  process.exit(0);
}

const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
/** When progress was last told. */
let told = 0;
const all = values.pictures === undefined ? found : subset(found, Number(values.pictures));
const context = {
  all,
  few: subset(all, Number(values.subset)),
  widths: numbers(values.widths),
  clients: values.clients.split(','),
  targets: numbers(values.targets),
  progress,
  runs: new Runs({ progress }),
};

await warmUp();
const parts = [];
for (const name of Object.keys(PARTS).filter((name) => wanted.includes(name))) {
  const from = seconds();
  parts.push({ name, ...(await PARTS[name](context)) });
  Sweep.close();
  const clear = process.stderr.isTTY ? '\r\u001b[K' : '';
  console.error(`${clear}${name}: ${Math.round(seconds() - from)} s`);
  for (const { what, value, note } of parts.at(-1).rows)
    console.error(`  ${what}: ${value} (${note})`);
}
const whole = values.pictures === undefined && wanted.length === Object.keys(PARTS).length;
const named = positionals.length > 0;
console.log(
  writeTables({ ...context, parts, pictures: all, seconds: seconds(), whole: whole && !named }),
);
if (whole && !named) await writePlots(context);
Sweep.close();
if (values.verbose) for (const row of context.runs.rows) console.log(line(row));

/** What is being done: on one line that replaces itself, or now and then where that cannot be. */
function progress(text) {
  const { isTTY } = process.stderr;
  if (!isTTY && seconds() - told < 20) return;
  told = seconds();
  process.stderr.write(
    isTTY ? `\r\u001b[K${Math.round(told)} s ${text}` : `${Math.round(told)} s ${text}\n`,
  );
}

function line({ picture, width, client, target, known, spent, plain: one, ...row }) {
  const flags = ` ${known}${row.outOfReach ? ' out of reach' : ''} ${row.kind}`;
  const facts = `cost ${plain(spent / one)} miss ${plain(row.score - target)} bytes ${row.bytes}`;
  return `${picture.name} ${width} ${client} ${target}${flags}: ${facts} < ${row.tried}`;
}
