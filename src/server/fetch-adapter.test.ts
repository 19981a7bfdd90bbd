import { describe, expect, test } from 'vitest';
import type { FileBody } from '../base/body.ts';
import { BODY, ETAG, fakeEngine, handleWith, rendition } from './exchange.suite.ts';
import { fetchHandle } from './fetch-adapter.ts';
import type { HttpRequest } from './http/http-message.ts';

const answers = (engine = fakeEngine()) => fetchHandle(handleWith(engine));

/** What the server behind the adapter is asked. */
async function asked(
  request: Request,
  options?: Parameters<ReturnType<typeof fetchHandle>>[1],
): Promise<HttpRequest & { readonly text: string }> {
  let seen: HttpRequest | undefined;
  const pieces: Uint8Array[] = [];
  await fetchHandle(async (given) => {
    seen = given;
    for await (const piece of given.body) pieces.push(piece);
    return { status: 204, headers: {}, body: new Uint8Array() };
  })(request, options);
  return { ...seen!, text: Buffer.concat(pieces).toString() };
}

describe('a Request', () => {
  test('is answered by a Response with status, headers and bytes', async () => {
    const response = await answers()(new Request('http://img.test/i/a.jpg?w=1'));
    expect(response).toBeInstanceOf(Response);
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe(ETAG);
    expect(response.headers.get('content-length')).toBe(String(BODY.length));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(BODY);
  });

  test.each([
    ['http://img.test/i/a%20b?x=%7B', 'img.test', '/i/a%20b?x=%7B', 'escapes stay'],
    ['https://user@img.test:8443/i//a?', 'img.test:8443', '/i//a?', 'any port, an empty query'],
    ['http://img.test', 'img.test', '/', 'no path'],
    ['http://img.test/i/a#b', 'img.test', '/i/a', 'no fragment'],
    ['http://[::1]:80/a', '[::1]', '/a', 'an address'],
  ])('%s is host %s and target %s (%s)', async (url, host, target, _why) => {
    const seen = await asked(new Request(url.replace('user@', '')));
    expect([seen.headers.host, seen.target]).toEqual([host, target]);
  });

  // What the page in docs/reference says of the parser
  test.each([
    ['/a b{c}"<>`\\d', '/a%20b%7Bc%7D%22%3C%3E%60/d'],
    ['/a?x= \'"<>', '/a?x=%20%27%22%3C%3E'],
    ['/a/./b/../%2e%2e/c', '/c'],
    ['/é?é', '/%C3%A9?%C3%A9'],
    ['/a\tb', '/ab'],
    ['/a%zz|[]^%2F;=,~!$&()*+:@', '/a%zz|[]^%2F;=,~!$&()*+:@'],
  ])('changes the target %j into %j, unless it is handed on', async (raw, parsed) => {
    const request = () => new Request(`http://img.test${raw}`);
    expect((await asked(request())).target).toBe(parsed);
    expect((await asked(request(), { target: raw })).target).toBe(raw);
  });

  test('brings its method, headers, body and signal', async () => {
    const gone = new AbortController();
    const request = new Request('http://img.test/up/a', {
      method: 'POST',
      body: 'abc',
      headers: { 'X-Any': '1', 'content-type': 'image/png' },
      signal: gone.signal,
    });
    const seen = await asked(request, { remoteAddress: '192.0.2.1' });
    expect(seen).toMatchObject({ method: 'POST', text: 'abc', remoteAddress: '192.0.2.1' });
    expect(seen.headers).toMatchObject({ 'x-any': '1', 'transfer-encoding': 'chunked' });
    gone.abort();
    expect(seen.signal.aborted).toBe(true);
  });

  test.each([
    ['HEAD', {}, 200],
    ['GET', { 'if-none-match': ETAG }, 304],
    ['OPTIONS', {}, 204],
  ])('%s with %o has no body (%d)', async (method, headers, status) => {
    const request = new Request('http://img.test/i/a', { method, headers: { ...headers } });
    const response = await answers()(request);
    expect([response.status, response.body]).toEqual([status, null]);
  });

  test('is refused as on a socket', async () => {
    const response = await answers()(new Request('http://other.test/nowhere', { method: 'GET' }));
    expect([response.status, await response.text()]).toEqual([404, 'Nothing answers here.\n']);
  });

  test('of a client that left is 499', async () => {
    const engine = fakeEngine({ render: () => Promise.reject(new Error('aborted')) });
    const request = new Request('http://img.test/i/a', { signal: AbortSignal.abort() });
    expect((await answers(engine)(request)).status).toBe(499);
  });
});

describe('a body in a file', () => {
  function file(breaks = false) {
    const seen = { read: 0, closed: 0 };
    const body: FileBody = {
      file: '/nowhere',
      bytes: 10_000,
      async *read(range = { start: 0, end: 10_000 }) {
        try {
          for (let at = range.start; at < range.end; at += 100) {
            if (breaks && at > 500) throw new Error('gone');
            seen.read += 100;
            yield new Uint8Array(100);
          }
        } finally {
          seen.closed += 1;
        }
      },
    };
    const handle = answers(fakeEngine({ render: async () => rendition({ body }) }));
    return { seen, response: () => handle(new Request('http://img.test/i/a')) };
  }

  test('is read as the reader takes it, and closed when the reader leaves', async () => {
    const { seen, response } = file();
    const reader = (await response()).body!.getReader();
    expect(seen.read).toBe(0);
    expect((await reader.read()).value?.length).toBe(100);
    expect(seen.read).toBe(100);
    await reader.cancel();
    expect(seen.closed).toBe(1);
  });

  test('arrives whole', async () => {
    const { seen, response } = file();
    expect((await (await response()).arrayBuffer()).byteLength).toBe(10_000);
    expect(seen.closed).toBe(1);
  });

  test('that fails midway is an error of the body, not a short one', async () => {
    await expect((await file(true).response()).arrayBuffer()).rejects.toThrow();
  });
});
