import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyLength } from '../base/body.ts';
import {
  fakeDialect,
  fakeEngine,
  handleWith,
  ROUTES,
  request,
  site,
  textOf,
} from './exchange.suite.ts';
import { hasForbiddenCharacter, readTarget } from './http/target.ts';
import { Readiness } from './readiness.ts';
import { findRoute, type Route } from './routes.ts';

const methodAt = (method: string, target: string, headers: Record<string, string> = {}) =>
  handleWith()(request(target, headers, { method }));

describe('findRoute', () => {
  test.each([
    // host          target             source      rest           why
    ['x.test', '/i/a.jpg?w=1', 'pictures', '/a.jpg?w=1', 'below a mount, on any host'],
    ['x.test', '/i/deep/a', 'deeper', '/a', 'the longest prefix wins'],
    ['x.test', '/i/deeper/a', 'pictures', '/deeper/a', 'a prefix ends at a slash'],
    ['x.test', '/i', 'pictures', '', 'the mount itself'],
    ['x.test', '/i?w=1', 'pictures', '/?w=1', 'a query directly behind the mount'],
    ['x.test', '/i//a', 'pictures', '//a', 'slashes are not merged'],
    ['x.test', '/%69/a', undefined, undefined, 'a mount is not decoded'],
    ['x.test', '/I/a', undefined, undefined, 'a mount minds its case'],
    ['x.test', '/a.jpg', undefined, undefined, 'nobody answers at the root'],
    ['img.test', '/a.jpg', 'pictures', '/a.jpg', 'at the root of its host'],
    ['IMG.test:8080', '/a.jpg', 'pictures', '/a.jpg', 'host names know no case, ports are others'],
    ['img.test.', '/a.jpg', 'pictures', '/a.jpg', 'a dot at the end names the same host'],
    ['img.test', '/i/deep/a', 'deeper', '/a', 'a mount is longer than the root'],
    ['not-img.test', '/a.jpg', undefined, undefined, 'only the whole host counts'],
  ])('%s %s is %s %s (%s)', (host, target, source, rest, _why) => {
    const found = findRoute(ROUTES, readTarget(target, host)!);
    expect(found?.site.settings.name).toBe(source);
    expect(found?.rest).toBe(rest);
  });

  test('a mount at the root comes after everything else', () => {
    const routes: Route[] = [{ site: site('root'), prefix: '', hosts: [] }, ...ROUTES];
    const name = (target: string, host: string) =>
      findRoute(routes, readTarget(target, host)!)?.site.settings.name;
    expect(name('/a', 'x.test')).toBe('root');
    expect(name('/a', 'img.test')).toBe('pictures');
    expect(name('/i/a', 'x.test')).toBe('pictures');
  });
});

describe('readTarget', () => {
  test.each([
    ['http://IMG.test:80/a?b', 'img.test', '/a?b', 'absolute form overrides the Host header'],
    ['HTTPS://img.test', 'img.test', '/', 'no path is the root'],
    ['http://img.test?x', 'img.test', '/?x', 'a query without a path'],
    ['http://user:secret@img.test/a', 'img.test', '/a', 'user info is no part of the host'],
    ['/http://other.test/a', 'host.test', '/http://other.test/a', 'a path that looks absolute'],
    ['//other.test/a', 'host.test', '//other.test/a', 'two slashes are a path, not a host'],
  ])('%s is %s %s (%s)', (raw, host, path) => {
    expect(readTarget(raw, 'host.test')).toEqual({ host, path });
  });

  test.each(['', '*', 'a', 'ftp://a/b', 'http://', 'http:///a', 'javascript:1'])(
    '%s cannot be read',
    (raw) => {
      expect(readTarget(raw, 'host.test')).toBeUndefined();
    },
  );

  test('any text is read or refused, and a path always begins with a slash', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (raw, host) => {
        const target = readTarget(raw, host);
        expect(target === undefined || target.path.startsWith('/')).toBe(true);
        expect(typeof hasForbiddenCharacter(raw)).toBe('boolean');
      }),
    );
  });
});

