/**
 * Front: a process that accepts connections for the server, answers hits from its table, and hands
 * everything else over.
 *
 * It holds no configuration, no origin and no picture that the server did not lend it, and ends
 * with the server, whose orders alone it follows: signals of a terminal or of a service manager
 * reach all processes, and the server decides what they mean.
 */
import { Writable } from 'node:stream';
import { systemClock } from '../../base/clock.ts';
import type { Renewal } from '../hits/hit-table.ts';
import { loggedReady, responseOf } from '../hits/logged-ready.ts';
import type { Handle, HeaderPolicy } from '../http/http-message.ts';
import { createListener, type Listener } from '../node/adapter.ts';
import { createAccessLog } from '../telemetry/access-log.ts';
import { createLog } from '../telemetry/log.ts';
import { FrontTable } from './front-table.ts';
import type { FromFront, FrontSettings, SystemFailure, ToFront } from './protocol.ts';
import { relay } from './relay.ts';

/** Milliseconds between two reports of what was counted. */
const COUNT_INTERVAL = 1000;

/** Runs this process as a front of the server that started it. */
export function runFront(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit(0));
  let front: Front | undefined;
  process.on('message', (message: ToFront) => {
    if (message.kind === 'begin') {
      front = new Front(message.settings);
      void front.listen(message.settings);
    } else front?.receive(message);
  });
  send({ kind: 'up' });
}

/** Sends a message; one that does not arrive has no server any more, and the process ends. */
function send(message: FromFront, sent?: () => void): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => sent?.());
  else sent?.();
}

class Front {
  readonly #listener: Listener;
  readonly #table: FrontTable;
  #policy: HeaderPolicy;
  /** Questions for renewals that are under way. */
  readonly #asked = new Map<number, (answers: readonly (Renewal | null)[]) => void>();
  #questions = 0;

  constructor(settings: FrontSettings) {
    const { socket, token, connections, connectionsPerAddress, grace } = settings;
    this.#policy = settings.policy;
    const log = createLog(settings.level, serverLog());
    const access = settings.access ? createAccessLog(log) : undefined;
    const table = new FrontTable(
      settings.memory,
      (asked, ahead) =>
        new Promise((resolve) => {
          const question = this.#questions++;
          this.#asked.set(question, resolve);
          send({ kind: 'renew', question, asked, ahead });
        }),
      () => systemClock.now(),
    );
    this.#table = table;
    const ready = loggedReady(table, { access });
    const rest = relay({
      socket,
      token,
      requests: connections,
      clock: systemClock,
      policy: () => this.#policy,
      keep: (request, body, held) => table.keep(request, body, held),
    });
    const handle: Handle = async (request) => {
      let hit = ready(request, request);
      if (hit === undefined) {
        await table.renewed(request);
        hit = ready(request, request);
      }
      return hit === undefined ? rest(request) : responseOf(hit);
    };
    const policy = () => this.#policy;
    this.#listener = createListener({
      handle,
      ready,
      get policy() {
        return policy();
      },
      log,
      ...(access === undefined ? {} : { access }),
      now: () => systemClock.now(),
      connections,
      connectionsPerAddress,
      grace,
    });
    setInterval(() => this.#report(), COUNT_INTERVAL).unref();
  }

  async listen({ host, port }: FrontSettings): Promise<void> {
    try {
      send({ kind: 'listening', ...(await this.#listener.listen({ host, port })) });
    } catch (error) {
      send({ kind: 'failed', error: failureOf(error) }, () => process.exit(1));
    }
  }

  receive(message: Exclude<ToFront, { kind: 'begin' }>): void {
    switch (message.kind) {
      case 'drop':
        this.#table.drop(message.generation, message.keys);
        return send({ kind: 'dropped', generation: message.generation });
      case 'policy':
        this.#policy = message.policy;
        return;
      case 'renewed':
        this.#asked.get(message.question)?.(message.answers);
        this.#asked.delete(message.question);
        return;
      case 'count':
        return this.#report();
      case 'stop':
        return void this.#stop();
    }
  }

  /** Lets running answers end, and goes. */
  async #stop(): Promise<void> {
    await this.#listener.close();
    this.#report();
    // What the log has gathered goes first
    setTimeout(() => process.disconnect(), LAST_LINES);
  }

  #report(): void {
    const { user, system } = process.cpuUsage();
    send({
      kind: 'counted',
      counts: this.#table.takeCounts(),
      connections: this.#listener.connections(),
      processorTime: (user + system) / 1000,
    });
  }
}

/** Milliseconds that the log may take to hand over its last lines. */
const LAST_LINES = 100;

/** The log of the server as a stream. */
function serverLog(): Writable {
  return new Writable({
    decodeStrings: false,
    write: (lines, _encoding, done) => send({ kind: 'log', lines: String(lines) }, () => done()),
  });
}

function failureOf(error: unknown): SystemFailure {
  const { message, code, syscall, address, port, hostname } = error as SystemFailure;
  return {
    message,
    ...(code === undefined ? {} : { code }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}
