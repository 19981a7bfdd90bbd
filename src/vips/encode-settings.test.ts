/** That each setting of an encoding reaches the file. */
import { losslessCompressPng } from '@napi-rs/image';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { concat, latin1 } from '../containers/bytes.ts';
import { walkJpeg } from '../containers/jpeg.ts';
import { pngChunks } from '../containers/png.ts';
import type { Encoding, Quality } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { indexedPicture } from '../raster/palette/indexed-picture.ts';
import { card, solid, withBox } from '../raster/pictures.suite.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';
import { palettePng } from './palette-png.ts';
import { pictureOf, rendered } from './pictures.suite.ts';
import { probe } from './probe.ts';
import { render } from './render.ts';
import { optimizePngLossless, turnJpegUpright } from './repack.ts';

setUpVips({ concurrency: 1 });

const q = (value: number) => value as Quality<never>;
const webp = (fields: object = {}): Encoding => ({
  ...{ format: 'webp', mode: 'lossy', quality: q(60), effort: 2, smartSubsample: false },
  ...fields,
});
const jpeg = (fields: object = {}): Encoding => ({
  ...{ format: 'jpeg', quality: q(60), chroma: '4:2:0', progressive: false, effort: 'fast' },
  ...fields,
});
const encode = (raster: Raster, encoding: Encoding) => vipsEncoder.encode(raster, encoding);

/** Strokes of many colors on a slope: every setting shows in its file. */
function drawing(channels: 3 | 4 = 3): Raster {
  let picture = card(120, 90, channels);
  for (let i = 0; i < 24; i++) {
    const color = [(i * 97) & 255, (i * 41) & 255, (i * 193) & 255, 255].slice(0, channels);
    picture = withBox(picture, [(i * 31) % 100, (i * 17) % 80, 3 + (i % 9), 2 + (i % 7)], color);
  }
  return picture;
}

/** Waves and grain, as a photograph has them. */
function texture(width: number, height: number): Raster {
  const picture = solid(width, height, [0, 0, 0]);
  let state = 1;
  for (let i = 0; i < picture.data.length; i += 3) {
    const [x, y] = [(i / 3) % width, Math.floor(i / 3 / width)];
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const wave = 50 * Math.sin(x / 9 + y / 31) + 40 * Math.sin((x * y) / 900);
    const level = 128 + wave + (state / 2 ** 32 - 0.5) * 24;
    picture.data.set([level, level * 0.8, 60 + level * 0.5], i);
  }
  return picture;
}

describe('a JPEG without trellis', () => {
  /** The table of luma of a file, as its numbers. */
  const table = (bytes: Uint8Array) =>
    Array.from(
      walkJpeg(bytes)
        .segments.find(({ marker }) => marker === 0xdb)!
        .data.subarray(1, 65),
    );

  test.each([
    // quality, that of the encoder which looks the same
    [78, 75],
    [80, 77],
    [87, 84],
    [88, 87],
    [100, 99],
  ])('of %i has the table of %i with trellis', async (asked, own) => {
    const plain = await encode(drawing(), jpeg({ quality: q(asked), effort: 'plain' }));
    const full = await encode(drawing(), jpeg({ quality: q(own), effort: 'full' }));
    expect(table(plain)).toEqual(table(full));
  });

  test('looks the same and is about as small', async () => {
    const picture = texture(320, 240);
    const of = async (effort: string) => {
      const bytes = await encode(picture, jpeg({ quality: q(80), effort, progressive: true }));
      const { data } = await vipsEncoder.decode(bytes, 3);
      const off = data.reduce((sum, value, i) => sum + (value - picture.data[i]!) ** 2, 0);
      return { bytes: bytes.length, off: off / data.length };
    };
    const [plain, full] = [await of('plain'), await of('full')];
    expect(plain.bytes / full.bytes).toBeLessThan(1.15);
    expect(plain.off / full.off).toBeLessThan(1.3);
  });
});

