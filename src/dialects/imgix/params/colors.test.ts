import { describe, expect, test } from 'vitest';
import data from '../../../../test/data/imgix-parameters.json' with { type: 'json' };
import { colorText } from '../../../base/color.ts';
import { colorOf, KEYWORDS } from './colors.ts';

describe('colorOf', () => {
  test("the keywords are the vendor's 150", () => {
    expect(Object.keys(KEYWORDS).toSorted()).toEqual(data.colors.toSorted());
    expect(data.colors.filter((name) => colorOf(name)?.alpha !== 1)).toEqual([]);
  });

  test.each([
    // text       color       why
    ['f00', '#ff0000', 'RGB'],
    ['0FFF', '#ffffff00', 'ARGB: alpha first'],
    ['336699', '#336699', 'RRGGBB'],
    ['80000000', '#00000080', 'AARRGGBB: half-transparent black'],
    ['FFaa00', '#ffaa00', 'either case'],
    ['#ff0000', '#ff0000', 'a sign that writers of CSS leave in front'],
    ['#8f00', '#ff000088', 'the same with alpha, which still comes first'],
    ['rebeccapurple', '#663399', 'a keyword of CSS'],
    ['darkgrey', '#a9a9a9', 'British spelling'],
  ])('%s is %s (%s)', (text, expected) => {
    const color = colorOf(text);
    expect(color && colorText(color)).toBe(expected);
  });

  test.each([
    '',
    'ff',
    '12345',
    '##fff',
    '#',
    '#red',
    'ggg',
    'Red',
    'constructor',
    '0xfff',
    'fff ',
  ])('%j is none', (text) => expect(colorOf(text)).toBeUndefined());
});
