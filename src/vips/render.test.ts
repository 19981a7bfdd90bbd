import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { WHITE } from '../base/color.ts';
import { corpusFile } from '../base/corpus.suite.ts';
import type { Orientation } from '../image/source-info.ts';
import type { Filter } from '../plan/op.ts';
import type { Instruction } from '../plan/program.ts';
import { at, card, origin, solid, withBox } from '../raster/pictures.suite.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf, rendered } from './pictures.suite.ts';

setUpVips({ concurrency: 1 });

const png = (raster: Parameters<typeof pictureOf>[0]) => pictureOf(raster).png().toBuffer();
const jpeg = (raster: Parameters<typeof pictureOf>[0]) =>
  pictureOf(raster).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();

const scale = (width: number, height: number, filter: Filter = 'lanczos3'): Instruction => ({
  kind: 'scale',
  width,
  height,
  filter,
});

/** Every pixel of the result shows the place of the card that `place` names, within a tolerance in source shares. */
function expectPlaces(
  raster: Awaited<ReturnType<typeof rendered>>['raster'],
  place: (u: number, v: number) => [number, number],
  tolerance: number,
): void {
  for (const [x, y] of [
    [0.1, 0.1],
    [0.9, 0.2],
    [0.5, 0.5],
    [0.2, 0.9],
    [0.8, 0.8],
  ] as const) {
    const px = Math.floor(x * raster.width);
    const py = Math.floor(y * raster.height);
    const [u, v] = place((px + 0.5) / raster.width, (py + 0.5) / raster.height);
    const [red, green] = origin(raster, px, py);
    expect(Math.abs(red - u), `red at ${px},${py}`).toBeLessThan(tolerance);
    expect(Math.abs(green - v), `green at ${px},${py}`).toBeLessThan(tolerance);
  }
}

describe('sizes', () => {
  test('are exact for a hundred odd reductions, whatever the decoder shrinks', async () => {
    let seed = 7;
    const random = (least: number, most: number) => {
      seed = (seed * 16_807) % 2_147_483_647;
      return least + (seed % (most - least + 1));
    };
    const sources = await Promise.all([
      jpeg(card(499, 205)),
      pictureOf(card(321, 419)).webp().toBuffer(),
      png(card(251, 153)),
    ]);
    for (let i = 0; i < 100; i++) {
      const [width, height] = [random(1, 200), random(1, 150)];
      const { raster } = await rendered(sources[i % 3]!, [scale(width, height)]);
      expect([raster.width, raster.height, raster.data.length]).toEqual([
        width,
        height,
        width * height * 3,
      ]);
    }
  });

  test('a hairline keeps its one row', async () => {
    const { raster } = await rendered(await png(card(4000, 10)), [scale(100, 1)]);
    expect([raster.width, raster.height]).toEqual([100, 1]);
  });
});

