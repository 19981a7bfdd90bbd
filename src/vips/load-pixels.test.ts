/** What is loaded, windowed and scaled shows the places it should, in the values it should. */
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { Filter } from '../plan/op.ts';
import { at, card, solid, withBox } from '../raster/pictures.suite.ts';
import { still } from '../raster/pixels.ts';
import type { Reduction } from '../raster/reduction/reduce.ts';
import { referenceReduction } from '../raster/reduction/reference.suite.ts';
import { extract } from './geometry.ts';
import { frameLoader, KERNELS, loadStill, rescale } from './load.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { probe } from './probe.ts';
import type { LoadTransform, Turn } from './shrink-on-load.ts';
import { keepsProfile } from './source-pixels.ts';

setUpVips({ concurrency: 1 });

const UPRIGHT: Turn = { mirror: false, turn: 0 };
const SRGB = { color: 'srgb' } as const;
const FILTERS = Object.keys(KERNELS) as Filter[];

/** Blocks of odd colors: every filter shows them otherwise. */
function checks(width: number, height: number, channels: 3 | 4 = 3): Raster {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      const on = ((x >> 2) + (y >> 2) * 3) % 4;
      data.set([on * 80, (3 - on) * 80, (x * 7 + y * 13) & 255, 255].slice(0, channels), i);
    }
  }
  return still(width, height, channels, data);
}

/** sharp in one step, in encoded values. */
async function once(raster: Raster, width: number, height: number, filter: Filter) {
  const { data } = await pictureOf(raster)
    .resize(width, height, { fit: 'fill', kernel: KERNELS[filter] })
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return new Uint8Array(data);
}

/** By how many levels a value is off that of the filter's definition in light, at most. */
function mostOff({ data }: Raster, from: Raster, reduction: Reduction): number {
  const wanted = referenceReduction(from, reduction);
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
}

describe('another size', () => {
  test.each(
    FILTERS.flatMap((filter) =>
      (
        [
          [30, 20],
          [90, 20],
          [30, 40],
          [90, 70],
          [90, 40],
          [91, 61],
        ] as const
      ).map(([width, height]) => [filter, width, height] as const),
    ),
  )('by %s to %i x %i of 90 x 60', async (filter, width, height) => {
    const picture = checks(90, 60);
    const scaled = await rescale(picture, { width, height, filter });
    expect(scaled).toMatchObject({ width, height, channels: 3 });
    // Smaller in light; as soon as a side grows, or by `nearest`, in encoded values.
    if (filter !== 'nearest' && width <= 90 && height <= 60) {
      expect(mostOff(scaled, picture, { to: { width, height }, filter })).toBeLessThan(1);
      expect(scaled.data).not.toEqual(await once(picture, width, height, filter));
    } else {
      expect(scaled.data).toEqual(await once(picture, width, height, filter));
    }
  });

  test('of the same size is the picture itself', async () => {
    const picture = checks(9, 6);
    expect(await rescale(picture, { width: 9, height: 6, filter: 'lanczos3' })).toBe(picture);
  });

  test('of a large picture is reached at once too', async () => {
    const picture = checks(1200, 800);
    const to = { width: 50, height: 35 };
    const scaled = await rescale(picture, { ...to, filter: 'mitchell' });
    expect(mostOff(scaled, picture, { to, filter: 'mitchell' })).toBeLessThan(1);
  });
});

