/**
 * WorkerProcess: one child process that renders.
 *
 * It runs at lower priority than the front, sees none of the server's
 * environment, and works on one request at a time.
 */
import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FrontMessage, Message } from '../worker-protocol.ts';
import type { Lane } from './task-queue.ts';

/** How a process ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface WorkerEvents {
  message(message: Message): void;
  /** The process has gone. May be called more than once. */
  ended(exit: Exit): void;
  /** What it wrote to its standard error, a part at a time. */
  said?(text: string): void;
}

/** A process as the pool holds it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  send(message: FrontMessage): void;
  kill(): void;
  /** Ends the process; resolves when it has gone. */
  end(): Promise<void>;
  /** Resident memory in bytes; 0 where the system does not tell. */
  memory(): number;
  /** Processor time since its start in milliseconds, in steps of ten; undefined where the system does not tell. */
  used(): number | undefined;
  /** Gives it the priority of the front, or the lower one it began with; false where that is not permitted. */
  prefer(place: 'front' | 'below'): boolean;
  /** Lets this process end while it is there; absent where nothing keeps it. */
  unref?(): void;
}

export type StartWorker = (lane: Lane, events: WorkerEvents) => WorkerProcess;

const PROGRAM = new URL('../worker.js', import.meta.url);

/** Whether there is a program to start; in a bundle of other people's making there may be none. */
export const hasWorkerProgram = () => existsSync(PROGRAM);

/** The priority of workers for requests, lower than that of this process by a distance. */
const below = () => Math.min(LOWEST, getPriority() + 10);

/** The lowest priority that there is. */
const LOWEST = 19;

/**
 * A heap may grow to four times what lives in it before it is collected. With so small a bound as a
 * worker has, V8 gives it 1.4 times, and counts the pixels beside it: a collection for nearly every picture.
 */
const HEAP_GROWTH = '--heap-growing-percent=300';

/** Milliseconds of a tick of the processor clock in /proc. */
const TICK = 10;

/**
 * Starts child processes.
 *
 * @param program the worker's program; for tests
 * @param flags of Node for each that is started, such as its permissions
 */
export function forkWorker(
  program = PROGRAM,
  flags: () => readonly string[] = () => [],
): StartWorker {
  return (lane, events) => {
    const child = fork(fileURLToPath(program), [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=512', HEAP_GROWTH, ...flags()],
      // A worker sees nothing of the server's environment but what Node itself needs.
      env: {
        PATH: process.env.PATH ?? '',
        UV_THREADPOOL_SIZE: '2',
        // Fewer arenas: native image buffers go back to the system instead of fragmenting.
        MALLOC_ARENA_MAX: '2',
      },
      // Handing on our own streams would make them blocking for us too, and with them the log
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => events.said?.(text));
    lowerPriority(child.pid, lane);
    child.on('message', (message) => events.message(message as Message));
    child.on('error', () => {
      // An error of the channel leaves the process alive; one of the start leaves none.
      if (child.pid === undefined) events.ended({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => events.ended({ code, signal }));
    return {
      pid: child.pid,
      send(message) {
        child.send(message, (error) => {
          if (error) child.kill('SIGKILL');
        });
      },
      kill: () => void child.kill('SIGKILL'),
      end: () =>
        new Promise((resolve) => {
          const gone = child.exitCode !== null || child.signalCode !== null;
          if (gone || child.pid === undefined) return resolve();
          child.once('exit', () => resolve());
          child.kill('SIGKILL');
        }),
      memory: () => memoryOf(child.pid),
      used: () => usedBy(child.pid),
      prefer: (place) => setPriorities(child.pid, place === 'front' ? getPriority() : below()),
      unref() {
        child.unref();
        child.channel?.unref();
        if (child.stderr instanceof Socket) child.stderr.unref();
      },
    };
  };
}

function lowerPriority(pid: number | undefined, lane: Lane): void {
  if (pid === undefined) return;
  try {
    // The front goes first: hits never wait for an encode.
    setPriority(pid, lane === 'background' ? LOWEST : below());
  } catch {
    // Not permitted here; the work is the same, only less polite.
  }
}

/** The same for all threads that a process has by now: Linux counts each by itself. */
function setPriorities(pid: number | undefined, priority: number): boolean {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
    return true;
  } catch {
    return false;
  }
}

function usedBy(pid: number | undefined): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may have spaces; the times are the 14th and 15th field.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * TICK : undefined;
  } catch {
    return undefined;
  }
}

function memoryOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(fields[1]) * 4096;
  } catch {
    return 0;
  }
}
