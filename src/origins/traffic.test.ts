/**
 * How servers are asked, with real ones: again after failures, on after cuts, and not for a while.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOrigin, type OriginConfig, type OriginOptions } from './create.ts';
import type { OriginLimits } from './limits.ts';
import { bytesOf, faultOf, never } from './origin.suite.ts';
import type { Origin } from './origin.ts';

const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) & 255));
const TAG = '"whole"';

type Asked = Pick<IncomingMessage, 'url' | 'headers'>;
type Route = (response: ServerResponse, request: IncomingMessage, times: number) => unknown;

const asked: Asked[] = [];
const routes = new Map<string, Route>();
const closing: (() => unknown)[] = [];
let port = 0;

beforeAll(async () => {
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push({ url, headers });
    const times = asked.filter((one) => one.url === url).length;
    const route = routes.get(url);
    if (route) route(response, request, times);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});
beforeEach(async () => {
  // What an earlier test gave up may still be on its way.
  await new Promise((resolve) => setTimeout(resolve, 20));
  asked.length = 0;
  routes.clear();
});

type Settings = Partial<Omit<Extract<OriginConfig, { kind: 'http' }>, 'kind' | 'base'>>;

function origin(
  settings: Settings = {},
  limits: Partial<OriginLimits> = {},
  options: OriginOptions = {},
): Origin {
  const base = `http://127.0.0.1:${port}/`;
  const made = createOrigin({ kind: 'http', base, ...settings }, limits, options);
  closing.unshift(() => made.close());
  return made;
}

async function read(from: Origin, path: string, signal = never): Promise<Buffer> {
  return bytesOf(await from.fetch(await from.locate({ kind: 'path', path }), undefined, signal));
}

const whole = (response: ServerResponse) =>
  response.writeHead(200, { etag: TAG, 'content-length': BODY.length }).end(BODY);
/** The first bytes, and then the end of the connection. */
const cut = (response: ServerResponse, bytes: number, headers: object = {}) => {
  response.writeHead(200, { etag: TAG, 'content-length': BODY.length, ...headers });
  response.write(BODY.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
};

describe('a failure that may pass', () => {
  test.each<[string, Route]>([
    ['502', (response) => response.writeHead(502).end()],
    ['503 with a time', (response) => response.writeHead(503, { 'retry-after': '0' }).end()],
    ['504', (response) => response.writeHead(504).end()],
    ['a connection that is cut', (response) => response.destroy()],
  ])('is tried again: %s', async (_, fail) => {
    routes.set('/a', (response, request, times) =>
      times < 3 ? fail(response, request, times) : whole(response),
    );
    const from = origin();
    expect(Buffer.compare(await read(from, 'a'), BODY)).toBe(0);
    expect(asked).toHaveLength(3);
    expect(from.health?.()).toEqual({ paused: 0, retries: 2, resumed: 0 });
  });

  test('is tried only so often', async () => {
    routes.set('/a', (response) => response.writeHead(503, { 'retry-after': '0' }).end());
    const once = await faultOf(read(origin({ retries: 0 }), 'a'));
    expect([once.code, once.detail.status, asked.length]).toEqual(['origin-failed', 503, 1]);
    await faultOf(read(origin({ retries: 4 }), 'a'));
    expect(asked).toHaveLength(6);
  });

  test('is not waited for past the time of the source, and says how long', async () => {
    routes.set('/a', (response) => response.writeHead(503, { 'retry-after': '60' }).end());
    const fault = await faultOf(read(origin(), 'a'));
    expect([fault.code, fault.retryAfter, asked.length]).toEqual(['origin-failed', 60, 1]);
  });

  test('is not waited for by a client that has gone', async () => {
    const gone = new AbortController();
    routes.set('/a', (response) => {
      response.writeHead(503, { 'retry-after': '5' }).end();
      setTimeout(() => gone.abort(new Error('gone')), 50);
    });
    await expect(read(origin(), 'a', gone.signal)).rejects.toThrow('gone');
    expect(asked).toHaveLength(1);
  });

  test.each([400, 403, 404, 429, 500, 501])('is none: %d', async (status) => {
    routes.set('/a', (response) => response.writeHead(status).end());
    await faultOf(read(origin(), 'a'));
    expect(asked).toHaveLength(1);
  });
});

describe('a body whose connection is cut', () => {
  /** Serves ranges of the body as a server should. */
  const range: Route = (response, { headers }) => {
    const first = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1]);
    if (headers['if-range'] !== TAG || Number.isNaN(first)) return whole(response);
    return response
      .writeHead(206, {
        etag: TAG,
        'content-length': BODY.length - first,
        'content-range': `bytes ${first}-${BODY.length - 1}/${BODY.length}`,
      })
      .end(BODY.subarray(first));
  };

  test('is gone on with from the first byte that is missing, and is whole', async () => {
    routes.set('/a', (response, request, times) =>
      times === 1 ? cut(response, 100_000) : range(response, request, times),
    );
    const from = origin();
    expect(Buffer.compare(await read(from, 'a'), BODY)).toBe(0);
    expect(asked[1]?.headers).toMatchObject({ range: 'bytes=100000-', 'if-range': TAG });
    expect(from.health?.()).toMatchObject({ resumed: 1 });
  });

  test('again and again', async () => {
    routes.set('/a', (response, { headers }) => {
      const first = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      response.writeHead(first === 0 ? 200 : 206, {
        etag: TAG,
        'content-length': BODY.length - first,
        ...(first === 0
          ? {}
          : { 'content-range': `bytes ${first}-${BODY.length - 1}/${BODY.length}` }),
      });
      const part = BODY.subarray(first, first + 90_000);
      if (first + 90_000 >= BODY.length) response.end(part);
      else response.write(part, () => setTimeout(() => response.destroy(), 20));
    });
    expect(Buffer.compare(await read(origin(), 'a'), BODY)).toBe(0);
    expect(asked).toHaveLength(4);
  });

  test('also where the server is busy when it is asked for the rest', async () => {
    routes.set('/a', (response, request, times) => {
      if (times === 1) return cut(response, 100_000);
      if (times === 2) return response.writeHead(503, { 'retry-after': '0' }).end();
      return range(response, request, times);
    });
    expect(Buffer.compare(await read(origin(), 'a'), BODY)).toBe(0);
  });

  const rest =
    (headers: object, status = 206): Route =>
    (response) =>
      response
        .writeHead(status, { 'content-length': 200_000, ...headers })
        .end(BODY.subarray(100_000));
  const isRest = `bytes 100000-${BODY.length - 1}/${BODY.length}`;

  test.each<[string, Route]>([
    [
      'the whole of another one',
      (response) => response.writeHead(200, { etag: '"new"' }).end('new'),
    ],
    ['a rest without a tag', rest({ 'content-range': isRest })],
    ['a rest of another tag', rest({ etag: '"new"', 'content-range': isRest })],
    [
      'a rest of another length',
      rest({ etag: TAG, 'content-range': 'bytes 100000-299999/300001' }),
    ],
    [
      'a rest that begins before',
      rest({ etag: TAG, 'content-range': 'bytes 99999-299999/300000' }),
    ],
    ['a rest that ends before', rest({ etag: TAG, 'content-range': 'bytes 100000-299998/300000' })],
    [
      'a rest that is coded',
      rest({ etag: TAG, 'content-range': isRest, 'content-encoding': 'gzip' }),
    ],
    ['no range', rest({ etag: TAG })],
    ['416', (response) => response.writeHead(416).end()],
    ['404', (response) => response.writeHead(404).end()],
  ])('fails where the server gives %s', async (_, second) => {
    routes.set('/a', (response, request, times) =>
      times === 1 ? cut(response, 100_000) : second(response, request, times),
    );
    expect((await faultOf(read(origin(), 'a'))).code).toBe('origin-failed');
    expect(asked).toHaveLength(2);
  });

  test.each<[string, object]>([
    ['a weak tag', { etag: 'W/"whole"' }],
    ['a server that says it has no ranges', { 'accept-ranges': 'none' }],
  ])('is not gone on with: %s', async (_, headers) => {
    routes.set('/a', (response) => cut(response, 100_000, headers));
    expect((await faultOf(read(origin(), 'a'))).code).toBe('origin-failed');
    expect(asked).toHaveLength(1);
  });

  test('counts towards the size of a source as it came', async () => {
    routes.set('/a', (response, request, times) =>
      times === 1 ? cut(response, 100_000) : range(response, request, times),
    );
    const fault = await faultOf(read(origin({}, { maxBytes: BODY.length - 1 }), 'a'));
    expect(fault.code).toBe('source-too-large');
  });
});