describe('places', () => {
  const upright: Record<Orientation, (u: number, v: number) => [number, number]> = {
    1: (u, v) => [u, v],
    2: (u, v) => [1 - u, v],
    3: (u, v) => [1 - u, 1 - v],
    4: (u, v) => [u, 1 - v],
    5: (u, v) => [v, u],
    6: (u, v) => [v, 1 - u],
    7: (u, v) => [1 - v, 1 - u],
    8: (u, v) => [1 - v, u],
  };
  const turns = [0, 0, 180, 180, 270, 90, 90, 270] as const;

  test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('orientation %i is shown upright', async (tag) => {
    const bytes = await pictureOf(card(64, 48))
      .withMetadata({ orientation: tag })
      .jpeg()
      .toBuffer();
    const size = tag >= 5 ? { width: 48, height: 64 } : { width: 64, height: 48 };
    const turn: Instruction = {
      kind: 'orient',
      turn: turns[tag - 1]!,
      mirror: [2, 4, 5, 7].includes(tag),
      ...size,
    };
    const { raster, info } = await rendered(bytes, [turn]);
    expect(info.orientation).toBe(tag);
    expectPlaces(raster, upright[tag], 0.03);
    const small = await rendered(bytes, [turn, scale(size.width / 4, size.height / 4)]);
    expectPlaces(small.raster, upright[tag], 0.03);
  });

  test('a window before a scale shows the window, also when the decoder shrinks', async () => {
    const bytes = await jpeg(card(1600, 1200));
    const window = { left: 400, top: 300, width: 960, height: 720 };
    for (const [width, height] of [
      [800, 600],
      [160, 120],
      [80, 60],
    ] as const) {
      const { raster } = await rendered(bytes, [
        { kind: 'extract', ...window },
        scale(width, height),
      ]);
      expectPlaces(raster, (u, v) => [0.25 + 0.6 * u, 0.25 + 0.6 * v], 0.006);
    }
  });

  test('a window after a scale is exact to the pixel', async () => {
    const { raster } = await rendered(await png(card(300, 200)), [
      scale(150, 100),
      { kind: 'extract', left: 50, top: 0, width: 100, height: 100 },
    ]);
    expectPlaces(raster, (u, v) => [(50 + 100 * u) / 150, v], 0.006);
  });

  test('what stands around a picture has the fill, the picture stays', async () => {
    const sides = { left: 3, top: 2, right: 1, bottom: 4 };
    const extend = (fill: Extract<Instruction, { kind: 'extend' }>['fill']): Instruction => ({
      kind: 'extend',
      sides,
      fill,
      width: 24,
      height: 16,
    });
    const source = await png(card(20, 10));
    const plain = (await rendered(source, [])).raster;
    const color = { red: 1, green: 2, blue: 3, alpha: 1 };
    const solidly = (await rendered(source, [extend({ kind: 'color', color })])).raster;
    expect(solidly.channels).toBe(3);
    expect(at(solidly, 2, 5)).toEqual([1, 2, 3]);
    expect(at(solidly, 23, 5)).toEqual([1, 2, 3]);
    expect(at(solidly, 3, 2)).toEqual(at(plain, 0, 0));
    expect(at(solidly, 22, 11)).toEqual(at(plain, 19, 9));
    const clearly = (
      await rendered(source, [extend({ kind: 'color', color: { ...color, alpha: 0 } })])
    ).raster;
    expect(at(clearly, 0, 0)[3]).toBe(0);
    expect(at(clearly, 3, 2)).toEqual([...at(plain, 0, 0), 255]);
    const edge = (await rendered(source, [extend({ kind: 'edge' })])).raster;
    expect(at(edge, 0, 7)).toEqual(at(plain, 0, 5));
    const blur = (await rendered(source, [extend({ kind: 'blur', sigma: 2 })])).raster;
    expect(at(blur, 3, 2)).toEqual(at(plain, 0, 0));
    expect(at(blur, 0, 0)[0]).toBeLessThan(80);
  });
});

describe('turning by an angle', () => {
  test('a pivot by 90 counter-clockwise brings the right edge to the top', async () => {
    const { raster } = await rendered(await png(card(60, 40)), [
      {
        kind: 'rotate',
        degrees: 89.999,
        zoom: 1,
        fill: { kind: 'color', color: WHITE },
        width: 40,
        height: 60,
      },
    ]);
    expectPlaces(raster, (u, v) => [1 - v, u], 0.05);
  });

  test('a straightened picture has no empty corner, a pivoted one shows the fill', async () => {
    const source = await png(solid(90, 60, [200, 0, 0]));
    const angle = (10 * Math.PI) / 180;
    const zoom = Math.cos(angle) + (90 / 60) * Math.sin(angle);
    const fill = { kind: 'color', color: { red: 0, green: 0, blue: 255, alpha: 1 } } as const;
    const straight = await rendered(source, [
      { kind: 'rotate', degrees: 10, zoom, fill, width: 90, height: 60 },
    ]);
    for (const [x, y] of [
      [0, 0],
      [89, 0],
      [0, 59],
      [89, 59],
      [45, 30],
    ] as const) {
      expect(at(straight.raster, x, y)).toEqual([200, 0, 0]);
    }
    const pivot = await rendered(source, [
      { kind: 'rotate', degrees: 10, zoom: 1, fill, width: 99, height: 75 },
    ]);
    expect(at(pivot.raster, 0, 0)).toEqual([0, 0, 255]);
    expect(at(pivot.raster, 49, 37)).toEqual([200, 0, 0]);
  });
});

