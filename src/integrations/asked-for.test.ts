/** What frameworks ask, in the words of each dialect, as the dialect itself reads it. */
import { describe, expect, test } from 'vitest';
import { createClient, type DialectName } from '../client/client.ts';
import { compile } from '../library/compile.ts';
import { type AskedFor, parametersOf } from './asked-for.ts';
import { createLoader } from './next.ts';
import provider from './nuxt.ts';

const DIALECTS: readonly DialectName[] = ['fastly', 'imgix', 'imageoptim'];

const read = (dialect: DialectName, asked: AskedFor) => {
  const client = createClient({ dialect, base: '' });
  return compile(dialect, client.url('a b.jpg', parametersOf(dialect, asked)));
};

describe.each(DIALECTS)('in %s', (dialect) => {
  test.each<AskedFor>([
    {},
    { width: 300 },
    { height: 200 },
    { width: 300, height: 200 },
    { width: 300, height: 200, fit: 'cover' },
    { width: 300, quality: 70 },
    { format: 'webp' },
    { width: 10, format: 'jpeg', quality: 20 },
  ])('%j is understood', (asked) => {
    const { text, diagnostics, source } = read(dialect, asked);
    expect(diagnostics).toEqual([]);
    expect(decodeURIComponent(JSON.stringify(source))).toContain('a b.jpg');
    if (asked.width !== undefined) expect(text).toContain(String(asked.width));
    if (asked.height !== undefined) expect(text).toContain(String(asked.height));
  });

  test('cover cuts, inside keeps all', () => {
    const box = { width: 300, height: 200 };
    expect(read(dialect, { ...box, fit: 'cover' }).text).not.toBe(read(dialect, box).text);
    expect(read(dialect, { ...box, fit: 'inside' }).text).toBe(read(dialect, box).text);
  });
});

describe('a loader of Next', () => {
  test('asks for a width in the best format, with what it is told beside', () => {
    const load = createLoader({
      dialect: 'imgix',
      base: 'https://i.example/x/',
      parameters: { sharp: 10 },
    });
    expect(load({ src: '/a.jpg', width: 640 })).toBe(
      'https://i.example/x/a.jpg?w=640&auto=format,compress&sharp=10',
    );
    expect(load({ src: 'a.jpg', width: 640, quality: 50 })).toBe(
      'https://i.example/x/a.jpg?w=640&auto=format&q=50&sharp=10',
    );
  });
});

describe('a provider of Nuxt Image', () => {
  const { getImage } = provider();
  test('says its modifiers in the words of the dialect, and hands others on', () => {
    const modifiers = { width: '300', height: 200, fit: 'cover', blur: 20 };
    const base = { modifiers, baseURL: 'https://i.example' };
    expect(getImage('a.jpg', base).url).toBe(
      'https://i.example/a.jpg?w=300&h=200&fit=crop&auto=format,compress&blur=20',
    );
    expect(getImage('a.jpg', { ...base, dialect: 'fastly' }).url).toBe(
      'https://i.example/a.jpg?width=300&height=200&fit=crop&format=auto&optimize=medium&blur=20',
    );
  });
  test('takes nothing for a number that is none', () => {
    const modifiers = { width: 'auto', height: '', quality: undefined };
    expect(getImage('a.jpg', { modifiers, baseURL: '/i' }).url).toBe(
      '/i/a.jpg?auto=format,compress',
    );
  });
});
