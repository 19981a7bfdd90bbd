import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Server } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../base/fault.ts';
import { createOrigin, type OriginConfig, type OriginOptions } from './create.ts';
import type { OriginLimits } from './limits.ts';
import { bytesOf, faultCode, faultOf, never, originSuite } from './origin.suite.ts';
import type { Origin, Validators } from './origin.ts';

/** Requests that reached 127.0.0.1 (allowed), and 127.0.0.2 (never to be reached). */
const asked: { url: string; headers: IncomingHttpHeaders }[] = [];
const trespasses: string[] = [];
const closing: (() => unknown)[] = [];
const sources = new Map<string, { body: Uint8Array; tag: string }>();
let port = 0;

type Route = (response: ServerResponse, request: IncomingMessage) => unknown;
const BODY = Buffer.from('a picture, more or less. '.repeat(40));
const coded =
  (encoding: string, body: Uint8Array): Route =>
  (response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(body);

const ROUTES: Record<string, Route> = {
  '/plain': (response) => response.writeHead(200, { etag: '"1"', 'set-cookie': 'a=1' }).end(BODY),
  '/dated': (response, { headers }) =>
    headers['if-modified-since']
      ? response.writeHead(304, { 'cache-control': 'max-age=9' }).end()
      : response.writeHead(200, { 'last-modified': 'Fri, 20 Nov 2026 12:00:00 GMT' }).end(BODY),
  '/always-304': (response) => response.writeHead(304).end(),
  '/half': (response) => response.writeHead(206, { 'content-range': 'bytes 0-1/9' }).end('ab'),
  '/lies-short': (response) => {
    response.writeHead(200, { 'content-length': 5000 });
    response.write(BODY);
    setTimeout(() => response.destroy(), 20);
  },
  '/lies-nothing': (response) => {
    // No length at all, and more than anybody wants.
    response.writeHead(200);
    const more = () => {
      while (response.write(Buffer.alloc(16_384)));
    };
    response.on('drain', more);
    more();
  },
  '/announces': (response) => response.writeHead(200, { 'content-length': 1e9 }).write('x'),
  '/hang-up': (response) => response.destroy(),
  '/hang': () => {},
  '/drip': (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/stall': (response) => response.writeHead(200).write('a beginning'),
  '/steady': (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(Buffer.alloc(2000)), 10);
    response.on('close', () => clearInterval(timer));
  },
  '/big-head': (response) => response.writeHead(200, { 'x-big': 'x'.repeat(20_000) }).end(),
  '/gzip': coded('gzip', gzipSync(BODY)),
  '/x-gzip': coded('X-GZIP', gzipSync(BODY)),
  '/br': coded('br', brotliCompressSync(BODY)),
  '/deflate': coded('deflate', deflateSync(BODY)),
  '/deflate-raw': coded('deflate', deflateRawSync(BODY)),
  '/identity': coded('identity', BODY),
  '/gzip-empty': coded('gzip', gzipSync('')),
  '/gzip-bomb': coded('gzip', gzipSync(Buffer.alloc(50_000_000))),
  '/br-bomb': coded('br', brotliCompressSync(Buffer.alloc(50_000_000))),
  '/gzip-broken': coded('gzip', Buffer.concat([gzipSync(BODY).subarray(0, 30), BODY])),
  '/gzip-cut': coded('gzip', gzipSync(BODY).subarray(0, -12)),
  '/gzip-no': coded('gzip', BODY),
  '/zstd': coded('zstd', BODY),
  '/twice': coded('gzip, br', BODY),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/ping': (response) => response.writeHead(302, { location: '/pong' }).end(),
  '/pong': (response) => response.writeHead(302, { location: '/ping' }).end(),
  '/nowhere': (response) => response.writeHead(302).end(),
};

const listener: RequestListener = (request, response) => {
  const url = request.url ?? '';
  asked.push({ url, headers: request.headers });
  const path = url.split('?')[0] ?? '';
  const route = ROUTES[path];
  if (route) return void route(response, request);
  const status = /^\/status\/(\d+)/.exec(path);
  if (status) return void response.writeHead(Number(status[1])).end('no');
  const hops = /^\/hops\/(\d+)/.exec(path);
  if (hops) {
    const left = Number(hops[1]) - 1;
    return void response.writeHead(302, { location: left > 0 ? `/hops/${left}` : '/plain' }).end();
  }
  const to = /^\/to\/(.+)/.exec(url);
  if (to) return void response.writeHead(302, { location: decodeURIComponent(to[1] ?? '') }).end();
  const source = sources.get(path);
  if (!source) return void response.writeHead(404).end();
  if (request.headers['if-none-match'] === source.tag) return void response.writeHead(304).end();
  response.writeHead(200, { etag: source.tag }).end(source.body);
};

async function listen(server: Server, host: string, at = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(at, host, resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const server = createServer(listener);
  port = await listen(server, '127.0.0.1');
  const forbidden = createServer((request, response) => {
    trespasses.push(request.url ?? '');
    response.end('secret');
  });
  await listen(forbidden, '127.0.0.2', port);
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => forbidden.close(),
    () => forbidden.closeAllConnections(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});
beforeEach(() => {
  asked.length = 0;
  trespasses.length = 0;
});

function make(
  config: OriginConfig,
  limits?: Partial<OriginLimits>,
  options?: OriginOptions,
): Origin {
  const origin = createOrigin(config, limits, options);
  closing.unshift(() => origin.close());
  return origin;
}

const web = (limits?: Partial<OriginLimits>, options?: OriginOptions, more: string[] = []) =>
  make({ kind: 'web', allow: [`127.0.0.1:${port}`, ...more] }, limits, options);

async function get(origin: Origin, path: string, held?: Validators) {
  const url = path.startsWith('/') ? `http://127.0.0.1:${port}${path}` : path;
  return origin.fetch(await origin.locate({ kind: 'url', url }), held, never);
}

const text = async (origin: Origin, path: string) =>
  (await bytesOf(await get(origin, path))).toString();
const fault = (origin: Origin, path: string) => faultOf(() => text(origin, path));

const putSource = (name: string, body: Uint8Array) => {
  sources.set(`/${name}`, { body, tag: `"${name}-${body.length}"` });
};

describe('the web origin', () => {
  originSuite(async () => ({
    origin: web({ maxBytes: 100_000 }),
    put: async (name, body) => {
      putSource(name, body);
      return { kind: 'url', url: `http://127.0.0.1:${port}/${name}` };
    },
    missing: { kind: 'url', url: `http://127.0.0.1:${port}/not-here` },
  }));

  test('locates a URL under its parsed spelling, without its fragment', async () => {
    const url = `HTTP://127.1:${port}/a b.png?x=1#part`;
    const href = `http://127.0.0.1:${port}/a%20b.png?x=1`;
    expect(await web().locate({ kind: 'url', url })).toEqual({ id: href, url: href });
  });

  test.each([
    // path                 routes                              what was asked, and what was got
    ['/a+b', { '/a%20b': 'spaces' }, ['/a+b', '/a%20b'], 'spaces'],
    ['/a+b', { '/a%20b': 'spaces', '/a+b': 'plus' }, ['/a+b'], 'plus'],
    ['/a%20b', { '/a+b': 'plus' }, ['/a%20b'], 'source-not-found'],
    ['/a+b', {}, ['/a+b', '/a%20b'], 'source-not-found'],
    ['/a+b?v=1+2', { '/a%20b': 'spaces' }, ['/a+b?v=1+2', '/a%20b?v=1+2'], 'spaces'],
    ['/a?v=1+2', {}, ['/a?v=1+2'], 'source-not-found'],
    ['/a+b', { '/a+b': 403, '/a%20b': 'spaces' }, ['/a+b'], 'source-forbidden'],
  ])('%s with %j asks for %j and gets %s', async (path, routes, expected, got) => {
    const given = Object.entries(routes as Record<string, string | number>);
    for (const [name, what] of given) {
      ROUTES[name] = (response) =>
        typeof what === 'number' ? response.writeHead(what).end() : response.end(what);
    }
    const origin = web();
    const result = await text(origin, path).catch((error: Fault) => error.code);
    for (const [name] of given) delete ROUTES[name];
    expect([asked.map(({ url }) => url), result]).toEqual([expected, got]);
    // Each spelling has a place of its own in the store, and a missing one says nothing of the other.
    const id = async (spelling: string) =>
      (await origin.locate({ kind: 'url', url: `http://127.0.0.1:${port}${spelling}` })).id;
    expect(await id('/a+b')).not.toBe(await id('/a%20b'));
  });

  test.each([
    ['not a url', 'bad-request', 'no URL'],
    ['/relative.png', 'bad-request', 'not absolute'],
    ['http://', 'bad-request', 'no host'],
    ['http://a%00b/', 'bad-request', 'NUL'],
    ['http://example.com/', 'source-refused', 'not listed'],
    ['file:///etc/passwd', 'source-refused', 'scheme'],
    ['http://127.0.0.2/', 'source-refused', 'private'],
  ])('%s is %s (%s)', async (url, code) => {
    expect(await faultCode(web().locate({ kind: 'url', url }))).toBe(code);
  });

  test('a URL that is too long is a bad request', async () => {
    const url = `http://example.com/${'x'.repeat(9000)}`;
    expect(await faultCode(web().locate({ kind: 'url', url }))).toBe('bad-request');
  });

  test('a path is refused, and a location from elsewhere is checked like a URL', async () => {
    expect(await faultCode(web().locate({ kind: 'path', path: 'a.png' }))).toBe('source-refused');
    const id = `http://127.0.0.2:${port}/`;
    expect(await faultCode(web().fetch({ id }, undefined, never))).toBe('source-refused');
    expect(trespasses).toEqual([]);
  });

  test('sends what it is and nothing of the visitor', async () => {
    await text(web(), '/plain');
    const { host, connection, ...headers } = asked[0]?.headers ?? {};
    expect(host).toBe(`127.0.0.1:${port}`);
    expect(headers).toEqual({
      accept: 'image/*,*/*;q=0.1',
      'accept-encoding': 'identity',
      'user-agent': 'fovea',
      'cdn-loop': 'fovea',
    });
  });

  test('does not use a proxy of the environment', async () => {
    process.env.HTTP_PROXY = `http://127.0.0.2:${port}`;
    try {
      expect(await text(web(), '/plain')).toBe(BODY.toString());
      expect(trespasses).toEqual([]);
    } finally {
      delete process.env.HTTP_PROXY;
    }
  });

  test('gives the headers that freshness needs and no others', async () => {
    const fetched = await get(web(), '/plain');
    expect(Object.keys(fetched.headers).sort()).toEqual(['date', 'etag']);
    await bytesOf(fetched);
  });
});

describe('names', () => {
  const resolving = (...addresses: string[]): OriginOptions => ({
    resolve: async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });
  const url = () => `http://pictures.example:${port}/plain`;
  const named = (options: OriginOptions) => web({}, options, [`pictures.example:${port}`]);

  test('are connected to at the address that was checked', async () => {
    expect(await text(named(resolving('127.0.0.1')), url())).toBe(BODY.toString());
    expect(asked[0]?.headers.host).toBe(`pictures.example:${port}`);
  });

  test('with several addresses use only those that pass', async () => {
    expect(await text(named(resolving('127.0.0.2', '127.0.0.1')), url())).toBe(BODY.toString());
    expect(trespasses).toEqual([]);
  });

  test('that rebind are caught at every new connection', async () => {
    let lookups = 0;
    const rebinding: OriginOptions = {
      resolve: async () => [{ address: lookups++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
    };
    ROUTES['/closing'] = (response) => response.writeHead(200, { connection: 'close' }).end('x');
    const origin = named(rebinding);
    const closingUrl = url().replace('/plain', '/closing');
    expect(await text(origin, closingUrl)).toBe('x');
    expect((await fault(origin, closingUrl)).code).toBe('source-unresolvable');
    expect(lookups).toBe(2);
    expect(trespasses).toEqual([]);
  });

  const unknown = (code: string): OriginOptions => ({
    resolve: async () => {
      throw Object.assign(new Error(`getaddrinfo ${code} 10.0.0.1`), { code });
    },
  });

  test.each<[string, OriginOptions]>([
    ['of this machine', resolving('127.0.0.2')],
    ['of an inner network', resolving('10.0.0.1', '192.168.1.1')],
    ['of metadata', resolving('169.254.169.254', 'fd00:ec2::254')],
    ['mapped', resolving('::ffff:10.0.0.1')],
    ['nowhere', resolving('0.0.0.0')],
    ['without data', unknown('ENODATA')],
    ['later', unknown('EAI_AGAIN')],
  ])(
    'that lead to blocked addresses (%s) cannot be told from names that do not exist',
    async (_, options) => {
      const missing = await fault(named(unknown('ENOTFOUND')), url());
      expect([missing.code, missing.kind.status]).toEqual(['source-unresolvable', 404]);
      expect(missing.message).not.toMatch(/ENOTFOUND|10\.0/);
      const one = await fault(named(options), url());
      expect([one.code, one.message, one.kind]).toEqual([
        missing.code,
        missing.message,
        missing.kind,
      ]);
      expect([asked, trespasses]).toEqual([[], []]);
    },
  );

  test('of hosts that do not answer are told apart', async () => {
    // Port 1 of the loopback address is closed.
    const closed = await fault(web({}, {}, ['127.0.0.1:1']), 'http://127.0.0.1:1/plain');
    expect(closed.code).toBe('origin-failed');
    expect(closed.message).not.toMatch(/\d/);
  });

  test('that resolve to this server itself are not asked', async () => {
    const self = { ...resolving('127.0.0.1'), selfAddresses: [`0.0.0.0:${port}`] };
    expect((await fault(named(self), url())).code).toBe('source-unresolvable');
    expect(asked).toEqual([]);
  });
});

describe('answers', () => {
  test.each([
    ['/status/401', 'source-forbidden'],
    ['/status/403', 'source-forbidden'],
    ['/status/404', 'source-not-found'],
    ['/status/410', 'source-not-found'],
    ['/status/418', 'source-not-found'],
    ['/status/429', 'origin-failed'],
    ['/status/500', 'origin-failed'],
    ['/status/503', 'origin-failed'],
    ['/half', 'origin-failed'],
    ['/always-304', 'origin-failed'],
    ['/hang-up', 'origin-failed'],
    ['/big-head', 'origin-failed'],
    ['/lies-short', 'origin-failed'],
    ['/nowhere', 'origin-failed'],
  ])('%s: %s', async (path, code) => {
    const found = await fault(web(), path);
    expect(found.code).toBe(code);
    expect(found.message).not.toMatch(/127\.|ECONN|UND_ERR/);
  });

  test('304 to the date of the held copy means that it is still good', async () => {
    const held = { lastModified: 'Fri, 20 Nov 2026 12:00:00 GMT' };
    const fetched = await get(web(), '/dated', held);
    expect(fetched).toMatchObject({ kind: 'unchanged', headers: { 'cache-control': 'max-age=9' } });
    expect(asked[0]?.headers['if-modified-since']).toBe(held.lastModified);
  });

  test('what does not speak HTTP is a failed origin', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('220 mail.example ESMTP\r\n');
    });
    const at = await listen(server, '127.0.0.1');
    const found = await fault(web({}, {}, [`127.0.0.1:${at}`]), `http://127.0.0.1:${at}/`);
    expect(found.code).toBe('origin-failed');
    server.close();
  });
});

describe('redirects', () => {
  test('are followed three times and no further', async () => {
    expect(await text(web(), '/hops/3')).toBe(BODY.toString());
    expect((await fault(web(), '/hops/4')).code).toBe('origin-failed');
  });

  test.each([
    ['/loop', 'origin-failed', 'to itself'],
    ['/ping', 'origin-failed', 'in a circle'],
    ['/to/file%3A%2F%2F%2Fetc%2Fpasswd', 'source-refused', 'to a file'],
    ['/to/http%3A%2F%2Fu%3Ap%40127.0.0.1%3A{port}%2Fplain', 'source-refused', 'with a user'],
    ['/to/http%3A%2F%2F127.0.0.2%3A{port}%2Fplain', 'source-refused', 'to a private address'],
    ['/to/%2F%2F127.0.0.2%3A{port}%2Fplain', 'source-refused', 'without a scheme'],
    ['/to/http%3A%2F%2F2130706434%3A{port}%2Fplain', 'source-refused', 'in another spelling'],
    ['/to/http%3A%2F%2Flocalhost%3A{port}%2Fplain', 'source-refused', 'by name'],
    ['/to/http%3A%2F%2F169.254.169.254%2F', 'source-refused', 'to metadata'],
  ])('%s: %s (%s)', async (path, code) => {
    const found = await fault(web(), path.replace('{port}', String(port)));
    expect(found.code).toBe(code);
    expect(found.message).not.toMatch(/127|169|passwd|localhost/);
    expect(trespasses).toEqual([]);
  });

  test('to a name have its addresses checked', async () => {
    const options: OriginOptions = { resolve: async () => [{ address: '127.0.0.2', family: 4 }] };
    const origin = web({}, options, [`inner.example:${port}`]);
    const path = `/to/${encodeURIComponent(`http://inner.example:${port}/plain`)}`;
    expect((await fault(origin, path)).code).toBe('source-unresolvable');
    expect(trespasses).toEqual([]);
  });

  test('to another host carry neither validators nor credentials', async () => {
    const options: OriginOptions = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] };
    const base = `http://user:secret@127.0.0.1:${port}/`;
    const origin = make({ kind: 'http', base, allow: [`other.example:${port}`] }, {}, options);
    const held = { etag: '"9"', lastModified: 'Fri, 20 Nov 2026 12:00:00 GMT' };
    const read = async (path: string) => {
      await bytesOf(
        await origin.fetch(await origin.locate({ kind: 'path', path }), held, never, 'id-1'),
      );
      return asked.map(({ headers }) => ({
        authorization: headers.authorization,
        tag: headers['if-none-match'],
        date: headers['if-modified-since'],
        id: headers['x-request-id'],
      }));
    };
    const basic = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    const first = { authorization: basic, tag: held.etag, date: held.lastModified, id: 'id-1' };
    expect(await read(`to/${encodeURIComponent(`http://other.example:${port}/plain`)}`)).toEqual([
      first,
      { authorization: undefined, tag: undefined, date: undefined, id: undefined },
    ]);
    asked.length = 0;
    // On the same server the tag still names one picture; a date might fit another one.
    expect(await read('hops/1')).toEqual([first, { ...first, date: undefined }]);
  });
});

