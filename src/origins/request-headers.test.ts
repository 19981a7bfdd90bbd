import { expect, test } from 'vitest';
import { lowerCaseNames, requestHeadersProblem } from './request-headers.ts';

test.each<[Record<string, unknown>, string | undefined]>([
  [{}, undefined],
  [{ Authorization: 'Bearer a.b-c', 'x-api-key': 'k', Referer: 'https://a.test/' }, undefined],
  [{ Accept: 'image/png', 'User-Agent': 'shop' }, undefined],
  [{ Host: 'a.test' }, 'expected no Host, which is written here'],
  [{ RANGE: 'bytes=0-' }, 'expected no RANGE, which is written here'],
  [{ 'if-none-match': '*' }, 'expected no if-none-match, which is written here'],
  [{ 'x y': 'a' }, 'expected names of headers'],
  [{ '': 'a' }, 'expected names of headers'],
  [{ 'x-a': 'a', 'X-A': 'b' }, 'expected each header once, whatever its case'],
  [{ 'x-a': 'a\r\nb: c' }, 'expected printable ASCII without blanks at its ends for x-a'],
  [{ 'x-a': ' a' }, 'expected printable ASCII without blanks at its ends for x-a'],
  [{ 'x-a': '' }, 'expected printable ASCII without blanks at its ends for x-a'],
  [{ 'x-a': 'x'.repeat(9000) }, 'expected printable ASCII without blanks at its ends for x-a'],
  [
    Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`x-${i}`, 'a'])),
    'expected at most 32 headers',
  ],
])('%j: %s', (headers, problem) => expect(requestHeadersProblem(headers)).toBe(problem));

test('names are written in lower case', () => {
  expect(lowerCaseNames({ 'X-Key': 'A' })).toEqual({ 'x-key': 'A' });
});
