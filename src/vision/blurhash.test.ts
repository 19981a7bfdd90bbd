import { readFile } from 'node:fs/promises';
import { decode, encode } from 'blurhash';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { blurhash } from './blurhash.ts';

type Color = readonly [number, number, number];
type Painter = (x: number, y: number) => Color;

function painted(width: number, height: number, at: Painter): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(at(x, y), (y * width + x) * 3);
  }
  return { width, height, pages: 1, channels: 3, data, delays: [], loop: 1 };
}

/** The largest distance of a decoded channel from a color. */
function largestOff(hash: string, [r, g, b]: Color): number {
  const pixels = decode(hash, 32, 32);
  let largest = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    largest = Math.max(
      largest,
      Math.abs(pixels[i]! - r),
      Math.abs(pixels[i + 1]! - g),
      Math.abs(pixels[i + 2]! - b),
    );
  }
  return largest;
}

/** Pixels as the points of the reference: its amplitudes before they are rounded to steps, shown at 32 x 32. */
function referenceShown({ width, height, data }: Raster, x: number, y: number): Float64Array {
  const light = Float64Array.from(data, (value) => linear(value / 255));
  const shown = new Float64Array(32 * 32 * 3);
  for (let j = 0; j < y; j++) {
    for (let i = 0; i < x; i++) {
      const sums = [0, 0, 0];
      for (let py = 0; py < height; py++) {
        const row = Math.cos((Math.PI * j * py) / height);
        for (let px = 0; px < width; px++) {
          const basis = row * Math.cos((Math.PI * i * px) / width);
          for (let c = 0; c < 3; c++) sums[c]! += basis * light[(py * width + px) * 3 + c]!;
        }
      }
      const norm = (i + j === 0 ? 1 : 2) / (width * height);
      for (let at = 0; at < 32 * 32; at++) {
        const across = Math.cos((Math.PI * i * (at % 32)) / 32);
        const basis = across * Math.cos((Math.PI * j * Math.floor(at / 32)) / 32);
        for (let c = 0; c < 3; c++) shown[at * 3 + c]! += norm * basis * sums[c]!;
      }
    }
  }
  return shown.map(encoded);
}

function linear(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function encoded(light: number): number {
  const v = Math.min(1, Math.max(0, light));
  return 255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);
}

/** The mean distance of a decoded hash from channels of 32 x 32 pixels. */
function meanOff(hash: string, shown: Float64Array): number {
  const pixels = decode(hash, 32, 32);
  const off = shown.map((value, i) => Math.abs(value - pixels[Math.floor(i / 3) * 4 + (i % 3)]!));
  return off.reduce((sum, value) => sum + value, 0) / off.length;
}

describe('blurhash', () => {
  test.each([
    [1, 1],
    [1, 1000],
    [1000, 1],
    [16, 1000],
    [4, 4],
    [3, 2],
    [32, 32],
    [1000, 1000],
  ])('a flat picture of %i x %i stays flat', (width, height) => {
    for (const color of [
      [200, 200, 200],
      [255, 255, 255],
      [0, 0, 0],
      [255, 0, 0],
      [17, 90, 140],
    ] as const) {
      const flat = painted(width, height, () => color);
      expect(largestOff(blurhash(flat), color)).toBeLessThanOrEqual(2);
      expect(largestOff(blurhash(flat, 9, 9), color)).toBeLessThanOrEqual(2);
    }
  });

  test('a flat picture of any size and color stays flat', () => {
    const channel = fc.nat(255);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        fc.tuple(channel, channel, channel),
        (width, height, color) =>
          largestOff(blurhash(painted(width, height, () => color)), color) <= 2,
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    [1, 200],
    [2, 200],
    [200, 1],
  ])('what is even along an axis is so decoded, at %i x %i', (width, height) => {
    const tall = height > width;
    const at: Painter = (x, y) => {
      const value = Math.round(((tall ? y / height : x / width) * 0.8 + 0.1) * 255);
      return [value, value, value];
    };
    const pixels = decode(blurhash(painted(width, height, at)), 16, 16);
    for (let line = 0; line < 16; line++) {
      const values = Array.from({ length: 16 }, (_, i) =>
        tall ? pixels[(line * 16 + i) * 4]! : pixels[(i * 16 + line) * 4]!,
      );
      expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(2);
    }
  });

  test.each(['coffee.png', 'elephant.jpg', 'house.png', 'leaves.jpg'])(
    'agrees with the reference on %s',
    async (name) => {
      const file = await readFile(new URL(`../../test/pictures/${name}`, import.meta.url));
      const { data, info } = await sharp(file)
        .toColorspace('srgb')
        .flatten({ background: 'white' })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      const raster: Raster = { width, height, pages: 1, channels: 3, data, delays: [], loop: 1 };
      const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
      for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
      // The steps of the format alone cost some levels; the package's own encoder, which
      // looks for the largest amplitude among the positive ones only, is no nearer.
      const shown = referenceShown(raster, 4, 3);
      const off = meanOff(blurhash(raster), shown);
      expect(off).toBeLessThan(4);
      expect(off).toBeLessThan(meanOff(encode(rgba, width, height, 4, 3), shown) + 0.5);
    },
  );

  test('two pixels side by side are told apart', () => {
    const pixels = decode(
      blurhash(painted(2, 1, (x) => (x === 0 ? [0, 0, 0] : [255, 255, 255]))),
      8,
      1,
    );
    // An amplitude of the format is half the range at most.
    expect(pixels[0]).toBeLessThan(140);
    expect(pixels[7 * 4]).toBeGreaterThan(220);
  });
});
