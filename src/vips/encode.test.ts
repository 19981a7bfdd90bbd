import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { jpegFrame, walkJpeg } from '../containers/jpeg.ts';
import { type Encoding, encodingText, type Quality } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { sniffFormat } from '../image/sniff.ts';
import { card, solid, withBox } from '../raster/pictures.suite.ts';
import { withAlpha } from '../raster/pixels.ts';
import { srgbProfile } from './color/delivered-color.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';

setUpVips({ concurrency: 1 });

const q = (value: number) => value as Quality<never>;
const jpeg = (more: Partial<Extract<Encoding, { format: 'jpeg' }>> = {}): Encoding => ({
  format: 'jpeg',
  quality: q(85),
  chroma: '4:2:0',
  progressive: false,
  effort: 'fast',
  ...more,
});
const webp = (more: Partial<Extract<Encoding, { format: 'webp' }>> = {}): Encoding => ({
  format: 'webp',
  mode: 'lossy',
  quality: q(80),
  effort: 2,
  smartSubsample: false,
  ...more,
});
const avif = (more: Partial<Extract<Encoding, { format: 'avif' }>> = {}): Encoding => ({
  format: 'avif',
  quality: q(60),
  effort: 0,
  depth: 8,
  chroma: '4:4:4',
  ...more,
});

const GIF: Encoding = { format: 'gif', palette: 16 };

const LOSSY = [
  jpeg(),
  jpeg({ effort: 'full', progressive: true }),
  webp(),
  webp({ smartSubsample: true }),
  webp({ mode: 'near-lossless', quality: q(60) }),
  avif(),
  avif({ depth: 10 }),
  avif({ chroma: '4:2:0' }),
];
const LOSSLESS: Encoding[] = [
  webp({ mode: 'lossless' }),
  { format: 'png', effort: 6 },
  { format: 'png', effort: 1 },
];

function meanError(a: Raster, b: Raster): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / a.data.length;
}

