import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Enhancement } from '../image/enhancement.ts';
import type { Raster } from '../image/raster.ts';
import { enhance, enhancementOf } from './enhancement.ts';
import { at, card, solid } from './pictures.suite.ts';
import { isGrey, still } from './pixels.ts';

/** A picture of many colors whose samples lie evenly between two levels. */
function between(low: number, high: number, { grey = false, power = 1 } = {}): Raster {
  const side = 96;
  const data = new Uint8Array(side * side * 3);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < 3; c++) {
        const place = (x * 31 + y * 17 + (grey ? 0 : c * 23)) % side;
        data[i++] = Math.round(low + (high - low) * (place / (side - 1)) ** power);
      }
    }
  }
  return still(side, side, 3, data);
}

const LEAST = { black: 0, white: 255, exponent: 1, contrast: 0, vibrance: 0 };

describe('the curve of a picture', () => {
  test.each<[string, Raster]>([
    ['all of its range', between(0, 255)],
    ['nearly all of it', between(12, 240)],
    ['a black and no white, as a motif without lights has', between(2, 222)],
    ['a black that is a little grey', between(25, 250)],
    ['a bright motif with all of its range', between(0, 255, { power: 0.3 })],
    ['one color', solid(64, 64, [120, 130, 140])],
    ['seven colors, none of them black or white', sevenColors()],
    ['nothing at all that is seen', solid(64, 64, [90, 80, 70, 0])],
    ['one pixel', solid(1, 1, [90, 80, 70])],
  ])('%s: none', (_name, picture) => {
    expect(enhancementOf(picture)).toBe('none');
  });

  test.each<[string, Raster, Partial<Record<keyof Enhancement, [number, number]>>]>([
    ['dull', between(60, 190), { black: [40, 60], white: [190, 215] }],
    ['dark', between(0, 110), { black: [0, 0], white: [110, 130] }],
    ['washed out', between(75, 255), { black: [55, 75], white: [255, 255] }],
    [
      'dark by its midtones',
      between(0, 255, { power: 2.6 }),
      { black: [0, 0], exponent: [0.72, 0.95] },
    ],
  ])('%s: %#', (_name, picture, bounds) => {
    const found = enhancementOf(picture);
    if (found === 'none') throw new Error('expected a curve');
    for (const [name, [low, high]] of Object.entries(bounds)) {
      expect(found[name as keyof Enhancement]).toBeGreaterThanOrEqual(low);
      expect(found[name as keyof Enhancement]).toBeLessThanOrEqual(high);
    }
  });

  test('nearly all black is dark on purpose', () => {
    const night = between(0, 255, { power: 12 });
    expect(enhancementOf(night)).toBe('none');
  });

  test('clear pixels do not count, whatever their color', () => {
    const dull = between(60, 190);
    const data = new Uint8Array(dull.width * dull.height * 2 * 4);
    for (let i = 0; i < dull.width * dull.height; i++) {
      data.set([...dull.data.subarray(i * 3, i * 3 + 3), 255], i * 8);
      data.set([i % 2 === 0 ? 0 : 255, 0, 255, 0], i * 8 + 4);
    }
    const sticker = still(dull.width * 2, dull.height, 4, data);
    expect(enhancementOf(sticker)).toEqual(enhancementOf(dull));
  });

  test('a turned picture has the same', () => {
    const dull = between(60, 190);
    const reversed = still(dull.width, dull.height, 3, new Uint8Array(dull.data).reverse());
    expect(enhancementOf(reversed)).toEqual(enhancementOf(dull));
  });
});

function sevenColors(): Raster {
  const data = new Uint8Array(64 * 64 * 3);
  for (let i = 0; i < 64 * 64; i++) data.set([60 + 20 * (i % 7), 80, 150 - 10 * (i % 7)], i * 3);
  return still(64, 64, 3, data);
}

/** Every curve that `enhancementOf` may give. */
const curves = fc.record({
  black: fc.double({ min: 0, max: 80, noNaN: true }),
  white: fc.double({ min: 105, max: 255, noNaN: true }),
  exponent: fc.double({ min: 0.72, max: 1.12, noNaN: true }),
  contrast: fc.double({ min: 0, max: 0.1, noNaN: true }),
  vibrance: fc.double({ min: 0, max: 0.35, noNaN: true }),
});

