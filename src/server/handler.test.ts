import { describe, expect, test } from 'vitest';
import { bodyLength } from '../base/body.ts';
import { Fault } from '../base/fault.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Engine } from '../engine/engine.ts';
import {
  BODY,
  ETAG,
  fakeDialect,
  fakeEngine,
  handleWith,
  inMemory,
  MODIFIED,
  NOW,
  rendition,
  request,
  services,
  site,
  textOf,
} from './exchange.suite.ts';
import type { HttpRequest, HttpResponse } from './http/http-message.ts';
import { InFlight } from './in-flight.ts';
import type { Route } from './routes.ts';

const get = (target: string, headers: Record<string, string> = {}, engine?: Engine) =>
  handleWith(engine)(request(target, headers));

const failing = (fault: Fault) => fakeEngine({ render: () => Promise.reject(fault) });

describe('with as many requests in work as are allowed', () => {
  test('the next is told 503 before its source is looked for, and when to come again', async () => {
    let finish: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const engine = fakeEngine({ render: () => gate.then(() => rendition()) });
    const inFlight = new InFlight(2);
    const handle = handleWith(engine, { services: services(engine, { inFlight }) });
    const running = [handle(request('/i/1')), handle(request('/i/2'))];
    const third = await handle(request('/i/3', { accept: 'application/problem+json' }));
    expect(third.status).toBe(503);
    expect(JSON.parse(textOf(third)).code).toBe('overloaded');
    expect(third.headers['retry-after']).toMatch(/^\d+$/);
    expect(third.headers['cache-control']).toBe('no-store');
    expect(engine.jobs.length).toBe(2);
    // Pages of our own are no work
    expect((await handle(request('/healthz'))).status).toBe(200);
    finish();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await handle(request('/i/4'))).status).toBe(200);
  });
});

describe('a success', () => {
  test('carries every header of the checklist', async () => {
    const { status, headers, body } = await get('/i/a%20b.jpg?vary=accept', {
      accept: 'image/webp',
      'x-request-id': 'a-request',
    });
    expect(status).toBe(200);
    expect(body).toEqual(BODY);
    expect(headers).toEqual({
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'access-control-expose-headers':
        'Content-Length, ETag, Server-Timing, Fovea, Fovea-Warning, Cache-Status, X-Request-Id',
      age: '0',
      'cache-control': 'public, max-age=3600',
      'cache-status': 'Fovea; fwd=uri-miss; stored; ttl=3600',
      'content-disposition': 'inline; filename="a b.webp"',
      'content-length': '1000',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'image/webp',
      'cross-origin-resource-policy': 'cross-origin',
      date: new Date(NOW).toUTCString(),
      etag: ETAG,
      'last-modified': MODIFIED,
      server: 'fovea',
      'server-timing': expect.stringMatching(/^fetch;dur=12.3, encode;dur=80, total;dur=[\d.]+$/),
      'timing-allow-origin': '*',
      vary: 'accept',
      via: '1.1 fake',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'a-request',
    });
  });

  test('hands the raw rest of the target and the accepted formats on', async () => {
    const engine = fakeEngine();
    await get('/i/%E4/..//x?a=%zz&b', { accept: 'image/avif,image/webp;q=0' }, engine);
    expect(engine.jobs[0]?.compiled.source).toEqual({ kind: 'path', path: '%E4/..//x' });
    expect([...(engine.jobs[0]?.accepts ?? [])]).toEqual(['avif']);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const full = await get('/i/a.jpg');
    const head = await handleWith()(request('/i/a.jpg', {}, { method: 'HEAD' }));
    const lasting = ({ headers }: HttpResponse) => ({
      ...headers,
      'server-timing': '',
      'x-request-id': '',
    });
    expect(lasting(head)).toEqual(lasting(full));
    expect(bodyLength(head.body)).toBe(0);
  });

  test.each([
    // type of the rendition            type that is sent            why
    ['image/svg+xml', 'image/svg+xml', 'SVG is a picture'],
    ['text/html', 'application/octet-stream', 'never a page'],
    ['application/xhtml+xml', 'application/octet-stream', 'never a page'],
    ['text/javascript', 'application/octet-stream', 'never a program'],
    ['application/json', 'application/json', 'a data output'],
    ['text/css', 'text/css; charset=utf-8', 'a data output'],
    ['text/plain', 'text/plain; charset=utf-8', 'what nobody recognised'],
    ['nonsense', 'application/octet-stream', 'what nobody recognised'],
  ])('%s goes out as %s (%s)', async (mediaType, sent) => {
    const engine = fakeEngine({ render: async () => rendition({ mediaType }) });
    const { headers } = await get('/i/a', {}, engine);
    expect(headers['content-type']).toBe(sent);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toBe(
      mediaType === 'image/svg+xml'
        ? "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
        : "default-src 'none'; sandbox",
    );
  });

  test('Vary is the union of what compiler, headers and dialect say', async () => {
    const { headers } = await get('/i/a?vary=accept,dpr,Accept&hint=1');
    expect(headers.vary).toBe('accept, dpr');
    expect(headers['accept-ch']).toBe('DPR');
    expect((await get('/i/a')).headers.vary).toBeUndefined();
  });

  test('a download is an attachment with the name that was asked for', async () => {
    const { headers } = await get('/i/a.jpg?dl=my%20card.jpg');
    expect(headers['content-disposition']).toBe('attachment; filename="my card.jpg"');
  });

  test('a dialect may name downloads alone', async () => {
    const quiet: Dialect = { ...fakeDialect, namesDownloadsOnly: true };
    const routes: Route[] = [{ site: site('quiet', quiet), prefix: '/q', hosts: [] }];
    const handle = handleWith(fakeEngine(), { routes });
    const disposition = async (target: string) =>
      (await handle(request(target))).headers['content-disposition'];
    expect(await disposition('/q/a.jpg')).toBeUndefined();
    expect(await disposition('/q/a.jpg?dl=')).toBe('attachment; filename="a.webp"');
  });

  test('Server-Timing can be turned off', async () => {
    const policy = { resourcePolicy: 'same-site', timing: false } as const;
    const handle = handleWith(fakeEngine(), { services: services(fakeEngine(), { policy }) });
    const { headers } = await handle(request('/i/a'));
    expect(headers['server-timing']).toBeUndefined();
    expect(headers['timing-allow-origin']).toBeUndefined();
    expect(headers['cross-origin-resource-policy']).toBe('same-site');
  });
});

