import { describe, expect, test } from 'vitest';
import { compile, ops } from '../fixtures.suite.ts';

const fill = (query: string) => {
  const [op] = ops(`w=300&h=300&fit=fill&fill=gradient&${query}`);
  return op?.kind === 'resize' ? op.fill : undefined;
};
const red = { red: 255, green: 0, blue: 0, alpha: 1 };
const blue = { red: 0, green: 0, blue: 255, alpha: 1 };

describe('gradients (docs/spec/imgix.md 5.4.3)', () => {
  test.each([
    ['', 0, 1],
    ['fill-gradient-linear-direction=bottom', 0, 1],
    ['fill-gradient-linear-direction=top', 0, -1],
    ['fill-gradient-linear-direction=top,bottom', 0, 1],
    ['fill-gradient-linear-direction=bottom,top', 0, -1],
    ['fill-gradient-linear-direction=right', 1, 0],
    ['fill-gradient-linear-direction=right,left', -1, 0],
    ['fill-gradient-linear-direction=top,right', 1, -1],
  ])('%s runs to %d, %d', (query, x, y) => {
    expect(fill(query)).toEqual({
      kind: 'gradient',
      shape: { kind: 'linear', x, y },
      space: 'srgb',
    });
  });

  test('colors and space', () => {
    expect(fill('fill-gradient-linear=f00,00f&fill-gradient-cs=oklab')).toMatchObject({
      colors: [red, blue],
      space: 'oklab',
    });
  });

  test('a radial one has lengths in CSS pixels or shares', () => {
    const query =
      'fill-gradient-type=radial&fill-gradient-radial=f00,00f&fill-gradient-radial-x=0.2' +
      '&fill-gradient-radial-y=40&fill-gradient-radial-radius=10,0.5&dpr=2';
    expect(fill(query)).toEqual({
      kind: 'gradient',
      shape: {
        kind: 'radial',
        x: { share: 0.2 },
        y: { px: 80 },
        radii: [{ px: 20 }, { share: 0.5 }],
      },
      colors: [red, blue],
      space: 'srgb',
    });
  });

  test.each([
    ['fill-gradient-linear=f00', 'two colors'],
    ['fill-gradient-radial-radius=1', 'two lengths'],
    ['fill-gradient-cs=cmyk', 'one of srgb'],
    ['fill-gradient-radial=f00,00f', 'only with fill=gradient and fill-gradient-type=radial'],
  ])('%s leaves a remark on %s', (query, expected) => {
    const { diagnostics } = compile(`w=3&h=3&fit=fill&fill=gradient&${query}`);
    expect(diagnostics.map(({ message }) => message).join()).toContain(expected);
  });
});
