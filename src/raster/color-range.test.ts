import { expect, test } from 'vitest';
import { withinColors } from './color-range.ts';
import { still } from './pixels.ts';

test('no channel leaves the range of the colors; alpha is not one', () => {
  const raster = still(3, 1, 4, Uint8Array.of(0, 9, 255, 3, 30, 40, 50, 255, 99, 1, 60, 0));
  const { data } = withinColors(raster, [0x3c2814, 0x50321e]);
  expect([...data]).toEqual([20, 40, 80, 3, 30, 40, 60, 255, 30, 40, 60, 0]);
});
