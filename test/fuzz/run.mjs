#!/usr/bin/env node
/**
 * Coverage-guided fuzzing of the hand-written parsers.
 *
 *   npm run fuzz -- [--quick] [--only NAME,NAME] [--seconds N] [--seed N]
 *
 * Each parser of `parsers/` runs for so many seconds (60, or 5 with `--quick`) on inputs that are made of
 * those in `corpus/`: an input that takes a branch that none took before, or takes it more often, is kept
 * and made more of. What is kept stays in `coverage/fuzz/`, outside of the repository, and the next run
 * there goes on from it. An error that the docstring of a parser does not name, a promise that is broken and
 * an input that takes longer than `SLOWEST` are failures: told with where their input lies. It exits with 1
 * then. Why no fuzzer from elsewhere does it: docs/decisions/0042-proof-programs.md.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'rolldown';
import { argumentsOf, summarize } from '../support/summary.mjs';
import { instrument } from './instrument.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const work = join(here, '../../coverage/fuzz');
const corpus = join(here, 'corpus');

/** The longest that one input may take, in milliseconds: several hundred times what any sound one does. */
const SLOWEST = 5000;

/** The largest input, in bytes. */
const LONGEST = 6000;

const usage = 'npm run fuzz -- [--quick] [--only NAME,NAME] [--seconds N] [--seed N]';
const args = argumentsOf(usage, { quick: false, only: '', seconds: 60, seed: 1 });

/** The parsers as one instrumented file; packages stay where they are. */
async function bundle() {
  const { output } = await build({
    input: join(here, 'parsers/index.ts'),
    platform: 'node',
    external: (id) => !/^[./]/.test(id),
    output: { format: 'cjs' },
    write: false,
    logLevel: 'warn',
  });
  const { code, ...rest } = instrument(output[0].code);
  const file = join(work, 'parsers.cjs');
  writeFileSync(file, code);
  return { file, ...rest };
}

/** Fuzzes one parser; what it found. */
function fuzz(parsers, name, seconds) {
  const found = join(work, 'corpus', name);
  mkdirSync(found, { recursive: true });
  const shared = new SharedArrayBuffer(8 + LONGEST);
  const state = new Int32Array(shared, 0, 2);
  const folders = [found, join(corpus, name)];
  const worker = new Worker(new URL('worker.mjs', import.meta.url), {
    workerData: { ...parsers, name, folders, seconds, seed: args.seed, longest: LONGEST, shared },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  return new Promise((resolve) => {
    const end = (result) => {
      clearInterval(watch);
      resolve(result);
    };
    const broken = (stack) => {
      const input = Buffer.from(new Uint8Array(shared, 8, state[1]));
      return { runs: state[0], branches: 0, inputs: 0, slowest: 0, failures: [{ stack, input }] };
    };
    let last = -1;
    let since = Date.now();
    const watch = setInterval(() => {
      if (state[0] !== last) [last, since] = [state[0], Date.now()];
      else if (last > 0 && Date.now() - since > SLOWEST) {
        worker.terminate();
        end(broken(`an input takes longer than ${SLOWEST} ms`));
      }
    }, 250);
    worker.once('message', end);
    worker.once('error', (error) => end(broken(error.stack ?? String(error))));
  });
}

mkdirSync(work, { recursive: true });
rmSync(join(work, 'failures'), { recursive: true, force: true });
const parsers = await bundle();
const names = readdirSync(corpus).filter(
  (name) => args.only === '' || args.only.split(',').includes(name),
);
const rows = [];
for (const name of names) {
  const seconds = args.quick ? 5 : args.seconds;
  const { failures, slowest, runs, ...counts } = await fuzz(parsers, name, seconds);
  for (const [number, { stack, input }] of failures.entries()) {
    const folder = join(work, 'failures');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}-${number}`), input);
    console.log(
      `\n${name}, ${input.length} bytes in coverage/fuzz/failures/${name}-${number}:\n${stack}`,
    );
  }
  const good = failures.length === 0 && runs > 0;
  process.stderr.write(`${name} ${good ? 'ok' : 'FAILED'}\n`);
  const speed = Math.round(runs / seconds);
  rows.push({
    parser: name,
    runs,
    'a second': speed,
    ...counts,
    'slowest ms': Math.round(slowest),
    good,
  });
}
summarize(['parser', 'runs', 'a second', 'branches', 'inputs', 'slowest ms'], rows);