describe('conditional requests', () => {
  test('a 304 repeats what is about keeping and nothing about the bytes', async () => {
    const { status, headers, body } = await get('/i/a?vary=accept', { 'if-none-match': ETAG });
    expect(status).toBe(304);
    expect(bodyLength(body)).toBe(0);
    expect(headers).toMatchObject({
      etag: ETAG,
      vary: 'accept',
      'cache-control': 'public, max-age=3600',
      age: '0',
      date: new Date(NOW).toUTCString(),
      'x-content-type-options': 'nosniff',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('content-'))).toEqual([]);
  });

  test('a failed condition is 412, also by a reload with no-cache', async () => {
    const { status, headers } = await get('/i/a', { 'if-match': '"other"' });
    expect(status).toBe(412);
    expect(headers['cache-control']).toBe('no-store');
    const reload = { 'if-none-match': ETAG, 'cache-control': 'no-cache' };
    expect((await get('/i/a', reload)).status).toBe(304);
  });

  test('a range is cut out, and says so', async () => {
    const { status, headers, body } = await get('/i/a', { range: 'bytes=10-19' });
    expect(status).toBe(206);
    expect([...inMemory(body)]).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(headers).toMatchObject({
      'content-range': 'bytes 10-19/1000',
      'content-length': '10',
      'content-type': 'image/webp',
      etag: ETAG,
    });
  });

  test('a range beyond the end is 416 with the length', async () => {
    const { status, headers } = await get('/i/a', { range: 'bytes=1000-' });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe('bytes */1000');
    expect(headers['content-type']).toMatch(/^text\/plain/);
  });
});

describe('a fault', () => {
  const missing = new Fault('source-not-found', 'The source does not exist.', {
    secret: '10.0.0.1',
  });

  test('is short plain text with a lifetime and the Vary of the URL', async () => {
    const answer = await get('/i/a?vary=dpr', { accept: 'image/webp,*/*' }, failing(missing));
    expect(answer.status).toBe(404);
    expect(textOf(answer)).toBe('The source does not exist.\n');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '27',
      'cache-control': 'public, max-age=30',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      vary: 'dpr, Accept',
      via: '1.1 fake',
    });
  });

  test.each(['application/problem+json', 'application/json'])(
    'is %s when asked for',
    async (type) => {
      const answer = await get('/i/a', { accept: `${type}, */*;q=0.1` }, failing(missing));
      expect(answer.headers['content-type']).toBe(type);
      expect(JSON.parse(textOf(answer))).toEqual({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'The source does not exist.',
        code: 'source-not-found',
      });
    },
  );

  test('may have a body of the dialect', async () => {
    const answer = await get('/i/a?refuse=json', {}, failing(missing));
    expect(answer.headers['content-type']).toBe('application/im2+json');
    expect(textOf(answer)).toBe('{"status":418}');
  });

  test('has no body for HEAD, but its length', async () => {
    const answer = await handleWith(failing(missing))(request('/i/a', {}, { method: 'HEAD' }));
    expect(answer.status).toBe(404);
    expect(bodyLength(answer.body)).toBe(0);
    expect(answer.headers['content-length']).toBe('27');
  });

  test('of overload says when to come back', async () => {
    const answer = await get('/i/a', {}, failing(new Fault('overloaded', 'Too much to do.')));
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(answer.headers['cache-control']).toBe('no-store');
    const estimated = new Fault('overloaded', 'Too much to do.', { retryAfter: 17 });
    expect((await get('/i/a', {}, failing(estimated))).headers['retry-after']).toBe('17');
  });

  test('of our own says nothing about itself', async () => {
    const engine = fakeEngine({ render: () => Promise.reject(new Error('ECONNREFUSED 10.0.0.1')) });
    const answer = await get('/i/a', {}, engine);
    expect(answer.status).toBe(500);
    expect(textOf(answer)).not.toMatch(/ECONN|10\.0|Error|at /);
  });

  test('in compiling goes to the dialect as well', async () => {
    const answer = await get('/i/a?compile-fault=signature-invalid');
    expect(answer.status).toBe(403);
    expect(answer.headers.via).toBe('1.1 fake');
  });

  test('survives a dialect that fails to refuse', async () => {
    expect((await get('/i/a?refuse=throw', {}, failing(missing))).status).toBe(404);
  });
});