describe('methods', () => {
  test('OPTIONS is 204 with Allow', async () => {
    const { status, headers, body } = await methodAt('OPTIONS', '/i/a');
    expect(status).toBe(204);
    expect(headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(bodyLength(body)).toBe(0);
    expect(headers['content-length']).toBeUndefined();
    expect((await methodAt('OPTIONS', '/up/a')).headers.allow).toBe('GET, HEAD, POST, OPTIONS');
    expect((await methodAt('OPTIONS', '*')).status).toBe(204);
  });

  test('a preflight is answered for a day and never with credentials', async () => {
    const { headers } = await methodAt('OPTIONS', '/i/a', {
      origin: 'https://shop.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-test',
    });
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': '*',
      'access-control-max-age': '86400',
    });
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT'])('%s is 405', async (method) => {
    const { status, headers, close } = await methodAt(method, '/i/a');
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(close === true).toBe(method === 'TRACE' || method === 'CONNECT');
  });

  test.each(['PROPFIND', 'get', 'FOO', ''])('%s is not known', async (method) => {
    expect((await methodAt(method, '/i/a')).status).toBe(501);
  });
});

describe('what is no source', () => {
  test('an unknown mount is 404 in text', async () => {
    const answer = await handleWith()(request('/no/such/mount.jpg'));
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(textOf(answer)).toMatch(/\w/);
    expect((await handleWith()(request('/'))).status).toBe(404);
  });

  test('a request that has come back to the server that made it is 508', async () => {
    const handle = handleWith(fakeEngine(), { loopToken: 'fovea-1' });
    const loop = (value: string) => handle(request('/i/a.jpg', { 'cdn-loop': value }));
    expect((await loop('other, fovea-1')).status).toBe(508);
    expect((await loop('other, fovea-2')).status).toBe(200);
  });

  test('a target above 8 KiB is 414', async () => {
    expect((await handleWith()(request(`/i/${'a'.repeat(8189)}`))).status).toBe(200);
    expect((await handleWith()(request(`/i/${'a'.repeat(8190)}`))).status).toBe(414);
    expect((await handleWith()(request('nonsense'))).status).toBe(400);
  });

  test('health follows the engine, readiness also the end', async () => {
    let ready = false;
    let draining = false;
    const handle = handleWith(fakeEngine({ ready: () => ready }), { draining: () => draining });
    const status = async (target: string) => (await handle(request(target))).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([503, 503]);
    ready = true;
    expect([await status('/healthz'), await status('/readyz?x=1')]).toEqual([200, 200]);
    draining = true;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    expect((await handle(request('/healthz', {}, { method: 'POST' }))).status).toBe(405);
  });

  test('readiness says why not in a word, and more to one with the token', async () => {
    let failure: string | undefined = 'EROFS';
    const disk = {
      get failure() {
        return failure;
      },
    };
    const readiness = new Readiness(fakeEngine(), () => false, disk);
    const handle = handleWith(fakeEngine(), { readiness, metricsToken: 'open' });
    const ask = (target: string, authorization = '') => handle(request(target, { authorization }));
    const answer = await ask('/readyz');
    expect([answer.status, textOf(answer)]).toEqual([503, 'disk\n']);
    for (const closed of [await ask('/readyz?verbose'), await ask('/readyz?verbose', 'Bearer x')]) {
      expect(textOf(closed)).toBe('disk\n');
    }
    const told = await ask('/readyz?verbose', 'Bearer open');
    expect([told.status, told.headers['content-type']]).toEqual([503, 'application/json']);
    expect(JSON.parse(textOf(told))).toMatchObject({
      ...{ ready: false, reason: 'disk', disk: { writable: false, code: 'EROFS' } },
      workers: { workers: 1, queued: 0 },
    });
    failure = undefined;
    const good = await ask('/readyz?a=b&verbose=1', 'Bearer open');
    expect([good.status, JSON.parse(textOf(good)).ready]).toEqual([200, true]);
  });

  test('pages are answered by exact path', async () => {
    const page = { headers: { 'content-type': 'text/html' }, body: new Uint8Array([104, 105]) };
    const handle = handleWith(fakeEngine(), { pages: new Map([['/', page]]) });
    const answer = await handle(request('/?x'));
    expect([answer.status, textOf(answer)]).toEqual([200, 'hi']);
    expect((await handle(request('/x'))).status).toBe(404);
  });

  test('a bug anywhere is a 500 that says nothing', async () => {
    const bad = { ...fakeDialect, methods: undefined as unknown as [] };
    const routes = [{ site: site('bad', bad), prefix: '/i', hosts: [] }];
    const answer = await handleWith(fakeEngine(), { routes })(request('/i/a'));
    expect(answer.status).toBe(500);
    expect(textOf(answer)).not.toMatch(/undefined|includes|at /);
  });
});
