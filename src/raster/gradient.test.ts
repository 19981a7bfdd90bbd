import { describe, expect, test } from 'vitest';
import type { Color } from '../base/color.ts';
import {
  GRADIENT_SPACES,
  type Gradient,
  type GradientSpace,
} from '../plan/composition/gradient.ts';
import { gradient } from './gradient.ts';

const color = (hex: number, alpha = 1): Color => ({
  ...{ red: hex >> 16, green: (hex >> 8) & 255, blue: hex & 255 },
  alpha,
});
const BLACK = color(0);
const WHITE = color(0xffffff);
const RED = color(0xff0000);
const GREEN = color(0x00ff00);
const BLUE = color(0x0000ff);

type Colors = readonly [Color, Color];
const TO_RIGHT = { kind: 'linear', x: 1, y: 0 } as const;

function pixelAt(
  size: readonly [number, number],
  shape: Gradient<number>['shape'],
  colors: Colors,
  at: readonly [number, number],
  space: GradientSpace = 'srgb',
): number[] {
  const [width, height] = size;
  const { data, channels } = gradient({ width, height }, { shape, colors, space });
  const from = (at[1] * width + at[0]) * channels;
  return [...data.subarray(from, from + channels)];
}

describe('where a gradient runs', () => {
  test.each([
    [TO_RIGHT, [0, 5], [99, 5]],
    [{ kind: 'linear', x: -1, y: 0 }, [99, 5], [0, 5]],
    [{ kind: 'linear', x: 0, y: 1 }, [5, 0], [5, 99]],
    [{ kind: 'linear', x: 0, y: -1 }, [5, 99], [5, 0]],
    [{ kind: 'linear', x: 1, y: -1 }, [0, 99], [99, 0]],
    [{ kind: 'radial', x: 50, y: 50, radii: [0, 50] }, [50, 50], [50, 0]],
    [{ kind: 'radial', x: 50, y: 50, radii: [50, 0] }, [50, 0], [50, 50]],
  ] as const)('%j from %j to %j', (shape, from, to) => {
    const near = (a: number[], b: number[]) =>
      expect(Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))).toBeLessThanOrEqual(5);
    near(pixelAt([100, 100], shape, [RED, BLUE], from), [255, 0, 0]);
    near(pixelAt([100, 100], shape, [RED, BLUE], to), [0, 0, 255]);
  });

  test('equal radii have an edge', () => {
    const shape = { kind: 'radial', x: 50, y: 50, radii: [20, 20] } as const;
    expect(pixelAt([100, 100], shape, [RED, BLUE], [50, 35])).toEqual([255, 0, 0]);
    expect(pixelAt([100, 100], shape, [RED, BLUE], [50, 25])).toEqual([0, 0, 255]);
  });
});

describe('the way between the colors', () => {
  // Middles by CSS Color 4, https://www.w3.org/TR/css-color-4/#interpolation, gamut clipped.
  test.each<[GradientSpace, Color, Color, number[], string]>([
    ['srgb', BLACK, WHITE, [128, 128, 128], 'half of the values'],
    ['linear', BLACK, WHITE, [188, 188, 188], 'half of the light'],
    ['oklab', BLACK, WHITE, [99, 99, 99], 'a lightness of a half'],
    ['lch', BLACK, WHITE, [119, 119, 119], 'L* of 50'],
    ['hsl', RED, GREEN, [255, 255, 0], 'by way of yellow'],
    ['hsl', RED, BLUE, [255, 0, 255], 'the shorter way, by magenta'],
    ['linear', RED, GREEN, [188, 188, 0], 'half of either light'],
    ['oklab', RED, BLUE, [140, 83, 162], 'as color-mix(in oklab, red, blue)'],
  ])('%s of %j and %j is %j (%s)', (space, from, to, expected) => {
    const middle = pixelAt([1001, 1], TO_RIGHT, [from, to], [500, 0], space);
    middle.forEach((value, c) => {
      expect(Math.abs(value - expected[c]!), String(middle)).toBeLessThanOrEqual(2);
    });
  });

  test.each(GRADIENT_SPACES)('%s begins and ends with the colors themselves', (space) => {
    const colors: Colors = [color(0x3366cc), color(0xfedc32)];
    expect(pixelAt([4097, 1], TO_RIGHT, colors, [0, 0], space)).toEqual([0x33, 0x66, 0xcc]);
    expect(pixelAt([4097, 1], TO_RIGHT, colors, [4096, 0], space)).toEqual([0xfe, 0xdc, 0x32]);
  });

  test('a clear color lends none', () => {
    const colors: Colors = [RED, color(0x00ff00, 0)];
    expect(pixelAt([101, 1], TO_RIGHT, colors, [50, 0])).toEqual([255, 0, 0, 128]);
  });
});
