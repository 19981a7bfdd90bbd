import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { withJpegExif } from '../containers/jpeg.ts';
import type { JpegComponent } from '../jpeg/coefficients.ts';
import { readJpeg } from '../jpeg/read.ts';
import { turnCoefficients } from '../jpeg/turn.ts';
import { orientationExif } from '../metadata/exif.ts';
import { card, solid } from '../raster/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { optimizeJpegLossless, optimizePngLossless, turnJpegUpright } from './repack.ts';

setUpVips({ concurrency: 1 });

const pixelsOf = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();
const uprightPixels = (bytes: Uint8Array) => sharp(bytes).autoOrient().raw().toBuffer();
const bufferOf = ({ coefficients }: JpegComponent) => Buffer.from(coefficients.buffer);

/** Edges and colors that differ everywhere, so that a block in the wrong place shows. */
function textured(width: number, height: number): Sharp {
  const raster = card(width, height);
  for (let i = 0; i < raster.data.length; i++) raster.data[i]! ^= ((i * i) >> 7) & 31;
  return pictureOf(raster);
}

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

  test('a PNG that is not upright is left alone: packed, it would lose its turn', async () => {
    const made = (orientation: number) =>
      pictureOf(card(64, 48)).withMetadata({ orientation }).png({ compressionLevel: 0 }).toBuffer();
    for (const orientation of [2, 3, 6, 8]) {
      expect(await optimizePngLossless(await made(orientation))).toBeUndefined();
    }
    const upright = await made(1);
    expect((await optimizePngLossless(upright))!.length).toBeLessThan(upright.length);
  });

  test.each([
    [
      'a profile that matters',
      () => pictureOf(card(64, 48)).withIccProfile('p3').jpeg({ optimiseCoding: false }),
    ],
    ['CMYK', () => pictureOf(card(64, 48)).toColorspace('cmyk').jpeg({ optimiseCoding: false })],
  ])('%s keeps a JPEG as it is', async (_, make) => {
    expect(await optimizeJpegLossless(await make().toBuffer())).toBeUndefined();
  });

  test.each([2, 3, 4, 5, 6, 7, 8])(
    'orientation %i: every pixel stays, upright or with the tag and nothing beside it',
    async (orientation) => {
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        for (const [width, height] of [
          [320, 240],
          [317, 235],
        ] as const) {
          const bytes = await textured(width, height)
            .withMetadata({ orientation, exif: { IFD0: { Copyright: 'mine' } } })
            .jpeg({ chromaSubsampling, optimiseCoding: false })
            .toBuffer();
          const packed = (await optimizeJpegLossless(bytes))!;
          expect(packed.length).toBeLessThan(bytes.length);
          expect((await uprightPixels(packed)).equals(await uprightPixels(bytes))).toBe(true);
          expect(Buffer.from(packed).includes('mine')).toBe(false);
          expect([undefined, orientation]).toContain((await sharp(packed).metadata()).orientation);
        }
      }
    },
  );

  test('a picture upside down is stored upright, for no pixel changes', async () => {
    for (const space of ['b-w', 'srgb']) {
      const file = textured(320, 240).toColorspace(space).jpeg({ optimiseCoding: false });
      const bytes = withJpegExif(await file.toBuffer(), orientationExif(4));
      const packed = (await optimizeJpegLossless(bytes))!;
      expect((await sharp(packed).metadata()).orientation).toBeUndefined();
      expect((await uprightPixels(packed)).equals(await uprightPixels(bytes))).toBe(true);
    }
  });

  test('damage is left alone', async () => {
    const bytes = await pictureOf(card(64, 48)).jpeg().toBuffer();
    expect(await optimizeJpegLossless(bytes.subarray(0, 500))).toBeUndefined();
    expect(await optimizePngLossless(Buffer.from('nothing'))).toBeUndefined();
  });
});

describe('turning without loss', () => {
  test.each([
    ['baseline', false],
    ['progressive', true],
  ] as const)('gives an upright %s JPEG with the coefficients turned', async (kind, scans) => {
    for (const orientation of [2, 3, 4, 5, 6, 7, 8] as const) {
      const bytes = await textured(320, 240).withMetadata({ orientation }).jpeg().toBuffer();
      const turned = (await turnJpegUpright(bytes, kind))!;
      const header = await sharp(turned).metadata();
      const size = orientation < 5 ? [320, 240] : [240, 320];
      expect([header.width, header.height]).toEqual(size);
      expect([header.orientation, header.isProgressive]).toEqual([undefined, scans]);
      const want = turnCoefficients(readJpeg(bytes)!, orientation)!;
      const got = readJpeg(turned)!;
      for (const [i, { coefficients, quantisation }] of got.components.entries()) {
        expect(quantisation).toEqual(want.components[i]!.quantisation);
        expect(Buffer.from(coefficients.buffer).equals(bufferOf(want.components[i]!))).toBe(true);
      }
    }
  });

  test.each([
    // width, height, which is smaller
    [16, 16, 'baseline'],
    [640, 480, 'progressive'],
  ] as const)(
    'of %i x %i is free to be of the smaller kind, %s',
    async (width, height, smaller) => {
      const upright = await textured(width, height).jpeg().toBuffer();
      const bytes = withJpegExif(upright, orientationExif(3));
      const [baseline, progressive, free] = await Promise.all(
        (['baseline', 'progressive', 'free'] as const).map((kind) => turnJpegUpright(bytes, kind)),
      );
      const sizes = { baseline: baseline!.length, progressive: progressive!.length };
      expect(free).toHaveLength(Math.min(sizes.baseline, sizes.progressive));
      expect(sizes[smaller]).toBe(free!.length);
      const { isProgressive } = await sharp(free!).metadata();
      expect(isProgressive).toBe(smaller === 'progressive');
    },
  );

  test('keeps a profile that matters, in one scan', async () => {
    const bytes = await textured(320, 240)
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    const header = await sharp((await turnJpegUpright(bytes, 'free'))!).metadata();
    expect(header.icc).toEqual((await sharp(bytes).metadata()).icc);
    expect(await turnJpegUpright(bytes, 'progressive')).toBeUndefined();
  });

  test.each([
    ['is upright', () => textured(320, 240).jpeg(), 1],
    ['ends in the middle of a block', () => textured(317, 235).jpeg(), 6],
    ['is CMYK', () => textured(320, 240).toColorspace('cmyk').jpeg(), 6],
  ])('is not done where the JPEG %s', async (_, make, orientation) => {
    const bytes = withJpegExif(await make().toBuffer(), orientationExif(orientation));
    expect(await turnJpegUpright(bytes, 'free')).toBeUndefined();
  });

  test('is not done where the file is damaged', async () => {
    const bytes = await textured(320, 240).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await turnJpegUpright(bytes, 'free')).toBeDefined();
    expect(await turnJpegUpright(bytes.subarray(0, 5000), 'free')).toBeUndefined();
    expect(await turnJpegUpright(Buffer.from('nothing'), 'free')).toBeUndefined();
  });
});
