import { describe, expect, test } from 'vitest';
import { solid, withBox } from '../raster/pictures.suite.ts';
import { still } from '../raster/pixels.ts';
import { AlphaGuard } from './alpha-guard.ts';

const logo = withBox(solid(40, 30, [0, 0, 0, 0]), [10, 10, 12, 12], [20, 40, 120, 255]);
const deviation = (reference: typeof logo, candidate: typeof logo) => {
  const guard = new AlphaGuard();
  guard.setReference(reference);
  return guard.deviation(candidate);
};

describe('AlphaGuard', () => {
  test('an equal picture is not off, and hidden colors do not count', () => {
    expect(deviation(logo, logo)).toEqual({ most: 0, mean: 0, alpha: 0 });
    const other = withBox(solid(40, 30, [255, 9, 9, 0]), [10, 10, 12, 12], [20, 40, 120, 255]);
    expect(deviation(logo, other)).toEqual({ most: 0, mean: 0, alpha: 0 });
  });

  test.each([
    ['a black haze shows over white', [0, 0, 0, 60], 60],
    ['a white haze shows over black', [255, 255, 255, 60], 60],
  ])('%s', (_why, haze, most) => {
    const hazy = withBox(solid(40, 30, haze), [10, 10, 12, 12], [20, 40, 120, 255]);
    expect(deviation(logo, hazy)!.most).toBeCloseTo(most);
    expect(deviation(logo, hazy)!.mean).toBeGreaterThan(20);
  });

  test('a picture with photographs in a frame with clear corners is left to the metric', () => {
    const frame = withBox(solid(140, 140, [0, 0, 0, 0]), [4, 4, 132, 132], [20, 20, 20, 255]);
    const withPhoto = (side: number) => {
      const data = new Uint8Array(frame.data);
      for (let y = 16; y < 16 + side; y++)
        for (let x = 16; x < 16 + side; x++) data[(y * 140 + x) * 4 + 1] = (x * 79 + y * 131) % 251;
      return still(140, 140, 4, data);
    };
    expect(deviation(withPhoto(96), withPhoto(96))).toBeUndefined();
    expect(deviation(withPhoto(32), withPhoto(32))).toEqual({ most: 0, mean: 0, alpha: 0 });
    const flat = withBox(frame, [16, 16, 96, 96], [200, 60, 20, 255]);
    expect(deviation(flat, frame)!.most).toBe(180);
  });

  test('a drawing without transparency, and a photograph with some, are left to the metric', () => {
    expect(deviation(solid(9, 9, [1, 2, 3]), solid(9, 9, [9, 9, 9]))).toBeUndefined();
    expect(deviation(solid(9, 9, [1, 2, 3, 255]), solid(9, 9, [9, 9, 9, 255]))).toBeUndefined();
    const noise = Uint8Array.from({ length: 30 * 30 * 4 }, (_, i) => (i * 7919) % 251);
    for (let i = 3; i < noise.length; i += 4) noise[i] = i < 900 ? 0 : 255;
    const photo = still(30, 30, 4, noise);
    expect(deviation(photo, photo)).toBeUndefined();
  });
});
