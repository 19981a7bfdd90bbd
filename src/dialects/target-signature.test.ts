import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { carriesSignature, signedTarget } from './signed-url.ts';
import { checkTarget, signTarget, targetSignature } from './target-signature.ts';

const KEY = 'a key of sixteen!';
const NOW = Date.UTC(2026, 0, 1);
const SECONDS = NOW / 1000;
const strict = (...tokens: string[]) => ({ tokens, required: true });

/** The code of the fault that a check throws, or the target that it lets through. */
function verdict(target: string, signing = strict(KEY), now = NOW): string {
  try {
    return checkTarget(target, signing, now).target;
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
}

const segment = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map(encodeURIComponent);
const pair = fc.tuple(segment, segment).map(([name, value]) => `${name}=${value}`);
const targets = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.array(pair, { maxLength: 4 }))
  .map(([path, pairs]) => `/${path.join('/')}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`);

describe('targetSignature', () => {
  test('is the HMAC of RFC 4231, test case 2, in base64url', () => {
    const hex = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const expected = Buffer.from(hex, 'hex').toString('base64url');
    expect(targetSignature('Jefe', 'what do ya want for nothing?')).toBe(expected);
  });

  test('agrees with another implementation for any key and target', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), targets, (key, target) => {
        const other = createHmac('sha256', key).update(target, 'latin1').digest('base64url');
        expect(targetSignature(key, target)).toBe(other);
      }),
    );
  });

  test('characters beyond Latin-1 are signed as UTF-8, bytes as they came', () => {
    const came = Buffer.from('/で.png').toString('latin1');
    expect(targetSignature(KEY, '/で.png')).toBe(targetSignature(KEY, came));
  });
});

describe('checkTarget', () => {
  const good = signTarget(KEY, '/a.jpg?width=300');
  const inAnHour = SECONDS + 3600;

  test.each([
    [good, '/a.jpg?width=300', 'as signed'],
    [signTarget(KEY, '/a.jpg'), '/a.jpg', 'without a query'],
    [signTarget(KEY, '/a.jpg?'), '/a.jpg?', 'with an empty one'],
    [signTarget('another key of it', '/a.jpg'), '/a.jpg', 'the second key: rotation'],
    [
      signTarget(KEY, '/full/https://h/a?sig=x'),
      '/full/https://h/a?sig=x',
      'a source with its own',
    ],
    [signTarget(KEY, '/a.jpg?w=1', inAnHour), '/a.jpg?w=1', 'in time'],
    ['/a.jpg?width=300', 'signature-invalid', 'no signature'],
    ['/a.jpg', 'signature-invalid', 'no query'],
    ['/a.jpg?sig', 'signature-invalid', 'without a value'],
    ['/a.jpg?sig=', 'signature-invalid', 'an empty one'],
    [`${good}=`, 'signature-invalid', 'padding'],
    [good.slice(0, -1), 'signature-invalid', 'a character too few'],
    [good.replace('&sig', '?sig'), 'signature-invalid', 'the other separator'],
    [good.replace('?width=300&', '&width=300?'), 'signature-invalid', 'separators changed round'],
    [good.toUpperCase(), 'signature-invalid', 'another case'],
    [`${good}&width=900`, 'signature-invalid', 'a parameter behind'],
    [good.replace('width=300', 'width=900'), 'signature-invalid', 'another value'],
    [good.replace('a.jpg', '%61.jpg'), 'signature-invalid', 'never decoded before'],
    [`${good}&${good.split('&')[1]}`, 'signature-invalid', 'twice'],
    [signTarget('', '/a.jpg'), 'signature-invalid', 'an empty key signs nothing'],
    [signTarget(KEY, '/a.jpg?w=1', SECONDS), 'link-expired', 'its last second is over'],
    [signTarget(KEY, '/a.jpg', SECONDS - 9), 'link-expired', 'past'],
    [signTarget(KEY, '/a.jpg?expires=soon'), 'bad-parameter', 'no time'],
    [signTarget(KEY, '/a.jpg?expires='), 'bad-parameter', 'nothing'],
    [signTarget(KEY, '/a.jpg?expires=9999999999999'), 'bad-parameter', 'beyond any clock'],
    [`/a.jpg?expires=${inAnHour}`, 'signature-invalid', 'a time nobody signed'],
  ])('%s: %s (%s)', (target, expected) => {
    expect(verdict(target, strict(KEY, 'another key of it', ''))).toBe(expected);
  });

  test('says when a URL ends', () => {
    expect(checkTarget(signTarget(KEY, '/a.jpg', inAnHour), strict(KEY), NOW).until).toBe(
      inAnHour * 1000,
    );
    expect(checkTarget(signTarget(KEY, '/a.jpg'), strict(KEY), NOW)).not.toHaveProperty('until');
  });

  test('where none is required, a wrong one is left alone with a warning, a good one counts', () => {
    const loose = { tokens: [KEY], required: false };
    const wrong = '/a.jpg?width=300&sig=mine';
    expect(checkTarget(wrong, loose, NOW)).toMatchObject({
      target: wrong,
      diagnostics: [{ severity: 'warning', param: 'sig' }],
    });
    expect(checkTarget('/a.jpg', loose, NOW)).toEqual({ target: '/a.jpg', diagnostics: [] });
    expect(verdict(good, loose)).toBe('/a.jpg?width=300');
    expect(verdict(signTarget(KEY, '/a.jpg', 1), loose)).toBe('link-expired');
  });

  test('without keys nothing is good, and without signing everything is as it came', () => {
    expect(verdict(good, strict())).toBe('signature-invalid');
    expect(checkTarget(good, undefined, NOW)).toEqual({ target: good, diagnostics: [] });
  });

  test('whatever is signed is accepted, and any changed character refused', () => {
    fc.assert(
      fc.property(targets, fc.nat(), fc.constantFrom(...'aZ9%&=?/.~-_'), (target, at, char) => {
        const url = signTarget(KEY, target);
        fc.pre(!/[?&]expires=[^&]*$/.test(target));
        expect(verdict(url)).toBe(target);
        const index = at % url.length;
        fc.pre(url[index] !== char);
        const changed = url.slice(0, index) + char + url.slice(index + 1);
        expect(verdict(changed)).toBe('signature-invalid');
      }),
      { numRuns: 300 },
    );
  });
});

describe('signedTarget', () => {
  test.each(['fastly', 'imageoptim', 'imgix'] as const)(
    '%s: signing anew is the same as signing once, whatever was there',
    (dialect) => {
      fc.assert(
        fc.property(targets, fc.option(fc.nat(1e9), { nil: undefined }), (target, until) => {
          const once = signedTarget(dialect, KEY, target, until);
          expect(carriesSignature(dialect, once)).toBe(true);
          expect(signedTarget(dialect, KEY, once, until)).toBe(once);
          const other = signedTarget(dialect, 'another', target, until);
          expect(signedTarget(dialect, KEY, other, until)).toBe(once);
        }),
      );
    },
  );
});
