import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { card, solid, withBox } from '../pictures.suite.ts';
import { still } from '../pixels.ts';
import { indexedPicture } from './indexed-picture.ts';

/** A picture of exactly so many colors, each many times, `alphas` of them in turn. */
function patches(colors: number, alphas: readonly number[] = [255]): Raster {
  const data = new Uint8Array(64 * 64 * 4);
  for (let p = 0; p < 64 * 64; p++) {
    const n = (p * 7) % colors;
    data.set([n, (n * 5) & 255, 255 - n, alphas[n % alphas.length]!], 4 * p);
  }
  return still(64, 64, 4, data);
}

/** The pixels that an indexed picture shows. */
function shown(raster: Raster, most: number): Uint8Array {
  const { palette, indices } = indexedPicture(raster, most);
  expect(palette.length / 4).toBeLessThanOrEqual(most);
  const out = new Uint8Array(4 * indices.length);
  indices.forEach((n, p) => {
    out.set(palette.subarray(4 * n, 4 * n + 4), 4 * p);
  });
  return out;
}

function meanError(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

describe('indexedPicture', () => {
  test.each([1, 2, 3, 16, 17, 51, 255, 256])('keeps %i colors exactly', (colors) => {
    const raster = patches(colors);
    expect(shown(raster, Math.max(2, colors))).toEqual(raster.data);
  });

  test('keeps translucent colors exactly, and those of clear pixels not', () => {
    const raster = patches(60, [0, 1, 128, 254, 255]);
    const want = raster.data.map((value, i) => (raster.data[i | 3] === 0 ? 0 : value));
    // Colors of low alpha are told apart by what they show.
    expect(meanError(shown(raster, 60), want)).toBeLessThan(2);
    expect(shown(raster, 60).filter((_, i) => i % 4 === 3)).toEqual(
      want.filter((_, i) => i % 4 === 3),
    );
  });

  test('more colors are nearer to the picture', () => {
    const raster = card(120, 90, 4);
    const errors = [4, 16, 64, 256].map((most) => meanError(shown(raster, most), raster.data));
    expect([...errors].sort((a, b) => b - a)).toEqual(errors);
    expect(errors[3]).toBeLessThan(4);
  });

  test.each([2, 3, 8, 200])('%i colors: clear stays clear, solid stays solid', (most) => {
    const ramp = patches(250, [255, 130, 3, 251]);
    const raster = withBox(ramp, [8, 8, 30, 30], [9, 9, 9, 0]);
    const out = shown(raster, most);
    for (let i = 3; i < out.length; i += 4) {
      if (raster.data[i] === 0 || raster.data[i] === 255) expect(out[i]).toBe(raster.data[i]);
    }
  });

  test('a picture of very many colors is no exception', () => {
    const data = new Uint8Array(256 * 256 * 3);
    for (let p = 0; p < 256 * 256; p++) data.set([p & 255, p >> 8, (p * 31) & 255], 3 * p);
    const raster = still(256, 256, 3, data);
    const { palette, indices } = indexedPicture(raster, 256);
    expect([palette.length, indices.length]).toEqual([1024, 65_536]);
  });

  test('one color, and one clear one', () => {
    expect(indexedPicture(solid(3, 2, [7, 8, 9]), 256).palette).toEqual(
      Uint8Array.of(7, 8, 9, 255),
    );
    expect(indexedPicture(solid(3, 2, [7, 8, 9, 0]), 2).palette).toEqual(new Uint8Array(4));
  });
});
