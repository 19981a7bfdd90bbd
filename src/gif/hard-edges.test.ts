import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { still } from '../raster/pixels.ts';
import { withHardEdges } from './hard-edges.ts';
import { writeGif } from './write-gif.ts';

const row = (...pixels: readonly (readonly number[])[]): Raster =>
  still(pixels.length, 1, 4, Uint8Array.from(pixels.flat()));

describe('withHardEdges', () => {
  test('a pixel is clear or full, in its own color', () => {
    const { data } = withHardEdges(row([9, 8, 7, 0], [90, 80, 70, 127], [90, 80, 70, 128]));
    expect([...data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 90, 80, 70, 255]);
  });

  test('every frame has them', () => {
    const { data } = row([1, 2, 3, 200], [1, 2, 3, 20]);
    const moving: Raster = {
      ...still(1, 1, 4, data.slice(0, 4)),
      data,
      pages: 2,
      delays: [100, 100],
    };
    expect([...withHardEdges(moving).data]).toEqual([1, 2, 3, 255, 0, 0, 0, 0]);
  });

  test('a GIF of it is the GIF of the picture as it was', () => {
    const soft = row(...Array.from({ length: 256 }, (_, alpha) => [alpha >> 5, 40, 200, alpha]));
    expect(writeGif(withHardEdges(soft), 16)).toEqual(writeGif(soft, 16));
  });

  test('what has no alpha is as it was', () => {
    const opaque = still(1, 1, 3, Uint8Array.of(1, 2, 3));
    expect(withHardEdges(opaque)).toBe(opaque);
  });
});
