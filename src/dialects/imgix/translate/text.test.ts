import { describe, expect, test } from 'vitest';
import { compile, ops, request } from '../fixtures.suite.ts';
import { imgix } from '../index.ts';

const textOf = (query: string) => ops(`txt=Hi&${query}`).find(({ kind }) => kind === 'text');

describe('a line over the picture (docs/spec/imgix.md 6.3)', () => {
  test('stands in the lower right corner, small and black', () => {
    expect(textOf('')).toEqual({
      kind: 'text',
      style: {
        ...{ text: 'Hi', family: 'sans', size: 12 },
        color: { red: 0, green: 0, blue: 0, alpha: 1 },
      },
      x: { kind: 'slack', share: 1 },
      y: { kind: 'slack', share: 1 },
      pad: 10,
      clip: { at: 'end', ellipsis: false },
    });
  });

  test.each([
    ['txt-align=top,left', { x: { share: 0 }, y: { share: 0 } }],
    ['txt-align=center', { x: { share: 0.5 }, y: { share: 1 } }],
    ['txt-x=5&txt-y=-3', { x: { length: { px: 5 } }, y: { length: { px: -3 } } }],
    ['txt-clip=middle,ellipsis', { clip: { at: 'middle', ellipsis: true } }],
    ['txt-clip=ellipsis', { clip: { at: 'end', ellipsis: true } }],
    ['txt-fit=max&txt-width=80', { shrink: true, room: 80 }],
    ['txt-font=Courier+New,Bold', { style: { family: 'mono', bold: true } }],
    ['txt-font=Hoefler+Text+Italic', { style: { family: 'serif', italic: true } }],
    ['txt-font=sans-serif', { style: { family: 'sans' } }],
    ['txt-line=2', { style: { outline: { width: 2, color: { red: 255 } } } }],
    ['txt-shad=3&txt-track=4&txt-lig=0', { style: { shadow: 3, tracking: 4, ligatures: 'none' } }],
    [
      'w=90&dpr=2&txt-size=20&txt-pad=7&txt-x=4',
      { style: { size: 40 }, pad: 14, x: { length: { px: 8 } } },
    ],
  ])('%s', (query, expected) => {
    expect(textOf(query)).toMatchObject(expected);
  });

  test.each(['Noto Serif', 'Noto Sans Mono,bold', 'serif', 'monospace,bold,italic'])(
    '%s is here',
    (font) => {
      expect(compile(`txt=a&txt-font=${encodeURIComponent(font)}`).diagnostics).toEqual([]);
    },
  );

  test.each(['Helvetica', 'Georgia,Bold', 'Futura Condensed Medium'])('%s is not', (font) => {
    const { diagnostics } = compile(`txt=a&txt-font=${encodeURIComponent(font)}`);
    expect(diagnostics).toMatchObject([{ param: 'txt-font', shortfall: 'not-used' }]);
  });

  test('nothing is set without a text', () => {
    expect(ops('txt=&txt-size=40&w=9').map(({ kind }) => kind)).toEqual(['resize']);
    expect(compile('txt-size=40').diagnostics).toMatchObject([{ param: 'txt-size' }]);
  });
});

describe('canvases of text (docs/spec/imgix.md 6.3.4)', () => {
  const plan = (query: string) =>
    imgix.compile(request(`/~text?${query}`), { name: 'a', origin: 'folder' });

  test('have no source, the width of w and the height of their lines', () => {
    const { source, plan: made } = plan('txt=Hi&dpr=2&bg=f00');
    expect(source).toEqual({ kind: 'blank' });
    expect(made.ops).toMatchObject([
      { kind: 'text-canvas', width: 400, pad: 20, x: 0, y: 0, style: { size: 24 } },
      { kind: 'background' },
    ]);
    expect(made.ops[0]).not.toHaveProperty('height');
  });

  test.each([
    ['mark=%2F~text%3Ftxt%3DHi', 'below the source'],
    ['mark=https%3A%2F%2Fassets.imgix.net%2F~text%3Ftxt%3DHi', 'at a host of the vendor'],
  ])('are second pictures too: %s (%s)', (query) => {
    const { pictures, plan: made } = compile(query);
    expect(pictures).toEqual([{ ref: { kind: 'blank' }, param: 'mark' }]);
    expect(made.ops.at(-1)).toMatchObject({ picture: { ops: [{ kind: 'text-canvas' }] } });
  });

  test('but not at any other host', () => {
    const { pictures } = compile('mark=https%3A%2F%2Fa.example%2F~text%3Ftxt%3DHi');
    expect(pictures).toMatchObject([{ ref: { kind: 'url' } }]);
  });
});
