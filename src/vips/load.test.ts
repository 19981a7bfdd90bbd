import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { rescale } from './load.ts';
import { setUpVips } from './loader-policy.ts';

setUpVips({ concurrency: 1 });

/** Above three megapixels, where reductions go in two steps. */
const LARGE = { width: 2400, height: 1600 };

/** Black and white blocks of 5 pixels, in no order. */
function blocks({ width, height }: typeof LARGE): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const [column, row] = [Math.floor(x / 5), Math.floor(y / 5)];
      data.fill((((column * 73_856_093) ^ (row * 19_349_663)) >>> 4) & 1 ? 255 : 0, i, i + 3);
    }
  }
  return { width, height, channels: 3, data, pages: 1, delays: [], loop: 1 };
}

/** sharp in one step: in light, or in encoded values. */
async function inOneStep(raster: Raster, width: number, height: number, light: boolean) {
  const { data } = raster;
  const pipe = sharp(data, { raw: { width: raster.width, height: raster.height, channels: 3 } });
  const kernel = light ? 'lanczos3' : 'nearest';
  const resized = pipe.resize(width, height, { fit: 'fill', kernel });
  return await (light ? resized.pipelineColorspace('scrgb') : resized)
    .toColorspace('srgb')
    .raw()
    .toBuffer();
}

describe('rescale', () => {
  const large = blocks(LARGE);

  test.each([
    // width, height, why
    [300, 200, 'the same shape'],
    [1200, 100, 'squeezed: across it shrinks by two alone'],
    [150, 1000, 'and down by little'],
  ])('a picture at %i x %i is nearly what it is in light at once (%s)', async (width, height) => {
    const { data } = await rescale(large, { width, height, filter: 'lanczos3' });
    const wanted = await inOneStep(large, width, height, true);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]! - wanted[i]!);
    // Encoded values all the way down are 23 levels off on average.
    expect(sum / data.length).toBeLessThan(8);
  });

  test('nearest takes pixels of the picture itself, in one step', async () => {
    const { data } = await rescale(large, { width: 301, height: 203, filter: 'nearest' });
    expect(Buffer.from(data).equals(await inOneStep(large, 301, 203, false))).toBe(true);
  });
});
