import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import data from '../../../test/data/imgix-parameters.json' with { type: 'json' };
import { isFault } from '../../base/fault.ts';
import { PARAMS, type ParamName, spellingOf } from './params.ts';
import { decodeText, gather } from './query.ts';

const names = Object.keys(data.parameters) as ParamName[];
const spellings = Object.entries(data.parameters).flatMap(([name, aliases]) =>
  aliases.map((alias) => [alias, name] as const),
);
const base64 = (text: string) => Buffer.from(text).toString('base64url');
const texts = (query: string, defaults = {}) =>
  Object.fromEntries([...gather(query, defaults).given].map(([name, { text }]) => [name, text]));

describe("the vendor's list", () => {
  test('every one of its 179 parameters and 111 aliases has a row', () => {
    expect(names).toHaveLength(179);
    expect(spellings).toHaveLength(111);
    expect(names.filter((name) => !Object.hasOwn(PARAMS, name))).toEqual([]);
    expect(spellings.filter(([alias, name]) => spellingOf(alias)?.name !== name)).toEqual([]);
  });

  test('what has a row beyond it is documented elsewhere by the vendor, and is listed here', () => {
    const beyond = Object.keys(PARAMS).filter((name) => !Object.hasOwn(data.parameters, name));
    expect(beyond.toSorted()).toEqual(['gif-q', 'ixid', 'ixlib', 'resize-filter', 's', 'txt-lig']);
  });

  test('no alias is claimed twice or by us alone', () => {
    const own = Object.values(PARAMS).flatMap((param) => param.aliases);
    expect(own.toSorted()).toEqual(spellings.map(([alias]) => alias).toSorted());
  });

  test('every parameter and alias has a base64 twin, but for auto and ch', () => {
    const without = [...names, ...spellings.map(([alias]) => alias)].filter(
      (name) => spellingOf(`${name}64`) === undefined,
    );
    expect(without).toEqual(['auto', 'ch']);
  });

  test.each(spellings)('%s spells %s, plain and in base64', (alias, name) => {
    expect(texts(`${alias}=5`)).toEqual({ [name]: '5' });
    expect(texts(`${alias}64=${base64('a,b ü')}`)).toEqual({ [name]: 'a,b ü' });
  });
});

describe('gather', () => {
  test.each<[string, unknown, string]>([
    // query                      texts                             why
    ['', {}, 'nothing'],
    ['&w=150&&h=100&mark&', { w: '150', h: '100', mark: '' }, 'empty pairs, a name alone'],
    ['w=%31%35%30', { w: '150' }, 'values are percent-decoded'],
    ['txt=Hello+World', { txt: 'Hello World' }, 'a plus is a space'],
    ['txt=1%2B1', { txt: '1+1' }, 'an escaped plus is a plus'],
    ['txt=a=b', { txt: 'a=b' }, 'split on the first ='],
    ['txt=%E3%81%A7', { txt: 'で' }, 'UTF-8'],
    ['txt=100%', { txt: '100%' }, 'an escape that is none stays'],
    ['txt=%ff', { txt: '\ufffd' }, 'no UTF-8'],
    ['w=90&w=150', { w: '150' }, 'the last wins'],
    ['w=90&width=180', { w: '90' }, 'canonical over alias, whichever comes first'],
    ['width=180&w=90', { w: '90' }, 'canonical over alias'],
    ['w=100&w64=MTUw', { w: '150' }, 'base64 over plain'],
    ['w64=MTUw&w=100', { w: '150' }, 'base64 over plain, whichever comes first'],
    ['w=100&width64=MTUw', { w: '150' }, 'also as the twin of an alias'],
    ['W=100&Fit=crop', {}, 'names are lower case'],
    ['auto=compress&w=1&auto=format', { auto: 'compress,format', w: '1' }, 'auto accumulates'],
    ['auto64=Zm9ybWF0', {}, 'auto has no twin'],
    ['__proto__=1&constructor=2&64=x', {}, 'names that objects have are no parameters'],
  ])('%s gives %j (%s)', (query, expected) => {
    expect(texts(query)).toEqual(expected);
  });

  test.each<[string, Record<string, string>, unknown, string]>([
    ['', { auto: 'format', w: '240' }, { auto: 'format', w: '240' }, 'defaults alone'],
    ['width=9', { w: '240' }, { w: '9' }, "the URL's own value wins, also by an alias"],
    ['auto=compress', { auto: 'format' }, { auto: 'format,compress' }, 'auto is united'],
    ['', { ch: 'width' }, {}, 'ch may not be a default'],
    ['', { nonsense: '1' }, {}, 'unknown defaults are passed over'],
  ])('%s with defaults %j gives %j (%s)', (query, defaults, expected) => {
    expect(texts(query, defaults)).toEqual(expected);
  });

  test.each([
    ['w64=MzAw%3D', 'padding'],
    ['w64=Mz+w', 'a plus, which is a space'],
    ['w64=Mz/w', 'the other alphabet'],
    ['w64=M', 'no whole byte'],
    ['dl64=_w', 'no UTF-8'],
    ['dl64=my card', 'plain text'],
    ['mark64=https://a.test/logo.png', 'an address'],
    ['blend64=_w', 'no UTF-8'],
    ['txt64=Hello World', 'plain text, as some clients write it'],
  ])('%s is refused (%s)', (query) => {
    expect(() => gather(query, {})).toThrow(/URL-safe base64/);
  });

  test.each([
    ['bg-replace64=Hello', 'Hello', 'a length that base64 cannot have'],
    ['bg-replace64=%C3%9Cber', 'Über', 'plain UTF-8'],
    ['bg-replace64=a b', 'a b', 'a prompt'],
    ['fill-gen-prompt64=_w', '_w', 'no UTF-8'],
  ])('%s is read as it is: it has no effect (%s)', (query, text) => {
    expect(Object.values(texts(query))).toEqual([text]);
  });

  test.each([
    ['Hello, World!', 'SGVsbG8sIFdvcmxkIQ'],
    ['lorem ipsum', 'bG9yZW0gaXBzdW0'],
    ['https://assets.imgix.net/logo.png', 'aHR0cHM6Ly9hc3NldHMuaW1naXgubmV0L2xvZ28ucG5n'],
    ['this/seems… pretty sketchy! 😁', 'dGhpcy9zZWVtc-KApiBwcmV0dHkgc2tldGNoeSEg8J-YgQ'],
  ])('%s is %s in base64', (text, encoded) => {
    expect(texts(`txt64=${encoded}`)).toEqual({ txt: text });
  });

  test('unknown names leave a note, and never more than twenty', () => {
    const { diagnostics } = gather(Array.from({ length: 90 }, (_, n) => `x${n}=1`).join('&'), {});
    expect(diagnostics).toHaveLength(20);
    expect(diagnostics[0]).toMatchObject({ severity: 'note', param: 'x0' });
  });

  test('any query is gathered or refused with a fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 80 }), (query) => {
        try {
          gather(query, {});
        } catch (error) {
          expect(isFault(error, 'bad-parameter')).toBe(true);
        }
      }),
    );
  });

  test('what a client encodes is decoded again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeText(encodeURIComponent(text))).toBe(text);
      }),
    );
  });
});
