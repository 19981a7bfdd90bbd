import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { flatten } from './compositing.ts';
import { isOpaque, samePixels, still } from './pixels.ts';

/** A row of pixels, with 3 or 4 channels as the colors have. */
function row(...colors: number[][]): Raster {
  return still(colors.length, 1, colors[0]!.length as 3 | 4, Uint8Array.from(colors.flat()));
}

describe('alpha', () => {
  const half = row([100, 0, 200, 0], [100, 0, 200, 255]);

  test('one clear pixel makes a raster not opaque', () => {
    expect(isOpaque(half)).toBe(false);
    expect(isOpaque(row([1, 2, 3, 255], [1, 2, 3, 255]))).toBe(true);
  });

  test('flattening shows the background where it was clear', () => {
    const flat = flatten(half, { red: 255, green: 10, blue: 0 });
    expect([...flat.data]).toEqual([255, 10, 0, 100, 0, 200]);
    expect(flat.channels).toBe(3);
  });

  test('half of each is rounded, not cut', () => {
    const over = flatten(row([255, 0, 1, 128]), { red: 0, green: 255, blue: 1 });
    expect([...over.data]).toEqual([128, 127, 1]);
  });

  test('equal pixels are the same, whatever lies under full transparency', () => {
    expect(samePixels(row([1, 2, 3, 0], [1, 2, 3, 9]), row([7, 7, 7, 0], [1, 2, 3, 9]))).toBe(true);
    expect(samePixels(row([1, 2, 3, 9]), row([1, 2, 4, 9]))).toBe(false);
    expect(samePixels(row([1, 2, 3, 9]), row([1, 2, 3, 8]))).toBe(false);
    // Clear in one of them is not clear in both.
    expect(samePixels(row([1, 2, 3, 0]), row([1, 2, 3, 9]))).toBe(false);
    expect(samePixels(row([1, 2, 3, 9]), row([7, 7, 7, 0]))).toBe(false);
    expect(samePixels(row([1, 2, 3]), row([1, 2, 3, 255]))).toBe(false);
  });
});
