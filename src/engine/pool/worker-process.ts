/**
 * WorkerProcess: one child process that renders, as the pool holds it.
 *
 * It runs at lower priority than the front, sees none of the server's
 * environment, and works on one task at a time.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../base/fault.ts';
import type { Message, WorkerRequest } from '../worker-protocol.ts';
import type { Lane, QueuedTask } from './task-queue.ts';

/** The task a worker has in hand. */
export interface RunningTask {
  readonly task: QueuedTask;
  /** Milliseconds it waited. */
  readonly queued: number;
  /** Kills the worker at the limit. */
  readonly timer: NodeJS.Timeout;
}

export interface WorkerEvents {
  message(message: Message): void;
  /** The process has gone. Called at least once. */
  ended(): void;
}

export class WorkerProcess {
  readonly lane: Lane;
  readonly #child: ChildProcess;
  /** It has shown that it can render. */
  ready = false;
  /** Tasks it has ended. */
  done = 0;
  current: RunningTask | undefined;
  /** Why the pool killed it, when it did. */
  killReason: Fault | undefined;
  /** It is given no more tasks. */
  retired = false;

  /** @param program the worker's program; for tests */
  constructor(lane: Lane, events: WorkerEvents, program?: URL) {
    this.lane = lane;
    this.#child = fork(fileURLToPath(program ?? new URL('../worker.js', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=512'],
      // A worker sees nothing of the server's environment but what Node itself needs.
      env: {
        PATH: process.env.PATH ?? '',
        UV_THREADPOOL_SIZE: '2',
        // Fewer arenas: native image buffers go back to the system instead of fragmenting.
        MALLOC_ARENA_MAX: '2',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#lowerPriority();
    this.#child.on('message', (message) => events.message(message as Message));
    this.#child.on('error', () => events.ended());
    this.#child.once('exit', () => events.ended());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It can take a task now. */
  get free(): boolean {
    return this.ready && this.current === undefined && !this.retired;
  }

  send(request: WorkerRequest): void {
    this.#child.send(request, (error) => {
      if (error) this.kill();
    });
  }

  /** @param reason what its task fails with; without one the task may be tried again */
  kill(reason?: Fault): void {
    if (reason) this.killReason ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** Ends the process; resolves when it has gone. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve();
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  /** Resident memory in bytes; 0 where the system does not tell. */
  memory(): number {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/statm`, 'utf8').split(' ');
      return Number(fields[1]) * 4096;
    } catch {
      return 0;
    }
  }

  #lowerPriority(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      // The front goes first: hits never wait for an encode.
      setPriority(pid, this.lane === 'background' ? constants.priority.PRIORITY_LOW : 5);
    } catch {
      // Not permitted here; the work is the same, only less polite.
    }
  }
}
