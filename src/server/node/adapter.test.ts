import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { BODY, fakeEngine, handleWith, rendition } from '../exchange.suite.ts';
import type { Handle } from '../http/http-message.ts';
import { createListener, type Listener } from './adapter.ts';

const open: Listener[] = [];

async function start(handle: Handle = handleWith(), grace = 200): Promise<number> {
  const listener = createListener({
    handle,
    policy: { resourcePolicy: 'cross-origin', timing: true },
    now: () => Date.now(),
    connections: 50,
    grace,
  });
  open.push(listener);
  return (await listener.listen({ host: '127.0.0.1', port: 0 })).port;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

/** Sends raw bytes and gives everything that comes back until the connection ends. */
function exchange(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    for (const part of parts) socket.write(part);
  });
}

const CLOSE = 'Host: x.test\r\nConnection: close\r\n';
const get = (target: string, more = '') => `GET ${target} HTTP/1.1\r\n${CLOSE}${more}\r\n`;
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const headerOf = (answer: string, name: string) =>
  new RegExp(`^${name}: (.*?)\r?$`, 'im').exec(answer.split('\r\n\r\n')[0] ?? '')?.[1];

describe('an answer on the wire', () => {
  test('has an exact length, no chunks, and the phrase OK', async () => {
    const answer = await exchange(await start(), get('/i/a.jpg'));
    expect(answer.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true);
    expect(headerOf(answer, 'content-length')).toBe(String(BODY.length));
    expect(headerOf(answer, 'transfer-encoding')).toBeUndefined();
    expect(answer.split('\r\n\r\n').slice(1).join('\r\n\r\n').length).toBe(BODY.length);
  });

  test('to HEAD has the length and no body', async () => {
    const answer = await exchange(await start(), get('/i/a.jpg').replace('GET', 'HEAD'));
    expect(headerOf(answer, 'content-length')).toBe(String(BODY.length));
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  test('to several requests at once comes in their order on one connection', async () => {
    const slow = fakeEngine({
      render: async (job) => {
        const { path = '' } = job.compiled.source as { path?: string };
        if (path === '1') await new Promise((resolve) => setTimeout(resolve, 30));
        return rendition({ etag: `"${path}"` });
      },
    });
    const one = (name: string) => `HEAD /i/${name} HTTP/1.1\r\nHost: x.test\r\n\r\n`;
    const port = await start(handleWith(slow));
    const answer = await exchange(port, one('1') + one('2'), get('/i/3').replace('GET', 'HEAD'));
    expect([...answer.matchAll(/etag: "(\d)"/g)].map((match) => match[1])).toEqual(['1', '2', '3']);
  });

  test('cannot be split by a header value', async () => {
    const engine = fakeEngine({ render: async () => rendition({ etag: '"a\r\nx-evil: 1"' }) });
    const answer = await exchange(await start(handleWith(engine)), get('/i/a'));
    expect(headerOf(answer, 'etag')).toBe('"a??x-evil: 1"');
  });
});

describe('targets and headers', () => {
  test.each([
    ['/i/a?x={a*7000}', 200, 'a long target'],
    ['/i/a?x={a*9000}', 414, 'more than 8 KiB'],
    ['/i/a?x={a*200000}', 414, 'more than the parser takes'],
    ['http://img.test/a.jpg', 200, 'absolute form'],
    ['http://img.test', 200, 'absolute form without a path'],
    ['ftp://img.test/a', 400, 'another scheme'],
    ['/i/a%zz', 200, 'a malformed escape is for the dialect'],
    ['/i/a b', 400, 'a blank'],
    ['/i/a\u0001b', 400, 'a control character'],
    ['i/a', 400, 'neither path nor URL'],
  ])('%s is %d (%s)', async (target, status, _why) => {
    const text = target.replace(/\{a\*(\d+)\}/, (_, count) => 'a'.repeat(Number(count)));
    const answer = await exchange(await start(), get(text));
    expect(statusOf(answer)).toBe(status);
    expect(headerOf(answer, 'x-content-type-options')).toBe('nosniff');
  });

  test('the raw target arrives as it was sent', async () => {
    const seen: string[] = [];
    const port = await start(async ({ target }) => {
      seen.push(target);
      return { status: 204, headers: {}, body: new Uint8Array() };
    });
    await exchange(port, get('/a/../b//c%2e%2E;x?y=%00#z'));
    expect(seen).toEqual(['/a/../b//c%2e%2E;x?y=%00#z']);
  });

  test('lines of one name are joined', async () => {
    const seen: unknown[] = [];
    const port = await start(async ({ headers }) => {
      seen.push(headers.accept);
      return { status: 204, headers: {}, body: new Uint8Array() };
    });
    await exchange(port, get('/a', 'Accept: image/png;q=0.5\r\nACCEPT: image/avif\r\n'));
    expect(seen).toEqual(['image/png;q=0.5, image/avif']);
  });

  test.each([
    [`X-A: ${'a'.repeat(15_000)}\r\n`, 200, 'up to 16 KiB'],
    [`X-A: ${'a'.repeat(17_000)}\r\n`, 431, 'more than 16 KiB in one line'],
    ['X-A: b\r\n'.repeat(2500), 431, 'more than 16 KiB in many lines'],
    [`X-A: ${'a'.repeat(200_000)}\r\n`, 431, 'more than the parser takes'],
    ['Host: other.test\r\n', 400, 'two hosts'],
    ['Bad Header: 1\r\n', 400, 'a blank in a name'],
    ['Content-Length: x\r\n', 400, 'a length that is none'],
    ['Content-Length: 1\r\nTransfer-Encoding: chunked\r\n', 400, 'two lengths'],
    ['Expect: the-unexpected\r\n', 417, 'an expectation that cannot be met'],
  ])('headers %# are %d (%s)', async (lines, status, why) => {
    const answer = await exchange(await start(), get('/i/a', lines));
    expect(statusOf(answer), why).toBe(status);
    expect(headerOf(answer, 'content-length')).toMatch(/^\d+$/);
    if (status !== 200) expect(headerOf(answer, 'connection')).toBe('close');
  });

  test('HTTP/1.1 without a Host is 400, HTTP/1.0 is served', async () => {
    const port = await start();
    expect(statusOf(await exchange(port, 'GET /i/a HTTP/1.1\r\n\r\n'))).toBe(400);
    expect(statusOf(await exchange(port, 'GET /i/a HTTP/1.0\r\n\r\n'))).toBe(200);
  });

  test.each([
    ['FOO', 501],
    ['get', 501],
    ['PROPFIND', 501],
    ['TRACE', 405],
    ['DELETE', 405],
  ])('%s is %d', async (method, status) => {
    const answer = await exchange(await start(), get('/i/a').replace('GET', method));
    expect(statusOf(answer)).toBe(status);
    expect(headerOf(answer, 'x-content-type-options')).toBe('nosniff');
  });

  test('CONNECT is 405 and ends the connection', async () => {
    const answer = await exchange(await start(), 'CONNECT a.test:443 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(statusOf(answer)).toBe(405);
    expect(headerOf(answer, 'allow')).toContain('GET');
  });
});

describe('bodies', () => {
  test('a small body of GET is drained and the connection goes on', async () => {
    const first = 'GET /i/a HTTP/1.1\r\nHost: x.test\r\nContent-Length: 5\r\n\r\nhello';
    const answer = await exchange(await start(), first + get('/i/b'));
    expect(answer.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(2);
  });

  test('a large body is answered early and the connection ends, with the answer delivered', async () => {
    const size = 3_000_000;
    const head = `POST /i/a HTTP/1.1\r\nHost: x.test\r\nContent-Length: ${size}\r\n\r\n`;
    const answer = await exchange(await start(), head, new Uint8Array(size));
    expect(statusOf(answer)).toBe(405);
    expect(headerOf(answer, 'connection')).toBe('close');
  });

  test('an early answer also reaches a client that is still sending', async () => {
    const port = await start();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let text = '';
      socket.write('POST /i/a HTTP/1.1\r\nHost: x.test\r\nContent-Length: 999999\r\n\r\n');
      let left = 15;
      const timer = setInterval(() => {
        if (left > 0) socket.write(new Uint8Array(10_000));
        else socket.end();
        left -= 1;
        if (left < 0) clearInterval(timer);
      }, 5);
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(statusOf(answer)).toBe(405);
  });

  const expecting = (length: number) =>
    `POST /up/x HTTP/1.1\r\n${CLOSE}Content-Type: image/png\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`;

  test('an upload that expects it is told to continue', async () => {
    const engine = fakeEngine();
    const answer = await exchange(await start(handleWith(engine)), expecting(3), 'abc');
    expect(answer.startsWith('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK')).toBe(true);
    expect(engine.jobs[0]?.upload?.body.toString()).toBe('abc');
  });

  test('an upload that is too large is 413 without a 100', async () => {
    const answer = await exchange(await start(), expecting(9_000_000));
    expect(statusOf(answer)).toBe(413);
    expect(headerOf(answer, 'connection')).toBe('close');
  });

  test('an upload that grows too large while it arrives is 413', async () => {
    const head = `POST /up/x HTTP/1.1\r\n${CLOSE}Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    const answer = await exchange(await start(), head + chunk.repeat(20));
    expect(statusOf(answer)).toBe(413);
  });
});

describe('endings', () => {
  test('a client that leaves aborts its request', async () => {
    let aborted: () => void = () => {};
    const seen = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const port = await start(async ({ signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      aborted();
      return { status: 499, headers: {}, body: new Uint8Array() };
    });
    const socket = connect(port, '127.0.0.1');
    socket.write(get('/a'));
    setTimeout(() => socket.destroy(), 50);
    await seen;
  });

  test('stopping lets a running answer end and tells the client to close', async () => {
    let finish: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun: () => void = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const engine = fakeEngine({
      render: async () => {
        begun();
        await gate;
        return rendition();
      },
    });
    const port = await start(handleWith(engine), 5000);
    const answer = exchange(port, 'GET /i/a HTTP/1.1\r\nHost: x.test\r\n\r\n');
    await running;
    const closed = open.splice(0).map((listener) => listener.close());
    finish();
    expect(headerOf(await answer, 'connection')).toBe('close');
    await Promise.all(closed);
    await expect(exchange(port, get('/i/a'))).rejects.toThrow();
  });

  test('stopping cuts what does not end within the grace', async () => {
    const engine = fakeEngine({ render: () => new Promise(() => {}) });
    const port = await start(handleWith(engine), 50);
    const answer = exchange(port, get('/i/a'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all(open.splice(0).map((listener) => listener.close()));
    await expect(answer.catch(() => '')).resolves.toBe('');
  });

  test('a port in use is an error of listen', async () => {
    const port = await start();
    const second = createListener({
      handle: handleWith(),
      policy: { resourcePolicy: 'cross-origin', timing: true },
      now: () => 0,
      connections: 1,
      grace: 0,
    });
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
