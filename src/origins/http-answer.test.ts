import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { keptHeaders, meaningOf, nextHop, sameServer } from './http-answer.ts';

const code = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
};

describe('meaningOf', () => {
  test.each([
    [200, 'body', 'a picture'],
    [203, 'body', 'through a transforming proxy'],
    [204, 'origin-failed', 'nothing'],
    [206, 'origin-failed', 'half a picture must not pass for a whole one'],
    [301, 'redirect', ''],
    [302, 'redirect', ''],
    [303, 'redirect', ''],
    [307, 'redirect', ''],
    [308, 'redirect', ''],
    [300, 'origin-failed', 'a choice we cannot make'],
    [304, 'origin-failed', 'nothing was held'],
    [305, 'origin-failed', 'never through a proxy of its choice'],
    [400, 'source-not-found', ''],
    [401, 'source-forbidden', ''],
    [403, 'source-forbidden', ''],
    [404, 'source-not-found', ''],
    [408, 'origin-timeout', 'may pass'],
    [410, 'source-not-found', ''],
    [416, 'source-not-found', ''],
    [429, 'origin-failed', 'may pass'],
    [451, 'source-not-found', ''],
    [500, 'origin-failed', ''],
    [503, 'origin-failed', ''],
    [599, 'origin-failed', ''],
    [999, 'origin-failed', 'no status at all'],
  ])('%d is %s %s', (status, expected) => {
    const meaning = meaningOf(status, false);
    expect(typeof meaning === 'string' ? meaning : meaning.code).toBe(expected);
  });

  test('304 counts when validators were sent', () => {
    expect(meaningOf(304, true)).toBe('unchanged');
  });
});

describe('a redirect with bytes above 7F', () => {
  /** A header as Node hands it over: every byte a character. */
  const header = (text: string) => Buffer.from(text).toString('latin1');
  test.each([
    [header('/okü.png'), '/ok%C3%BC.png'],
    [header('/漢字.png?q=é#x'), '/%E6%BC%A2%E5%AD%97.png?q=%C3%A9'],
    [header('/😀.png'), '/%F0%9F%98%80.png'],
    [header('größe.png'), '/a/gr%C3%B6%C3%9Fe.png'],
    ['/ok\u00fc.png', '/ok%FC.png'],
    ['/a b.png', '/a%20b.png'],
    ['/%C3%BC.png', '/%C3%BC.png'],
  ])('%j leads to %s', (location, target) => {
    const { pathname, search } = nextHop(new URL('http://o.example/a/x.png'), location, [], 3);
    expect(pathname + search).toBe(target);
  });

  test('keeps a host that is no ASCII', () => {
    const location = header('http://bücher.example/ä.png');
    const { href } = nextHop(new URL('http://o.example/'), location, [], 3);
    expect(href).toBe('http://xn--bcher-kva.example/%C3%A4.png');
  });
});

describe('nextHop', () => {
  const hop = (from: string, to: string | undefined, visited: readonly string[] = [from]) =>
    String(code(() => nextHop(new URL(from), to, visited, 3)));

  test.each<[string, string | undefined, string, string]>([
    ['http://a/x', '/y', 'http://a/y', 'a path'],
    ['http://a/d/x', 'y', 'http://a/d/y', 'relative'],
    ['http://a/x', '//b/y', 'http://b/y', 'another host'],
    ['http://a/x', 'https://a/x', 'https://a/x', 'up to https'],
    ['https://a/x', 'http://a/y', 'source-refused', 'never down'],
    ['https://a/x', '//b/y#part', 'https://b/y', 'no fragment'],
    ['http://a/x', undefined, 'origin-failed', 'no target'],
    ['http://a/x', 'http://[', 'origin-failed', 'no readable target'],
    ['http://a/x', 'x', 'origin-failed', 'itself'],
    ['http://a/x', '#part', 'origin-failed', 'itself, but for the fragment'],
    ['http://a/x', 'file:///etc/passwd', 'file:///etc/passwd', 'left to the guard'],
  ])('from %s to %s: %s (%s)', (from, to, expected) => {
    expect(hop(from, to)).toBe(expected);
  });

  test('a loop over several hops is seen', () => {
    expect(hop('http://b/', 'http://a/', ['http://a/', 'http://b/'])).toBe('origin-failed');
  });

  test('three redirects are followed and no fourth', () => {
    const visited = ['http://a/1', 'http://a/2', 'http://a/3'];
    expect(hop('http://a/3', '/4', visited)).toBe('http://a/4');
    expect(hop('http://a/4', '/5', [...visited, 'http://a/4'])).toBe('origin-failed');
  });
});

describe('sameServer', () => {
  test.each([
    ['http://a/x', 'http://A/y', true, 'names are case-insensitive'],
    ['http://a/', 'http://b/', false, 'host'],
    ['http://a/', 'https://a/', false, 'scheme'],
    ['http://a/', 'http://a:81/', false, 'port'],
    ['http://a/', 'http://a:80/', true, 'the port of the scheme'],
  ])('%s and %s: %s (%s)', (a, b, expected) => {
    expect(sameServer(new URL(a), new URL(b))).toBe(expected);
  });
});

describe('keptHeaders', () => {
  test('lets through what freshness needs and nothing else', () => {
    const incoming = {
      'cache-control': ['max-age=5', 'public'],
      age: ['3', '9'],
      etag: '"1"',
      'set-cookie': ['a=1'],
      vary: ['Accept', '*'],
      'x-powered-by': 'PHP',
      connection: 'keep-alive',
    };
    expect(keptHeaders(incoming)).toEqual({
      'cache-control': 'max-age=5, public',
      age: '3',
      etag: '"1"',
      vary: 'Accept, *',
    });
  });
});
