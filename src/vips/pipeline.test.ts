import { expect, test } from 'vitest';
import { card, solid, withBox } from '../raster/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { halve } from './pipeline.ts';

setUpVips({ concurrency: 1 });

test.each([
  [64, 48, 32, 24],
  [65, 47, 33, 24],
  [2, 1, 1, 1],
  [1, 9, 1, 5],
])('%i x %i halves to %i x %i', async (width, height, halfWidth, halfHeight) => {
  const half = await halve(card(width, height));
  expect([half.width, half.height, half.channels]).toEqual([halfWidth, halfHeight, 3]);
});

test('a gradient stays one, at half its size', async () => {
  const [whole, half] = [card(128, 96), await halve(card(128, 96))];
  for (const [x, y] of [
    [10, 10],
    [32, 24],
    [50, 40],
  ] as const) {
    const small = half.data.subarray((y * 64 + x) * 3);
    const large = whole.data.subarray((2 * y * 128 + 2 * x) * 3);
    for (let c = 0; c < 3; c++) expect(Math.abs(small[c]! - large[c]!)).toBeLessThan(4);
  }
});

test('clear pixels lend no color to their neighbours', async () => {
  const red = withBox(solid(32, 32, [0, 255, 0, 0]), [0, 0, 16, 32], [255, 0, 0, 255]);
  const { data } = await halve(red);
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]! > 8) expect(data[i + 1]!).toBeLessThan(8);
  }
});