describe('alpha', () => {
  test('clear pixels lend no color to their neighbours', async () => {
    const half = withBox(solid(64, 64, [0, 255, 0, 0]), [0, 0, 32, 64], [255, 0, 0, 255]);
    const { raster } = await rendered(await png(half), [scale(13, 13)]);
    expect(raster.channels).toBe(4);
    for (let x = 0; x < 13; x++) {
      const [red, green, , alpha] = at(raster, x, 6);
      if (alpha! > 8) expect([red! > 247, green! < 8]).toEqual([true, true]);
    }
  });

  test('an alpha channel without a clear pixel is dropped', async () => {
    const { raster, info } = await rendered(await png(card(8, 8, 4)), []);
    expect(info.alpha).toBe(true);
    expect(raster.channels).toBe(3);
  });
});

describe('light', () => {
  test('black and white stripes become the grey of half the light', async () => {
    const stripes = solid(256, 256, [0, 0, 0]);
    for (let i = 0; i < stripes.data.length; i++) {
      if (Math.floor(i / 3) % 2) stripes.data[i] = 255;
    }
    const { raster } = await rendered(await png(stripes), [scale(64, 64)]);
    // Half the light of white is 188 in sRGB; the mean of the values would be 128.
    expect(at(raster, 32, 32)[0]).toBeGreaterThan(180);
    expect(at(raster, 32, 32)[0]).toBeLessThan(194);
  });

  test('nearest invents no color', async () => {
    const { raster } = await rendered(
      await png(withBox(solid(16, 16, [10, 20, 30]), [0, 0, 8, 16], [200, 100, 50])),
      [scale(64, 64, 'nearest')],
    );
    const colors = new Set(Array.from({ length: 64 }, (_, x) => at(raster, x, 9).join()));
    expect([...colors].sort()).toEqual(['10,20,30', '200,100,50']);
  });
});

describe('animations', () => {
  const frames = ['#f00', '#0f0', '#00f'].map((background) => ({
    create: { width: 40, height: 30, channels: 3 as const, background },
  }));
  const animation = async (format: 'gif' | 'webp') => {
    const pages = await Promise.all(frames.map((f) => sharp(f).png().toBuffer()));
    const joined = sharp(pages, { join: { animated: true } });
    return format === 'gif'
      ? joined.gif({ delay: [30, 100, 250], loop: 2 }).toBuffer()
      : joined.webp({ delay: [30, 100, 250], loop: 2, lossless: true }).toBuffer();
  };

  test.each(['gif', 'webp'] as const)('%s keeps frames, delays and plays', async (format) => {
    const { raster } = await rendered(await animation(format), [
      { kind: 'extract', left: 10, top: 0, width: 30, height: 30 },
      scale(15, 15),
      { kind: 'orient', turn: 90, mirror: false, width: 15, height: 15 },
    ]);
    expect([raster.width, raster.height, raster.pages, raster.loop]).toEqual([15, 15, 3, 2]);
    expect(raster.delays).toEqual([30, 100, 250]);
    expect([0, 1, 2].map((page) => at(raster, 7, 0, page))).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });

  test('a few frames at a time give what all at once do', async () => {
    const bytes = await animation('gif');
    const all = await rendered(bytes, [scale(20, 15)]);
    const few = await rendered(bytes, [scale(20, 15)], { context: { frameBytes: 5000 } });
    expect(few.raster).toEqual(all.raster);
  });

  test('encodes again with the same frames', async () => {
    const { raster } = await rendered(await animation('webp'), []);
    const gif = { format: 'gif', palette: 16 } as const;
    const again = await vipsEncoder.decode(await vipsEncoder.encode(raster, gif), 3);
    expect([again.pages, again.height, again.loop]).toEqual([3, 30, 2]);
    expect(again.delays).toEqual([30, 100, 250]);
  });
});