describe('a PNG', () => {
  test('of a flat palette is our own, packed once more at full effort', async () => {
    const flat = await encode(drawing(), { format: 'png', palette: 9, flat: true, effort: 7 });
    expect(flat).toEqual(palettePng(indexedPicture(drawing(), 9)));
    expect(pngChunks(flat).chunks.find(({ name }) => name === 'PLTE')!.data).toHaveLength(27);
    const small = await encode(drawing(), { format: 'png', palette: 9, flat: true, effort: 10 });
    expect(small.length).toBeLessThan(flat.length);
    expect((await vipsEncoder.decode(small, 3)).data).toEqual(
      (await vipsEncoder.decode(flat, 3)).data,
    );
    const dithered = await encode(drawing(), { format: 'png', palette: 16, effort: 7 });
    expect(dithered).not.toEqual(palettePng(indexedPicture(drawing(), 16)));
    expect((await sharp(dithered).metadata()).isPalette).toBe(true);
  });

  test('at full effort is as small as it can be packed', async () => {
    const small = await encode(drawing(), { format: 'png', effort: 10 });
    const theirs = await pictureOf(drawing()).png({ compressionLevel: 9 }).toBuffer();
    expect(small.length).toBeLessThanOrEqual(
      (await losslessCompressPng(theirs, { strip: true })).length,
    );
  });

  test('is filtered but at the least effort', async () => {
    const filters = async (effort: number) => {
      const file = await encode(card(160, 120), { format: 'png', effort });
      return file.length;
    };
    // Filters are what makes a slope small.
    expect(await filters(2)).toBeLessThan((await filters(1)) / 2);
  });
});

