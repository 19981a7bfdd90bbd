#!/usr/bin/env node
/**
 * The executable: `run` with the real process around it.
 *
 * The first SIGINT or SIGTERM stops gracefully, the second, of either kind, at once. SIGHUP has the
 * configuration read again, unless it says that the terminal has gone.
 */
import { closeSync, openSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { systemReason } from '../server/config/system-reason.ts';
import { run } from './run.ts';
import { wordsTo } from './words-to.ts';

// Sources on their way are counted with the heap, which would be collected for every few of them; more than twice
// what lives in it is a front that grows for hours (docs/decisions/0056-memory-of-the-front.md).
setFlagsFromString('--heap-growing-percent=100');

let signals = 0;
let stop: () => void = () => {};
const stopped = new Promise<void>((resolve) => {
  stop = () => {
    signals += 1;
    if (signals > 1) process.exit(1);
    resolve();
  };
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

/** Whether there is a terminal that could be typed at. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

let lost = false;
const err = wordsTo(process.stderr, () => undefined);
const out = wordsTo(process.stdout, (code) => {
  lost = true;
  err(`What was to be printed is lost: ${systemReason(code)}.\n`);
  process.exitCode ||= 1;
});

const code = await run(process.argv.slice(2), {
  env: process.env,
  out,
  err,
  interactive: process.stderr.isTTY === true,
  onReload: (listener) => {
    const terminal = hasTerminal();
    process.on('SIGHUP', () => (terminal && !hasTerminal() ? stop() : listener()));
  },
  stopped,
});
process.exitCode = code === 0 && lost ? 1 : code;
