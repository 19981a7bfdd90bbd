import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { card, solid } from '../raster/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { optimizeJpegLossless, optimizePngLossless } from './repack.ts';

setUpVips({ concurrency: 1 });

const pixelsOf = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();
const tagged = (orientation: number) =>
  pictureOf(card(64, 48)).withMetadata({ orientation, exif: { IFD0: { Copyright: 'mine' } } });

describe('packing without loss', () => {
  test('a JPEG gets smaller with the same pixels', async () => {
    const bytes = await pictureOf(card(200, 150))
      .jpeg({ quality: 80, optimiseCoding: false })
      .toBuffer();
    const packed = await optimizeJpegLossless(bytes);
    expect(packed!.length).toBeLessThan(bytes.length);
    expect((await pixelsOf(packed!)).equals(await pixelsOf(bytes))).toBe(true);
  });

  test('a PNG gets smaller with the same pixels', async () => {
    const bytes = await pictureOf(solid(90, 90, [10, 20, 30]))
      .png({ compressionLevel: 0 })
      .toBuffer();
    const packed = await optimizePngLossless(bytes);
    expect(packed!.length).toBeLessThan(bytes.length);
    expect((await pixelsOf(packed!)).equals(await pixelsOf(bytes))).toBe(true);
  });

  test.each([
    ['an orientation', () => tagged(6).jpeg({ optimiseCoding: false })],
    [
      'a profile that matters',
      () => pictureOf(card(64, 48)).withIccProfile('p3').jpeg({ optimiseCoding: false }),
    ],
    ['CMYK', () => pictureOf(card(64, 48)).toColorspace('cmyk').jpeg({ optimiseCoding: false })],
  ])('%s keeps a JPEG as it is', async (_, make) => {
    expect(await optimizeJpegLossless(await make().toBuffer())).toBeUndefined();
  });

  test('damage is left alone', async () => {
    const bytes = await pictureOf(card(64, 48)).jpeg().toBuffer();
    expect(await optimizeJpegLossless(bytes.subarray(0, 500))).toBeUndefined();
    expect(await optimizePngLossless(Buffer.from('nothing'))).toBeUndefined();
  });
});
