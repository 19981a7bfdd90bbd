/**
 * Child: a program that is given bytes and gives bytes back, within limits.
 *
 * No shell takes part, and its arguments are ours alone. It is ended when its
 * time is over, or gives more than it may.
 */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { concat } from '../containers/bytes.ts';
import { VideoFailure } from '../image/video.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Its whole environment beside PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ChildLimits {
  readonly milliseconds: number;
  /** Most bytes that it may give back. */
  readonly bytes: number;
}

/** Characters of what it wrote to its standard error that are kept. */
const LONGEST_SAYING = 1000;

/**
 * What a program makes of its input.
 *
 * @throws VideoFailure where it does not start, does not end well or passes a limit
 */
export async function runChild(
  { program, args, env = {} }: Command,
  input: Iterable<Uint8Array>,
  limits: ChildLimits,
): Promise<Uint8Array> {
  const child = started(program, args, env);
  const end = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? code}`),
    );
  });
  let failure: string | undefined;
  const stop = (reason: string) => {
    failure ??= reason;
    child.kill('SIGKILL');
    // Something that it started may hold the pipes open.
    child.stdout.destroy();
    child.stderr.destroy();
    child.stdin.destroy();
  };
  const parts: Uint8Array[] = [];
  let length = 0;
  child.stdout.on('data', (part: Uint8Array) => {
    length += part.length;
    if (length > limits.bytes) stop('gives more bytes than a video may have');
    else parts.push(part);
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LONGEST_SAYING);
  });
  // One that ends before it has read everything says by its end how it went.
  child.stdin.on('error', () => undefined);
  const time = Math.max(0, limits.milliseconds);
  const alarm = setTimeout(() => stop(`takes longer than ${Math.round(time)} ms`), time);
  try {
    await feed(child.stdin, input);
    const ended = await end;
    if (failure === undefined && ended === undefined) return concat(parts);
    throw new VideoFailure(`${program} ${failure ?? ended}${said && `: ${said.trim()}`}`);
  } finally {
    clearTimeout(alarm);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

function started(program: string, args: readonly string[], env: Command['env']) {
  try {
    return spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', ...env },
      windowsHide: true,
    });
  } catch (cause) {
    throw new VideoFailure(`${program} could not be started: ${cause}`, cause);
  }
}

/** Writes as fast as it is read; ends where nobody reads any more. */
async function feed(stdin: Writable, input: Iterable<Uint8Array>): Promise<void> {
  for (const part of input) {
    if (stdin.destroyed || stdin.writableEnded) return;
    if (!stdin.write(part)) await writable(stdin);
  }
  stdin.end();
}

/** Until more may be written, or nothing can be any more. */
function writable(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stdin.off('drain', done).off('close', done);
      resolve();
    };
    stdin.once('drain', done).once('close', done);
  });
}