describe('a picture through its curve', () => {
  test('greys stay greys, in order', () => {
    const greys = still(
      256,
      1,
      3,
      Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
    );
    fc.assert(
      fc.property(curves, (curve) => {
        const { data } = enhance(greys, curve);
        expect(isGrey(still(256, 1, 3, data))).toBe(true);
        for (let i = 3; i < data.length; i++) expect(data[i]).toBeGreaterThanOrEqual(data[i - 3]!);
      }),
    );
  });

  test('a grey picture stays grey to the pixel', () => {
    const dull = between(60, 190, { grey: true });
    const found = enhancementOf(dull);
    if (found === 'none') throw new Error('expected a curve');
    expect(found.vibrance).toBe(0);
    expect(isGrey(enhance(dull, found))).toBe(true);
  });

  test('the neutral curve changes nothing, alpha never changes', () => {
    const picture = card(40, 30, 4);
    for (let i = 3; i < picture.data.length; i += 8) picture.data[i] = 77;
    expect(enhance(picture, LEAST)).toEqual(picture);
    const strong = enhance(picture, { ...LEAST, black: 60, white: 180, vibrance: 0.35 });
    for (let i = 3; i < picture.data.length; i += 4) expect(strong.data[i]).toBe(picture.data[i]);
  });

  test('vibrance clips nothing: no channel reaches an end by it', () => {
    const picture = card(64, 64);
    const plain = enhance(picture, LEAST);
    const vivid = enhance(picture, { ...LEAST, vibrance: 0.35 });
    const ends = ({ data }: Raster) => data.filter((v) => v === 0 || v === 255).length;
    expect(ends(vivid)).toBeLessThanOrEqual(ends(plain));
  });

  test('nor where a channel is near an end already, dark or bright', () => {
    const level = fc.integer({ min: 1, max: 254 });
    const near = fc.oneof(level, fc.constantFrom(1, 2, 3, 252, 253, 254));
    const vivid = fc.double({ min: 0.02, max: 0.35, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(near, near, near), vivid, (color, vibrance) => {
        const [red, green, blue] = at(enhance(solid(1, 1, color), { ...LEAST, vibrance }), 0, 0);
        for (const value of [red!, green!, blue!]) {
          expect(value).toBeGreaterThanOrEqual(1);
          expect(value).toBeLessThanOrEqual(254);
        }
        // Its light stays: every channel moves away from the same grey.
        const luma = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
        expect(Math.abs(luma([red!, green!, blue!]) - luma(color))).toBeLessThanOrEqual(1);
      }),
      {
        examples: [
          [[40, 10, 2], 0.35],
          [[2, 40, 60], 0.35],
          [[250, 230, 200], 0.35],
        ],
      },
    );
  });

  test('vibrance is for weak colors: a strong one gains less, by saturation', () => {
    const gain = (color: readonly number[]) => {
      const [red, , blue] = at(enhance(solid(1, 1, color), { ...LEAST, vibrance: 0.3 }), 0, 0);
      return (red! - blue!) / (color[0]! - color[2]!);
    };
    expect(gain([140, 120, 110])).toBeGreaterThan(1.2);
    expect(gain([200, 100, 30])).toBeLessThan(1.1);
  });

  test('skin keeps its hue', () => {
    const hue = ([red, green, blue]: readonly number[]) =>
      Math.atan2(Math.sqrt(3) * (green! - blue!), 2 * red! - green! - blue!) * (180 / Math.PI);
    for (const skin of [
      [236, 188, 160],
      [198, 140, 110],
      [120, 78, 56],
      [70, 46, 36],
    ]) {
      const curve = { black: 20, white: 245, exponent: 0.9, contrast: 0.1, vibrance: 0.2 };
      const shifted = at(enhance(solid(1, 1, skin), curve), 0, 0);
      expect(Math.abs(hue(shifted) - hue(skin))).toBeLessThan(5);
    }
  });
});
