import { expect, test } from 'vitest';
import { hashKey } from '../../plan/key.ts';
import { ELSEWHERE, sourceTags } from './source-tags.ts';

const KEY = hashKey('a source');

test('a source is named by its mount, its key and its origin', () => {
  const own = `source-${KEY.slice(0, 16)}`;
  expect(sourceTags('shop', KEY, {})).toEqual(['shop', own]);
  expect(sourceTags(`shop${ELSEWHERE}`, KEY, {})).toEqual(['shop', own]);
  expect(sourceTags('shop', KEY, { 'surrogate-key': 'a b', 'cache-tag': 'b, c' })).toEqual([
    'shop',
    own,
    'a',
    'b',
    'c',
  ]);
});

test.each([
  ['', 'nothing'],
  [' , ,', 'no words'],
  ['x'.repeat(129), 'too long'],
  ['caf\u00e9', 'no ASCII'],
  ['a\u0000b', 'control characters'],
])('%j adds nothing (%s)', (tags) => {
  expect(sourceTags('shop', KEY, { 'cache-tag': tags })).toHaveLength(2);
});

test('an origin adds 32 tags at most', () => {
  const many = Array.from({ length: 99 }, (_, i) => `t${i}`).join(' ');
  expect(sourceTags('shop', KEY, { 'surrogate-key': many })).toHaveLength(34);
});
