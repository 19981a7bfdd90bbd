import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatName } from '../../image/format.ts';
import { acceptedFormats, listsCoding, listsType } from './accept.ts';

const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const SAFARI_18 =
  'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5';
const PLAIN_NAVIGATION = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** What a server that can write these formats picks for an opaque photograph. */
function pick(header: string | undefined, enabled: readonly FormatName[]): string {
  return [...acceptedFormats(header)].find((format) => enabled.includes(format)) ?? 'jpeg';
}

describe('acceptedFormats', () => {
  // docs/spec/http.md 2: number, client, Accept, choice with AVIF and WebP, choice with WebP only.
  test.each([
    [1, 'Chrome 33', 'image/webp,*/*;q=0.8', 'webp', 'webp'],
    [2, 'Chrome 49', 'image/webp,image/*,*/*;q=0.8', 'webp', 'webp'],
    [3, 'Chrome 80', 'image/webp,image/apng,image/*,*/*;q=0.8', 'webp', 'webp'],
    [4, 'Chrome 85', 'image/avif,image/webp,image/apng,image/*,*/*;q=0.8', 'avif', 'webp'],
    [5, 'Chrome today', CHROME, 'avif', 'webp'],
    [6, 'Edge 121', CHROME, 'avif', 'webp'],
    [7, 'Edge 79', 'image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'webp', 'webp'],
    [
      8,
      'Chrome navigation',
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
      'avif',
      'webp',
    ],
    [9, 'Chromium with JPEG XL', `image/jxl,${CHROME}`, 'avif', 'webp'],
    [10, 'Android WebView', CHROME, 'avif', 'webp'],
    [11, 'Firefox 45', 'image/png,image/*;q=0.8,*/*;q=0.5', 'jpeg', 'jpeg'],
    [12, 'Firefox 60', '*/*', 'jpeg', 'jpeg'],
    [13, 'Firefox 78', 'image/webp,*/*', 'webp', 'webp'],
    [14, 'Firefox 68 navigation', PLAIN_NAVIGATION, 'jpeg', 'jpeg'],
    [
      15,
      'Firefox 78 navigation',
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
      'webp',
      'webp',
    ],
    [16, 'Firefox 115', 'image/avif,image/webp,*/*', 'avif', 'webp'],
    [
      17,
      'Firefox 115 navigation',
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
      'avif',
      'webp',
    ],
    [
      18,
      'Firefox 138',
      'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'avif',
      'webp',
    ],
    [
      19,
      'Firefox 129 navigation',
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8',
      'avif',
      'webp',
    ],
    [20, 'Firefox 138 navigation', PLAIN_NAVIGATION, 'jpeg', 'jpeg'],
    [
      21,
      'Firefox with JPEG XL',
      'image/avif,image/jxl,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'avif',
      'webp',
    ],
    [22, 'Firefox 115 with the pref', 'image/avif,image/jxl,image/webp,*/*', 'avif', 'webp'],
    [
      23,
      'Safari 13',
      'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
      'jpeg',
      'jpeg',
    ],
    [
      24,
      'Safari 14',
      'image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
      'webp',
      'webp',
    ],
    [
      25,
      'Safari 16',
      'image/webp,image/avif,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'avif',
      'webp',
    ],
    [
      26,
      'Safari 17 preview',
      'image/webp,image/avif,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'avif',
      'webp',
    ],
    [27, 'Safari 18', SAFARI_18, 'avif', 'webp'],
    [28, 'Safari navigation', PLAIN_NAVIGATION, 'jpeg', 'jpeg'],
    [29, 'Safari favicon', '*/*', 'jpeg', 'jpeg'],
    [30, 'Chrome on iOS', SAFARI_18, 'avif', 'webp'],
    [
      31,
      'IE 11',
      'image/png, image/svg+xml, image/jxr, image/*; q=0.8, */*; q=0.5',
      'jpeg',
      'jpeg',
    ],
    [
      32,
      'Edge legacy navigation',
      'text/html, application/xhtml+xml, image/jxr, */*',
      'jpeg',
      'jpeg',
    ],
    [
      33,
      'Opera 12',
      'text/html, application/xml;q=0.9, application/xhtml+xml, image/png, image/webp, image/jpeg, image/gif, image/x-xbitmap, */*;q=0.1',
      'webp',
      'webp',
    ],
    [34, 'Samsung Internet', CHROME, 'avif', 'webp'],
    [35, 'curl', '*/*', 'jpeg', 'jpeg'],
    [36, 'Go', undefined, 'jpeg', 'jpeg'],
    [37, 'axios', 'application/json, text/plain, */*', 'jpeg', 'jpeg'],
    [38, 'Java', 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', 'jpeg', 'jpeg'],
    [39, 'link preview bots', PLAIN_NAVIGATION, 'jpeg', 'jpeg'],
    [40, 'ImageOptim PHP client', 'image/*,application/im2+json', 'jpeg', 'jpeg'],
    [41, 'refusal', 'image/avif;q=0,image/webp', 'webp', 'webp'],
    [42, 'preference by q', 'image/avif;q=0.1,image/webp;q=0.9', 'webp', 'webp'],
    [43, 'odd case and blanks', 'IMAGE/AVIF ; Q=0.9 , image/*', 'avif', 'jpeg'],
    [44, 'wildcard only', 'image/*', 'jpeg', 'jpeg'],
    [45, 'garbage', 'image/avif;q=abc,;;,,image/webp;x="a,b"', 'webp', 'webp'],
  ])('row %i, %s', (_row, _client, header, both, webpOnly) => {
    expect(pick(header, ['avif', 'webp'])).toBe(both);
    expect(pick(header, ['webp'])).toBe(webpOnly);
  });

  test.each([
    // header                              set             why
    ['image/avif;q=.5', 'avif', 'P2: Java writes no zero'],
    ['image/avif;q=1.000', 'avif', 'P2: three decimals'],
    ['image/avif;q=0.001', 'avif', 'P2: the smallest q above 0'],
    ['image/avif;q=0.000', '', 'P2: refused'],
    ['image/avif;q=0.', '', 'P2: refused, and no decimals'],
    ['image/avif;q=1.5', '', 'P2: out of range, the entry is absent'],
    ['image/avif;q=0.0001', '', 'P2: four decimals cannot be read'],
    ['image/avif;q=-1', '', 'P2: out of range'],
    ['image/avif;q=', '', 'P2: empty'],
    ['image/avif;q=0, image/avif', 'avif', 'P3: listed twice, the highest q wins'],
    ['image/avif;a="x;q=0"', 'avif', 'P3: a q inside a quoted string is text'],
    ['image/avif;a="\\",q=0', 'avif', 'P3: an open quote with an escape swallows the rest'],
    ['image/webp,image/avif', 'avif webp', '1.3: a tie is ours to break'],
    ['image/webp;q=0.9,image/avif;q=0.8', 'webp avif', '1.3: the higher q first'],
    ['image/png;q=0.5, image/avif, */*;q=0.1', 'avif png', 'P3: several lines, joined'],
    ['', '', '1.6: nothing listed'],
  ])('%s is {%s} (%s)', (header, set) => {
    expect([...acceptedFormats(header)].join(' ')).toBe(set);
  });

  test('a header above 4 KiB or 64 entries lists nothing (P4)', () => {
    expect(acceptedFormats(`application/${'x'.repeat(4200)},image/avif`).size).toBe(0);
    expect(acceptedFormats(`${'a/b,'.repeat(63)}image/avif`).has('avif')).toBe(true);
    expect(acceptedFormats(`${'a/b,'.repeat(64)}image/avif`).size).toBe(0);
  });

  test('any text gives a set, and wildcards alone enable nothing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(acceptedFormats(text)).toBeInstanceOf(Set);
      }),
    );
    const wild = fc.constantFrom('image/*', '*/*', '*', 'image', '', 'image/*;q=1', '*/*;q=.2');
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 20 }), (entries) => {
        expect(acceptedFormats(entries.join(',')).size).toBe(0);
      }),
    );
  });
});

test('listsType asks for exactly one type', () => {
  expect(listsType('application/problem+json', 'application/problem+json')).toBe(true);
  expect(listsType('*/*', 'application/problem+json')).toBe(false);
  expect(listsType('application/json;q=0', 'application/json')).toBe(false);
});

test.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['br, GZIP', true],
  ['gzip;q=0', false],
  ['*', true],
  ['gzip;q=0, *', false],
  ['br;q=1, *;q=0', false],
  ['x-gzip', false],
])('listsCoding takes gzip from %j: %s', (header, takes) => {
  expect(listsCoding(header, 'gzip')).toBe(takes);
});
