import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import data from '../../../test/data/imgix-signature-vectors.json' with { type: 'json' };
import { sign, splitTarget, verify } from './signature.ts';

const signed = (token: string, target: string) => {
  const raw = splitTarget(target);
  const query = raw.query === '' ? '' : `${raw.query}&`;
  return `${raw.path}?${query}s=${sign(token, raw)}`;
};
const check = (target: string, ...tokens: string[]) => verify(splitTarget(target), tokens);

describe('sign', () => {
  test('there are 31 vectors', () => expect(data.vectors).toHaveLength(31));

  test.each(data.vectors)('$id: $path?$query ($note)', ({ token, path, query, signature }) => {
    expect(sign(token, { path, query })).toBe(signature);
    const target = `${path}?${query === '' ? '' : `${query}&`}s=${signature}`;
    expect(check(target, token)).toBe('good');
  });

  test('characters beyond Latin-1 are hashed as UTF-8, bytes as they came', () => {
    const utf8 = sign('t', { path: '/で.png', query: '' });
    const latin1 = Buffer.from('/で.png').toString('latin1');
    expect(sign('t', { path: latin1, query: '' })).toBe(utf8);
  });
});

describe('verify', () => {
  const good = signed('FOO123bar', '/users/1.png?w=400&h=300');

  test.each([
    [good, 'good', 'as signed'],
    [good.replace(/s=(.*)/, (_, s) => `s=${s.toUpperCase()}`), 'good', 'case of the digits'],
    [signed('other', '/users/1.png?w=400&h=300'), 'good', 'second token: rotation'],
    ['/users/1.png?w=400&h=300', 'absent', 'no signature'],
    ['/users/1.png', 'absent', 'no query'],
    ['/users/1.png?s', 'absent', 's without a value'],
    ['/users/1.png?w=400&h=300&s=', 'wrong', 'an empty signature'],
    [`${good}0`, 'wrong', 'one digit too many'],
    [good.slice(0, -1), 'wrong', 'one digit too few'],
    [good.replace('w=400&h=300', 'h=300&w=400'), 'wrong', 'the order is part of the hash'],
    [good.replace('1.png', '%31.png'), 'wrong', 'never decoded before the check'],
    [`${good}&w=1`, 'wrong', 'a parameter added behind'],
    [signed('', '/users/1.png?w=4'), 'wrong', 'an empty token signs nothing'],
  ])('%s is %s (%s)', (target, verdict) => {
    expect(check(target, 'FOO123bar', 'other', '')).toBe(verdict);
  });

  test('s may stand anywhere, because the hash covers the rest', () => {
    const s = good.split('&s=')[1];
    expect(check(`/users/1.png?s=${s}&w=400&h=300`, 'FOO123bar')).toBe('good');
    expect(check(`/users/1.png?w=400&s=${s}&h=300`, 'FOO123bar')).toBe('good');
  });

  test('of several s the last one signs, the others are signed with the rest', () => {
    const twice = signed('FOO123bar', '/a.png?s=1');
    expect(check(twice, 'FOO123bar')).toBe('good');
  });

  test('without tokens nothing is good', () => expect(check(good)).toBe('wrong'));

  test('whatever is signed is accepted, and any changed character refused', () => {
    const segment = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map(encodeURIComponent);
    const pair = fc.tuple(segment, segment).map(([name, value]) => `${name}=${value}`);
    const targets = fc
      .tuple(segment, fc.array(pair, { maxLength: 4 }))
      .map(([path, pairs]) => `/${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`);
    fc.assert(
      fc.property(targets, fc.nat(), fc.constantFrom(...'aZ9%&=?/.~'), (target, at, char) => {
        const url = signed('token', target);
        expect(check(url, 'token')).toBe('good');
        const index = 1 + (at % (url.length - 1));
        fc.pre(url[index]?.toLowerCase() !== char.toLowerCase());
        const changed = url.slice(0, index) + char + url.slice(index + 1);
        expect(check(changed, 'token')).not.toBe('good');
      }),
      { numRuns: 300 },
    );
  });
});
