import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshness, type Headers, mergeHeaders, useAt, validatorsOf } from './freshness.ts';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const at = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString();
const POLICY = { fallback: 3600, min: 0, max: 31_536_000 };
const DAY = 86_400;

describe('freshness: the lifetime', () => {
  const date = at(0);
  test.each<[Headers, number, string]>([
    [{}, 3600, 'the source says nothing: the fallback'],
    [{ 'cache-control': 'max-age=600' }, 600, 'max-age'],
    [{ 'cache-control': 'max-age=600, s-maxage=60' }, 60, 's-maxage is for shared caches'],
    [{ 'cache-control': 'Max-Age=600' }, 600, 'names are case-insensitive'],
    [{ 'cache-control': 'public , max-age = "600"' }, 600, 'blanks and quotes'],
    [{ 'cache-control': 'max-age=600, max-age=1' }, 600, 'the first of two counts'],
    [{ 'cache-control': 'max-age=-1' }, 0, 'unreadable is stale'],
    [{ 'cache-control': 'max-age=ten' }, 0, 'unreadable is stale'],
    [{ 'cache-control': 'max-age' }, 0, 'no value is stale'],
    [
      { 'cache-control': 'max-age=99999999999999999999' },
      31_536_000,
      'large numbers meet the ceiling',
    ],
    [{ 'cache-control': 'max-age=600', age: '100' }, 500, 'Age is taken off'],
    [{ 'cache-control': 'max-age=600', age: '700' }, 0, 'already stale on arrival'],
    [{ 'cache-control': 'max-age=600', age: '-5' }, 600, 'an unreadable Age is none'],
    [{ 'cache-control': 'max-age=600', expires: at(9) }, 600, 'max-age beats Expires'],
    [{ date, expires: at(900) }, 900, 'Expires minus Date'],
    [{ date: at(-50), expires: at(900) }, 950, 'both by the clock of the source'],
    [{ expires: at(900) }, 900, 'without Date: from now'],
    [{ date: 'yesterday', expires: at(900) }, 900, 'an unreadable Date is none'],
    [{ date, expires: '0' }, 0, 'an unreadable Expires is the past'],
    [{ date, expires: '-1' }, 0, 'an unreadable Expires is the past'],
    [{ date, expires: at(-900) }, 0, 'expired'],
    [{ date, 'last-modified': at(-1000) }, 100, 'a tenth of the age of Last-Modified'],
    [{ date, 'last-modified': at(-1000 * DAY) }, DAY, 'guesses are capped'],
    [{ date, 'last-modified': at(1000) }, 3600, 'a future Last-Modified says nothing'],
    [{ 'cache-control': 'public', date, 'last-modified': at(-1000) }, 100, 'public is no lifetime'],
    [{ 'cache-control': 'proxy-revalidate, max-age=60' }, 60, 'proxy-revalidate does not shorten'],
    [{ 'cache-control': 'x="no-store, private", max-age=60' }, 60, 'quoted text is one value'],
    [{ 'cache-control': 'no-store, max-age=60' }, 0, 'no-store'],
    [{ 'cache-control': 'private, max-age=60' }, 0, 'private: not for us'],
    [{ 'cache-control': 'no-cache, max-age=60' }, 0, 'no-cache: asked for at every use'],
    [{ 'cache-control': 'max-age=60', vary: '*' }, 0, 'Vary: * fits no other request'],
    [{ 'cache-control': 'max-age=60', vary: 'Accept, *' }, 0, 'also among names'],
    [{ 'cache-control': 'max-age=60', vary: 'Accept' }, 60, 'we ask everybody the same'],
  ])('%j is fresh for %d s (%s)', (headers, seconds) => {
    expect(freshness(headers, POLICY, NOW).freshSeconds).toBe(seconds);
  });
});

describe('freshness: what is passed on', () => {
  test.each<[Headers, object, string]>([
    [{}, { noCache: false }, 'nothing said'],
    [{ 'cache-control': 'no-cache' }, { noCache: true }, 'no-cache'],
    [{ vary: '*' }, { noCache: true }, 'Vary: *'],
    [
      { 'cache-control': 'max-age=60, must-revalidate' },
      { noCache: false, revalidation: 'must-revalidate' },
      'of all caches',
    ],
    [
      { 'cache-control': 'max-age=60, Proxy-Revalidate' },
      { noCache: false, revalidation: 'proxy-revalidate' },
      'of shared ones',
    ],
    [
      { 'cache-control': 'proxy-revalidate, must-revalidate' },
      { noCache: false, revalidation: 'must-revalidate' },
      'the stricter of both',
    ],
  ])('of %j is %j (%s)', (headers, expected) => {
    const { noCache, revalidation } = freshness(headers, POLICY, NOW);
    expect({ noCache, ...(revalidation ? { revalidation } : {}) }).toEqual(expected);
  });
});

