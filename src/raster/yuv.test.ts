import { describe, expect, test } from 'vitest';
import { still } from './pixels.ts';
import { fromPlanes, planeBytes, toPlanes } from './yuv.ts';

/** A picture of one color. */
function flat(width: number, height: number, rgb: readonly [number, number, number]) {
  return still(
    width,
    height,
    3,
    Uint8Array.from({ length: width * height * 3 }, (_, i) => rgb[i % 3]!),
  );
}

describe('frames in planes', () => {
  test.each([
    // ITU-R BT.709, limited range
    ['white', [255, 255, 255], [235, 128, 128]],
    ['black', [0, 0, 0], [16, 128, 128]],
    ['red', [255, 0, 0], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [0, 0, 255], [32, 240, 118]],
    ['a grey', [128, 128, 128], [126, 128, 128]],
  ] as const)('%s', (_, rgb, [y, u, v]) => {
    const planes = toPlanes(flat(4, 2, rgb));
    expect(planes).toEqual(Uint8Array.of(...Array(8).fill(y), u, u, v, v));
  });

  test.each([
    ['constants', (_x: number, _y: number) => [40, 90, 200], 1.5],
    ['a gradient', (x: number, y: number) => [x * 8, y * 8, 255 - x * 4], 2.5],
    ['greys of all kinds', (x: number, y: number) => Array(3).fill((x * 37 + y * 91) % 256), 1.5],
  ])('%s come back as they were', (_, color, most) => {
    const data = Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return color(pixel % 32, Math.floor(pixel / 32))[i % 3]!;
    });
    const shown = fromPlanes(toPlanes(still(32, 24, 3, data)), { width: 32, height: 24 });
    const off = shown.map((value, i) => Math.abs(value - data[i]!));
    expect(off.reduce((sum, value) => sum + value, 0) / off.length).toBeLessThan(most);
  });

  test('the smallest frame has a sample of each kind', () => {
    const planes = toPlanes(flat(2, 2, [255, 0, 0]));
    expect(planes.length).toBe(planeBytes({ width: 2, height: 2 }));
    expect([...fromPlanes(planes, { width: 2, height: 2 }).subarray(0, 3)]).toEqual([255, 1, 0]);
  });

  test('frames go where they are told to, beside one another', () => {
    const held = new Uint8Array(12);
    toPlanes(flat(2, 2, [255, 255, 255]), held.subarray(6));
    expect([...held]).toEqual([0, 0, 0, 0, 0, 0, 235, 235, 235, 235, 128, 128]);
  });

  test('chroma between two colors is read between them', () => {
    const data = new Uint8Array(4 * 2 * 3);
    for (let i = 0; i < data.length; i += 3) data[i + ((i / 3) % 4 < 2 ? 0 : 2)] = 255;
    const shown = fromPlanes(toPlanes(still(4, 2, 3, data)), { width: 4, height: 2 });
    const reds = [0, 1, 2, 3].map((x) => shown[x * 3]!);
    expect(reds[0]).toBeGreaterThan(reds[1]!);
    expect(reds[1]).toBeGreaterThan(reds[2]!);
  });
});
