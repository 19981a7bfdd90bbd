#!/usr/bin/env node
/**
 * The executable: `run` with the real process around it.
 *
 * The first SIGINT or SIGTERM stops gracefully, the second at once.
 */
import { run } from './run.ts';

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      resolve();
      process.once(signal, () => process.exit(1));
    });
  }
});

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stopped,
});
