import { createServer } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import type { AddressGuard } from './address-guard.ts';
import { BLOCKED, guardedAgent } from './guarded-agent.ts';
import { piecesOf } from './http-body.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { never } from './origin.suite.ts';
import { DEFAULT_TRAFFIC } from './traffic.ts';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const open: AddressGuard = { checkUrl: () => undefined, admits: () => true };
const resolve = async () => [{ address: '127.0.0.1', family: 4 }];

function agentOf({ guard = open, connections = 8 } = {}) {
  const agent = guardedAgent({
    guard,
    limits: DEFAULT_LIMITS,
    traffic: { ...DEFAULT_TRAFFIC, connections },
    resolve,
  });
  closing.unshift(() => agent.close());
  return agent;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString('latin1');
}

describe('a guarded agent', () => {
  test.each(['http', 'https'])(
    'sends no byte over %s to an address that is not admitted once it is connected',
    async (scheme) => {
      let bytes = 0;
      let connections = 0;
      const port = await listening(
        createTcpServer((socket) => {
          connections++;
          socket.on('error', () => {}).on('data', (data) => (bytes += data.length));
        }),
      );
      let asked = 0;
      // Admitted when its name is resolved, and no longer when it is connected.
      const guard = { ...open, admits: () => asked++ === 0 };
      const url = new URL(`${scheme}://pictures.example:${port}/a`);
      const answer = agentOf({ guard }).get(url, {}, never);
      await expect(answer).rejects.toMatchObject({ code: BLOCKED });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([asked, connections, bytes]).toEqual([2, 1, 0]);
    },
  );

  test('speaks TLS where the URL says so', async () => {
    const first = new Promise<Buffer>((resolve) => {
      const server = createTcpServer((socket) => {
        socket
          .on('error', () => {})
          .once('data', (data) => {
            resolve(data);
            socket.destroy();
          });
      });
      void listening(server).then((port) =>
        agentOf()
          .get(new URL(`https://pictures.example:${port}/a`), {}, never)
          .catch(() => undefined),
      );
    });
    const hello = await first;
    // The record of a handshake, with the name and with HTTP/1.1 alone
    expect(hello[0]).toBe(22);
    expect(hello.toString('latin1')).toContain('pictures.example');
    expect(hello.toString('latin1')).toMatch(/http\/1\.1/);
    expect(hello.includes(Buffer.from([2, ...Buffer.from('h2')]))).toBe(false);
  });

  test('has no more connections to a host than it may', async () => {
    let now = 0;
    let most = 0;
    const server = createServer((_, response) => setTimeout(() => response.end('ok'), 20));
    server.on('connection', (socket: Socket) => {
      most = Math.max(most, ++now);
      socket.on('close', () => now--);
    });
    const port = await listening(server);
    const agent = agentOf({ connections: 2 });
    const url = new URL(`http://pictures.example:${port}/`);
    const all = Array.from({ length: 7 }, async () =>
      textOf(piecesOf(await agent.get(url, {}, never))),
    );
    expect(await Promise.all(all)).toEqual(Array.from({ length: 7 }, () => 'ok'));
    expect(most).toBe(2);
  });

  test('asks again where a connection that was kept is closed before its answer', async () => {
    let connections = 0;
    const port = await listening(
      createTcpServer((socket) => {
        const mine = ++connections;
        let asked = 0;
        socket
          .on('error', () => {})
          .on('data', () => {
            if (++asked > 1 && mine === 1) socket.resetAndDestroy();
            else socket.write(`${ANSWER}${mine}${asked}`);
          });
      }),
    );
    const agent = agentOf();
    const url = new URL(`http://pictures.example:${port}/`);
    const ask = async () => textOf(piecesOf(await agent.get(url, {}, never)));
    expect(await ask()).toBe('11');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([await ask(), connections]).toEqual(['21', 2]);
  });

  test('does not ask again where a new connection is closed', async () => {
    let connections = 0;
    const port = await listening(
      createTcpServer((socket) => {
        connections++;
        socket.on('error', () => {}).on('data', () => socket.resetAndDestroy());
      }),
    );
    const url = new URL(`http://pictures.example:${port}/`);
    await expect(agentOf().get(url, {}, never)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(connections).toBe(1);
  });

  test('a body that is stopped is whole or fails, however much of it had come', async () => {
    const body = Buffer.alloc(300_000, 'x');
    const server = createServer((_, response) => response.end(body));
    const port = await listening(server);
    const stop = new AbortController();
    const url = new URL(`http://pictures.example:${port}/`);
    const answer = await agentOf().get(url, {}, stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await expect(textOf(piecesOf(answer))).rejects.toThrow('stopped');
  });
});
