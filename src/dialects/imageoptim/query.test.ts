import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault, isFault } from '../../base/fault.ts';
import type { DialectSettings } from '../dialect.ts';
import { splitTarget } from './query.ts';
import { readSource } from './source.ts';

const WEB: DialectSettings = { name: 'any', origin: 'web', accounts: ['eX4mp1E4pI', 'u'] };
const SITE: DialectSettings = { name: 'site', origin: 'http' };

/** `options | source`, or the code of the fault. */
function read(target: string, settings: DialectSettings): string {
  try {
    const { options, rest } = splitTarget(target, settings);
    const source = readSource(rest, settings.origin);
    switch (source?.kind) {
      case 'url':
        return `${options} | ${source.url}`;
      case 'path':
        return `${options} | ${source.path}${source.query === undefined ? '' : ` ? ${source.query}`}`;
      default:
        return `${options} | none`;
    }
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

describe('a target with an account', () => {
  test.each([
    // target, result, why
    ['/u/full/http://a.com/b.jpg', 'full | http://a.com/b.jpg', 'the documented form'],
    ['/eX4mp1E4pI/300/https://a.com/', '300 | https://a.com/', 'mixed case and digits'],
    ['/%75/full/http://a.com/b', 'full | http://a.com/b', 'the name is decoded once'],
    [
      '/u/full/http://a.com/a%20b.jpg?v=2',
      'full | http://a.com/a%20b.jpg?v=2',
      'raw: byte for byte',
    ],
    ['/u/full/http://a.com/../b//c?x=/', 'full | http://a.com/../b//c?x=/', 'slashes are data'],
    ['/u/full/HTTP://a.com/B', 'full | http://a.com/B', 'schemes have no case'],
    ['/u/full/http%3A%2F%2Fa.com%2F%252F', 'full | http://a.com/%2F', 'vector of the PHP client'],
    [
      '/u/full/http%3A%2F%2Fa.com%2Fa%2520b.jpg%3Fv%3D2',
      'full | http://a.com/a%20b.jpg?v=2',
      'wholly encoded, decoded exactly once',
    ],
    ['/u/full/http%3a//a.com/b%2520c', 'full | http://a.com/b%20c', 'encoded but for slashes'],
    ['/u/full/http:%2F%2Fa.com%2Fb%2520c', 'full | http://a.com/b%20c', 'encoded but for colons'],
    ['/u/full/http%3A%2F%2Fa.com%2Fb?v=1', 'full | http://a.com/b?v=1', 'a literal query'],
    [
      '/u/full/http%3A%2F%2Fa.com%2Fb%3Fx?v=1',
      'full | http://a.com/b?x&v=1',
      'joined to the one inside',
    ],
    [
      '/u/full/http%3A%2F%2Fa.com%2Fb%23c?v=1',
      'full | http://a.com/b?v=1',
      'a fragment inside is dropped',
    ],
    ['/u/full/http%3A%2F%2Fa.com%2F%25E9', 'full | http://a.com/%E9', 'an older character set'],
    ['/u/full/http%3A%2F%2Fa.com%2F%E9', 'full | http://a.com/%E9', 'no UTF-8: kept as an escape'],
    ['/u/full/http%3A%2F%2Fa.com%2F%C3%BC', 'full | http://a.com/ü', 'UTF-8, for the URL parser'],
    ['/u/full/http%3A%2F%2Fa.com%2F100%', 'full | http://a.com/100%', 'a lone percent sign'],
    [
      '/u/full/http://a.com/\xc3\xbc',
      'full | http://a.com/%C3%BC',
      'raw bytes as Node hands them on',
    ],
    ['/u/full/http://a.com/\xfc', 'full | http://a.com/%C3%BC', 'a raw character'],
    ['/u/full/http://a.com/ы', 'full | http://a.com/%D1%8B', 'a raw character beyond a byte'],
    ['/u/full/http://a.com/b#c', 'full | http://a.com/b', 'a fragment is dropped'],
    ['/u/full/http:/a.com/b', 'full | http://a.com/b', 'slashes merged by a proxy'],
    ['/u/full/https%3A%2Fa.com%2Fb', 'full | https://a.com/b', 'merged, then encoded'],
    ['/u/full//a.com/b', 'bad-request', 'one slash names no host'],
    ['/u/full///a.com/b', 'full | https://a.com/b', 'protocol-relative is https'],
    ['/u/full/%2F%2Fa.com%2Fb', 'full | https://a.com/b', 'protocol-relative, encoded'],
    ['/u/full/a.com/b', 'bad-request', 'no scheme'],
    ['/u/full/ftp://a.com/b', 'bad-request', 'another scheme'],
    ['/u/full/file:///etc/passwd', 'bad-request', 'another scheme'],
    ['/u/full/http:a.com/b', 'bad-request', 'a URL parser would accept this'],
    ['/u/full/http:///', 'bad-request', 'no host'],
    ['/u/full/http://[::1/b', 'bad-request', 'a broken host'],
    ['/u/full/http://k@a.com/b', 'bad-request', 'user info'],
    ['/u/full/http://k:s@a.com/b', 'bad-request', 'user info'],
    ['/u/full/http://@a.com/b', 'bad-request', 'empty user info'],
    ['/u/full/http:////k:s@a.com/b', 'bad-request', 'user info behind slashes that parsers skip'],
    ['/u/full/http%3A%2F%2Fk%3As%40a.com%2Fb', 'bad-request', 'user info, encoded'],
    ['/u/full/http://1.1.1.1:80@a.com/b', 'bad-request', 'a host in disguise'],
    ['/u/full/http://a.com/x@y', 'full | http://a.com/x@y', 'an @ in the path is data'],
    ['/u/full/http:\\\\a.com/b', 'bad-request', 'backslashes are slashes to URL parsers'],
    ['/u/full/http%3A%2F%2Fa.com%5C@b.com%2F', 'bad-request', 'backslashes, encoded'],
    ['/u/full/http%3A%2F%2Fa.com%2F%0D%0Ab', 'bad-request', 'line breaks, which parsers drop'],
    ['/u/full/http%3A%2F%2Fa.com%2F%00', 'bad-request', 'NUL'],
    ['/u/full/', 'full | none', 'an upload, with the trailing slash'],
    ['/u/full', 'full | none', 'an upload, without'],
    ['/u/full?x=1', 'full | none', 'a query is no part of the options'],
    ['/u/full/?x=1', 'full | none', 'a query alone is no source'],
    ['/u/http://a.com/b', 'bad-request', 'options forgotten'],
    ['/u/https%3A%2F%2Fa.com%2Fb', 'bad-request', 'options forgotten, encoded'],
    ['/u/', 'bad-request', 'no options'],
    ['/u', 'bad-request', 'no options'],
    ['/u//http://a.com/b', 'bad-request', 'empty options'],
    ['/U/full/http://a.com/b', 'account-unknown', 'names have a case'],
    ['/other/full/http://a.com/b', 'account-unknown', 'not configured'],
    ['/u%20/full/http://a.com/b', 'account-unknown', 'a blank is always wrong'],
    ['/full/http://a.com/b', 'account-unknown', 'the name was forgotten'],
    ['/http://a.com/b', 'account-unknown', 'name and options were forgotten'],
    ['/', 'account-unknown', 'nothing'],
    ['', 'account-unknown', 'nothing at all'],
  ])('%s is %s (%s)', (target, result) => {
    expect(read(target, WEB)).toBe(result);
  });

  test('forgotten options are called by their name', () => {
    expect(() => splitTarget('/u/http://a.com/b', WEB)).toThrow(/options are missing/);
  });

  test('no message repeats what stands in the source', () => {
    for (const source of [
      'http://user:hunter2@a.com/',
      'hunter2',
      'http://[hunter2/',
      'hunter2://a',
    ]) {
      expect(() => readSource(source, 'web')).toThrow(/^(?!.*hunter2)/);
    }
  });
});

describe('a target in site mode', () => {
  test.each([
    ['/300x200/assets/hero.jpg', '300x200 | assets/hero.jpg', 'the documented recipe'],
    ['/full/a%20b.jpg?x=1', 'full | a%20b.jpg ? x=1', 'escapes and query survive'],
    ['/full/a?b?c', 'full | a ? b?c', 'only the first question mark divides'],
    ['/full/a?', 'full | a ? ', 'an empty query'],
    ['/full//assets/a.jpg', 'full | assets/a.jpg', 'a template that joined two slashes'],
    ['/full/a/../b', 'full | a/../b', 'the origin judges dots'],
    ['/full/a:b/c.jpg', 'full | a:b/c.jpg', 'a colon in a path'],
    ['/full/\xc3\xbc.jpg', 'full | %C3%BC.jpg', 'raw bytes'],
    ['/full/http://a.com/b', 'source-refused', 'a foreign host'],
    ['/full/http:/a.com/b', 'source-refused', 'a foreign host, slashes merged'],
    ['/full/https%3A%2F%2Fa.com%2Fb', 'source-refused', 'a foreign host, encoded'],
    ['/full/file:///etc/passwd', 'source-refused', 'another scheme'],
    ['/full/..\\..\\a', 'bad-request', 'backslashes'],
    ['/full/', 'full | none', 'an upload'],
    ['/full', 'full | none', 'an upload'],
    ['/http://a.com/b', 'bad-request', 'options forgotten'],
    ['/', 'bad-request', 'no options'],
  ])('%s is %s (%s)', (target, result) => {
    expect(read(target, SITE)).toBe(result);
  });

  test('accounts do not count where the origin is not the web', () => {
    expect(read('/full/a.jpg', { ...SITE, accounts: ['u'] })).toBe('full | a.jpg');
  });

  test('the web without accounts takes options and an absolute URL', () => {
    expect(read('/full/http://a.com/b', { name: 'any', origin: 'web' })).toBe(
      'full | http://a.com/b',
    );
  });
});

describe('any target', () => {
  const bits = fc.constantFrom(
    '/',
    'u',
    'full',
    'http',
    ':',
    '%3A',
    '%2F',
    '?',
    '#',
    '@',
    '\\',
    '%',
    'ü',
    '\0',
    '[',
    'a.com',
  );
  const targets = fc.oneof(
    fc.string(),
    fc.array(bits).map((list) => `/u/full/${list.join('')}`),
  );

  test('is read or refused with a fault, and an accepted URL holds no user info', () => {
    fc.assert(
      fc.property(targets, fc.constantFrom(WEB, SITE), (target, settings) => {
        try {
          const source = readSource(splitTarget(target, settings).rest, settings.origin);
          if (source?.kind !== 'url') return;
          const url = new URL(source.url);
          expect(url.protocol).toMatch(/^https?:$/);
          expect(url.username + url.password).toBe('');
        } catch (error) {
          if (!isFault(error)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
