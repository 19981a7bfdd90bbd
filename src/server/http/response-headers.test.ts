import fc from 'fast-check';
import { parseDictionary } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import type { ResponsePolicy } from '../../dialects/dialect.ts';
import type { CacheFacts, Lifetime } from '../../engine/engine.ts';
import type { Receipt } from '../../optimizer/receipt.ts';
import { NOW } from '../exchange.suite.ts';
import { contentDisposition } from './disposition.ts';
import {
  cacheHeaders,
  cacheStatus,
  cdnControl,
  foveaHeader,
  serverTiming,
  tagHeader,
} from './response-headers.ts';

const response = (until?: number, noStore = false) => ({
  vary: [],
  headers: {},
  freshness: { fallback: 0, min: 0, max: 1e9, ...(until === undefined ? {} : { until }) },
  ...(noStore ? { noStore } : {}),
});
const life = (seconds: number, age: number) => ({ seconds, age, shared: true, noStore: false });

describe('cacheHeaders', () => {
  test.each([
    // lifetime                       until          ttl        cache-control              age        why
    [life(3600, 0), undefined, undefined, 'public, max-age=3600', '0', 'fresh'],
    [life(3600, 90.7), undefined, undefined, 'public, max-age=3600', '90', 'whole seconds'],
    [life(0, 5), undefined, undefined, 'public, max-age=0', '5', 'kept, but asked about each time'],
    [life(-5, 0), undefined, undefined, 'public, max-age=0', '0', 'never negative'],
    [
      { ...life(60, 0), shared: false },
      undefined,
      undefined,
      'private, max-age=60',
      '0',
      'private',
    ],
    [{ ...life(60, 0), noStore: true }, undefined, undefined, 'no-store', undefined, 'no-store'],
    [life(3600, 1000), NOW + 60_000, undefined, 'public, max-age=60', '0', 'the link ends first'],
    [life(100, 40), NOW + 60_000, undefined, 'public, max-age=60', '0', 'both end together'],
    [life(100, 80), NOW + 60_000, undefined, 'public, max-age=100', '80', 'the answer ends first'],
    [life(100, 0), NOW - 1, undefined, 'public, max-age=0', '0', 'the link has ended'],
    [life(3600, 0), undefined, 60, 'public, max-age=60', '0', 'a substitute lives shortly'],
    [life(30, 0), undefined, 60, 'public, max-age=30', '0', 'but no longer than its source'],
    [life(30, 0), undefined, 0, 'no-store', undefined, 'a substitute that is not kept'],
  ])('%o, until %s, ttl %s: %s, age %s (%s)', (lifetime, until, ttl, control, age, _why) => {
    const headers = cacheHeaders(lifetime, response(until), NOW, ttl);
    expect(headers['cache-control']).toBe(control);
    expect(headers.age).toBe(age);
  });

  test.each([
    // source                      age option   cache-control                        age
    [{ noCache: true }, 'header', 'public, no-cache', '90'],
    [{ revalidation: 'must-revalidate' }, 'header', 'public, max-age=3600, must-revalidate', '90'],
    [
      { revalidation: 'proxy-revalidate' },
      'header',
      'public, max-age=3600, proxy-revalidate',
      '90',
    ],
    [{ noCache: true, shared: false }, 'header', 'private, no-cache', '90'],
    [{}, 'subtract', 'public, max-age=3510', undefined],
    [{ seconds: 60 }, 'subtract', 'public, max-age=0', undefined],
    [{ noCache: true }, 'subtract', 'public, no-cache', undefined],
  ] as const)('%o by %s: %s, age %s', (fields, by, control, age) => {
    const lifetime = { ...life(3600, 90), ...fields };
    const headers = cacheHeaders(lifetime, response(), NOW, undefined, by);
    expect([headers['cache-control'], headers.age]).toEqual([control, age]);
  });

  test('answers of POST are not for caches', () => {
    const headers = cacheHeaders(life(60, 0), response(undefined, true), NOW);
    expect(headers).toEqual({ 'cache-control': 'no-store' });
  });
});

const RECEIPT: Receipt = {
  format: 'avif',
  quality: 52,
  encoding: 'avif q52 e1',
  score: 68.444,
  target: 68,
  mode: 'online',
  bytes: 35_100,
  sourceBytes: 185_000,
  trials: [1, 2, 3].map((n) => ({
    encoding: 'x',
    format: 'avif' as const,
    bytes: n,
    milliseconds: n,
  })),
  reason: 'smallest',
  kind: 'encoded',
};