describe('freshness: the policy', () => {
  const hours4 = { fallback: 14_400, min: 14_400, max: 31_536_000 };
  test.each<[string, Headers, object, number, string]>([
    ['4 h floor', { 'cache-control': 'max-age=60' }, hours4, 14_400, 'the floor of ImageOptim'],
    ['4 h floor', { 'cache-control': 'max-age=0' }, hours4, 14_400, 'also over 0'],
    ['4 h floor', { 'cache-control': 'max-age=60', age: '50' }, hours4, 14_400, 'after Age'],
    ['4 h floor', { 'cache-control': 'no-store' }, hours4, 0, 'never over no-store'],
    ['4 h floor', { 'cache-control': 'private' }, hours4, 0, 'never over private'],
    ['4 h floor', { 'cache-control': 'no-cache' }, hours4, 0, 'never over no-cache'],
    ['a minute', { 'cache-control': 'max-age=600' }, { ...POLICY, max: 60 }, 60, 'the ceiling'],
    ['until +60', {}, { ...POLICY, until: NOW + 59_100 }, 60, 'part of a second counts whole'],
    ['until -60', {}, { ...POLICY, until: NOW - 60_000 }, 0, 'over'],
    ['until +60', {}, { ...hours4, until: NOW + 60_000 }, 60, 'until beats the floor'],
  ])('%s, %j, %j: %d s (%s)', (_name, headers, policy, seconds) => {
    expect(freshness(headers, { ...POLICY, ...policy }, NOW).freshSeconds).toBe(seconds);
  });

  test('guessing from Last-Modified can be turned off', () => {
    const headers = { date: at(0), 'last-modified': at(-1000) };
    expect(freshness(headers, POLICY, NOW, { heuristicCap: 0 }).freshSeconds).toBe(3600);
  });
});

describe('freshness: after the lifetime', () => {
  test.each<[string, number, number, boolean, string]>([
    ['max-age=60', 0, DAY, false, 'the defaults'],
    ['max-age=60, stale-while-revalidate=30, stale-if-error=90', 30, 90, false, 'RFC 5861'],
    ['max-age=60, must-revalidate, stale-if-error=90', 0, 0, true, 'must-revalidate forbids'],
    ['max-age=60, proxy-revalidate', 0, 0, true, 'for shared caches the same'],
    ['no-cache, stale-if-error=90', 0, 0, true, 'no-cache forbids'],
    ['s-maxage=60', 0, 0, false, 's-maxage forbids what is not granted'],
    ['s-maxage=60, stale-while-revalidate=30', 30, 0, false, 'and allows what is'],
    ['max-age=60, stale-if-error=x', 0, DAY, false, 'unreadable is absent'],
    ['no-store, stale-if-error=90', 0, 0, false, 'nothing is kept'],
  ])(
    '%s: %d s while revalidating, %d s if error, must revalidate %s (%s)',
    (value, swr, sie, must) => {
      expect(freshness({ 'cache-control': value }, POLICY, NOW)).toMatchObject({
        staleWhileRevalidate: swr,
        staleIfError: sie,
        mustRevalidate: must,
      });
    },
  );

  test.each<[string, object, object | undefined, string]>([
    ['max-age=60', {}, undefined, 'nobody says anything'],
    ['max-age=60', { staleIfError: 9 }, { staleIfError: 9 }, 'the configuration does'],
    ['stale-if-error=5', { staleIfError: 9 }, { staleIfError: 5 }, 'the origin goes first'],
    [
      'max-age=60, stale-while-revalidate=7',
      { staleIfError: 9 },
      { staleWhileRevalidate: 7, staleIfError: 9 },
      'each has its own',
    ],
    ['must-revalidate, stale-if-error=5', { staleIfError: 9 }, undefined, 'forbidden'],
    ['no-store', { staleWhileRevalidate: 9 }, undefined, 'nothing is kept'],
    ['s-maxage=60', { staleWhileRevalidate: 9 }, undefined, 's-maxage forbids'],
  ])('%s with %j grants %j (%s)', (value, configured, granted) => {
    const found = freshness({ 'cache-control': value }, { ...POLICY, ...configured }, NOW);
    expect(found.granted).toEqual(granted);
    for (const [name, seconds] of Object.entries(granted ?? {})) {
      expect(found[name as 'staleIfError']).toBe(seconds);
    }
  });

  test('nothing is used after the time an answer is valid until', () => {
    const policy = { ...POLICY, until: NOW + 100_000 };
    const found = freshness({ 'cache-control': 'max-age=60, stale-if-error=90' }, policy, NOW);
    expect(found.freshSeconds + found.staleIfError).toBe(100);
  });

  test('useAt walks through the windows', () => {
    const windows = freshness(
      { 'cache-control': 'max-age=60, stale-while-revalidate=30, stale-if-error=90' },
      POLICY,
      NOW,
    );
    const uses = [0, 59, 60, 89, 90, 149, 150].map((age) => useAt(age, windows));
    expect(uses).toEqual([
      'fresh',
      'fresh',
      'while-revalidating',
      'while-revalidating',
      'if-error',
      'if-error',
      'never',
    ]);
    expect(useAt(0, freshness({ 'cache-control': 'private' }, POLICY, NOW))).toBe('never');
  });
});

