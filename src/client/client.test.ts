import { describe, expect, test } from 'vitest';
import { fastly } from '../dialects/fastly/index.ts';
import { imageoptim } from '../dialects/imageoptim/index.ts';
import { imgix } from '../dialects/imgix/index.ts';
import { createClient } from './client.ts';

describe('URLs', () => {
  test('of the three dialects, in their own words', () => {
    const base = 'https://img.example.com/';
    expect(
      createClient({ dialect: 'fastly', base }).url('a b/é.jpg', { width: 300, format: 'auto' }),
    ).toBe('https://img.example.com/a%20b/%C3%A9.jpg?width=300&format=auto');
    expect(
      createClient({ dialect: 'imgix', base: '/press' }).url('/a.jpg', {
        auto: ['format', 'compress'],
        txt: 'a & b',
        w: undefined,
      }),
    ).toBe('/press/a.jpg?auto=format,compress&txt=a%20%26%20b');
    const optim = createClient({ dialect: 'imageoptim', base, account: 'my site' });
    expect(
      optim.url('https://example.com/a.jpg?b=1', {
        size: '300x200',
        density: 2,
        crop: 'auto',
        fit: false,
      }),
    ).toBe(
      'https://img.example.com/my%20site/300x200,2x,crop=auto/https%3A%2F%2Fexample.com%2Fa.jpg%3Fb%3D1',
    );
    expect(optim.url('https://example.com/a.jpg')).toContain('/my%20site/full/https');
  });

  test('a srcset names each width as its dialect does', () => {
    const set = (dialect: 'fastly' | 'imgix' | 'imageoptim') =>
      createClient({ dialect, base: '' }).srcset('a.jpg', [400, 800]);
    expect(set('fastly')).toBe('/a.jpg?width=400 400w, /a.jpg?width=800 800w');
    expect(set('imgix')).toBe('/a.jpg?w=400 400w, /a.jpg?w=800 800w');
    expect(set('imageoptim')).toBe('/400/a.jpg 400w, /800/a.jpg 800w');
  });

  test('an end of life is signed, or said to be impossible', () => {
    const expires = new Date(2_000_000_000_000);
    const signed = createClient({ dialect: 'fastly', base: '', key: 'a key of sixteen!' });
    expect(signed.url('a.jpg', {}, { expires })).toMatch(
      /^\/a\.jpg\?expires=2000000000&sig=[\w-]{43}$/,
    );
    expect(createClient({ dialect: 'imgix', base: '' }).url('a.jpg', {}, { expires })).toBe(
      '/a.jpg?expires=2000000000',
    );
    const open = createClient({ dialect: 'imageoptim', base: '' });
    expect(() => open.url('a.jpg', {}, { expires })).toThrow('expected a key');
    expect(() => signed.url('a.jpg', {}, { expires: new Date(Number.NaN) })).toThrow('a date');
  });

  test('the tables are the types: an unknown parameter does not compile', () => {
    const client = createClient({ dialect: 'imgix', base: '' });
    // @ts-expect-error it is called w here
    client.url('a.jpg', { width: 300 });
    // @ts-expect-error no text, no number
    client.url('a.jpg', { w: { pixels: 300 } });
    expect(client.url('a.jpg', { fit: 'facearea', w: '0.5' })).toBe('/a.jpg?fit=facearea&w=0.5');
  });
});

describe('what is built is read by the dialect', () => {
  const request = {
    method: 'GET',
    headers: {},
    accepts: new Set([]),
    now: 0,
    upload: false,
  } as const;

  test.each([
    [
      'fastly',
      fastly,
      createClient({ dialect: 'fastly', base: '' }).url('a é.jpg', {
        width: 300,
        fit: 'crop',
        height: 200,
        'bg-color': 'ff0000',
      }),
    ],
    [
      'imgix',
      imgix,
      createClient({ dialect: 'imgix', base: '' }).url('a é.jpg', {
        w: 300,
        h: 200,
        fit: 'crop',
        crop: ['faces', 'edges'],
      }),
    ],
    [
      'imageoptim',
      imageoptim,
      createClient({ dialect: 'imageoptim', base: '' }).url('a é.jpg', {
        size: '300x200',
        crop: 'auto',
        quality: 'high',
        format: 'png',
      }),
    ],
  ] as const)('%s', (name, dialect, target) => {
    const { source, diagnostics } = dialect.compile(
      { ...request, target },
      { name, origin: 'folder' },
    );
    expect(diagnostics.filter(({ severity }) => severity === 'warning')).toEqual([]);
    expect(source).toMatchObject({ kind: 'path', path: 'a%20%C3%A9.jpg' });
  });
});
