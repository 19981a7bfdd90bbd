/** Pages of a document, frames over a background, colors that stay as they are, pixels left out. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { pngChunks } from '../containers/png.ts';
import { writeTiff } from '../containers/tiff-writer.ts';
import type { Encoding } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { picture } from '../plan/output.ts';
import { inColors } from '../raster/palette/indexed-picture.ts';
import { at, card, solid } from '../raster/pictures.suite.ts';
import { chrm, coloredPng, gama } from './colored.suite.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';
import { rendered } from './pictures.suite.ts';
import { halve } from './pipeline.ts';
import { DEFAULT_PROBE_LIMITS, probe } from './probe.ts';
import { type RenderInput, render, renderOpaqueFrames } from './render.ts';
import { optimizePngLossless } from './repack.ts';

setUpVips({ concurrency: 1 });

const OUTPUT = picture({ formats: [{ format: 'png' }], quality: { kind: 'lossless' } });

describe('a TIFF of three pages', () => {
  const [width, height] = [7, 5];
  const pages = [30, 90, 150];
  const data = Uint8Array.from(
    { length: 3 * width * height * 3 },
    (_, i) => pages[Math.floor(i / (width * height * 3))]!,
  );
  const bytes = writeTiff({ width, height, channels: 3, data, pages: 3 });

  test.each([
    [0, 30],
    [1, 90],
    [2, 150],
  ])('shows page %i', async (page, level) => {
    const info = await probe({ bytes }, DEFAULT_PROBE_LIMITS, page);
    expect(info).toMatchObject({ format: 'tiff', width, height, pages: 3, delays: [], loop: 1 });
    const frames = { first: page, count: 1 };
    const raster = await render({ bytes }, info, { frames, color: 'srgb', instructions: [] });
    expect(raster).toMatchObject({ width, height, pages: 1 });
    expect(at(raster, 6, 4)).toEqual([level, level, level]);
  });

  test('tells the last page where a later one is asked for', async () => {
    expect(await probe({ bytes }, DEFAULT_PROBE_LIMITS, 9)).toMatchObject({ width, height });
  });
});

describe('a TIFF whose pages have sizes of their own', () => {
  const bytes = greyPages([
    [7, 5],
    [4, 9],
    [3, 2],
  ]);

  test.each([
    [0, 7, 5],
    [1, 4, 9],
    [2, 3, 2],
    [3, 3, 2],
    [99, 3, 2],
  ])('tells that of page %i, the last beyond the end', async (page, width, height) => {
    const info = await probe({ bytes }, DEFAULT_PROBE_LIMITS, page);
    expect(info).toMatchObject({ width, height, pages: 3 });
  });
});

test('frames of a video stand on the background, one by one, without alpha', async () => {
  const frame = (alpha: number) => solid(6, 4, [200, 100, 0, alpha]);
  const alphas = [255, 128, 0];
  const film: Raster = {
    ...frame(255),
    data: new Uint8Array(alphas.flatMap((alpha) => [...frame(alpha).data])),
    ...{ pages: 3, delays: [40, 50, 60], loop: 0 },
  };
  const bytes = await vipsEncoder.encode(film, {
    ...{ format: 'webp', mode: 'lossless', effort: 0, smartSubsample: false, exact: true },
  } as Encoding);
  const background = { red: 0, green: 0, blue: 100, alpha: 1 };
  const input = {
    ...({ frames: { first: 0, count: 3 }, color: 'srgb', instructions: [] } as const),
    output: { ...OUTPUT, background },
  };
  const seen: Raster[] = [];
  const info = await probe({ bytes });
  for await (const one of renderOpaqueFrames({ bytes }, info, input)) seen.push(one);
  expect(
    seen.map(({ width, height, channels, pages }) => [width, height, channels, pages]),
  ).toEqual(Array(3).fill([6, 4, 3, 1]));
  alphas.forEach((alpha, i) => {
    const share = alpha / 255;
    const wanted = [200, 100, 0].map((level, c) => level * share + [0, 0, 100][c]! * (1 - share));
    const shown = at(seen[i]!, 3, 2);
    for (const [c, level] of wanted.entries()) {
      expect(Math.abs(shown[c]! - level)).toBeLessThanOrEqual(1);
    }
  });
});

describe('colors that a file tells without a profile', () => {
  // Primaries of Display P3, a plain power of 1.8.
  const chunks = [gama(1 / 1.8), chrm(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)];
  const kept: RenderInput = {
    ...{ frames: { first: 0, count: 1 }, color: 'keep', instructions: [] },
    output: { ...OUTPUT, profile: 'keep' },
  };
  const color = [0.8, 0.2, 0.4] as const;
  const levels = color.map((share) => Math.round(share * 255));

  test('stay as they are with a profile that says the same', async () => {
    const bytes = await coloredPng(color, chunks);
    const info = await probe({ bytes });
    const raster = await render({ bytes }, info, kept);
    expect(at(raster, 3, 3)).toEqual(levels);
    // By the profile they look as the file says.
    const converted = await render({ bytes }, info, { ...kept, color: 'srgb' });
    expect(converted.profile).toBeUndefined();
    expect(at(converted, 3, 3)).not.toEqual(levels);
    const tagged = writeTiff({ ...raster, channels: 3, profile: raster.profile! });
    const shown = await sharp(tagged).toColorspace('srgb').raw().toBuffer();
    for (const [c, level] of at(converted, 3, 3).entries()) {
      expect(Math.abs(level - shown[c]!)).toBeLessThanOrEqual(2);
    }
  });

  test('are said again by a PNG that is packed once more', async () => {
    const bytes = await coloredPng(color, chunks);
    const packed = await optimizePngLossless(bytes);
    expect(packed!.length).toBeLessThan(bytes.length);
    const said = (png: Uint8Array) =>
      pngChunks(png)
        .chunks.filter(({ name }) => name === 'gAMA' || name === 'cHRM')
        .map(({ whole }) => [...whole]);
    expect(said(packed!)).toEqual(said(bytes));
    expect(said(packed!)).toHaveLength(2);
    const names = pngChunks(packed!).chunks.map(({ name }) => name);
    expect(names[0]).toBe('IHDR');
    expect(names.indexOf('cHRM')).toBeLessThan(names.indexOf('IDAT'));
  });
});

test('a lossless WebP of a palette holds the picture in these colors exactly', async () => {
  const shown = card(40, 30);
  const encoding = {
    ...{ format: 'webp', mode: 'lossless', palette: 8, effort: 2, smartSubsample: false },
  } as Encoding;
  const { data } = await vipsEncoder.decode(await vipsEncoder.encode(shown, encoding), 3);
  expect(data).toEqual(inColors(shown, 8).data);
  const colors = new Set(
    Array.from({ length: 40 * 30 }, (_, i) => data.subarray(3 * i, 3 * i + 3).join()),
  );
  expect(colors.size).toBeLessThanOrEqual(8);
  expect(colors.size).toBeGreaterThan(4);
});

test('thinned pixels are those of the source', async () => {
  const { data } = card(16, 12);
  const png = await sharp(data, { raw: { width: 16, height: 12, channels: 3 } })
    .png()
    .toBuffer();
  const { raster } = await rendered(new Uint8Array(png), [
    { kind: 'thin', by: 'lines', width: 9, height: 7 },
  ]);
  expect(raster).toMatchObject({ width: 9, height: 7, channels: 3 });
  const levels = (channel: number) => new Set(data.filter((_, i) => i % 3 === channel));
  for (let i = 0; i < raster.data.length; i++) {
    expect(levels(i % 3).has(raster.data[i]!)).toBe(true);
  }
});

describe('half of a picture', () => {
  test('by nearest is that by Lanczos, for nothing is left out', async () => {
    const shown = card(32, 24);
    expect((await halve(shown, 'nearest')).data).toEqual((await halve(shown, 'lanczos3')).data);
    expect((await halve(shown)).data).toEqual((await halve(shown, 'lanczos3')).data);
    expect((await halve(shown, 'bilinear')).data).not.toEqual((await halve(shown)).data);
  });

  test('of one pixel is itself', async () => {
    const one = solid(1, 1, [9, 8, 7]);
    expect(await halve(one)).toBe(one);
  });
});

/** Grey pages of 8 bits, each with a directory and a strip. */
function greyPages(sizes: readonly (readonly [number, number])[]): Uint8Array {
  const entries = 8;
  const directory = 2 + 12 * entries + 4;
  const parts: number[] = [0x49, 0x49, 42, 0, ...long(8)];
  sizes.forEach(([width, height], page) => {
    const start = parts.length;
    const pixels = width * height;
    const tags = [
      [256, width],
      [257, height],
      [258, 8],
      [259, 1],
      [262, 1],
      [273, start + directory],
      [278, height],
      [279, pixels],
    ] as const;
    const last = page === sizes.length - 1;
    parts.push(
      entries,
      0,
      ...tags.flatMap(([tag, value]) => [...short(tag), ...short(4), ...long(1), ...long(value)]),
    );
    parts.push(...long(last ? 0 : start + directory + pixels), ...Array(pixels).fill(40 * page));
  });
  return Uint8Array.from(parts);
}

function short(value: number): number[] {
  return [value & 255, value >> 8];
}

function long(value: number): number[] {
  return [...short(value & 65_535), ...short(value >> 16)];
}