describe('foveaHeader', () => {
  test('is a dictionary of the receipt', () => {
    expect(foveaHeader(RECEIPT)).toBe(
      'format=avif, quality=52, score=68.4, target=68, trials=3, source=185000, bytes=35100, mode=online',
    );
  });

  test('leaves out what was not measured, and says when nothing was encoded', () => {
    const { quality: _q, score: _s, target: _t, ...rest } = RECEIPT;
    const header = foveaHeader({ ...rest, kind: 'source', trials: [], score: Number.NaN });
    expect(header).toBe(
      'format=avif, kind=source, trials=0, source=185000, bytes=35100, mode=online',
    );
  });

  test('always parses', () => {
    fc.assert(
      fc.property(fc.double({ min: -500, max: 100, noNaN: true }), (score) => {
        expect(parseDictionary(foveaHeader({ ...RECEIPT, score })).get('score')?.[0]).toBeCloseTo(
          score,
          0,
        );
      }),
    );
  });
});

test('cacheStatus follows RFC 9211', () => {
  const miss = { hit: false, stored: true, collapsed: true };
  expect(cacheStatus({ hit: true, stored: false, collapsed: false }, life(60, 90))).toBe(
    'Fovea; hit; ttl=-30',
  );
  expect(cacheStatus(miss, life(60, 0))).toBe('Fovea; fwd=uri-miss; stored; collapsed; ttl=60');
  const asked = {
    hit: true,
    stored: false,
    collapsed: false,
    forward: 'stale',
    forwardStatus: 304,
  };
  expect(cacheStatus(asked as CacheFacts, life(60, 0), 'ab')).toBe(
    'Fovea; fwd=stale; fwd-status=304; ttl=60; key="ab"',
  );
});

describe('cdnControl', () => {
  const policy = (fields: Partial<ResponsePolicy> = {}): ResponsePolicy => ({
    vary: [],
    headers: {},
    freshness: { fallback: 60, min: 0, max: 1e9 },
    cdnSeconds: 3600,
    ...fields,
  });
  test.each<[string, Partial<Lifetime>, Partial<ResponsePolicy>, string | undefined]>([
    ['its own lifetime, counted as max-age is', {}, {}, 'max-age=3610'],
    ['none configured', {}, { cdnSeconds: undefined as unknown as number }, undefined],
    ['no shared cache', { shared: false }, {}, undefined],
    ['no cache', { noStore: true }, {}, undefined],
    ['asked for at every use', { noCache: true }, {}, undefined],
    ['an upload', {}, { noStore: true }, undefined],
    ['a better answer may come', { unsettled: true }, {}, 'max-age=60'],
    ['what is granted', { granted: { staleIfError: 5 } }, {}, 'max-age=3610, stale-if-error=5'],
    [
      'a link that expires',
      { granted: { staleIfError: 5 } },
      { freshness: { fallback: 60, min: 0, max: 1e9, until: NOW + 30_900 } },
      'max-age=30',
    ],
  ])('%s', (_, lifetime, response, expected) => {
    expect(cdnControl({ ...life(60, 10), ...lifetime }, policy(response), NOW)).toBe(expected);
  });

  test('counts from now where Age is not sent', () => {
    expect(cdnControl(life(60, 10), policy(), NOW, 'subtract')).toBe('max-age=3600');
  });
});

test('tags in the form of each service', () => {
  expect(tagHeader(['a', 'b'], 'Surrogate-Key')).toEqual(['surrogate-key', 'a b']);
  expect(tagHeader(['a', 'b'], 'Cache-Tag')).toEqual(['cache-tag', 'a,b']);
  expect([tagHeader(['a'], 'off'), tagHeader(undefined, 'Cache-Tag')]).toEqual([
    undefined,
    undefined,
  ]);
});

describe('serverTiming', () => {
  test('names the stages that happened, in their order, and the whole', () => {
    expect(serverTiming({ encode: 80, queue: 2, fetch: 12.345 }, 100.01)).toBe(
      'fetch;dur=12.3, queue;dur=2, encode;dur=80, total;dur=100.1',
    );
    expect(serverTiming({}, 0.4)).toBe('total;dur=0.4');
  });

  test('does not show the time in the worker, which is that of its stages and a little', () => {
    expect(serverTiming({ render: 7 }, 9)).toBe('total;dur=9');
  });

  test('the stages add up to no more than the whole, whatever is rounded', () => {
    const time = fc.double({ min: 0, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.record({ fetch: time, queue: time, probe: time, encode: time }), (stages) => {
        const whole = Object.values(stages).reduce((sum, value) => sum + value, 0);
        expect(stageSum(serverTiming(stages, whole))).toBeLessThanOrEqual(1e-6);
      }),
    );
  });
});

