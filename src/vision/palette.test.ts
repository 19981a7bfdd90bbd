import { decode } from 'blurhash';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { blurhash } from './blurhash.ts';
import { paletteCss, paletteJson, paletteOf } from './palette.ts';

/** A raster of one row per color, each eight pixels long. */
function rows(...colors: readonly (readonly number[])[]): Raster {
  const channels = (colors[0]?.length ?? 3) as 3 | 4;
  const data = Uint8Array.from(
    colors.flatMap((color) => Array.from({ length: 8 }, () => color).flat()),
  );
  return { width: 8, height: colors.length, channels, data, pages: 1, delays: [], loop: 1 };
}

const RED = [204, 68, 34];
const BLUE = [10, 40, 200];
const GREY = [120, 122, 118];
const WHITE = [255, 255, 255];

describe('paletteOf', () => {
  test.each([
    ['dark', [GREY, RED, RED, BLUE, BLUE, BLUE], [RED, BLUE, GREY], 'the brightest channel first'],
    ['dark', [BLUE, RED, [0, 0, 0], [0, 0, 0]], [RED, BLUE, [0, 0, 0]], 'whatever their shares'],
    ['light', [WHITE, WHITE, WHITE, GREY, RED], [GREY, RED, WHITE], 'the brightest channel last'],
    ['light', [[250, 240, 90], WHITE, GREY], [GREY, [250, 240, 90], WHITE], 'by one channel alone'],
  ])('colors of a %s picture %j are listed as %j: %s', (_, picture, listed) => {
    const { colors } = paletteOf(rows(...picture), 3);
    expect(colors.map(({ red, green, blue }) => [red, green, blue])).toEqual(listed);
  });

  test('each color stands as it is in the picture, with its share', () => {
    const { colors } = paletteOf(rows(BLUE, RED, RED, RED, GREY, GREY), 3);
    expect(colors[0]).toEqual({ red: 204, green: 68, blue: 34, share: 0.5 });
  });

  test('a flat picture still gives as many as were asked for', () => {
    const { colors } = paletteOf(rows(RED), 6);
    expect(colors).toHaveLength(6);
    expect(paletteJson(paletteOf(rows(RED), 1)).colors[0]?.hex).toBe('#cc4422');
  });

  test('none asked for, none given; clear pixels are not seen', () => {
    expect(paletteOf(rows(RED), 0).colors).toEqual([]);
    expect(paletteOf(rows([1, 2, 3, 0]), 4).colors).toEqual([]);
    expect(paletteOf(rows([1, 2, 3, 0], [...RED, 255]), 1).colors[0]).toMatchObject({ red: 204 });
  });

  test('roles go to colors that fit them', () => {
    const { dominant } = paletteOf(rows(RED, GREY, [250, 190, 180], [60, 5, 5]), 4);
    expect(dominant.vibrant).toMatchObject({ red: 204 });
    expect(dominant.muted).toMatchObject({ red: 120 });
    expect(dominant.vibrant_dark).toMatchObject({ red: 60 });
  });

  test('the number of colors and the shares hold for any picture', () => {
    const color = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(color, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 16 }),
        (list, count) => {
          const palette = paletteOf(rows(...list), count);
          expect(palette.colors).toHaveLength(count);
          expect(palette.colors.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
          expect(paletteOf(rows(...list), count)).toEqual(palette);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('the style sheet has a pair for each color, the extremes and the roles', () => {
  const css = paletteCss(paletteOf(rows(RED, BLUE), 2), 'shop');
  expect(css).toMatch(/\.shop-fg-1\s*\{\s*color:\s*#[0-9a-f]{6}\s*!important/);
  expect(css).toContain('.shop-bg-2 { background-color:#');
  expect(css).toContain('.shop-fg-vibrant {');
  expect(paletteCss(paletteOf(rows(RED), 1), 'a{}</style>')).not.toMatch(/<|\{\}/);
});

test.each([
  ['dark', [RED, BLUE, BLUE], '#ffffff', '#000000'],
  ['light', [RED, WHITE, WHITE, WHITE], '#000000', '#ffffff'],
])('the extremes of a %s picture stand in the order of its colors', (_, picture, first, second) => {
  const css = paletteCss(paletteOf(rows(...picture), 2));
  expect(css).toContain(`.image-fg-ex-1 { color:${first} !important; }`);
  expect(css).toContain(`.image-bg-ex-2 { background-color:${second} !important; }`);
});

test('the rules of roles stand in the order of the service', () => {
  const light = [250, 190, 180];
  const dark = [60, 5, 5];
  const muted = [[220, 215, 212], GREY, [50, 45, 44]];
  const palette = paletteOf(rows(light, dark, RED, ...muted), 6);
  const order = ['vibrant', 'muted_dark', 'muted', 'vibrant_light', 'muted_light', 'vibrant_dark'];
  const css = paletteCss(palette);
  const named = [...css.matchAll(/-fg-([a-z]{5,}(?:-[a-z]+)?) /g)].map(([, name]) => name);
  expect(named).toEqual(order.map((role) => role.replace('_', '-')));
});

test('the document has the documented fields', () => {
  const json = paletteJson(paletteOf(rows(RED, RED, BLUE), 2));
  expect(json.colors[0]).toEqual({ red: 0.8, green: 0.266667, blue: 0.133333, hex: '#cc4422' });
  expect(json.dominant_colors.vibrant?.hex).toMatch(/^#[0-9a-f]{6}$/);
  expect(json.average_luminance).toBeGreaterThan(0);
});

describe('blurhash', () => {
  test('a flat picture has its color in digits 3 to 6', () => {
    expect(blurhash(rows(RED, RED, RED))).toMatch(/^L.NYHm\S{22}$/);
  });

  test('the hash shows the picture, and clear areas as white', () => {
    const pixels = decode(blurhash(rows(RED, RED, RED, RED, BLUE, BLUE, BLUE, BLUE)), 8, 8);
    expect(pixels[0]!).toBeGreaterThan(pixels[56 * 4]!);
    expect(blurhash(rows([0, 0, 0, 0], [0, 0, 0, 0]))).toBe(
      blurhash(rows([255, 255, 255], [255, 255, 255])),
    );
    expect(blurhash(rows(RED), 1, 1)).toHaveLength(6);
  });
});
