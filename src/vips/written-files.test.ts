/** What is written, byte by byte where it matters, and what a program's steps do to a source. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { bytes32, concat, latin1Bytes } from '../containers/bytes.ts';
import { jpegFrame, walkJpeg } from '../containers/jpeg.ts';
import { pngChunks } from '../containers/png.ts';
import { webpIsLossless } from '../containers/webp.ts';
import type { Encoding, Quality } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { picture } from '../plan/output.ts';
import type { Instruction } from '../plan/program.ts';
import { withSmoothClear } from '../raster/clear-colors.ts';
import { border, checker, mask, over } from '../raster/compositing.ts';
import { bilevel, halftone, pixelate } from '../raster/filters.ts';
import type { IndexedPicture } from '../raster/palette/indexed-picture.ts';
import { at, card, solid, withBox } from '../raster/pictures.suite.ts';
import { isOpaque, still } from '../raster/pixels.ts';
import { tone } from '../raster/tone.ts';
import { blurred } from './blur.ts';
import { srgbProfile } from './color/delivered-color.ts';
import { vipsEncoder } from './encode.ts';
import { denoise, sharpen } from './filters.ts';
import { extend, rotate } from './geometry.ts';
import { setUpVips } from './loader-policy.ts';
import { palettePng } from './palette-png.ts';
import { pictureOf, rendered } from './pictures.suite.ts';
import { probe } from './probe.ts';
import { render } from './render.ts';

setUpVips({ concurrency: 1 });

const q = (value: number) => value as Quality<never>;
const webp = (fields: object = {}): Encoding => ({
  ...{ format: 'webp', mode: 'lossy', quality: q(80), effort: 2, smartSubsample: false },
  ...fields,
});
const jpeg = (fields: object = {}): Encoding => ({
  ...{ format: 'jpeg', quality: q(85), chroma: '4:2:0', progressive: false, effort: 'fast' },
  ...fields,
});

/** Values in no order. */
function noise(length: number, below: number): Uint8Array {
  let state = 7;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 12) % below;
  });
}

