import { describe, expect, test } from 'vitest';
import { elementsOf } from '../tree.ts';
import { boundsOf } from './bounds.ts';
import { drawing, NOTHING, RED, SMALL, shown } from './drawings.suite.ts';
import { pointsOf } from './path-points.ts';
import { transformOf } from './transforms.ts';

/** Ten pixels in the middle of forty, red: what covers all of the drawing was made four times as large about its middle. */
const rect = (rest: string, name = 'rect', place = SMALL) =>
  `<${name} class="a" fill="#f00" ${place} ${rest}/>`;

describe('a shape about another point', () => {
  test.each<[string, string]>([
    [
      'an origin of a rule, a transform of the attribute',
      drawing(rect('transform="scale(4)"'), '.a{transform-origin:20px 20px}'),
    ],
    [
      'of a style and of the attribute',
      drawing(rect('transform="scale(4)" style="transform-origin:50% 50%"')),
    ],
    ['of two rules', drawing(rect(''), '.a{transform-origin:20px 20px}rect{transform:scale(4)}')],
    [
      'of a rule and of a style',
      drawing(rect('style="transform:scale(4)"'), '.a{transform-origin:center}'),
    ],
    [
      'of an attribute and of a rule',
      drawing(rect('transform-origin="20 20"'), '.a{transform:scale(4)}'),
    ],
    [
      'by its box',
      drawing(rect(''), '.a{transform-box:fill-box;transform-origin:center;transform:scale(4)}'),
    ],
    [
      'by the corner of its box',
      drawing(
        rect('', 'rect', 'x="0" y="0" width="10" height="10"'),
        '.a{transform-box:fill-box;transform:scale(4)}',
      ),
    ],
    [
      'by the box of a path',
      drawing(
        rect('', 'path', 'd="M15 15h10v10h-10z"'),
        '.a{transform-box:fill-box;transform-origin:50% 50%;transform:scale(4)}',
      ),
    ],
    [
      'by the box of a group',
      drawing(
        `<g class="a"><rect fill="#f00" ${SMALL}/><title/></g>`,
        '.a{transform-box:fill-box;transform-origin:center;transform:scale(4)}',
      ),
    ],
    ['by a property of its own', drawing(rect(''), '.a{scale:4;transform-origin:center}')],
    [
      'by all of them',
      drawing(
        rect(''),
        '.a{translate:1px;rotate:90deg;scale:2;transform:translateX(-1px) scale(2.2);transform-origin:center}',
      ),
    ],
    [
      'in three dimensions',
      drawing(rect(''), '.a{transform:translateZ(0) scale3d(4,4,1);transform-origin:center}'),
    ],
    [
      'in a drawing in the drawing',
      drawing(
        `<svg width="40" height="40" viewBox="0 0 20 20">${rect('', 'rect', 'x="7.5" y="7.5" width="5" height="5"')}</svg>`,
        '.a{transform:scale(4);transform-origin:center}',
      ),
    ],
  ])('%s', async (_, text) => {
    expect([await shown(text, [2, 2]), await shown(text, [37, 37])]).toEqual([RED, RED]);
  });

  test('by shares of its box', async () => {
    const text = drawing(rect(''), '.a{transform-box:fill-box;transform:translate(-150%, 1px)}');
    expect([await shown(text, [2, 18]), await shown(text, [18, 18])]).toEqual([RED, NOTHING]);
  });

  test('a transform that is not known is left', async () => {
    const text = drawing(
      rect('transform="scale(4)"'),
      '.a{transform:made-up(1);transform-origin:center}',
    );
    expect(await shown(text, [2, 2])).toBe(NOTHING);
  });
});

describe('a list of functions is one matrix', () => {
  const box = { width: 200, height: 100 };
  test.each([
    ['translate(10%, 20px) scale(2)', [2, 0, 0, 2, 20, 20]],
    ['rotate(90) translate(1)', [0, 1, -1, 0, 0, 1]],
    ['rotate(.25turn, 5, 0)', [0, 1, -1, 0, 5, -5]],
    ['matrix(1 2 3 4 5 6)', [1, 2, 3, 4, 5, 6]],
    ['skewX(45)skewY(0)', [1, 0, 1, 1, 0, 0]],
    ['translate(1in,1em)', undefined],
    ['rotate(1) nonsense', undefined],
    ['', undefined],
  ])('%s', (list, is) => {
    const numbers = transformOf(list, box)?.map((one) => Number(one.toFixed(9)) + 0);
    expect(numbers).toEqual(is);
  });
});

describe('the box of a shape', () => {
  const box = (body: string) => boundsOf(elementsOf(body)[0]!, { left: 1000 });
  test.each([
    ['<circle cx="5" cy="6" r="2"/>', [3, 4, 4, 4]],
    ['<ellipse rx="3" ry="1"/>', [-3, -1, 6, 2]],
    ['<line x1="9" y1="1" x2="2" y2="4"/>', [2, 1, 7, 3]],
    ['<polygon points="1,2 3,4 -1 7"/>', [-1, 2, 4, 5]],
    ['<path d="M0 0c0 10 10 10 10 0"/>', [0, 0, 10, 7.5]],
    ['<path d="m1 1 2 0 0 2zl5 5"/>', [1, 1, 5, 5]],
    ['<path d="M0 0A5 5 0 0110 0"/>', [0, -5, 10, 5]],
    ['<path d="M0 0a5 5 0 10 0 .01"/>', [-10, -5, 10, 10]],
    ['<path d="M0 0Q5 10 10 0T20 0"/>', [0, -5, 20, 10]],
    ['<path d="M0 0C0 4 4 4 4 0S8-4 8 0V9H-1"/>', [-1, -3, 9, 12]],
    ['<g><rect width="4" height="5"/><circle cx="9" cy="9" r="1"/><desc/></g>', [0, 0, 10, 10]],
  ])('%s', (body, [left, top, width, height]) => {
    const is = box(body)!;
    expect(is.left).toBeCloseTo(left!, 1);
    expect(is.top).toBeCloseTo(top!, 1);
    expect(is.width).toBeCloseTo(width!, 1);
    expect(is.height).toBeCloseTo(height!, 1);
  });

  test.each([
    '<g><rect transform="scale(2)" width="1" height="1"/></g>',
    '<text>a</text>',
    '<g/>',
    '<path/>',
    '<rect width="1em" height="2"/>',
  ])('of %s is not told', (body) => {
    expect(box(body)).toBeUndefined();
  });
});

test('a path ends at its first error', () => {
  expect(pointsOf('M1 2L3 4X5 6')).toEqual([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  expect(pointsOf('M1 2L3')).toEqual([[[1, 2]]]);
  expect(pointsOf('L3 4')).toEqual([]);
});