describe('a server that fails again and again', () => {
  const breaking = { retries: 0, breakerFailures: 3, breakerPause: 60_000 };

  test('is left alone, and the others of the source are not', async () => {
    routes.set('/a', (response) => response.writeHead(503).end());
    routes.set('/b', whole);
    const from = origin(breaking);
    for (let i = 0; i < 3; i++) {
      expect((await faultOf(read(from, 'a'))).code).toBe('origin-failed');
    }
    const fault = await faultOf(read(from, 'b'));
    expect([fault.code, fault.kind.status, asked.length]).toEqual(['origin-paused', 503, 3]);
    expect(fault.retryAfter).toBeGreaterThan(50);
    expect(from.health?.()).toMatchObject({ paused: 1 });
    const other = origin(breaking);
    expect((await read(other, 'b')).length).toBe(BODY.length);
  });

  test('is tried again after the pause', async () => {
    routes.set('/a', (response, _request, times) =>
      times <= 3 ? response.destroy() : whole(response),
    );
    const from = origin({ ...breaking, breakerPause: 30 });
    for (let i = 0; i < 3; i++) await faultOf(read(from, 'a'));
    await expect
      .poll(
        () =>
          read(from, 'a').then(
            (bytes) => bytes.length,
            () => 0,
          ),
        { timeout: 20_000 },
      )
      .toBe(BODY.length);
    expect(from.health?.()).toMatchObject({ paused: 0 });
  });

  test('is none where clients go away', async () => {
    routes.set('/slow', () => {});
    routes.set('/b', whole);
    const from = origin(breaking);
    for (let i = 0; i < 4; i++) {
      const gone = new AbortController();
      const reading = read(from, 'slow', gone.signal).catch(() => 'gone');
      await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(i + 1);
      gone.abort(new Error('gone'));
      expect(await reading).toBe('gone');
    }
    expect((await read(from, 'b')).length).toBe(BODY.length);
  });

  test('is none for one address that makes it fail', async () => {
    routes.set('/a', (response) => response.writeHead(500).end());
    routes.set('/b', whole);
    const from = origin(breaking);
    for (let i = 0; i < 9; i++) await faultOf(read(from, 'a'));
    expect((await read(from, 'b')).length).toBe(BODY.length);
  });

  test('by its time too', async () => {
    routes.set('/slow', () => {});
    const from = origin(breaking, { firstByteMs: 40 });
    for (let i = 0; i < 3; i++) {
      expect((await faultOf(read(from, 'slow'))).code).toBe('origin-timeout');
    }
    expect((await faultOf(read(from, 'slow'))).code).toBe('origin-paused');
  });
});

