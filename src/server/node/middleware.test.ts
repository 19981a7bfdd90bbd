/** The server inside another one: what it answers, what it hands on, what it keeps of a target. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Handle, HttpRequest } from '../http/http-message.ts';
import { createMiddleware, type Middleware } from './middleware.ts';

const open: { close(): void; closeAllConnections(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const asked: HttpRequest[] = [];
const echo: Handle = async (request) => {
  asked.push(request);
  const body = new TextEncoder().encode(request.target);
  const headers = { 'content-type': 'text/plain', 'content-length': String(body.length) };
  return { status: 200, headers, body };
};

const middleware = (handle: Handle = echo): Middleware =>
  createMiddleware({
    handle,
    answers: (target, host) => target.startsWith('/img/') || host === 'img.example',
    policy: () => ({ resourcePolicy: 'cross-origin', timing: true }),
    now: () => Date.now(),
    noted: () => {},
  });

/** A program around it; gives its address. */
async function around(
  listener: (message: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const others = (_: unknown, response: ServerResponse) => {
  response.statusCode = 299;
  response.end('others');
};

describe('middleware', () => {
  test('answers what belongs to a source, and hands on the rest', async () => {
    const own = middleware();
    const base = await around((message, response) =>
      own(message, response, () => others(message, response)),
    );
    const picture = await fetch(`${base}/img/a.jpg?w=1`);
    expect([picture.status, await picture.text()]).toEqual([200, '/img/a.jpg?w=1']);
    const page = await fetch(`${base}/page`);
    expect([page.status, await page.text()]).toEqual([299, 'others']);
  });

  test('answers everything where there is nobody else', async () => {
    const base = await around(middleware());
    expect(await (await fetch(`${base}/page`)).text()).toBe('/page');
  });

  test('reads the target as it came, whatever a router has cut off', async () => {
    const own = middleware();
    const base = await around((message, response) => {
      const original = message.url;
      Object.assign(message, { originalUrl: original, url: '/a.jpg' });
      own(message, response, () => others(message, response));
    });
    expect(await (await fetch(`${base}/img/a%2Fb.jpg?s=1`)).text()).toBe('/img/a%2Fb.jpg?s=1');
  });

  test('hands over headers, the address of the client and the body', async () => {
    const base = await around(
      middleware(async (request) => {
        let length = 0;
        for await (const piece of request.body) length += piece.length;
        const body = new TextEncoder().encode(`${length} ${request.headers['x-one']}`);
        asked.push(request);
        return { status: 201, headers: { 'content-length': String(body.length) }, body };
      }),
    );
    const answer = await fetch(`${base}/img/a`, {
      method: 'POST',
      body: new Uint8Array(100_000),
      headers: { 'x-one': 'two' },
    });
    expect([answer.status, await answer.text()]).toEqual([201, '100000 two']);
    expect(asked.at(-1)?.remoteAddress).toBe('127.0.0.1');
  });

  test('tells of a client that has left', async () => {
    let signal: AbortSignal | undefined;
    const base = await around(
      middleware((request) => {
        signal = request.signal;
        return new Promise(() => {});
      }),
    );
    const client = new AbortController();
    const left = fetch(`${base}/img/a`, { signal: client.signal }).catch(() => 'left');
    while (signal === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    client.abort();
    expect(await left).toBe('left');
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    expect(signal.aborted).toBe(true);
  });

  test('ends a connection whose body it has not read', async () => {
    const base = await around(middleware());
    const answer = await fetch(`${base}/img/a`, {
      method: 'POST',
      body: new Uint8Array(3_000_000),
    }).catch(() => undefined);
    expect(answer === undefined || answer.headers.get('connection') === 'close').toBe(true);
  });
});
