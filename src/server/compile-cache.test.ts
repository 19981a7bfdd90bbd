import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect, DialectSettings, ImageRequest } from '../dialects/dialect.ts';
import { fastly } from '../dialects/fastly/index.ts';
import { imageoptim } from '../dialects/imageoptim/index.ts';
import { imgix } from '../dialects/imgix/index.ts';
import { CompileCache } from './compile-cache.ts';
import { compileAt } from './config/source-answers.ts';
import { acceptedFormats } from './http/accept.ts';

const NOW = 1_800_000_000_000;

function site(dialect: Dialect, settings: Partial<DialectSettings> = {}) {
  return { dialect, settings: { name: 'one', origin: 'folder' as const, ...settings } };
}

function request(
  target: string,
  headers: Record<string, string> = {},
  fields: Partial<ImageRequest> = {},
): ImageRequest {
  const accepts = acceptedFormats(headers.accept);
  return { method: 'GET', target, headers, accepts, now: NOW, upload: false, ...fields };
}

/** What compiling gives: the result, or the code of the fault. */
function outcome(compile: () => unknown): unknown {
  try {
    return compile();
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

test('an address asked for again compiles to the same object', () => {
  const cache = new CompileCache();
  const here = site(imgix);
  const first = cache.compile(here, request('/a.jpg?w=10', { accept: 'image/avif' }));
  const again = request('/a.jpg?w=10', { accept: 'image/avif', 'user-agent': 'another' });
  expect(cache.compile(here, again)).toBe(first);
});

test.each([
  ['another address', request('/b.jpg?w=10')],
  ['another method', request('/a.jpg?w=10', {}, { method: 'HEAD' })],
  ['another hint that ch names', request('/a.jpg?w=10&ch=Width', { width: '900' })],
])('%s is another meaning', (_, other) => {
  const cache = new CompileCache();
  const here = site(imgix);
  const first = cache.compile(here, { ...request('/a.jpg?w=10'), target: '/a.jpg?w=10' });
  expect(cache.compile(here, other)).not.toBe(first);
});

test('a hint that is read decides, and one that is not does not', () => {
  const cache = new CompileCache();
  const here = site(imgix);
  const ask = (target: string, width: string) => cache.compile(here, request(target, { width }));
  expect(ask('/a.jpg?ch=Width&auto=format', '300')).not.toEqual(
    ask('/a.jpg?ch=Width&auto=format', '900'),
  );
  expect(ask('/a.jpg?w=20', '300')).toBe(ask('/a.jpg?w=20', '900'));
});

test('two sites of one name are two', () => {
  const cache = new CompileCache();
  const plain = cache.compile(site(imgix), request('/a.jpg?w=10'));
  const other = site(imgix, { defaults: { fm: 'png' } });
  expect(cache.compile(other, request('/a.jpg?w=10'))).not.toEqual(plain);
});

test('a link that has expired is refused, though it was compiled before', () => {
  const cache = new CompileCache();
  const here = site(imgix);
  const target = `/a.jpg?w=10&expires=${NOW / 1000 + 60}`;
  cache.compile(here, request(target));
  const late = request(target, {}, { now: NOW + 61_000 });
  expect(outcome(() => cache.compile(here, late))).toBe('link-expired');
});

test('a fault is found anew each time', () => {
  const cache = new CompileCache();
  const here = site(imgix);
  for (const _ of [1, 2]) {
    expect(outcome(() => cache.compile(here, request('/a.jpg?w=0')))).toBe('bad-parameter');
  }
});

test('what takes too much room is not kept', () => {
  const cache = new CompileCache(8000);
  const here = site(imgix);
  const [a, b, c] = ['/a.jpg?w=1', '/b.jpg?w=1', '/c.jpg?w=1'].map((target) => request(target));
  const first = cache.compile(here, a!);
  cache.compile(here, b!);
  cache.compile(here, c!);
  expect(cache.compile(here, a!)).not.toBe(first);
});

describe('with and without the cache', () => {
  const cache = new CompileCache();
  const sites = [
    site(imgix),
    site(imgix, { defaults: { auto: 'format' } }),
    site(fastly),
    site(imageoptim),
  ];
  const targets = fc.constantFrom(
    '/a.jpg?w=300&auto=format,compress',
    '/a.jpg?ch=Width,DPR,Save-Data&auto=format',
    `/a.jpg?expires=${NOW / 1000 + 5}&w=3`,
    '/a.jpg?width=300&format=auto&quality=50',
    '/a.jpg?w=0',
    '/300x200,fit,timeout=2/a.jpg',
    '/full/a.jpg',
    '/',
  );
  const headers = fc.record(
    {
      accept: fc.constantFrom('image/avif,image/webp', 'image/webp', '*/*', 'image/avif;q=0'),
      width: fc.constantFrom('100', '500', 'x'),
      'sec-ch-dpr': fc.constantFrom('1', '2'),
      'save-data': fc.constantFrom('on', 'off'),
      via: fc.constantFrom('1.1 somewhere', 'ImageOptim'),
      'user-agent': fc.constantFrom('a', 'b'),
      'x-fastly-imageopto-overlay': fc.constantFrom('', 'x'),
    },
    { requiredKeys: [] },
  );

  test('requests mean the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sites),
        targets,
        headers,
        fc.constantFrom<ImageRequest['method']>('GET', 'HEAD', 'POST'),
        fc.integer({ min: 0, max: 10_000 }),
        (here, target, given, method, later) => {
          const asked = request(target, given as Record<string, string>, {
            method,
            now: NOW + later,
          });
          expect(outcome(() => cache.compile(here, asked))).toEqual(
            outcome(() => compileAt(here, asked)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