describe('headers of an operator', () => {
  const secret = { Authorization: 'Bearer hunter2', 'X-Key': 'k' };
  const named: OriginOptions = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] };

  test('go to the server of the base, with every request and redirect there', async () => {
    routes.set('/a', (response) => response.writeHead(302, { location: '/b' }).end());
    routes.set('/b', whole);
    await read(origin({ headers: secret }), 'a');
    expect(asked.map(({ headers }) => [headers.authorization, headers['x-key']])).toEqual([
      ['Bearer hunter2', 'k'],
      ['Bearer hunter2', 'k'],
    ]);
  });

  test('go nowhere else: another host, or the same by another name', async () => {
    const away = `http://other.example:${port}/b`;
    routes.set('/a', (response) => response.writeHead(302, { location: away }).end());
    routes.set('/b', whole);
    await read(origin({ headers: secret, allow: [`other.example:${port}`] }, {}, named), 'a');
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer hunter2',
      undefined,
    ]);
    expect(asked[1]?.headers).not.toHaveProperty('x-key');
  });

  test('go along when a body is gone on with, and not with failures', async () => {
    routes.set('/a', (response, _request, times) =>
      times === 1 ? cut(response, 5000) : response.writeHead(404).end(),
    );
    const fault = await faultOf(read(origin({ headers: secret }), 'a'));
    expect(asked[1]?.headers.authorization).toBe('Bearer hunter2');
    expect(JSON.stringify([fault, fault.detail, String(fault)])).not.toContain('hunter2');
  });

  test('may say what is wanted and who asks', async () => {
    routes.set('/a', whole);
    await read(origin({ headers: { Accept: 'image/png', 'User-Agent': 'shop' } }), 'a');
    expect(asked[0]?.headers).toMatchObject({ accept: 'image/png', 'user-agent': 'shop' });
  });
});

test('only so many connections are opened to a server', async () => {
  let open = 0;
  let most = 0;
  routes.set('/a', (response) => {
    open++;
    most = Math.max(most, open);
    setTimeout(() => {
      open--;
      whole(response);
    }, 30);
  });
  const from = origin({ connections: 2 });
  await Promise.all(Array.from({ length: 8 }, () => read(from, 'a')));
  expect(most).toBe(2);
});