/** The sum of the stages less the total. */
function stageSum(header: string): number {
  const values = [...header.matchAll(/dur=([\d.]+)/g)].map((match) => Number(match[1]));
  return values.slice(0, -1).reduce((sum, value) => sum + value, 0) - (values.at(-1) ?? 0);
}

describe('contentDisposition', () => {
  const path = (text: string) => ({ kind: 'path', path: text }) as const;
  test.each([
    // source                       type            download        header                                   why
    ['a/b/photo.jpg', 'image/jpeg', undefined, 'inline; filename="photo.jpg"', 'the last segment'],
    ['photo.JPEG', 'image/jpeg', undefined, 'inline; filename="photo.JPEG"', 'another spelling'],
    ['photo.jpg', 'image/avif', undefined, 'inline; filename="photo.avif"', 'the real format'],
    ['photo', 'image/png', undefined, 'inline; filename="photo.png"', 'no extension'],
    ['v1.2', 'image/png', undefined, 'inline; filename="v1.2.png"', 'no known extension'],
    ['', 'image/png', undefined, 'inline; filename="image.png"', 'no name'],
    ['a%2Fb%22c.png', 'image/png', undefined, 'inline; filename="abc.png"', 'slashes and quotes'],
    ['%E2%80%AEgnp.exe', 'image/png', undefined, 'inline; filename="gnp.png"', 'direction marks'],
    ['%zz.png', 'image/png', undefined, 'inline; filename="image.png"', 'cannot be decoded'],
    ['..%2f..%2f.htaccess', 'image/png', undefined, 'inline; filename="htaccess.png"', 'dots'],
    ['a.jpg', 'image/jpeg', '', 'attachment; filename="a.jpg"', 'a download without a name'],
    ['a.jpg', 'image/webp', '', 'attachment; filename="a.webp"', 'its name is that of the bytes'],
    ['a.jpg', 'image/webp', 'b.png', 'attachment; filename="b.png"', 'a name stays as given'],
    ['a.jpg', 'image/avif', 'b.JPEG', 'attachment; filename="b.JPEG"', 'in any case'],
    ['a.gif', 'image/webp', 'b.v2.gif', 'attachment; filename="b.v2.gif"', 'the last extension'],
    ['a.jpg', 'image/webp', 'b', 'attachment; filename="b.webp"', 'a name without an extension'],
    ['a.jpg', 'image/webp', 'b.svg', 'attachment; filename="b.webp"', 'never a document'],
    ['a.jpg', 'image/jpeg', 'b.php', 'attachment; filename="b.jpg"', 'never a program'],
    ['a', 'application/octet-stream', 'x.html', 'attachment; filename="x.bin"', 'never a page'],
    ['a.json', 'application/json', undefined, 'inline; filename="a.json"', 'a data output'],
  ])('%s as %s, dl %s: %s (%s)', (source, type, download, header, _why) => {
    expect(contentDisposition(path(source), type, download)).toBe(header);
  });

  test('names beyond ASCII come in both spellings', () => {
    expect(contentDisposition(path('%C3%A4.jpg'), 'image/jpeg', undefined)).toMatch(
      /^inline; filename="\S+\.jpg"; filename\*=UTF-8''%C3%A4\.jpg$|^inline; filename="ä\.jpg"$/,
    );
    expect(contentDisposition(path('%F0%9F%90%99.jpg'), 'image/jpeg', undefined)).toContain(
      "filename*=UTF-8''%F0%9F%90%99.jpg",
    );
  });

  test('a URL gives its last segment, without host and query', () => {
    const from = (url: string) => contentDisposition({ kind: 'url', url }, 'image/png', undefined);
    expect(from('https://u:p@h.test/a/b.png?x=/y.gif#z')).toBe('inline; filename="b.png"');
    expect(from('https://h.test')).toBe('inline; filename="image.png"');
  });

  test('anything gives one line of printable text', () => {
    const words = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(words, fc.option(words, { nil: undefined }), (source, download) => {
        const header = contentDisposition(path(source), 'image/webp', download);
        expect(header).toMatch(/^(inline|attachment); filename="[\x20-\x7e\xa0-\xff]*\.webp"/);
      }),
    );
  });
});
