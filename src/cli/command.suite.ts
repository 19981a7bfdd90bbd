/**
 * Commands for tests: run to their end in this process, with what they printed.
 */
import { run } from './run.ts';
import type { Surroundings } from './surroundings.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs to the end; `during` is called with what was printed once something was, then the command is stopped. */
export async function command(
  args: readonly string[],
  env: Record<string, string> = {},
  during?: (printed: string) => Promise<void>,
  around: Pick<Surroundings, 'startWorker'> = {},
): Promise<Outcome> {
  let stop: () => void = () => {};
  let out = '';
  let err = '';
  let spoke: () => void = () => {};
  const speaking = new Promise<void>((resolve) => {
    spoke = resolve;
  });
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  if (during === undefined) stop();
  const ended = run(args, {
    env,
    out: (text) => {
      out += text;
      if (out.includes('Ctrl+C')) spoke();
    },
    err: (text) => {
      err += text;
    },
    stopped,
    ...around,
  });
  if (during !== undefined) {
    await Promise.race([speaking, ended]);
    await during(out).finally(stop);
  }
  return { code: await ended, out, err };
}