describe('a still', () => {
  /** The picture as a file, loaded with a transform. */
  async function loaded(
    picture: Raster,
    transform: Partial<LoadTransform>,
    format: 'png' | 'webp' = 'png',
  ) {
    const bytes = await pictureOf(picture).toFormat(format, { lossless: true }).toBuffer();
    const info = await probe({ bytes });
    return loadStill({ bytes }, info, SRGB, 0, { turn: UPRIGHT, ...transform });
  }

  test('of a window and a turn holds the pixels of its place', async () => {
    const picture = checks(20, 12);
    const window = { left: 3, top: 5, width: 9, height: 6 };
    const cut = await loaded(picture, { window });
    expect(at(cut, 0, 0)).toEqual(at(picture, 3, 5));
    expect(at(cut, 8, 5)).toEqual(at(picture, 11, 10));
    const turned = await loaded(picture, { window, turn: { mirror: true, turn: 90 } });
    expect(turned).toMatchObject({ width: 6, height: 9 });
    // Mirrored, the upper right comes first; turned clockwise it goes to the upper right again.
    expect(at(turned, 5, 0)).toEqual(at(picture, 11, 5));
    expect(at(turned, 0, 8)).toEqual(at(picture, 3, 10));
  });

  test.each<[string, boolean]>([
    ['smaller', true],
    ['larger', false],
  ])('of a window made %s has the values of that window alone', async (_, smaller) => {
    const picture = checks(60, 50);
    const window = { left: 7, top: 11, width: 30, height: 20 };
    const [width, height] = smaller ? [15, 8] : [45, 26];
    const scaled = await loaded(picture, { window, scale: { width, height, filter: 'lanczos3' } });
    const alone = extract(picture, window);
    if (smaller) {
      const reduction = { to: { width, height }, filter: 'lanczos3' } as const;
      expect(mostOff(scaled, alone, reduction)).toBeLessThan(1);
    } else {
      expect(scaled.data).toEqual(await once(alone, width, height, 'lanczos3'));
    }
  });

  /** Red tells x, green tells y: a window shows a range of both. */
  const place = (raster: Raster, x: number, y: number) =>
    at(raster, x, y).map((value) => value / 255);

  let large: Promise<Buffer>;
  beforeAll(() => {
    large = pictureOf(card(4200, 3600)).png({ compressionLevel: 1 }).toBuffer();
  });

  test.each([
    // window of 4200 x 3600, more than is held in memory, and a size
    [{ left: 0, top: 0, width: 4200, height: 3600 }, 100, 75],
    [{ left: 20, top: 30, width: 4170, height: 3560 }, 120, 100],
    [{ left: 3, top: 0, width: 4197, height: 3600 }, 60, 90],
    [{ left: 0, top: 700, width: 4200, height: 2900 }, 150, 69],
    [{ left: 10, top: 20, width: 4180, height: 3570 }, 2000, 1720],
  ])('of %j of a large picture at %i x %i shows the right range', async (window, width, height) => {
    const bytes = await large;
    const info = await probe({ bytes });
    const transform = {
      turn: UPRIGHT,
      window,
      scale: { width, height, filter: 'lanczos3' },
    } as const;
    const scaled = await loadStill({ bytes }, info, SRGB, 0, transform);
    expect(scaled).toMatchObject({ width, height });
    for (const [x, y] of [
      [0.2, 0.3],
      [0.5, 0.5],
      [0.8, 0.1],
      [0.1, 0.9],
    ] as const) {
      const [px, py] = [Math.floor(x * width), Math.floor(y * height)];
      const [red, green] = place(scaled, px, py);
      const wanted = [
        (window.left + ((px + 0.5) / width) * window.width) / 4200,
        (window.top + ((py + 0.5) / height) * window.height) / 3600,
      ];
      expect(Math.abs(red! - wanted[0]!)).toBeLessThan(0.006);
      expect(Math.abs(green! - wanted[1]!)).toBeLessThan(0.006);
    }
  });

  test('of more than is held in memory is made smaller in light, where it is by little', async () => {
    const [width, height] = [4200, 3600];
    const lines = new Uint8Array(width * height);
    for (let i = 1; i < lines.length; i += 2) lines[i] = 255;
    const raw = { width, height, channels: 1 } as const;
    const bytes = await sharp(lines, { raw }).png({ compressionLevel: 1 }).toBuffer();
    const scaled = await loadStill({ bytes }, await probe({ bytes }), SRGB, 0, {
      ...{ turn: UPRIGHT, scale: { width: 2100, height: 1800, filter: 'bilinear' } },
    });
    // Half the light is 188; half the values would be 128.
    for (const x of [50, 700, 2000]) {
      expect(Math.abs(at(scaled, x, 900)[0]! - 188)).toBeLessThan(3);
    }
  });

  test('of a narrow window far down a large picture is that window', async () => {
    // A black line below and to the right of white: nothing beside the window is seen.
    const picture = withBox(solid(2600, 1300, [255, 255, 255]), [2000, 1000, 600, 300], [0, 0, 0]);
    const window = { left: 2000, top: 1000, width: 600, height: 300 };
    const scaled = await loaded(picture, {
      window,
      scale: { width: 40, height: 20, filter: 'lanczos3' },
    });
    expect(at(scaled, 20, 10)).toEqual([0, 0, 0]);
    expect(at(scaled, 38, 18)).toEqual([0, 0, 0]);
    expect(at(scaled, 1, 1)[0]).toBeLessThan(20);
  });

  const drawing = (body: string) =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">${body}</svg>`);
  const dot = drawing('<rect x="100" y="50" width="100" height="50" fill="#f00"/>');

  test.each<
    [string, Partial<LoadTransform>, number, number, [number, number][], [number, number][]]
  >([
    // what, transform, size, places that are red, places that are clear
    [
      'as it is',
      {},
      200,
      100,
      [
        [101, 51],
        [199, 99],
      ],
      [
        [98, 51],
        [101, 48],
      ],
    ],
    [
      'at another size',
      { scale: { width: 50, height: 50, filter: 'lanczos3' } },
      50,
      50,
      [
        [27, 27],
        [48, 48],
      ],
      [
        [22, 27],
        [27, 22],
      ],
    ],
    [
      'a window of it',
      { window: { left: 90, top: 40, width: 40, height: 30 } },
      40,
      30,
      [
        [12, 12],
        [39, 29],
      ],
      [
        [8, 12],
        [12, 8],
      ],
    ],
    [
      'a window of it, larger',
      {
        window: { left: 80, top: 40, width: 40, height: 20 },
        scale: { width: 160, height: 80, filter: 'lanczos3' },
      },
      ...[160, 80],
      [
        [84, 44],
        [158, 78],
      ],
      [
        [76, 44],
        [84, 36],
      ],
    ] as [string, Partial<LoadTransform>, number, number, [number, number][], [number, number][]],
    [
      'a window of it, wider alone',
      {
        window: { left: 80, top: 40, width: 40, height: 20 },
        scale: { width: 120, height: 20, filter: 'lanczos3' },
      },
      ...[120, 20],
      [
        [64, 12],
        [118, 18],
      ],
      [
        [56, 12],
        [64, 8],
      ],
    ] as [string, Partial<LoadTransform>, number, number, [number, number][], [number, number][]],
    [
      'turned',
      { turn: { mirror: false, turn: 90 } },
      100,
      200,
      [
        [10, 150],
        [45, 199],
      ],
      [
        [60, 150],
        [10, 50],
      ],
    ],
  ])('of a drawing %s', async (_, transform, width, height, red, clear) => {
    const info = await probe({ bytes: dot });
    const shown = await loadStill({ bytes: dot }, info, SRGB, 0, { turn: UPRIGHT, ...transform });
    expect(shown).toMatchObject({ width, height });
    for (const [x, y] of red) {
      const [r, g, b, alpha = 255] = at(shown, x, y);
      expect([r! > 250, g! < 5, b! < 5, alpha > 250]).toEqual([true, true, true, true]);
    }
    for (const [x, y] of clear) expect(at(shown, x, y)[3]).toBe(0);
  });
});