describe('SVG', () => {
  const svg = (body: string, size = 'width="100" height="50"') =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size}>${body}</svg>`);

  test('is drawn at the size that is wanted', async () => {
    const line = '<rect width="50" height="50" fill="#f00"/>';
    const { raster } = await rendered(svg(line), [scale(800, 400)]);
    // Enlarged pixels would smear the edge over several.
    expect(at(raster, 398, 200)).toEqual([255, 0, 0, 255]);
    expect(at(raster, 402, 200)[3]).toBe(0);
  });

  test('a window of it is drawn at its size too', async () => {
    const { raster } = await rendered(svg('<rect x="25" width="25" height="50" fill="#00f"/>'), [
      { kind: 'extract', left: 25, top: 0, width: 50, height: 50 },
      scale(400, 400),
    ]);
    expect(at(raster, 197, 200)).toEqual([0, 0, 255, 255]);
    expect(at(raster, 203, 200)[3]).toBe(0);
  });
});

describe('color', () => {
  test('16-bit grey keeps its levels', async () => {
    const ramp = Uint16Array.from({ length: 256 * 8 }, (_, i) => (i % 256) * 257);
    const raw = { width: 256, height: 8, channels: 1 as const };
    const bytes = await sharp(ramp, { raw: { ...raw, depth: 'ushort' } as typeof raw })
      .toColorspace('grey16')
      .png()
      .toBuffer();
    const { raster, info } = await rendered(bytes, []);
    expect([info.space, info.depth]).toEqual(['grey', 16]);
    for (const x of [0, 64, 128, 255]) expect(at(raster, x, 3)).toEqual([x, x, x]);
  });

  test.each([8, 16])('Display P3 of %i bits becomes sRGB', async (depth) => {
    // The sRGB red (200, 40, 40) as P3 values, then back.
    const base = sharp(await png(solid(16, 16, [200, 40, 40])));
    const p3 = depth === 16 ? base.toColorspace('rgb16') : base;
    const tagged = await p3.withIccProfile('p3').png().toBuffer();
    const { raster, info } = await rendered(tagged, []);
    expect(info.profile).toBe('other');
    if (depth === 8) {
      const stored = await rendered(tagged, [], { color: 'strip' });
      expect(at(stored.raster, 8, 8)[0]).toBeLessThan(195);
    }
    at(raster, 8, 8).forEach((value, c) => {
      expect(Math.abs(value - [200, 40, 40][c]!)).toBeLessThan(depth === 16 ? 16 : 4);
    });
  });

  test.for([
    ['formats', 'jpeg-cmyk-icc.jpg', 'CMYK with a profile'],
    ['formats', 'jpeg-ycck.jpg', 'Adobe YCCK without one'],
    ['formats', 'png-prophoto-16bit.png', '16-bit ProPhoto'],
    ['formats', 'tiff-16bit-rgba.tiff', '16-bit TIFF with alpha'],
    ['formats', 'avif-10bit-hdr-p3.avif', '10-bit AVIF'],
  ] as const)('%s/%s renders as RGB (%s)', async ([folder, name], { skip }) => {
    const path = corpusFile(folder, name);
    if (path === undefined) return skip('the picture is not beside the repository');
    const { raster, info } = await rendered(await readFile(path), []);
    expect([raster.width, raster.height]).toEqual([info.width, info.height]);
    const mean = raster.data.reduce((sum, v) => sum + v, 0) / raster.data.length;
    expect(mean).toBeGreaterThan(5);
    expect(mean).toBeLessThan(245);
  });
});
