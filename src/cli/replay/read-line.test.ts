import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLine } from './read-line.ts';

const vendor = (status: number, bytes: number | undefined) => ({
  status,
  bytes,
  type: undefined,
  body: undefined,
});

describe('lines of a log', () => {
  test.each([
    [
      '203.0.113.7 - - [12/Nov/2026:10:00:00 +0000] "GET /a.jpg?w=300 HTTP/1.1" 200 5120 "https://example.com/" "Mozilla/5.0"',
      { host: undefined, target: '/a.jpg?w=300', vendor: vendor(200, 5120) },
    ],
    [
      'img.example.com 203.0.113.7 - - [12/Nov/2026:10:00:00 +0000] "GET /a.jpg HTTP/2.0" 304 - "-" "-"',
      { host: 'img.example.com', target: '/a.jpg', vendor: vendor(304, undefined) },
    ],
    [
      'img.example.com:443 203.0.113.7 - bob [12/Nov/2026:10:00:00 +0000] "GET /a%20b.jpg HTTP/1.0" 404 12',
      { host: 'img.example.com', target: '/a%20b.jpg', vendor: vendor(404, 12) },
    ],
    [
      '2001:db8::1 - - [12/Nov/2026:10:00:00 +0000] "GET https://Img.example.com/a.jpg?q=1 HTTP/1.1" 200 1 "-" "-"',
      { host: 'img.example.com', target: '/a.jpg?q=1', vendor: vendor(200, 1) },
    ],
    [
      'https://img.example.com/a.jpg?w=3#top',
      { host: 'img.example.com', target: '/a.jpg?w=3', vendor: undefined },
    ],
    ['http://img.example.com', { host: 'img.example.com', target: '/', vendor: undefined }],
    ['/a.jpg?txt=h%C3%A9', { host: undefined, target: '/a.jpg?txt=h%C3%A9', vendor: undefined }],
  ])('%s', (line, expected) => {
    expect(readLine(line)).toEqual({ accept: undefined, ...expected });
  });

  test.each([
    '',
    '# a remark',
    'nonsense',
    '203.0.113.7 - - [12/Nov/2026:10:00:00 +0000] "POST /a.jpg HTTP/1.1" 200 5120',
    '203.0.113.7 - - [12/Nov/2026:10:00:00 +0000] "-" 408 -',
    'ftp://img.example.com/a.jpg',
    `/${'a'.repeat(20_000)}`,
  ])('asks for nothing: %#', (line) => {
    expect(readLine(line)).toBeUndefined();
  });

  test('any line is read or not, and targets begin with a slash', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (line) => {
        expect(readLine(line)?.target.startsWith('/') ?? true).toBe(true);
      }),
    );
  });
});
