#!/usr/bin/env node
/**
 * The executable: `run` with the real process around it.
 *
 * The first SIGINT or SIGTERM stops gracefully, the second, of either kind, at once.
 */
import { setFlagsFromString } from 'node:v8';
import { run } from './run.ts';

// Sources on their way are counted with the heap, which would be collected for every few of them.
setFlagsFromString('--heap-growing-percent=200');

let signals = 0;
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) process.exit(1);
      resolve();
    });
  }
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: process.stderr.isTTY === true,
  stopped,
});
