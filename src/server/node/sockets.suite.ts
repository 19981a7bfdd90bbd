/** Raw clients for tests of connections: what is written and what comes back, byte by byte. */
import { connect, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { handleWith } from '../exchange.suite.ts';
import type { Handle } from '../http/http-message.ts';
import { type AdapterOptions, createListener, type Listener } from './adapter.ts';

/** Starts listeners on free ports and stops them, and every client, after the test. */
export function listeners() {
  const open: Listener[] = [];
  const clients: Socket[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await Promise.all(open.splice(0).map((listener) => listener.close()));
  });
  return {
    async start(handle: Handle = handleWith(), options: Partial<AdapterOptions> = {}) {
      const listener = createListener({
        handle,
        policy: { resourcePolicy: 'cross-origin', timing: true },
        now: () => Date.now(),
        connections: 50,
        grace: 200,
        ...options,
      });
      open.push(listener);
      const { port } = await listener.listen({ host: '127.0.0.1', port: 0 });
      return { port, listener };
    },
    /** A client that says what it has received so far, and by what the connection ended. */
    client(port: number, text = '', { allowHalfOpen = false, read = true } = {}): Client {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
      clients.push(socket);
      const client = new Client(socket);
      if (read) client.read();
      if (text !== '') socket.write(text);
      return client;
    },
  };
}

export class Client {
  readonly socket: Socket;
  readonly ended: Promise<'closed' | 'reset'>;
  #text = '';

  constructor(socket: Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => {
      socket.once('error', () => resolve('reset'));
      socket.once('close', () => resolve('closed'));
    });
  }

  get text(): string {
    return this.#text;
  }

  read(): void {
    this.socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
    });
  }

  /** Statuses of the answers so far, in their order. */
  get statuses(): number[] {
    return [...this.#text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  /** Resolves when a number of answers have begun. */
  async answers(count: number): Promise<void> {
    await until(() => this.statuses.length >= count);
  }
}

/** Resolves when a condition holds; a test that waits for ever fails by its own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const get = (target: string, more = '') =>
  `GET ${target} HTTP/1.1\r\nHost: x.test\r\n${more}\r\n`;