describe('a palette PNG', () => {
  const pictureIn = (width: number, height: number, colors: number[][]): IndexedPicture => ({
    ...{ width, height, palette: Uint8Array.from(colors.flat()) },
    indices: noise(width * height, colors.length),
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 4],
    [16, 4],
    [17, 8],
    [256, 8],
  ])('of %i colors without order takes %i bits for each', (colors, depth) => {
    const solidColors = Array.from({ length: colors }, (_, i) => [i, 255 - i, (i * 7) & 255, 255]);
    const { chunks } = pngChunks(palettePng(pictureIn(12, 3, solidColors)));
    expect(chunks[0]!.data).toEqual(
      concat([bytes32(12), bytes32(3), Uint8Array.of(depth, 3, 0, 0, 0)]),
    );
    expect(chunks.map(({ name }) => name)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    expect(chunks[1]!.data).toHaveLength(3 * colors);
  });

  test('shows every pixel, with a list of alphas no longer than there are', async () => {
    const color = fc.tuple(
      fc.nat(255),
      fc.nat(255),
      fc.nat(255),
      fc.constantFrom(0, 90, 254, 255, 255),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(color, { minLength: 1, maxLength: 20, selector: String }),
        fc.integer({ min: 1, max: 19 }),
        fc.integer({ min: 1, max: 9 }),
        async (colors, width, height) => {
          const indexed = pictureIn(width, height, colors);
          const file = palettePng(indexed);
          const shown = await sharp(file).ensureAlpha().raw().toBuffer();
          expect([...shown]).toEqual([...indexed.indices].flatMap((index) => colors[index]!));
          const alphas = pngChunks(file).chunks.find(({ name }) => name === 'tRNS')?.data;
          const translucent = colors
            .filter(([, , , alpha]) => alpha < 255)
            .map(([, , , alpha]) => alpha);
          expect([...(alphas ?? [])]).toEqual(translucent.sort((a, b) => a - b));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('orders its solid colors from dark to light', () => {
    const file = palettePng(
      pictureIn(9, 9, [
        [0, 9, 0, 255],
        [9, 0, 0, 255],
        [0, 0, 8, 255],
        [0, 0, 0, 255],
      ]),
    );
    const table = pngChunks(file).chunks.find(({ name }) => name === 'PLTE')!.data;
    expect([...table]).toEqual([0, 0, 0, 0, 0, 8, 9, 0, 0, 0, 9, 0]);
  });
});

describe('a WebP', () => {
  test.each<[object, boolean]>([
    [{}, false],
    [{ mode: 'near-lossless', quality: q(40) }, true],
    [{ mode: 'lossless' }, true],
  ])('by %j keeps every pixel, or nearly so: %s', async (fields, lossless) => {
    expect(webpIsLossless(await vipsEncoder.encode(card(40, 30), webp(fields)))).toBe(lossless);
  });

  test('near-lossless is between the two, and has its strength', async () => {
    const busy = still(60, 60, 3, noise(60 * 60 * 3, 256));
    const size = async (fields: object) => (await vipsEncoder.encode(busy, webp(fields))).length;
    const [strong, weak, none] = [
      await size({ mode: 'near-lossless', quality: q(20) }),
      await size({ mode: 'near-lossless', quality: q(60) }),
      await size({ mode: 'lossless' }),
    ];
    expect(strong).toBeLessThan(weak);
    expect(weak).toBeLessThan(none);
  });

  test('has smooth colors where it is clear, if it is lossy and stands still', async () => {
    const clear = card(64, 64, 4);
    const hidden = noise(64 * 64, 256);
    for (let i = 0; i < 64 * 32; i++)
      clear.data.set([hidden[i]!, hidden[i + 9]!, hidden[i + 5]!, 0], 4 * i);
    const smooth = withSmoothClear(clear);
    expect(smooth.data).not.toEqual(clear.data);
    const file = (raster: Raster, fields = {}) => vipsEncoder.encode(raster, webp(fields));
    expect(await file(clear)).toEqual(await file(smooth));
    const exact = { mode: 'lossless', exact: true };
    expect(await file(clear, exact)).not.toEqual(await file(smooth, exact));
    expect((await file(clear)).length).toBeLessThan((await file(clear, exact)).length / 2);
  });

  test.each<[readonly number[], number, number[], number]>([
    [[40, 200], 3, [40, 200], 3],
    [[40.4, 70.6], 0, [40, 71], 0],
    [[50], 2, [50, 100], 2],
    // Longer than the writer can be told, and than the file has room for.
    [[99_999, 40], 99_999, [99_999, 40], 65_535],
    [[5, 20_000_000], 0, [100, 16_777_215], 0],
    [[11, 40], -4, [11, 40], 0],
  ])('with delays %j played %i times has %j and %i', async (delays, loop, written, plays) => {
    const data = concat([solid(16, 8, [250, 0, 0]).data, solid(16, 8, [0, 0, 250]).data]);
    const film: Raster = { ...solid(16, 8, [0, 0, 0]), data, pages: 2, delays, loop };
    const header = await sharp(await vipsEncoder.encode(film, webp())).metadata();
    expect(header).toMatchObject({ delay: written, loop: plays, pages: 2 });
  });

  test('one frame has neither', async () => {
    const header = await sharp(
      await vipsEncoder.encode({ ...card(16, 8), loop: 7 }, webp()),
    ).metadata();
    expect([header.pages, header.delay]).toEqual([undefined, undefined]);
  });
});

describe('a JPEG', () => {
  test.each([
    [96, 96],
    [0.2, 1],
    [300.4, 300],
    [300, 300],
    [1e6, 65_535],
  ])('of %d pixels to the inch says %i in a JFIF segment', async (density, dots) => {
    const file = await vipsEncoder.encode({ ...card(16, 8), metadata: { density } }, jpeg());
    const [high, low] = [dots >> 8, dots & 255];
    expect([...file.subarray(0, 20)]).toEqual([
      ...[0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 1],
      ...[high, low, high, low, 0, 0],
    ]);
    const bare = await vipsEncoder.encode(card(16, 8), jpeg());
    expect(file.subarray(20)).toEqual(bare.subarray(2));
  });

  test('that shows white as white is of the kind that was asked for', async () => {
    const paper = withBox(solid(96, 96, [255, 255, 255]), [30, 30, 20, 20], [10, 10, 10]);
    for (const progressive of [false, true]) {
      const file = await vipsEncoder.encode(
        paper,
        jpeg({ quality: q(30), effort: 'full', progressive }),
      );
      expect(jpegFrame(walkJpeg(file))).toMatchObject({ progressive });
      const shown = await vipsEncoder.decode(file, 3);
      expect(at(shown, 90, 90)).toEqual([255, 255, 255]);
    }
  });

  test('has the table that is asked for, else that of its effort', async () => {
    const busy = still(64, 64, 3, noise(64 * 64 * 3, 256));
    const files = await Promise.all(
      [
        {},
        { effort: 'trellis' },
        { effort: 'full' },
        { effort: 'full', table: 2 },
        { effort: 'full', table: 0 },
      ].map((fields) => vipsEncoder.encode(busy, jpeg(fields))),
    );
    const tables = files.map((file) =>
      Buffer.from(walkJpeg(file).segments.find(({ marker }) => marker === 0xdb)!.data).toString(
        'hex',
      ),
    );
    const [fast, trellis, full, two, zero] = tables;
    expect(trellis).toBe(full);
    expect(new Set([fast, full, two]).size).toBe(3);
    expect(zero).toBe(fast);
  });
});

describe('a PNG', () => {
  test('at full effort is no larger, without a word more', async () => {
    const drawing = withBox(solid(90, 60, [200, 210, 220]), [5, 5, 40, 30], [10, 20, 30]);
    const usual = await vipsEncoder.encode(drawing, { format: 'png', effort: 7 });
    const small = await vipsEncoder.encode(drawing, { format: 'png', effort: 10 });
    expect(small.length).toBeLessThan(usual.length);
    for (const file of [usual, small]) {
      expect(
        pngChunks(file)
          .chunks.map(({ name }) => name)
          .filter((name) => name !== 'PLTE'),
      ).toEqual(['IHDR', 'IDAT', 'IEND']);
      expect((await vipsEncoder.decode(file, 3)).data).toEqual(drawing.data);
    }
    const said = await vipsEncoder.encode(
      { ...drawing, metadata: { density: 144 } },
      { format: 'png', effort: 10 },
    );
    expect((await sharp(said).metadata()).density).toBe(144);
  });

  test('grey with alpha has two channels', async () => {
    const veil = withBox(solid(20, 10, [90, 90, 90, 255]), [2, 2, 5, 5], [30, 30, 30, 100]);
    const file = await vipsEncoder.encode(veil, { format: 'png', effort: 6 });
    expect((await sharp(file).metadata()).channels).toBe(2);
    expect((await vipsEncoder.decode(file, 4)).data).toEqual(veil.data);
  });
});

describe('bitmaps', () => {
  const short = (value: number) => Uint8Array.of(value & 255, value >> 8);
  /** A BMP of 24 or 32 bits per pixel, rows from below. */
  function bmp(raster: Raster): Uint8Array {
    const { width, height, channels } = raster;
    const line = Math.ceil((width * channels) / 4) * 4;
    const data = new Uint8Array(line * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [red, green, blue, alpha] = at(raster, x, height - 1 - y);
        data.set(
          [blue!, green!, red!, ...(alpha === undefined ? [] : [alpha])],
          y * line + x * channels,
        );
      }
    }
    return concat([
      ...[latin1Bytes('BM'), bytes32(54 + data.length, true), bytes32(0), bytes32(54, true)],
      ...[
        bytes32(40, true),
        bytes32(width, true),
        bytes32(height, true),
        short(1),
        short(8 * channels),
      ],
      ...[bytes32(0), bytes32(data.length, true), bytes32(0), bytes32(0), bytes32(0), bytes32(0)],
      data,
    ]);
  }

  test('a BMP is told and shown as it is', async () => {
    const bytes = bmp(card(7, 5));
    const { raster, info } = await rendered(bytes, []);
    expect(info).toEqual({
      ...{
        format: 'bmp',
        bytes: bytes.length,
        width: 7,
        height: 5,
        orientation: 1,
        pages: 1,
        delays: [],
        loop: 1,
      },
      ...{ alpha: false, profile: 'none', space: 'rgb', depth: 8, lossless: true },
    });
    expect(raster.data).toEqual(card(7, 5).data);
    await expect(probe({ bytes: bytes.subarray(0, 20) })).rejects.toMatchObject({
      code: 'source-unsupported',
    });
  });

  test('an icon is the PNG in it', async () => {
    const png = new Uint8Array(await pictureOf(card(32, 32)).png().toBuffer());
    const bytes = concat([
      ...[short(0), short(1), short(1), Uint8Array.of(32, 32, 0, 0), short(1), short(32)],
      ...[bytes32(png.length, true), bytes32(22, true), png],
    ]);
    const { raster, info } = await rendered(bytes, []);
    expect(info).toMatchObject({
      format: 'ico',
      bytes: bytes.length,
      width: 32,
      height: 32,
      lossless: true,
    });
    expect(raster.data).toEqual(card(32, 32).data);
    const limits = { pixels: 1023, totalPixels: 1e6, frames: 9 };
    await expect(probe({ bytes }, limits)).rejects.toMatchObject({
      code: 'source-too-many-pixels',
    });
    await expect(
      probe({ bytes: bmp(card(7, 5)) }, { ...limits, pixels: 34 }),
    ).rejects.toMatchObject({ code: 'source-too-many-pixels' });
    expect((await probe({ bytes: bmp(card(7, 5)) }, { ...limits, pixels: 35 })).width).toBe(7);
  });
});

describe('the steps of a program', () => {
  const start = withBox(card(40, 30), [10, 8, 12, 9], [250, 250, 10]);
  const size = { width: 40, height: 30 };
  const red = { red: 200, green: 10, blue: 10, alpha: 0.5 };

  test.each<[Instruction, (step: never) => Raster | Promise<Raster>]>([
    [
      { kind: 'tone', steps: [{ kind: 'gamma', exponent: 2 }], ...size },
      (step: Extract<Instruction, { kind: 'tone' }>) => tone(start, step.steps),
    ],
    [{ kind: 'blur', sigma: 2, ...size }, () => blurred(start, 2)],
    [
      { kind: 'sharpen', sigma: 1, amount: 2, threshold: 0, channel: 'rgb', ...size },
      (step) => sharpen(start, step),
    ],
    [{ kind: 'pixelate', side: 6, ...size }, (step) => pixelate(start, step)],
    [{ kind: 'halftone', side: 6, ...size }, (step) => halftone(start, step)],
    [{ kind: 'denoise', strength: 80, sharpness: 0, ...size }, (step) => denoise(start, step)],
    [{ kind: 'bilevel', method: 'threshold', level: 0.5, ...size }, (step) => bilevel(start, step)],
    [
      { kind: 'border', sides: { top: 2, right: 3, bottom: 4, left: 5 }, color: red, ...size },
      (step) => border(start, step),
    ],
    [{ kind: 'mask', shape: 'ellipse', radii: [0, 0, 0, 0], ...size }, (step) => mask(start, step)],
    [
      {
        kind: 'extend',
        sides: { top: 1, right: 2, bottom: 3, left: 4 },
        fill: { kind: 'edge' },
        width: 46,
        height: 34,
      },
      (step) => extend(start, step),
    ],
    [
      {
        kind: 'rotate',
        degrees: 30,
        zoom: 1,
        fill: { kind: 'color', color: { ...red, alpha: 1 } },
        width: 50,
        height: 46,
      },
      (step) => rotate(start, step),
    ],
  ])('%j is carried out', async (step, direct) => {
    const bytes = await pictureOf(start).png().toBuffer();
    const { raster } = await rendered(bytes, [step]);
    const wanted = await direct(step as never);
    expect(raster.data).toEqual(wanted.data);
    expect(raster.data).not.toEqual(start.data);
  });

  test('a ground and squares lie under what is clear', async () => {
    const veil = withBox(card(40, 30, 4), [10, 8, 12, 9], [250, 250, 10, 40]);
    const bytes = await pictureOf(veil).png().toBuffer();
    const ground: Instruction = { kind: 'background', color: { ...red, alpha: 1 }, ...size };
    expect((await rendered(bytes, [ground])).raster.data).toEqual(
      over(veil, { ...red, alpha: 1 }).data,
    );
    const squares: Extract<Instruction, { kind: 'checker' }> = {
      kind: 'checker',
      side: 4,
      colors: [
        { ...red, alpha: 1 },
        { ...red, red: 0, alpha: 1 },
      ],
      ...size,
    };
    expect((await rendered(bytes, [squares])).raster.data).toEqual(checker(veil, squares).data);
  });

  test('alpha without a clear pixel is dropped at the end', async () => {
    const bytes = await pictureOf(card(8, 8, 4))
      .png()
      .toBuffer();
    expect((await rendered(bytes, [])).raster.channels).toBe(3);
    const clear = await pictureOf(withBox(card(8, 8, 4), [0, 0, 1, 1], [1, 2, 3, 254]))
      .png()
      .toBuffer();
    const { raster } = await rendered(clear, []);
    expect([raster.channels, isOpaque(raster)]).toEqual([4, false]);
  });

  /** Frames in which much happens in other places. */
  async function film(format: 'gif' | 'webp' = 'gif') {
    const places = [150, 20, 80];
    const frames = places.map((left) => {
      const frame = solid(200, 40, [120, 120, 120]);
      const busy = noise(20 * 20, 2);
      busy.forEach((on, i) => {
        frame.data.set(
          on ? [255, 255, 255] : [0, 0, 0],
          ((10 + Math.floor(i / 20)) * 200 + left + (i % 20)) * 3,
        );
      });
      return frame;
    });
    const files = await Promise.all(frames.map((frame) => pictureOf(frame).png().toBuffer()));
    const bytes = await sharp(files, { join: { animated: true } })
      .toFormat(format, { delay: [50, 60, 70], loop: 4, lossless: true })
      .toBuffer();
    return { bytes, frames };
  }

  test('frames that are decoded a few at a time are the same', async () => {
    const { bytes } = await film('webp');
    const whole = await rendered(bytes, []);
    expect(whole.raster.pages).toBe(3);
    for (const frameBytes of [1, 200 * 40 * 4, 2 * 200 * 40 * 4]) {
      const some = await rendered(bytes, [], { context: { frameBytes } });
      expect(some.raster).toEqual(whole.raster);
    }
  });

  test.each<['gif' | 'webp', Instruction[], boolean]>([
    ['gif', [], true],
    ['gif', [{ kind: 'extract', left: 0, top: 0, width: 100, height: 40 }], true],
    ['webp', [], false],
    ['gif', [{ kind: 'blur', sigma: 2, width: 200, height: 40 }], false],
  ])(
    'few colors of a GIF that becomes %s by %j are told: %s',
    async (format, instructions, told) => {
      const { bytes } = await film();
      const info = await probe({ bytes });
      const raster = await render({ bytes }, info, {
        ...{ frames: { first: 0, count: 3 }, color: 'srgb', instructions },
        output: picture({ formats: [{ format }], quality: { kind: 'target', score: 70 } }),
        chosen: { format, lossless: false, rule: 0 },
      });
      expect(raster.sourceColors !== undefined).toBe(told);
      if (told) expect(raster.sourceColors!.length).toBeLessThanOrEqual(32);
    },
  );

  test('rights and resolution travel where they are asked for, between JPEGs', async () => {
    const bytes = await pictureOf(card(16, 16))
      .withExif({ IFD0: { Copyright: 'mine' } })
      .jpeg()
      .toBuffer();
    const info = await probe({ bytes });
    const metadata = async (format: 'jpeg' | 'webp', asked: 'none' | 'copyright', dpi?: number) =>
      (
        await render({ bytes }, info, {
          ...{ frames: { first: 0, count: 1 }, color: 'srgb', instructions: [] },
          output: picture({
            ...{ formats: [], quality: { kind: 'lossless' }, metadata: asked },
            ...(dpi === undefined ? {} : { dpi }),
          }),
          chosen: { format, lossless: false, rule: 0 },
        })
      ).metadata;
    expect(JSON.stringify(await metadata('jpeg', 'copyright'))).toContain('mine');
    expect(await metadata('jpeg', 'none')).toBeUndefined();
    expect(await metadata('webp', 'copyright')).toBeUndefined();
    expect(await metadata('webp', 'none', 72)).toEqual({ density: 72 });
    const both = await metadata('jpeg', 'copyright', 72);
    expect(both).toMatchObject({ density: 72 });
    expect(JSON.stringify(both)).toContain('mine');
  });

  test.each(['srgb', 'tagged-srgb', 'keep', 'strip'] as const)(
    'a profile travels where the output is %s',
    async (profile) => {
      const bytes = await pictureOf(card(16, 16)).withIccProfile('p3').png().toBuffer();
      const info = await probe({ bytes });
      const color = profile === 'keep' || profile === 'strip' ? profile : 'srgb';
      const raster = await render({ bytes }, info, {
        ...{ frames: { first: 0, count: 1 }, color, instructions: [] },
        output: picture({ formats: [], quality: { kind: 'lossless' }, profile }),
        chosen: { format: 'png', lossless: true, rule: 0 },
      });
      if (profile === 'tagged-srgb') expect(raster.profile).toEqual(await srgbProfile());
      else if (profile === 'keep') {
        expect(raster.profile).toEqual(new Uint8Array((await sharp(bytes).metadata()).icc!));
      } else expect(raster).not.toHaveProperty('profile');
    },
  );
});
