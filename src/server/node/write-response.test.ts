/** Bodies in files, on real sockets. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ByteRange, FileBody } from '../../base/body.ts';
import { fakeEngine, handleWith, rendition } from '../exchange.suite.ts';
import { createListener, type Listener } from './adapter.ts';
import { STALL, writeResponse } from './write-response.ts';

const PIECE = 64 * 1024;
const open: Listener[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

/** A body that counts what is read of it and can break at a byte. */
function counting(bytes: number, breaksAt = Number.POSITIVE_INFINITY) {
  const seen = { opened: 0, closed: 0, read: 0, ranges: [] as (ByteRange | undefined)[] };
  let closing: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    closing = resolve;
  });
  const body: FileBody = {
    file: '/nowhere',
    bytes,
    async *read(range) {
      seen.opened += 1;
      seen.ranges.push(range);
      const { start, end } = range ?? { start: 0, end: bytes };
      try {
        for (let at = start; at < end; at += PIECE) {
          if (at >= breaksAt) throw new Error('the disk is gone');
          const length = Math.min(PIECE, end - at);
          seen.read += length;
          yield Buffer.alloc(length, (at / PIECE) % 251);
        }
      } finally {
        seen.closed += 1;
        closing();
      }
    },
  };
  return { body, seen, closed };
}

async function serve(body: FileBody): Promise<number> {
  const engine = fakeEngine({ render: async () => rendition({ body }) });
  const listener = createListener({
    handle: handleWith(engine),
    policy: { resourcePolicy: 'cross-origin', timing: true },
    now: () => Date.now(),
    connections: 50,
    grace: 200,
  });
  open.push(listener);
  return (await listener.listen({ host: '127.0.0.1', port: 0 })).port;
}

function exchange(
  port: number,
  text: string,
): Promise<{ head: string; bytes: number; all: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf('\r\n\r\n');
      const text = all.toString('latin1');
      resolve({ head: text.slice(0, end), bytes: all.length - end - 4, all: text });
    });
  });
}

const ask = (method: string, more = '') =>
  `${method} /i/a HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n${more}\r\n`;

describe('a body in a file', () => {
  test('arrives whole, and its file is closed', async () => {
    const { body, seen, closed } = counting(1_000_000);
    const { head, bytes } = await exchange(await serve(body), ask('GET'));
    await closed;
    expect(head).toContain('content-length: 1000000');
    expect([bytes, seen.opened, seen.closed]).toEqual([1_000_000, 1, 1]);
  });

  test.each([
    ['HEAD', '', 200],
    ['GET', 'If-None-Match: "0123456789abcdef"\r\n', 304],
    ['GET', 'If-Match: "other"\r\n', 412],
    ['GET', 'Range: bytes=5000000-\r\n', 416],
  ])('is not opened for %s %s', async (method, more, status) => {
    const { body, seen } = counting(1_000_000);
    const { head } = await exchange(await serve(body), ask(method, more));
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(seen.opened).toBe(0);
  });

  test('gives a range by reading only the range', async () => {
    const { body, seen } = counting(50_000_000);
    const answer = await exchange(await serve(body), ask('GET', 'Range: bytes=700-799\r\n'));
    expect(answer.head).toContain('content-range: bytes 700-799/50000000');
    expect([answer.bytes, seen.read]).toEqual([100, 100]);
    expect(seen.ranges).toEqual([{ start: 700, end: 800 }]);
  });

  test('is read no further than the client reads', async () => {
    const { body, seen, closed } = counting(200_000_000);
    const port = await serve(body);
    const socket = connect(port, '127.0.0.1', () => socket.write(ask('GET')));
    await new Promise((resolve) => socket.once('readable', resolve));
    await standstill(() => seen.read);
    expect(seen.read).toBeLessThan(30_000_000);
    expect(seen.closed).toBe(0);
    // The client leaves
    socket.destroy();
    await closed;
    expect(seen.read).toBeLessThan(30_000_000);
  });

  test('that fails midway ends the connection short of its length', async () => {
    const { body, seen } = counting(1_000_000, 5 * PIECE);
    const text = ask('GET').replace('Connection: close\r\n', '');
    const { head, bytes } = await exchange(await serve(body), text);
    expect(head).toContain('content-length: 1000000');
    expect(bytes).toBeLessThan(1_000_000);
    expect(seen.closed).toBe(1);
  });

  test('that fails before its first byte is an error that says so', async () => {
    const { head, bytes } = await exchange(await serve(counting(1000, 0).body), ask('GET'));
    expect(head).toMatch(/^HTTP\/1\.1 503/);
    expect(head).toContain('cache-control: no-store');
    expect(head).toContain('retry-after: ');
    expect(bytes).toBeGreaterThan(10);
  });

  test('keeps its place between other answers of a connection', async () => {
    const { body } = counting(300_000);
    const one = 'GET /i/a HTTP/1.1\r\nHost: x.test\r\n\r\n';
    const { all } = await exchange(await serve(body), one + one + ask('GET'));
    const heads = all.split('HTTP/1.1 200 OK').slice(1);
    const lengths = heads.map((answer) => answer.length - answer.indexOf('\r\n\r\n') - 4);
    expect(lengths).toEqual([300_000, 300_000, 300_000]);
  });
});

test.each([
  [20, 120_000, 'the system has it, whether the client reads or not'],
  [1_000_000, STALL, 'a client that takes nothing of it is given up'],
])('an answer of %d bytes may stand still for %d ms (%s)', async (bytes, timeout, _why) => {
  const seen: (number | undefined)[] = [];
  const server = createServer({ keepAliveTimeout: 1000 }, (_request, response) => {
    const answer = { status: 200, headers: {}, body: new Uint8Array(bytes) };
    writeResponse(response, answer, true, { noted() {}, instead: () => answer });
    seen.push(response.socket?.timeout);
  });
  server.timeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await exchange((server.address() as AddressInfo).port, ask('GET'));
  server.close();
  expect(seen).toEqual([timeout]);
});

/** Resolves when a number has stopped to change. */
async function standstill(value: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 10; ) {
    const now = value();
    same = now === last ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
