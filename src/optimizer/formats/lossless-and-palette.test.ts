import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import { CODECS } from '../codecs/index.ts';
import { contentOf } from '../model/content.ts';
import { TrialRunner } from '../search/trial-runner.ts';
import { encodeLossless } from './lossless-and-palette.ts';

function draw(pixel: (x: number, y: number) => [number, number, number]): Raster {
  const [width, height] = [96, 64];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(pixel(x, y), 3 * (y * width + x));
  }
  return { width, height, channels: 3, data, pages: 1, delays: [], loop: 0 };
}

async function keep(raster: Raster, format: 'png' | 'webp') {
  const runner = new TrialRunner(
    raster,
    { encoder: vipsEncoder, now: () => 0 },
    { mode: 'online', milliseconds: 1000 },
  );
  const found = await encodeLossless(runner, CODECS[format], contentOf(raster), 'online');
  const shown = await vipsEncoder.decode(found.attempt.bytes, 3);
  expect(Buffer.compare(shown.data, raster.data)).toBe(0);
  return found;
}

describe('encodeLossless, with the real encoder', () => {
  const blocks = draw((x, y) => [((x * 7 + y * y * 3) % 6) * 40, ((x * x + y) % 4) * 60, 200]);

  test('few colors become a palette, and every pixel stays', async () => {
    const found = await keep(blocks, 'png');
    expect(found.attempt.encoding).toMatchObject({ format: 'png', palette: 12 });
    expect(found.lossy).toBe(false);
  });

  test('many colors stay true color', async () => {
    const found = await keep(
      draw((x, y) => [x * 2, y * 3, (x * y) & 255]),
      'png',
    );
    expect(found.attempt.encoding).not.toHaveProperty('palette');
  });

  test('WebP keeps pixels without a palette of ours', async () => {
    expect((await keep(blocks, 'webp')).attempt.encoding).toMatchObject({ mode: 'lossless' });
  });
});
