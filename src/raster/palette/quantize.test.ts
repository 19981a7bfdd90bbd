import { describe, expect, test } from 'vitest';
import { card } from '../pictures.suite.ts';
import { colorDistance, kindOf } from './color.ts';
import { ColorHistogram, histogramOf } from './color-histogram.ts';
import { PaletteMap } from './nearest-color.ts';
import { quantize } from './quantize.ts';

const grey = (level: number) => (0xff000000 | (level * 0x010101)) >>> 0;

function histogram(...colors: readonly (readonly [color: number, pixels: number])[]) {
  const counted = new ColorHistogram();
  for (const [color, pixels] of colors) counted.add(color, pixels);
  return counted;
}

const ramp = Array.from({ length: 200 }, (_, i) => [grey(i), 5 + (i % 3)] as const);

describe('quantize', () => {
  test('colors that fit are the palette, the most frequent first', () => {
    const counted = histogram([grey(3), 2], [0x80112233, 9], [0, 4], [grey(200), 9]);
    expect([...quantize(counted, 4)]).toEqual([0x80112233, grey(200), 0, grey(3)]);
  });

  test.each([2, 3, 7, 16, 100, 199])('%i colors are no more, each once', (most) => {
    const palette = quantize(histogram(...ramp), most);
    expect(palette.length).toBeLessThanOrEqual(most);
    expect(new Set(palette).size).toBe(palette.length);
  });

  test('of a ramp, no color is further away than its share of it', () => {
    const map = new PaletteMap(quantize(histogram(...ramp), 20));
    for (const [color] of ramp) {
      expect(colorDistance(map.palette[map.indexOf(color)]!, color)).toBeLessThanOrEqual(8 ** 2);
    }
  });

  test.each([3, 8, 60])('%i colors: those to be kept come first', (most) => {
    const keep = [0xff00ff00, 0xff0000ff];
    const rare = keep.map((color) => [color, 1] as const);
    expect([...quantize(histogram(...ramp, ...rare), most, keep)]).toEqual(
      expect.arrayContaining(keep),
    );
  });

  test.each([
    [4, 3, 3],
    [4, 5, 3],
    [4, 6, 3],
    [4, 7, 1],
    [256, 300, 255],
  ])('%i colors of %i to be kept: %i are', (most, kept, expected) => {
    const keep = Array.from({ length: kept }, (_, i) => (0xff00c000 + i) >>> 0);
    const counted = histogram(...ramp, ...keep.map((color) => [color, 3] as const));
    const palette = quantize(counted, most, keep);
    expect(palette.length).toBeLessThanOrEqual(most);
    expect(keep.filter((color) => palette.includes(color)).length).toBe(expected);
  });

  test('every kind has a color, whatever is to be kept', () => {
    const counted = histogram(...ramp, [0, 1], [0x40102030, 1]);
    const palette = quantize(counted, 5, [grey(1), grey(2), grey(3), grey(4), grey(5)]);
    expect(palette.length).toBe(5);
    expect(new Set([...palette].map((color) => kindOf(color >>> 24)))).toEqual(new Set([0, 1, 2]));
    const two = quantize(counted, 2);
    expect(new Set([...two].map((color) => kindOf(color >>> 24)))).toEqual(new Set([0, 1]));
  });

  test('counted in any order, the palette is the same', () => {
    const colors = [...ramp, [0, 7], [0x80402010, 30], [0x81402010, 31]] as const;
    const one = quantize(histogram(...colors), 12);
    const other = quantize(histogram(...[...colors].reverse()), 12);
    expect([...other].sort()).toEqual([...one].sort());
    expect(quantize(histogramOf(card(64, 48, 3)), 31)).toEqual(
      quantize(histogramOf(card(64, 48, 3)), 31),
    );
  });
});