describe('a JPEG', () => {
  const scans = (file: Uint8Array) => latin1(file, 0, file.length).split('\xff\xda').length - 1;

  test('has its scans optimised at full effort, where it has several', async () => {
    const [plain, fast, full] = await Promise.all([
      encode(drawing(), jpeg({ effort: 'full' })),
      encode(drawing(), jpeg({ effort: 'trellis', progressive: true })),
      encode(drawing(), jpeg({ effort: 'full', progressive: true })),
    ]);
    expect(scans(plain)).toBe(1);
    expect(scans(fast)).toBeGreaterThan(1);
    expect(scans(full)).not.toBe(scans(fast));
  });

  test('has its ringing beside white taken away at full effort alone', async () => {
    const ink = withBox(solid(64, 64, [255, 255, 255]), [20, 20, 3, 30], [0, 0, 0]);
    const [trellis, full] = await Promise.all([
      encode(ink, jpeg({ effort: 'trellis', quality: q(40) })),
      encode(ink, jpeg({ effort: 'full', quality: q(40) })),
    ]);
    expect(trellis).not.toEqual(full);
  });

  test('has tables of its own for its codes', async () => {
    const file = await encode(solid(64, 64, [90, 120, 40]), jpeg());
    const codes = walkJpeg(file).segments.filter(({ marker }) => marker === 0xc4);
    // The tables of the standard take 420 bytes.
    expect(codes.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThan(200);
  });

  test('of a picture with alpha shows its colors, without it', async () => {
    const file = await encode(drawing(4), jpeg());
    expect(file).toEqual(await encode(drawing(), jpeg()));
  });
});

describe('a WebP', () => {
  test('has its blocks smoothed where that is asked for', async () => {
    const [usual, off, on] = await Promise.all([
      encode(drawing(), webp()),
      encode(drawing(), webp({ deblock: false })),
      encode(drawing(), webp({ deblock: true })),
    ]);
    expect(usual).toEqual(off);
    expect(on).not.toEqual(off);
  });

  const film = (alpha: number): Raster => ({
    ...solid(16, 8, [0, 0, 0, 0]),
    data: concat([solid(16, 8, [250, 0, 0, alpha]).data, solid(16, 8, [0, 0, 250, 255]).data]),
    ...{ pages: 2, delays: [40, 40], loop: 0 },
  });

  test('that moves on clear ground says that its canvas is clear', async () => {
    const ground = async (alpha: number) => {
      const file = await encode(film(alpha), webp());
      const at = latin1(file, 0, file.length).indexOf('ANIM') + 8;
      return [...file.subarray(at, at + 4)];
    };
    expect(await ground(0)).toEqual([0, 0, 0, 0]);
    expect(await ground(255)).not.toEqual([0, 0, 0, 0]);
  });

  test('that stands still is nothing but its file', async () => {
    const veil = withBox(card(30, 20, 4), [3, 3, 9, 9], [1, 2, 3, 0]);
    const file = await encode(veil, webp({ mode: 'lossless' }));
    const theirs = await pictureOf(veil)
      .webp({ effort: 2, lossless: true, quality: 80 })
      .toBuffer();
    expect(file).toEqual(new Uint8Array(theirs));
  });

  test('decodes as often as it plays', async () => {
    const shown = await vipsEncoder.decode(await encode({ ...film(0), loop: 3 }, webp()), 4);
    expect(shown).toMatchObject({ pages: 2, loop: 3, delays: [40, 40], height: 8 });
    const still = await vipsEncoder.decode(await encode(card(16, 8), webp()), 3);
    expect(still).toMatchObject({ pages: 1, loop: 1, delays: [] });
  });
});

describe('frames', () => {
  async function film(backgrounds: string[], width: number, height: number) {
    const frames = await Promise.all(
      backgrounds.map((background) =>
        sharp({ create: { width, height, channels: 4, background } })
          .png()
          .toBuffer(),
      ),
    );
    return sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
  }

  test('have alpha where any of them has, and else none', async () => {
    const opaque = await rendered(await film(['#f00', '#0f0'], 6, 4), []);
    expect(opaque.raster.channels).toBe(3);
    const clear = await rendered(await film(['#f00', '#0f08'], 6, 4), []);
    expect(clear.raster).toMatchObject({ channels: 4, pages: 2 });
    expect([...clear.raster.data.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
    expect([...clear.raster.data.subarray(-4)]).toEqual([0, 255, 0, 136]);
  });

  test('are made smaller in light where they are few', async () => {
    const lines = withBox(solid(60, 40, [0, 0, 0]), [0, 0, 60, 1], [255, 255, 255]);
    let picture = lines;
    for (let y = 0; y < 40; y += 2) picture = withBox(picture, [0, y, 60, 1], [255, 255, 255]);
    const png = await pictureOf(picture).png().toBuffer();
    const other = await pictureOf(solid(60, 40, [9, 9, 9]))
      .png()
      .toBuffer();
    const bytes = await sharp([png, other], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const step = { kind: 'scale', filter: 'lanczos3', width: 30, height: 20 } as const;
    const { raster } = await rendered(bytes, [step]);
    // Half the light is 188 of 255, not 128.
    expect(Math.abs(raster.data[30 * 10 * 3 + 45]! - 188)).toBeLessThan(12);
  });
});

describe('re-packing', () => {
  test('a PNG keeps what tells its colors', async () => {
    const png = new Uint8Array(await pictureOf(drawing()).png({ compressionLevel: 1 }).toBuffer());
    const packed = (await optimizePngLossless(png))!;
    expect(packed.length).toBeLessThan(png.length);
    expect((await vipsEncoder.decode(packed, 3)).data).toEqual(drawing().data);
  });

  test('a JPEG is turned to the smaller of two kinds, or to the one that is asked for', async () => {
    const bytes = new Uint8Array(
      await pictureOf(drawing())
        .extract({ left: 0, top: 0, width: 112, height: 80 })
        .withMetadata({ orientation: 3 })
        .jpeg()
        .toBuffer(),
    );
    const [baseline, progressive, free] = await Promise.all(
      (['baseline', 'progressive', 'free'] as const).map((kind) => turnJpegUpright(bytes, kind)),
    );
    expect(baseline).toBeDefined();
    expect(progressive).toBeDefined();
    expect(free!.length).toBe(Math.min(baseline!.length, progressive!.length));
    expect(
      await turnJpegUpright(new Uint8Array(await pictureOf(drawing()).jpeg().toBuffer()), 'free'),
    ).toBeUndefined();
  });
});

test('while measuring nothing is attached, and an opaque alpha channel stays', async () => {
  const bytes = await pictureOf(card(8, 8, 4))
    .png()
    .toBuffer();
  const info = await probe({ bytes });
  const reading = { frames: { first: 0, count: 1 }, color: 'srgb', instructions: [] } as const;
  expect(await render({ bytes }, info, reading)).toMatchObject({ channels: 4 });
});
