/**
 * Fuzzes one parser in a thread of its own: the thread beside it sees by `shared` what is being run, and ends
 * this one where an input takes too long.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { randomFrom } from '../support/random.mjs';
import { mutate } from './mutator.mjs';

const { name, file, branches, constants, folders, seconds, seed, longest, shared } = workerData;

/** Kinds of failures that are told. */
const MOST_FAILURES = 5;

/** The runs so far and the length of the input, then the input itself. */
const state = new Int32Array(shared, 0, 2);
const current = new Uint8Array(shared, 8);

const counts = new Uint8Array(branches);
globalThis.__branches = counts;
const parse = createRequire(import.meta.url)(file)[name];

/** For each branch, which classes of counts were seen. */
const seen = new Uint8Array(branches);
const CLASS = Uint8Array.from({ length: 256 }, (_, count) =>
  count === 0
    ? 0
    : count < 4
      ? 1 << (count - 1)
      : count < 8
        ? 8
        : count < 16
          ? 16
          : count < 32
            ? 32
            : count < 128
              ? 64
              : 128,
);

const random = randomFrom(seed);
const inputs = [];
const failures = new Map();
let known = { inputs, constants: [] };
let slowest = 0;

/** Runs an input; whether it reached something new. */
function run(input) {
  counts.fill(0);
  current.set(input);
  state[1] = input.length;
  const started = performance.now();
  try {
    parse(new Uint8Array(input));
  } catch (error) {
    note(error, input);
  }
  slowest = Math.max(slowest, performance.now() - started);
  Atomics.add(state, 0, 1);
  let isNew = false;
  for (let branch = 0; branch < branches; branch++) {
    const bits = CLASS[counts[branch]];
    if ((bits & ~seen[branch]) === 0) continue;
    seen[branch] |= bits;
    isNew = true;
  }
  return isNew;
}

/** A failure by what it says and where; the shortest input of each kind is told. */
function note(error, input) {
  const stack = String(error?.stack ?? error);
  const kind = stack.split('\n').slice(0, 3).join('\n');
  const before = failures.get(kind);
  if (before === undefined && failures.size >= MOST_FAILURES) return;
  if (before === undefined || before.input.length > input.length)
    failures.set(kind, { stack, input });
}

function keep(input) {
  inputs.push(input);
  const reached = constants.filter(([branch]) => seen[branch] > 0);
  known = { inputs, constants: reached.map(([, bytes]) => Buffer.from(bytes, 'latin1')) };
}

for (const folder of folders) {
  for (const entry of readdirSync(folder)) {
    const input = readFileSync(join(folder, entry)).subarray(0, longest);
    if (run(input)) keep(input);
  }
}
if (inputs.length === 0) keep(Buffer.alloc(1));
const end = performance.now() + 1000 * seconds;
while (performance.now() < end) {
  // What was found last leads on most often
  const at = random.chance(0.5)
    ? random.below(inputs.length)
    : Math.max(0, inputs.length - 1 - random.below(8));
  const input = mutate(inputs[at], random, known, longest);
  if (!run(input)) continue;
  keep(input);
  writeFileSync(join(folders[0], createHash('sha1').update(input).digest('hex')), input);
}
parentPort.postMessage({
  runs: state[0],
  branches: seen.reduce((total, bits) => total + (bits > 0 ? 1 : 0), 0),
  inputs: inputs.length,
  slowest,
  failures: [...failures.values()],
});