describe('freshness of anything', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom('max-age=', '10', ',', 'no-store', '"', '=', ' ', 's-maxage=5', 'private'),
      )
      .map((parts) => parts.join('')),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  const headers = fc.dictionary(
    fc.constantFrom('cache-control', 'expires', 'date', 'age', 'last-modified', 'etag'),
    text,
  );

  test('is whole seconds between 0 and the ceiling, and nothing throws', () => {
    fc.assert(
      fc.property(headers, fc.nat(1e6), fc.nat(1e6), (given, min, more) => {
        const policy = { fallback: 60, min, max: min + more };
        const found = freshness(given, policy, NOW);
        for (const value of [found.freshSeconds, found.staleWhileRevalidate, found.staleIfError]) {
          expect(Number.isInteger(value) && value >= 0).toBe(true);
        }
        expect(found.freshSeconds).toBeLessThanOrEqual(policy.max);
        if (found.noStore || found.private) expect(found.freshSeconds).toBe(0);
        validatorsOf(given, NOW);
      }),
    );
  });

  test('an older answer is never fresh for longer', () => {
    fc.assert(
      fc.property(headers, fc.nat(1e5), fc.nat(1e5), (given, age, more) => {
        const young = freshness({ ...given, age: String(age) }, POLICY, NOW);
        const old = freshness({ ...given, age: String(age + more) }, POLICY, NOW);
        expect(old.freshSeconds).toBeLessThanOrEqual(young.freshSeconds);
      }),
    );
  });
});

describe('validatorsOf', () => {
  test.each<[Headers, object, string]>([
    [{ etag: '"abc"' }, { etag: '"abc"' }, 'strong'],
    [{ etag: 'W/"abc"' }, { etag: 'W/"abc"' }, 'weak is good enough for a whole body'],
    [{ etag: 'abc' }, {}, 'without quotes it is no tag'],
    [{ etag: '"a"b"' }, {}, 'a quote inside'],
    [{ etag: '"a\r\nx: y"' }, {}, 'nothing that could split a header'],
    [{ 'last-modified': at(-5) }, { lastModified: at(-5) }, 'a date'],
    [{ 'last-modified': 'long ago' }, {}, 'no date'],
    [{ 'last-modified': at(5) }, {}, 'after the answer itself'],
  ])('of %j are %j (%s)', (headers, expected) => {
    expect(validatorsOf(headers, NOW)).toEqual(expected);
  });
});

describe('mergeHeaders', () => {
  const stored = {
    'cache-control': 'max-age=60',
    'content-type': 'image/png',
    date: at(-100),
    age: '30',
    etag: '"1"',
  };

  test('what a 304 says replaces what was stored', () => {
    const merged = mergeHeaders(stored, { 'cache-control': 'max-age=5', etag: '"1"', date: at(0) });
    expect(merged).toEqual({
      'cache-control': 'max-age=5',
      'content-type': 'image/png',
      date: at(0),
      etag: '"1"',
    });
  });

  test('a silent 304 makes the answer as young as it was', () => {
    const merged = mergeHeaders(stored, {});
    expect(freshness(merged, POLICY, NOW).freshSeconds).toBe(60);
  });

  test('the body keeps its own type', () => {
    expect(mergeHeaders(stored, { 'content-type': 'text/html' })['content-type']).toBe('image/png');
  });
});