describe('limits', () => {
  test.each<[string, Partial<OriginLimits>, string, string]>([
    ['/announces', { maxBytes: 2000 }, 'source-too-large', 'an honest length is enough'],
    ['/lies-nothing', { maxBytes: 2000 }, 'source-too-large', 'counted, whatever was announced'],
    ['/gzip-bomb', { maxBytes: 100_000 }, 'source-too-large', 'counted after decompression'],
    ['/br-bomb', { maxBytes: 100_000 }, 'source-too-large', 'counted after decompression'],
    ['/hang', { firstByteMs: 100 }, 'origin-timeout', 'no first byte'],
    ['/stall', { rateWindowMs: 50 }, 'origin-timeout', 'nothing for a whole window'],
    ['/drip', { rateWindowMs: 50 }, 'origin-timeout', 'below the minimum rate'],
    ['/drip', { totalMs: 200 }, 'origin-timeout', 'past the total time'],
    ['/steady', { totalMs: 200, maxBytes: 1e9 }, 'origin-timeout', 'past the total time'],
  ])('%s with %j: %s (%s)', async (path, limits, code) => {
    expect((await fault(web(limits), path)).code).toBe(code);
  });

  test('a reader who takes his time is not the fault of the origin', async () => {
    const origin = web({ rateWindowMs: 300, minBytesPerSecond: 1_000_000 });
    const fetched = await get(origin, '/plain');
    if (fetched.kind !== 'bytes') throw new Error('expected bytes');
    let bytes = 0;
    for await (const chunk of fetched.body) {
      bytes += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(bytes).toBe(BODY.length);
  });

  test('an answer nobody reads ends by itself', async () => {
    let ended = false;
    ROUTES['/unread'] = (response) => {
      response.on('close', () => {
        ended = true;
      });
      response.writeHead(200).write(BODY);
    };
    const fetched = await get(web({ totalMs: 500 }), '/unread');
    await expect.poll(() => ended, { timeout: 20_000 }).toBe(true);
    expect(await faultCode(bytesOf(fetched))).toBe('origin-timeout');
  });
});

describe('content encodings, though identity was asked for', () => {
  test.each(['/gzip', '/x-gzip', '/br', '/deflate', '/deflate-raw', '/identity'])(
    '%s is undone',
    async (path) => {
      expect(await text(web(), path)).toBe(BODY.toString());
    },
  );

  test('an empty body stays empty', async () => {
    expect(await text(web(), '/gzip-empty')).toBe('');
  });

  test.each(['/gzip-broken', '/gzip-cut', '/gzip-no', '/zstd', '/twice'])(
    '%s is a failed origin',
    async (path) => {
      expect((await fault(web(), path)).code).toBe('origin-failed');
    },
  );
});

describe('the http origin', () => {
  const base = (path = '/') => `http://127.0.0.1:${port}${path}`;
  const at = (path: string) => make({ kind: 'http', base: base(path) });
  const id = async (origin: Origin, path: string, query?: string) =>
    (await origin.locate({ kind: 'path', path, ...(query === undefined ? {} : { query }) })).id;

  originSuite(async () => ({
    origin: make({ kind: 'http', base: base('/below') }, { maxBytes: 100_000 }),
    put: async (name, body) => {
      putSource(`below/${name}`, body);
      return { kind: 'path', path: name };
    },
    missing: { kind: 'path', path: 'not-here' },
  }));

  test.each<[string, string | undefined, string, string]>([
    ['a.png', undefined, '/in/a.png', 'joined'],
    ['d/a.png', 'v=2&x=%20', '/in/d/a.png?v=2&x=%20', 'with its query'],
    ['a.png', '', '/in/a.png', 'an empty query falls away'],
    ['a%2Fb%20c%41.png', undefined, '/in/a%2Fb%20c%41.png', 'escapes stay as they are'],
    ['a+b;c=d,e@f:g!$&()*~.png', undefined, '/in/a+b;c=d,e@f:g!$&()*~.png', 'and so do signs'],
    ['http://example.com/a.png', undefined, '/in/http://example.com/a.png', 'a URL is a path here'],
    ['//example.com/a.png', undefined, '/in///example.com/a.png', 'and so is a host'],
    ['a#b.png', 'q#r', '/in/a%23b.png?q%23r', 'a number sign does not cut'],
    ['d/../a.png', undefined, '/in/a.png', 'dots that stay inside'],
    ['%252e%252e/a.png', undefined, '/in/%252e%252e/a.png', 'dots only after two decodings'],
  ])('%s ? %s is asked for as %s (%s)', async (path, query, target) => {
    const origin = at('/in');
    const location = await origin.locate({
      kind: 'path',
      path,
      ...(query === undefined ? {} : { query }),
    });
    await faultCode(origin.fetch(location, undefined, never));
    expect(asked.map(({ url }) => url)).toEqual([target]);
  });

  test.each([
    ['../a.png', 'up'],
    ['d/../../a.png', 'up from below'],
    ['%2e%2e/a.png', 'escaped'],
    ['.%2E/a.png', 'half escaped'],
    ['..\\a.png', 'backslash'],
    ['..%2fa.png', 'for a server that decodes first'],
    ['..%5ca.png', 'for a server on Windows'],
    ['d%2f%2e%2e%2f..%2fa.png', 'all escaped'],
    ['a.png%00.jpg', 'NUL'],
    ['.\t./a.png', 'a tab, which parsers drop'],
  ])('%j leads out of the base and is refused (%s)', async (path) => {
    expect(await faultCode(id(at('/in'), path))).toBe('source-refused');
    expect(asked).toEqual([]);
  });

  test('an absolute URL is served if it lies below the base', async () => {
    const origin = at('/in/');
    const locate = (url: string) => origin.locate({ kind: 'url', url });
    expect((await locate(base('/in/a.png'))).id).toBe(base('/in/a.png'));
    for (const url of [base('/a.png'), base('/in/../a.png'), 'http://example.com/in/a.png', 'x']) {
      expect(['source-refused', 'bad-request']).toContain(await faultCode(locate(url)));
    }
  });

  test('a location from elsewhere is checked again', async () => {
    const elsewhere = { id: `http://127.0.0.2:${port}/in/a.png` };
    expect(await faultCode(at('/in').fetch(elsewhere, undefined, never))).toBe('source-refused');
  });

  test('shows its URL only where it is a public one, never its credentials', async () => {
    const hidden = await at('/in').locate({ kind: 'path', path: 'a.png' });
    expect(hidden.url).toBeUndefined();
    const open = make({ kind: 'http', base: 'https://u:p@img.example.com/in' });
    const location = await open.locate({ kind: 'path', path: 'a.png' });
    expect(location.url).toBe('https://img.example.com/in/a.png');
  });
});

describe('createOrigin', () => {
  test.each<[string, OriginConfig]>([
    ['a web origin without hosts', { kind: 'web', allow: [] }],
    ['an unreadable host', { kind: 'web', allow: ['http://example.com/'] }],
    ['a base that is no URL', { kind: 'http', base: 'example.com' }],
    ['a base of another scheme', { kind: 'http', base: 'ftp://example.com/' }],
    ['a base whose name cannot be read', { kind: 'http', base: 'http://a%zz@example.com/' }],
    ['a base whose password is none', { kind: 'http', base: 'http://a:%c3%28@example.com/' }],
    ['a base with a query', { kind: 'http', base: 'http://example.com/?u=' }],
  ])('%s is a mistake of the configuration', (_name, config) => {
    expect(() => createOrigin(config)).toThrow(TypeError);
  });
});