describe('the source instead of a rendition', () => {
  const broken = new Fault('render-failed', 'It failed.');

  test('is a success with the headers of the substitute and a short life', async () => {
    const answer = await get('/i/a.webp?refuse=source', {}, failing(broken));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': 'inline; filename="a.jpg"',
      'cache-control': 'public, max-age=60',
      'x-instead': 'yes',
      warning: '199 fake "render-failed"',
    });
  });

  test('becomes an error when the source cannot be delivered either', async () => {
    const engine = fakeEngine({
      render: () => Promise.reject(broken),
      deliverSource: () => Promise.reject(new Fault('origin-failed', 'The origin failed.')),
    });
    const answer = await get('/i/a?refuse=source', {}, engine);
    expect(answer.status).toBe(502);
    expect(textOf(answer)).toBe('The origin failed.\n');
  });

  test('is not looked for when the request could not be compiled', async () => {
    const answer = await get('/i/a?refuse=source&compile-fault=bad-request');
    expect(answer.status).toBe(400);
  });
});

describe('uploads', () => {
  const post = (target: string, body: Uint8Array, headers: Record<string, string>) =>
    request(target, headers, {
      method: 'POST',
      body: (async function* () {
        yield body;
      })(),
    });
  const picture = new Uint8Array([1, 2, 3]);

  test('a picture in the body becomes the source, and the answer is not for caches', async () => {
    const engine = fakeEngine();
    const headers = { 'content-type': 'image/png', 'content-length': '3' };
    const answer = await handleWith(engine)(post('/up/x', picture, headers));
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(engine.jobs[0]?.upload?.body).toEqual(Buffer.from(picture));
    expect(engine.jobs[0]?.compiled.source).toEqual({ kind: 'upload' });
  });

  test('an empty body means the URL names the source', async () => {
    const engine = fakeEngine();
    await handleWith(engine)(request('/up/x', {}, { method: 'POST' }));
    const chunked = { 'transfer-encoding': 'chunked' };
    await handleWith(engine)(post('/up/y', new Uint8Array(0), chunked));
    expect(engine.jobs.map((job) => job.compiled.source)).toEqual([
      { kind: 'path', path: 'x' },
      { kind: 'path', path: 'y' },
    ]);
  });

  test('what would be refused anyway is told so before a byte is read', async () => {
    let read = false;
    const body = (async function* () {
      read = true;
      yield picture;
    })();
    const headers = { 'content-type': 'image/png', 'content-length': '3' };
    const busy = handleWith(fakeEngine({ admits: () => false }));
    expect((await busy(request('/up/x', headers, { method: 'POST', body }))).status).toBe(503);
    expect(read).toBe(false);
  });

  test('who may not upload, or announces too much, is told before a byte is read', async () => {
    let read = false;
    const body = (async function* () {
      read = true;
      yield picture;
    })();
    const headers = { 'content-type': 'image/png', 'content-length': '999999' };
    const fields = { method: 'POST', body };
    const large = await handleWith()(request('/up/x', headers, fields));
    expect(large.status).toBe(413);
    const banned = '/up/x?compile-fault=account-unknown';
    expect((await handleWith()(request(banned, headers, fields))).status).toBe(403);
    expect(read).toBe(false);
  });
});

describe('odd requests', () => {
  test.each(['/i/a%00.png', '/i/a%0d%0ab', '/i/..%5Cb', '/i/a\\b'])('%s is 400', async (target) => {
    expect((await get(target)).status).toBe(400);
  });

  test('a backslash in the query is the business of the dialect', async () => {
    expect((await get('/i/a?text=%5C%00')).status).toBe(200);
  });

  test('only-if-cached asks the store alone, and a miss is 504', async () => {
    const engine = failing(new Fault('origin-timeout', 'Not in the store.'));
    const answer = await get('/i/a', { 'cache-control': 'Only-If-Cached' }, engine);
    expect(answer.status).toBe(504);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(engine.jobs[0]?.storedOnly).toBe(true);
    const stored = fakeEngine();
    expect((await get('/i/a', { 'cache-control': 'only-if-cached' }, stored)).status).toBe(200);
  });

  test('a client that went away gets no answer and makes no log', async () => {
    const gone = new AbortController();
    const engine = fakeEngine({
      render: async () => {
        gone.abort();
        throw new Fault('overloaded', 'aborted');
      },
    });
    const asked: HttpRequest = request('/i/a', {}, { signal: gone.signal });
    const answer = await handleWith(engine)(asked);
    expect(answer.status).toBe(499);
    expect(engine.jobs[0]?.signal).toBe(gone.signal);
  });
});
