/**
 * FrontProcess: one front process as the server holds it.
 */
import cluster, { type Worker } from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Exit } from '../../engine/pool/worker-process.ts';
import type { FromFront, FrontSettings, SystemFailure, ToFront } from './protocol.ts';

const PROGRAM = new URL('../../cli/front.js', import.meta.url);

/** Megabytes of objects; bodies are counted apart, and held to the memory of its table. */
const HEAP = 256;

export class FrontProcess {
  /** Where it listens. Rejects with the system's error, or where it ends before. */
  readonly listening: Promise<AddressInfo>;
  /** How it ended. */
  readonly ended: Promise<Exit>;
  /** What it has said last, in milliseconds. */
  processorTime = 0;
  /** It has been told what it is, and can be told more. */
  begun = false;
  readonly #worker: Worker;
  readonly #listeners = new Set<(message: FromFront) => void>();
  #gone = false;

  constructor(settings: FrontSettings) {
    this.#worker = fork();
    this.#worker.on('message', (message: FromFront) => {
      if (message.kind === 'up') this.#begin(settings);
      if (message.kind === 'counted') this.processorTime = message.processorTime;
      for (const listener of [...this.#listeners]) listener(message);
    });
    // The end is told by its exit; a channel that broke tells nothing more
    this.#worker.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code: number | null, signal: string | null) => {
        this.#gone = true;
        resolve({ code, signal });
      });
    });
    this.listening = new Promise((resolve, reject) => {
      const off = this.on((message) => {
        if (message.kind === 'listening') {
          off();
          const { address, port, family } = message;
          resolve({ address, port, family });
        } else if (message.kind === 'failed') {
          off();
          reject(errorOf(message.error));
        }
      });
      void this.ended.then(({ code, signal }) =>
        reject(new Error(`expected a front to listen; it ended (${signal ?? code})`)),
      );
    });
    // Whoever does not wait for it learns of it by its end
    this.listening.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  /** Adds a listener to what it says; gives the way to take it away. */
  on(listener: (message: FromFront) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  send(message: ToFront): void {
    if (this.#gone || !this.#worker.isConnected()) return;
    this.#worker.send(message, () => undefined);
  }

  /** Ends it after its running answers; resolves when it has gone. @param most longest wait, in milliseconds */
  async stop(most: number): Promise<void> {
    if (!this.begun) this.kill();
    this.send({ kind: 'stop' });
    const late = setTimeout(() => this.kill(), most);
    await this.ended;
    clearTimeout(late);
  }

  #begin(settings: FrontSettings): void {
    this.begun = true;
    this.send({ kind: 'begin', settings });
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}

/** A process with the program of a front; what others have set up for `node:cluster` stays as it was. */
function fork(): Worker {
  const { exec = process.argv[1], args, execArgv } = cluster.settings;
  cluster.setupPrimary({
    exec: fileURLToPath(PROGRAM),
    args: [],
    execArgv: [`--max-old-space-size=${HEAP}`],
  });
  cluster.schedulingPolicy = cluster.SCHED_RR;
  try {
    return cluster.fork(withoutSecrets());
  } finally {
    cluster.setupPrimary({
      ...(exec === undefined ? {} : { exec }),
      args: args ?? process.argv.slice(2),
      execArgv: execArgv ?? process.execArgv,
    });
  }
}

/** A front sees nothing of the server's environment but what Node itself needs: what is undefined is left out. */
function withoutSecrets(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => !KEPT.has(name.toUpperCase()));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

const KEPT: ReadonlySet<string> = new Set(['PATH', 'SYSTEMROOT', 'TZ']);

function errorOf({ message, ...facts }: SystemFailure): Error {
  return Object.assign(new Error(message), facts);
}
