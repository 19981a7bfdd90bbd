import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { flatten, mask, pictureMask } from './compositing.ts';
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

describe('a mask over a color', () => {
  /** Where the shape covers a share of a pixel: the pixel by that share, over the color by the rest. */
  function formula(pixel: readonly number[], share: number, [r, g, b, a]: readonly number[]) {
    const front = (pixel[3]! / 255) * share;
    const below = a! * (1 - share);
    const sum = front + below;
    const mix = (top: number, under: number) =>
      sum === 0 ? top : (top * front + under * below) / sum;
    return [mix(pixel[0]!, r!), mix(pixel[1]!, g!), mix(pixel[2]!, b!), sum * 255];
  }
  const pixels = [
    [200, 100, 40, 255],
    [200, 100, 40, 128],
    [200, 100, 40, 1],
  ];
  const colors = [
    [0, 50, 250, 1],
    [0, 50, 250, 0.5],
    [0, 50, 250, 0],
  ];

  test.each(pixels.flatMap((pixel) => colors.map((color) => [pixel, color] as const)))(
    '%j over %j',
    (pixel, [red, green, blue, alpha]) => {
      const color = { red: red!, green: green!, blue: blue!, alpha: alpha! };
      for (const light of [0, 60, 128, 200, 255]) {
        const by = row([light, light, light]);
        const [shown] = [pictureMask(row(pixel), by, color)].map(({ data }) => [...data]);
        const wanted = formula(pixel, light / 255, [red!, green!, blue!, alpha!]);
        expect(Math.abs(shown![3]! - wanted[3]!), `alpha at ${light}`).toBeLessThan(0.51);
        if (wanted[3]! < 0.5) continue;
        for (let c = 0; c < 3; c++) {
          expect(Math.abs(shown![c]! - wanted[c]!), `${light}: ${shown}`).toBeLessThan(0.51);
        }
      }
    },
  );

  test('an ellipse in the middle of a half clear picture lays the color around it alone', () => {
    const picture = still(
      20,
      20,
      4,
      Uint8Array.from({ length: 1600 }, (_, i) => [200, 100, 40, 128][i % 4]!),
    );
    const step = {
      kind: 'mask',
      shape: 'ellipse',
      radii: [0, 0, 0, 0],
      width: 20,
      height: 20,
    } as const;
    const color = { red: 0, green: 50, blue: 250, alpha: 1 };
    const { data } = mask(picture, { ...step, color });
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * 20 + x) * 4, (y * 20 + x) * 4 + 4),
    ];
    expect(pixel(10, 10)).toEqual([200, 100, 40, 128]);
    expect(pixel(0, 0)).toEqual([0, 50, 250, 255]);
  });
});
