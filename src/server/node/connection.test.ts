import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import type { Handle, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { MAX_RUNNING } from './connection.ts';
import { get, listeners, until } from './sockets.suite.ts';

/** A handler that answers when it is told to, and counts. */
function gated() {
  const seen: string[] = [];
  const aborted: string[] = [];
  const open: (() => void)[] = [];
  let most = 0;
  const handle: Handle = ({ target, signal }: HttpRequest) => {
    seen.push(target);
    most = Math.max(most, open.length + 1);
    return new Promise<HttpResponse>((resolve) => {
      const answer = () =>
        resolve({
          status: 200,
          headers: { etag: `"${target}"`, 'content-length': '2' },
          body: Buffer.from('ok'),
        });
      signal.addEventListener('abort', () => {
        aborted.push(target);
        open.splice(open.indexOf(answer), 1);
        answer();
      });
      open.push(answer);
    });
  };
  return {
    handle,
    seen,
    aborted,
    open,
    most: () => most,
    release() {
      for (const answer of open.splice(0)) answer();
    },
  };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `/i/${index}`);
const etags = (text: string) => [...text.matchAll(/etag: "(.*?)"/g)].map((match) => match[1]);

describe('requests of one connection', () => {
  const { start, client } = listeners();

  test('are begun a few at a time, and answered all and in order', async () => {
    const gate = gated();
    const { port } = await start(gate.handle);
    const targets = many(500);
    const one = client(port, targets.map((target) => get(target)).join(''));
    await until(() => gate.open.length === MAX_RUNNING);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(gate.seen.length).toBe(MAX_RUNNING);
    while (one.statuses.length < targets.length) {
      gate.release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(etags(one.text)).toEqual(targets);
    expect(gate.most()).toBe(MAX_RUNNING);
  });

  test('are not read while others wait', async () => {
    const gate = gated();
    const { port } = await start(gate.handle);
    let parsed = 0;
    const count = () => {
      parsed += 1;
    };
    subscribe('http.server.request.start', count);
    const request = get('/i/a');
    client(port, request.repeat(20_000));
    // The parser takes no more than a read of the socket at once, which is 64 KiB
    const most = Math.ceil(65_536 / request.length) + MAX_RUNNING;
    for (let round = 1; round <= 5; round++) {
      await until(() => gate.open.length === MAX_RUNNING);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(parsed).toBeLessThanOrEqual(most);
      expect(gate.seen.length).toBe(round * MAX_RUNNING);
      gate.release();
    }
    unsubscribe('http.server.request.start', count);
  });

  test('of another connection do not wait for them', async () => {
    const gate = gated();
    const { port } = await start(gate.handle);
    client(
      port,
      many(100)
        .map((target) => get(target))
        .join(''),
    );
    await until(() => gate.open.length === MAX_RUNNING);
    client(port, get('/i/other'));
    await until(() => gate.seen.includes('/i/other'));
  });

  test('are all given up when the client leaves', async () => {
    const gate = gated();
    const { port, listener } = await start(gate.handle);
    const one = client(
      port,
      many(MAX_RUNNING)
        .map((target) => get(target))
        .join(''),
    );
    await until(() => gate.open.length === MAX_RUNNING);
    one.socket.destroy();
    await until(() => gate.aborted.length === MAX_RUNNING);
    await until(() => listener.connections() === 0);
  });

  test('behind an answer that closes are not begun', async () => {
    const gate = gated();
    const early: number[] = [];
    const access = ({ status }: { readonly status: number }) => void early.push(status);
    const { port } = await start(gate.handle, { access });
    const last = get('/i/last', 'Connection: close\r\n');
    const one = client(
      port,
      many(20)
        .map((target) => get(target))
        .join('') +
        last +
        get('/i/no'),
    );
    const timer = setInterval(gate.release, 5);
    await one.ended;
    clearInterval(timer);
    expect(etags(one.text)).toEqual([...many(20), '/i/last']);
    expect(gate.seen).not.toContain('/i/no');
    // What follows is no request of its own, so that nothing is said of it
    expect(early).toEqual([]);
  });
});

describe('a request that cannot be read', () => {
  const { start, client } = listeners();

  test('is answered behind those that came before it', async () => {
    const gate = gated();
    const { port } = await start(gate.handle);
    const one = client(port, `${get('/i/1')}${get('/i/2')}GET / HTTX\r\n\r\n${get('/i/3')}`);
    await until(() => gate.open.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(one.text).toBe('');
    gate.release();
    await one.ended;
    expect(one.statuses).toEqual([200, 200, 400]);
    expect(gate.seen).toEqual(['/i/1', '/i/2']);
  });

  test('is answered in place of one whose own body broke off', async () => {
    const gate = gated();
    const { port } = await start(gate.handle);
    const broken = 'POST /i/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const one = client(port, broken);
    await until(() => gate.open.length === 1);
    one.socket.write('zz\r\n');
    await one.ended;
    expect(one.statuses).toEqual([400]);
    expect(gate.aborted).toEqual(['/i/1']);
  });

  test('ends the connection, whatever follows it', async () => {
    const { port } = await start();
    const one = client(port, `GET / HTTX\r\n\r\n${get('/i/1').repeat(50)}`);
    expect(await one.ended).toBe('closed');
    expect(one.statuses).toEqual([400]);
  });

  test.each([
    ['GET /healthz\r\n\r\n', 400, 'no version'],
    ['GET /healthz\r\nHost: a\r\n\r\n', 400, 'no version, but headers'],
    ['GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n', 505, 'a version of another protocol'],
    ['GET /healthz HTTP/1.7\r\nHost: a\r\n\r\n', 400, 'a version that is none'],
    [`GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'a target of 1 MB'],
    [
      `GET /${'a'.repeat(66_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      414,
      'one that ends in a later packet',
    ],
    [
      `GET /${'a'.repeat(30_000)} HTTP/1.1\r\nX: ${'b'.repeat(9000)}\r\n\r\n`,
      414,
      'with long headers',
    ],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'b'.repeat(90_000)}\r\n\r\n`, 431, 'a header of 90 kB'],
    [
      `GET / HTTP/1.1\r\nHost: a\r\n${'X: b\r\n'.repeat(20_000)}\r\n`,
      431,
      'twenty thousand headers',
    ],
    ['TRACE /nowhere HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'TRACE of what is not there'],
    ['TRACE * HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'TRACE of everything'],
  ])('%# is %d and closes (%s)', async (text, status, why) => {
    const { port } = await start();
    const one = client(port, text);
    await one.ended;
    expect(one.statuses, why).toEqual([status]);
    expect(one.text).toMatch(/connection: close/i);
    if (status === 405) expect(one.text).toMatch(/allow: .*GET/);
  });
});