describe('vipsEncoder', () => {
  test.each(LOSSY.map((e) => [encodingText(e), e] as const))(
    '%s comes back nearly alike',
    async (_, encoding) => {
      const raster = card(67, 45);
      const bytes = await vipsEncoder.encode(raster, encoding);
      expect(sniffFormat(bytes)).toBe(encoding.format);
      const again = await vipsEncoder.decode(bytes, 3);
      expect([again.width, again.height, again.channels, again.pages]).toEqual([67, 45, 3, 1]);
      expect(meanError(raster, again)).toBeLessThan(3);
    },
  );

  test.each(LOSSLESS.map((e) => [encodingText(e), e] as const))(
    '%s keeps every pixel',
    async (_, encoding) => {
      for (const raster of [
        card(40, 30),
        withBox(card(40, 30, 4), [5, 5, 9, 9], [7, 8, 9, 77]),
        solid(9, 9, [5, 5, 5]),
        solid(9, 9, [5, 5, 5, 50]),
      ]) {
        const again = await vipsEncoder.decode(
          await vipsEncoder.encode(raster, encoding),
          raster.channels,
        );
        expect(again.data).toEqual(raster.data);
      }
    },
  );

  test('a palette PNG has a palette', async () => {
    const bytes = await vipsEncoder.encode(card(40, 30), { format: 'png', palette: 16, effort: 3 });
    const header = await sharp(bytes).metadata();
    expect(header.isPalette).toBe(true);
    expect(header.bitsPerSample).toBe(4);
  });

  test.each([
    [jpeg(), false, '4:2:0'],
    [jpeg({ chroma: '4:4:4' }), false, '4:4:4'],
    [jpeg({ effort: 'trellis' }), false, '4:2:0'],
    [jpeg({ effort: 'full' }), false, '4:2:0'],
    [jpeg({ effort: 'full', progressive: true }), true, '4:2:0'],
    [jpeg({ progressive: true }), true, '4:2:0'],
  ])('%j is written as said', async (encoding, progressive, chroma) => {
    const bytes = await vipsEncoder.encode(card(64, 48), encoding);
    expect(jpegFrame(walkJpeg(bytes))).toMatchObject({ progressive, chroma, components: 3 });
  });

  test('grey pictures are written with one channel and come back as three', async () => {
    const grey = withBox(solid(32, 32, [40, 40, 40]), [4, 4, 8, 8], [200, 200, 200]);
    const bytes = await vipsEncoder.encode(grey, jpeg({ quality: q(95) }));
    expect(jpegFrame(walkJpeg(bytes))?.components).toBe(1);
    const again = await vipsEncoder.decode(bytes, 3);
    expect(again.channels).toBe(3);
    expect(meanError(grey, again)).toBeLessThan(1.5);
    const png = await vipsEncoder.encode(grey, { format: 'png', effort: 6 });
    expect((await sharp(png).metadata()).channels).toBe(1);
  });

  test('a file holds no metadata of its own', async () => {
    for (const encoding of [...LOSSY, ...LOSSLESS]) {
      const header = await sharp(await vipsEncoder.encode(card(16, 16), encoding)).metadata();
      expect([header.exif, header.icc, header.xmp, header.iptc]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  test.each([...LOSSY, ...LOSSLESS].map((e) => [encodingText(e), e] as const))(
    '%s embeds a profile with the pixels untouched',
    async (_, encoding) => {
      const profile = await srgbProfile();
      const raster = withAlpha(card(33, 21));
      const tagged = await vipsEncoder.encode({ ...raster, profile }, encoding);
      const bare = await vipsEncoder.encode(raster, encoding);
      expect((await sharp(tagged).metadata()).icc?.length).toBe(profile.length);
      const [a, b] = [await vipsEncoder.decode(tagged, 4), await vipsEncoder.decode(bare, 4)];
      expect(meanError(a, b)).toBeLessThan(0.01);
    },
  );

  test('resolution and rights stand in the file', async () => {
    const metadata = {
      density: 144,
      xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/">by me</x:xmpmeta>',
      exif: { IFD0: { Copyright: 'mine', Artist: 'me' } },
    };
    const bytes = await vipsEncoder.encode({ ...card(20, 20), metadata }, jpeg());
    const header = await sharp(bytes).metadata();
    expect(header.density).toBe(144);
    const plain = await vipsEncoder.encode({ ...card(20, 20), metadata: { density: 96 } }, jpeg());
    expect(jpegFrame(walkJpeg(plain))?.components).toBe(3);
    expect((await sharp(plain).metadata()).density).toBe(96);
    expect(header.xmpAsString).toContain('by me');
    expect(Buffer.from(header.exif ?? []).toString('latin1')).toContain('mine');
    const png = await vipsEncoder.encode(
      { ...card(20, 20), metadata: { density: 300 } },
      { format: 'png', effort: 6 },
    );
    expect((await sharp(png).metadata()).density).toBe(300);
  });

  test.each([
    // pixels to the inch, as a JPEG says it, as a PNG does to the metre
    [72.4, 72, 2850],
    [72.6, 73, 2858],
    [0.2, 1, 8],
    [150, 150, 5906],
    [70_000, 65_535, 2_755_906],
  ])('%d pixels to the inch are %i in a JPEG and %i to the metre', async (density, inch, metre) => {
    const raster = { ...card(20, 20), metadata: { density } };
    const file = await vipsEncoder.encode(raster, jpeg());
    const jfif = walkJpeg(file).segments.find(({ marker }) => marker === 0xe0)!.data;
    expect([jfif[7], jfif[8]! * 256 + jfif[9]!, jfif[10]! * 256 + jfif[11]!]).toEqual([
      1,
      inch,
      inch,
    ]);
    const png = await vipsEncoder.encode(raster, {
      format: 'png',
      palette: 5,
      flat: true,
      effort: 7,
    });
    const at = Buffer.from(png).indexOf('pHYs') + 4;
    expect([Buffer.from(png).readUInt32BE(at), png[at + 8]]).toEqual([metre, 1]);
  });

  test.each([0, 1, 2, 7].flatMap((loop) => [[webp(), loop] as const, [GIF, loop] as const]))(
    '%j plays as often as the film it is made of: %i (0 is without end)',
    async (encoding, loop) => {
      const frames = [solid(16, 12, [250, 0, 0]), solid(16, 12, [0, 0, 250])];
      const data = new Uint8Array(frames.flatMap((frame) => [...frame.data]));
      const film: Raster = { ...frames[0]!, data, pages: 2, delays: [40, 200], loop };
      const again = await vipsEncoder.decode(await vipsEncoder.encode(film, encoding), 3);
      expect(again).toMatchObject({ pages: 2, delays: [40, 200], loop });
    },
  );

  test('films go into formats that hold films', async () => {
    const one = card(24, 16);
    const film: Raster = {
      ...one,
      data: new Uint8Array([...one.data, ...solid(24, 16, [255, 0, 0]).data]),
      pages: 2,
      delays: [20, 250],
      loop: 3,
    };
    const bytes = await vipsEncoder.encode(film, webp({ mode: 'lossless' }));
    const again = await vipsEncoder.decode(bytes, 3);
    expect(again).toMatchObject({ pages: 2, height: 16, loop: 3, delays: [20, 250] });
    expect(again.data).toEqual(film.data);
    await expect(vipsEncoder.encode(film, jpeg())).rejects.toThrow('still');
    await expect(vipsEncoder.encode(film, avif())).rejects.toThrow('still');
  });
});
