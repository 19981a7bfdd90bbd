import { describe, expect, test } from 'vitest';
import { compile, ops } from '../fixtures.suite.ts';

const red = { red: 255, green: 0, blue: 0, alpha: 1 };
const clear = { kind: 'color', color: { red: 255, green: 255, blue: 255, alpha: 0 } };
const sides = (top: number, right: number, bottom: number, left: number) => ({
  top,
  right,
  bottom,
  left,
});
const pad = (top: number, right: number, bottom: number, left: number, fill: unknown = clear) => ({
  kind: 'pad',
  top: { px: top },
  right: { px: right },
  bottom: { px: bottom },
  left: { px: left },
  fill,
});
const border = (width: number) => ({
  kind: 'border',
  sides: sides(width, width, width, width),
  color: red,
});

describe('what surrounds the picture', () => {
  test.each<[string, unknown, string]>([
    ['pad=10', [pad(10, 10, 10, 10)], '5.8'],
    ['pad=10&pad-left=30&pad-top=0', [pad(0, 10, 10, 30)], '5.8: a side overrides'],
    ['pad=10&dpr=2', [pad(10, 10, 10, 10)], '4.10: dpr needs a side'],
    ['pad=-3', [], '7.2: clamped to nothing'],
    [
      'pad=1&bg=f00',
      [pad(1, 1, 1, 1, { kind: 'color', color: red }), { kind: 'background', color: red }],
      '5.8: bg fills',
    ],
    ['bg=0FFF', [], '4.11: clear is no background'],
    ['bg=nonsense', [], '1.6: an unreadable color is the default'],
    [
      'bg=80ff0000',
      [{ kind: 'background', color: { ...red, alpha: 128 / 255 } }],
      '4.11: a translucent one stays translucent',
    ],
    [
      'transparency=grid&grid-size=8&grid-colors=f00,f00',
      [{ kind: 'checker', side: 8, colors: [red, red] }],
      '5.4',
    ],
    ['mask=ellipse', [{ kind: 'mask', shape: { kind: 'ellipse' } }], '5.8'],
    ['mask=corners', [{ kind: 'mask', shape: { kind: 'corners' } }], '5.8: the default radius'],
    [
      'mask=corners&corner-radius=0',
      [{ kind: 'mask', shape: { kind: 'corners' } }],
      '5.8: 0 keeps the default',
    ],
    [
      'mask=corners&corner-radius=1,2,3,4&mask-bg=f00',
      [{ kind: 'mask', shape: { kind: 'corners', radii: [1, 2, 3, 4] }, color: red }],
      '5.8: from the upper left',
    ],
    ['mask=corners&corner-radius=1,2', [{ kind: 'mask', shape: { kind: 'corners' } }], '7.2'],
    ['mask=poly5', [{ kind: 'mask', shape: { kind: 'polygon', corners: 5 } }], '5.8.6'],
    ['border-stroke-size=3&border-stroke-color=f00', [border(3)], '5.8.5: without bars'],
    ['border-stroke-size=3', [], '5.8.5: clear by default'],
    [
      'border=9,f00&border-stroke-size=3&border-stroke-color=f00&border-radius=5',
      [
        { ...border(9), radii: [5, 5, 5, 5] },
        { ...border(3), radii: [5, 5, 5, 5] },
      ],
      '5.8.5: over the bars',
    ],
    ['border=10,f00', [border(10)], '5.8'],
    ['border=900,f00', [border(100)], '7.2: clamped'],
    ['border=10', [], '7.2: a list of the wrong length'],
    ['border-top=3', [], '5.8: needs border'],
    [
      'border=10,f00&border-left=2&border-radius=5&border-radius-inner=1,2,3,4',
      [
        {
          ...border(10),
          sides: sides(10, 10, 10, 2),
          radii: [5, 5, 5, 5],
          innerRadii: [1, 2, 3, 4],
        },
      ],
      '5.8',
    ],
  ])('%s gives %j (%s)', (query, expected) => {
    expect(ops(query)).toEqual(expected);
  });

  test('lengths are whole CSS pixels first, then times dpr', () => {
    const all = ops('w=100&h=100&dpr=2&pad=10.5&border=3.5,f00&mask=corners&corner-radius=7');
    expect(all).toMatchObject([
      { kind: 'resize', reserve: sides(22, 22, 22, 22) },
      pad(22, 22, 22, 22),
      { kind: 'mask', shape: { radii: [14, 14, 14, 14] } },
      border(8),
    ]);
  });

  test('bg is also what formats without alpha are flattened on, made opaque', () => {
    const background = (query: string) => {
      const { output } = compile(query).plan;
      return output.kind === 'picture' ? output.background : undefined;
    };
    expect(background('bg=80ff0000')).toEqual(red);
    expect(background('fm=jpg')).toEqual({ red: 255, green: 255, blue: 255, alpha: 1 });
  });
});