describe('frames', () => {
  async function film(format: 'gif' | 'webp') {
    const colors = ['#f00', '#0f0', '#00f', '#fff'];
    const frames = await Promise.all(
      colors.map((background) =>
        sharp({ create: { width: 6, height: 4, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    return sharp(frames, { join: { animated: true } })
      .toFormat(format, { lossless: true })
      .toBuffer();
  }

  test.each(['gif', 'webp'] as const)('of a %s from any of them on', async (format) => {
    const bytes = await film(format);
    const info = await probe({ bytes });
    for (const [first, count] of [
      [0, 4],
      [1, 2],
      [3, 1],
    ] as const) {
      const strip = await (await frameLoader({ bytes }, info, SRGB))(first, count);
      expect(strip).toMatchObject({ width: 6, height: 4, pages: count });
      const seen = Array.from({ length: count }, (_, page) => at(strip, 5, 3, page).slice(0, 3));
      expect(seen).toEqual(
        [
          [255, 0, 0],
          [0, 255, 0],
          [0, 0, 255],
          [255, 255, 255],
        ].slice(first, first + count),
      );
    }
    const third = await loadStill({ bytes }, info, SRGB, 2, { turn: UPRIGHT });
    expect(at(third, 0, 0).slice(0, 3)).toEqual([0, 0, 255]);
  });
});

describe('a profile is kept', () => {
  const info = sourceInfo({ profile: 'other' });
  test.each<[string, boolean, Parameters<typeof keepsProfile>]>([
    ['where it is asked for', true, [info, { color: 'keep' }]],
    ['not where it is not', false, [info, { color: 'srgb' }]],
    ['nor sRGB', false, [{ ...info, profile: 'srgb' }, { color: 'keep' }]],
    ['nor that of inks', false, [{ ...info, space: 'cmyk' }, { color: 'keep' }]],
    ['nor that of an animation', false, [{ ...info, pages: 2 }, { color: 'keep' }]],
  ])('%s', (_, kept, args) => {
    expect(keepsProfile(...args)).toBe(kept);
  });

  test.each<['srgb' | 'keep' | 'strip', boolean]>([
    ['srgb', true],
    ['keep', false],
    ['strip', false],
  ])('pixels read as %s are converted: %s', async (color, converted) => {
    const bytes = await pictureOf(solid(8, 8, [0, 200, 0]))
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    const facts = await probe({ bytes });
    const read = await loadStill({ bytes }, facts, { color }, 0, { turn: UPRIGHT });
    expect(Math.abs(read.data[1]! - (converted ? 200 : stored[1]!))).toBeLessThanOrEqual(2);
    expect(Math.abs(stored[1]! - 200)).toBeGreaterThan(2);
  });
});
