import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colorDistance, kindOf, pointsOf } from './color.ts';
import { NearestColor, PaletteMap } from './nearest-color.ts';

const level = fc.integer({ min: 0, max: 255 });
/** Solid, clear and translucent colors, each often. */
const alpha = fc.oneof(fc.constant(0), fc.constant(255), level);
const color = fc
  .tuple(level, level, level, alpha)
  .map(([r, g, b, a]) => (a === 0 ? 0 : (r | (g << 8) | (b << 16) | (a << 24)) >>> 0));
const colors = fc.array(color, { minLength: 1, maxLength: 256 });

/** The least distance, by looking at every color. */
const least = (palette: readonly number[], wanted: number) =>
  Math.min(...palette.map((own) => colorDistance(own, wanted)));

describe('nearest color', () => {
  test('NearestColor is as near as any', () => {
    fc.assert(
      fc.property(colors, color, (palette, wanted) => {
        const found = new NearestColor(pointsOf(palette)).find(pointsOf([wanted]), 0);
        expect(colorDistance(palette[found]!, wanted)).toBeCloseTo(least(palette, wanted), 9);
      }),
    );
  });

  test('PaletteMap is as near as any of the same kind, asked once or twice', () => {
    fc.assert(
      fc.property(colors, fc.array(color, { minLength: 1, maxLength: 40 }), (palette, wanted) => {
        const map = new PaletteMap(Uint32Array.from(palette));
        for (const one of [...wanted, ...wanted, ...palette]) {
          const kind = kindOf(one >>> 24);
          const same = palette.filter((own) => kindOf(own >>> 24) === kind);
          const found = palette[map.indexOf(one)]!;
          if (same.length === 0) continue;
          expect(kindOf(found >>> 24)).toBe(kind);
          expect(colorDistance(found, one)).toBeCloseTo(least(same, one), 9);
        }
      }),
    );
  });

  test.each([
    ['a tenth of it shows', 0x1affffff, [0xff0000ff, 0], 0],
    ['most of it shows', 0xe0ffffff, [0xff0000ff, 0], 0xff0000ff],
    ['nothing but clear is there', 0xffffffff, [0], 0],
  ])('where a palette has no color of a kind, %s', (_name, wanted, palette, expected) => {
    expect(palette[new PaletteMap(Uint32Array.from(palette)).indexOf(wanted)]).toBe(expected);
  });

  test('a distance is that over black or white, in grey levels', () => {
    expect(colorDistance(0xff646464, 0xff6e6e6e)).toBeCloseTo(100, 9);
    // Half clear white is half a white over black, and white over white.
    expect(colorDistance(0x80ffffff, 0xffffffff)).toBeCloseTo(127 ** 2, 9);
    expect(colorDistance(0x80000000, 0xff000000)).toBeCloseTo(127 ** 2, 9);
  });
});
