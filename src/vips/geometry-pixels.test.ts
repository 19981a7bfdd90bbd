/** Turns, windows, frames and filters, pixel by pixel, against what they are defined as. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLACK } from '../base/color.ts';
import type { Raster } from '../image/raster.ts';
import type { Instruction, ResolvedFill } from '../plan/program.ts';
import { at, card, solid, withBox } from '../raster/pictures.suite.ts';
import { still } from '../raster/pixels.ts';
import { blurred } from './blur.ts';
import { denoise, sharpen } from './filters.ts';
import { extend, extract, rotate } from './geometry.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { halve, orient, pipeline, pixels } from './pipeline.ts';

setUpVips({ concurrency: 1 });

type Step<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>;

/** No two pixels alike, in no order. */
function noise(width: number, height: number, channels: 3 | 4, seed = 1): Raster {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >> 16;
  });
  return still(width, height, channels, data);
}

const side = fc.integer({ min: 1, max: 9 });
const channels = fc.constantFrom(3 as const, 4 as const);
const pictures = fc
  .tuple(side, side, channels, fc.integer({ min: 1, max: 1e6 }))
  .map(([width, height, count, seed]) => noise(width, height, count, seed));

/** A raster of a size whose pixels are given by their place. */
function drawn(
  width: number,
  height: number,
  pixel: (x: number, y: number) => number[],
): number[][][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => pixel(x, y)),
  );
}

const rowsOf = (raster: Raster) => drawn(raster.width, raster.height, (x, y) => at(raster, x, y));

describe('whole pixels', () => {
  test('a window holds the pixels of its place', () => {
    fc.assert(
      fc.property(pictures, fc.nat(), fc.nat(), fc.nat(), fc.nat(), (picture, a, b, c, d) => {
        const left = a % picture.width;
        const top = b % picture.height;
        const width = 1 + (c % (picture.width - left));
        const height = 1 + (d % (picture.height - top));
        const cut = extract(picture, { left, top, width, height });
        expect(cut).toMatchObject({ width, height, channels: picture.channels, pages: 1 });
        expect(rowsOf(cut)).toEqual(drawn(width, height, (x, y) => at(picture, left + x, top + y)));
      }),
    );
  });

  test('a turn puts every pixel where it belongs', async () => {
    const picture = noise(5, 3, 4);
    for (const mirror of [false, true]) {
      for (const turn of [0, 90, 180, 270] as const) {
        let rows = rowsOf(picture);
        if (mirror) rows = rows.map((row) => [...row].reverse());
        for (let done = 0; done < turn; done += 90) {
          rows = rows[0]!.map((_, x) => rows.map((row) => row[x]!).reverse());
        }
        expect(rowsOf(await orient(picture, { mirror, turn }))).toEqual(rows);
      }
    }
    expect(await orient(picture, { mirror: false, turn: 0 })).toBe(picture);
  });

  const sides = fc.record({ left: fc.nat(4), top: fc.nat(4), right: fc.nat(4), bottom: fc.nat(4) });
  const framed = (picture: Raster, around: Step<'extend'>['sides'], fill: ResolvedFill) =>
    extend(picture, {
      ...{ kind: 'extend', sides: around, fill },
      width: picture.width + around.left + around.right,
      height: picture.height + around.top + around.bottom,
    });

  test('a frame of one color leaves the picture in the middle as it is', async () => {
    const alphas = fc.constantFrom(0, 0.5, 1);
    await fc.assert(
      fc.asyncProperty(pictures, sides, alphas, async (picture, around, alpha) => {
        const color = { red: 10, green: 20, blue: 30, alpha };
        const frame = await framed(picture, around, { kind: 'color', color });
        expect(frame.channels).toBe(alpha < 1 ? 4 : picture.channels);
        const ground = [10, 20, 30, Math.round(alpha * 255)].slice(0, frame.channels);
        expect(rowsOf(frame)).toEqual(
          drawn(frame.width, frame.height, (x, y) => {
            const [px, py] = [x - around.left, y - around.top];
            const inside = px >= 0 && py >= 0 && px < picture.width && py < picture.height;
            return inside ? [...at(picture, px, py), 255].slice(0, frame.channels) : ground;
          }),
        );
      }),
    );
  });

  test('a frame of the edge repeats the outermost pixels', async () => {
    const near = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
    await fc.assert(
      fc.asyncProperty(pictures, sides, async (picture, around) => {
        const frame = await framed(picture, around, { kind: 'edge' });
        const { width, height } = picture;
        expect(rowsOf(frame)).toEqual(
          drawn(frame.width, frame.height, (x, y) =>
            at(picture, near(x - around.left, width), near(y - around.top, height)),
          ),
        );
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    [3, [0, 0, 0]],
    [4, [0, 0, 0, 255]],
  ] as const)(
    'a blurred frame of %i channels shows the picture behind itself',
    async (count, black) => {
      // Left half black, right half white: so is the ground, with a soft border in the middle.
      const white = black.map(() => 255);
      const halves = withBox(solid(40, 20, black), [20, 0, 20, 20], white);
      const around = { left: 10, top: 30, right: 10, bottom: 30 };
      const frame = await framed(halves, around, { kind: 'blur', sigma: 4 });
      expect(frame.channels).toBe(count);
      expect(rowsOf(extract(frame, { left: 10, top: 30, width: 40, height: 20 }))).toEqual(
        rowsOf(halves),
      );
      for (const y of [2, 78]) {
        expect(at(frame, 3, y)[0]).toBeLessThan(10);
        expect(at(frame, 56, y)[0]).toBeGreaterThan(245);
        expect(Math.abs(at(frame, 29, y)[0]! + at(frame, 30, y)[0]! - 255)).toBeLessThan(30);
        expect(at(frame, 27, y)[0]).toBeGreaterThan(20);
        expect(at(frame, 32, y)[0]).toBeLessThan(235);
      }
    },
  );
});

describe('a turn by any angle', () => {
  const CLEAR: ResolvedFill = { kind: 'color', color: { red: 0, green: 0, blue: 255, alpha: 0 } };
  const BLUE: ResolvedFill = { kind: 'color', color: { red: 0, green: 0, blue: 255, alpha: 1 } };

  /** Red tells x and green tells y, two levels to the pixel. */
  const slope = (width: number, height: number, count: 3 | 4): Raster => {
    const raster = card(width, height, count);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i += count) raster.data.set([2 * x, 2 * y, 128], i);
    }
    return raster;
  };

  test.each<[3 | 4, number, number, number, number, number]>([
    // channels, degrees counter-clockwise, zoom, size of the picture, size after it
    [3, 30, 1, 100, 121, 107],
    [4, 30, 1, 100, 121, 107],
    [3, -40, 1, 100, 117, 111],
    [4, 120, 1, 101, 101, 120],
    [3, 10, 1.3, 100, 100, 60],
    [4, 10, 1.3, 100, 100, 60],
    [4, 200, 1.1, 100, 80, 90],
  ])(
    'of %i channels by %d degrees, enlarged %d times',
    async (count, degrees, zoom, wide, width, height) => {
      const picture = slope(wide, 60, count);
      const turned = await rotate(picture, {
        ...{ kind: 'rotate', degrees, zoom, fill: CLEAR, width, height },
      });
      expect(turned).toMatchObject({ width, height });
      const radians = (degrees * Math.PI) / 180;
      let inside = 0;
      let outside = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          // Around the middle of both, y downwards: the place in the picture that is shown here.
          const [dx, dy] = [(x - (width - 1) / 2) / zoom, (y - (height - 1) / 2) / zoom];
          const px = dx * Math.cos(radians) - dy * Math.sin(radians) + (wide - 1) / 2;
          const py = dx * Math.sin(radians) + dy * Math.cos(radians) + (60 - 1) / 2;
          const [red, green, , alpha = 255] = at(turned, x, y);
          if (px > 2 && py > 2 && px < wide - 3 && py < 57) {
            inside++;
            expect(alpha).toBe(255);
            // Within a pixel: the frame is cut to whole ones.
            expect(Math.abs(red! / 2 - px)).toBeLessThan(1.8);
            expect(Math.abs(green! / 2 - py)).toBeLessThan(1.8);
          }
          if (zoom === 1 && (px < -3 || py < -3 || px > wide + 2 || py > 62)) {
            outside++;
            expect(alpha).toBe(0);
          }
        }
      }
      expect(inside).toBeGreaterThan(1000);
      if (zoom === 1) expect(outside).toBeGreaterThan(500);
    },
  );

  const fills: readonly ResolvedFill[] = [
    CLEAR,
    { kind: 'blur', sigma: 3 },
    { kind: 'edge' },
    {
      ...{ kind: 'gradient', shape: { kind: 'linear', x: 0, y: 1 }, space: 'srgb' },
      colors: [
        { ...BLACK, alpha: 0 },
        { ...BLACK, alpha: 0 },
      ],
    },
  ];
  test.each(fills)('enlarged until it covers, what is half clear stays so (%j)', async (fill) => {
    const half = solid(60, 40, [200, 100, 40, 128]);
    const size = { width: 60, height: 40 };
    const turned = await rotate(half, { kind: 'rotate', degrees: 10, zoom: 1.5, fill, ...size });
    expect(turned).toMatchObject({ ...size, channels: 4 });
    for (const [x, y] of [
      [30, 20],
      [2, 2],
      [57, 37],
    ] as const) {
      const [red, green, blue, alpha] = at(turned, x, y);
      const under = fill.kind === 'blur' || fill.kind === 'edge';
      // Over a blurred copy of itself it is half clear twice.
      expect(Math.abs(alpha! - (under ? 192 : 128))).toBeLessThanOrEqual(2);
      expect(Math.abs(red! - 200)).toBeLessThanOrEqual(3);
      expect(Math.abs(green! - 100)).toBeLessThanOrEqual(3);
      expect(Math.abs(blue! - 40)).toBeLessThanOrEqual(3);
    }
    const solidOne = await rotate(solid(60, 40, [200, 100, 40]), {
      ...{ kind: 'rotate', degrees: 10, zoom: 1.5, fill, ...size },
    });
    expect(solidOne.channels).toBe(3);
  });

  const corner = async (picture: Raster, fill: ResolvedFill) => {
    const turned = await rotate(picture, {
      ...{ kind: 'rotate', degrees: 45, zoom: 1, fill, width: 85, height: 85 },
    });
    return { corner: at(turned, 1, 1), middle: at(turned, 42, 42), channels: turned.channels };
  };

  test.each<[string, Raster, ResolvedFill, number[], number[]]>([
    // what, picture, fill, corner, middle
    ['a color', solid(60, 60, [200, 100, 50]), BLUE, [0, 0, 255], [200, 100, 50]],
    [
      'the edge',
      solid(60, 60, [200, 100, 50]),
      { kind: 'edge' },
      [200, 100, 50, 255],
      [200, 100, 50, 255],
    ],
    [
      'itself, blurred',
      solid(60, 60, [200, 100, 50]),
      { kind: 'blur', sigma: 5 },
      [200, 100, 50, 255],
      [200, 100, 50, 255],
    ],
    [
      'itself, half clear',
      solid(60, 60, [200, 100, 50, 128]),
      { kind: 'edge' },
      [200, 100, 50, 128],
      [200, 100, 50, 191],
    ],
    [
      'nothing, half clear',
      solid(60, 60, [200, 100, 50, 128]),
      CLEAR,
      [0, 0, 0, 0],
      [200, 100, 50, 128],
    ],
    [
      'a color, half clear',
      solid(60, 60, [200, 100, 50, 128]),
      BLUE,
      [0, 0, 255, 255],
      [100, 50, 152, 255],
    ],
  ])('stands on %s', async (_, picture, fill, ground, middle) => {
    const shown = await corner(picture, fill);
    for (const [got, wanted] of [
      [shown.corner, ground],
      [shown.middle, middle],
    ] as const) {
      // Where nothing is seen no color counts.
      const seen = wanted[3] === 0 ? [3] : wanted.map((_, i) => i);
      for (const i of seen) expect(Math.abs((got[i] ?? 255) - wanted[i]!)).toBeLessThanOrEqual(8);
    }
  });

  test('fades its edges without a seam of another color', async () => {
    const turned = await rotate(solid(60, 60, [200, 100, 50]), {
      ...{ kind: 'rotate', degrees: 20, zoom: 1, fill: CLEAR, width: 77, height: 77 },
    });
    let faded = 0;
    for (const [red, green, blue, alpha = 255] of rowsOf(turned).flat()) {
      if (alpha < 40) continue;
      if (alpha < 250) faded++;
      expect(Math.abs(red! - 200)).toBeLessThanOrEqual(4);
      expect(Math.abs(green! - 100)).toBeLessThanOrEqual(4);
      expect(Math.abs(blue! - 50)).toBeLessThanOrEqual(4);
    }
    expect(faded).toBeGreaterThan(100);
  });

  test('straightened has no alpha, and no seam', async () => {
    const turned = await rotate(solid(60, 40, [200, 100, 50]), {
      ...{ kind: 'rotate', degrees: 10, zoom: 1.25, fill: BLUE, width: 60, height: 40 },
    });
    expect(turned.channels).toBe(3);
    for (const [x, y] of [
      [0, 0],
      [59, 0],
      [0, 39],
      [59, 39],
      [30, 0],
    ] as const) {
      expect(Math.abs(at(turned, x, y)[2]! - 50)).toBeLessThanOrEqual(2);
    }
  });
});

describe('a blur', () => {
  test.each([0.5, 2, 7.9, 8, 12, 30, 60])(
    'of sigma %d spreads an edge as a Gaussian does',
    async (sigma) => {
      const [width, height] = [400, 300];
      const edge = withBox(
        solid(width, height, [0, 0, 0]),
        [width / 2, 0, width / 2, height],
        [255, 255, 255],
      );
      const soft = await blurred(edge, sigma);
      expect(soft).toMatchObject({ width, height, channels: 3 });
      // Shares of an edge at so many sigmas from it.
      for (const [distance, share] of [
        [-1, 0.1587],
        [-0.5, 0.3085],
        [0, 0.5],
        [0.5, 0.6915],
        [1, 0.8413],
      ] as const) {
        const x = width / 2 + distance * sigma - 0.5;
        const from = Math.floor(x);
        const [a, b] = [at(soft, from, 150)[0]!, at(soft, from + 1, 150)[0]!];
        const value = a + (b - a) * (x - from);
        expect(Math.abs(value - 255 * share)).toBeLessThanOrEqual(sigma < 1 ? 45 : 10);
      }
      // Down the edge nothing changes.
      expect(Math.abs(at(soft, 200, 20)[1]! - at(soft, 200, 280)[1]!)).toBeLessThanOrEqual(1);
    },
  );

  test('below the least leaves the picture alone', async () => {
    const picture = noise(9, 9, 3);
    expect(await blurred(picture, 0.29)).toBe(picture);
    expect(await blurred(picture, 0.3)).not.toBe(picture);
  });

  test.each([
    [3, 3, 50],
    [1, 40, 2000],
    [40, 2, 9],
    [9, 9, 1500],
  ])('of a picture of %i x %i keeps its size and its mean', async (width, height, sigma) => {
    const soft = await blurred(solid(width, height, [30, 60, 90, 255]), sigma);
    expect(soft).toMatchObject({ width, height, channels: 4 });
    expect(at(soft, width - 1, height - 1)).toEqual([30, 60, 90, 255]);
  });
});

const clamped = (value: number) => Math.min(255, Math.max(0, value));

describe('sharpening', () => {
  test.each<[3 | 4, Partial<Step<'sharpen'>>]>([
    [3, {}],
    [4, {}],
    [3, { channel: 'rgb' }],
    [4, { channel: 'rgb' }],
    [3, { threshold: 40 }],
    [3, { threshold: 40, channel: 'rgb' }],
    [3, { amount: -0.5 }],
    [4, { amount: 3, channel: 'rgb', sigma: 3 }],
    [3, { sigma: 0.1 }],
  ])('of %i channels (%j) adds the difference to the blurred picture', async (count, fields) => {
    const picture = noise(12, 9, count, 7);
    const step: Step<'sharpen'> = {
      ...{ kind: 'sharpen', sigma: 1, amount: 0.8, threshold: 0, channel: 'luma' },
      ...{ width: 12, height: 9 },
      ...fields,
    };
    const soft = await pixels(pictureOf(picture).blur(Math.max(0.3, step.sigma)));
    const sharp = await sharpen(picture, step);
    const luma = ([red, green, blue]: number[]) => 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    for (let y = 0; y < 9; y++) {
      for (let x = 0; x < 12; x++) {
        const [from, blur] = [at(picture, x, y), at(soft, x, y)];
        const wanted = from.map((value, i) => {
          const difference = step.channel === 'luma' ? luma(from) - luma(blur) : value - blur[i]!;
          const moved = i < 3 && Math.abs(difference) > step.threshold;
          return moved ? clamped(value + step.amount * difference) : value;
        });
        at(sharp, x, y).forEach((value, i) => {
          expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(1);
          if (i === 3) expect(value).toBe(from[3]);
        });
      }
    }
  });

  test('by nothing is the picture itself', async () => {
    const picture = noise(4, 4, 3);
    const step: Step<'sharpen'> = {
      ...{
        kind: 'sharpen',
        sigma: 1,
        amount: 0,
        threshold: 0,
        channel: 'luma',
        width: 4,
        height: 4,
      },
    };
    expect(await sharpen(picture, step)).toBe(picture);
  });
});

describe('noise reduction', () => {
  test.each<[3 | 4, number, number]>([
    // channels, strength, sharpness
    [3, 50, 0],
    [4, 50, 0],
    [3, 51, 0],
    [3, 100, 0],
    [3, 150, 0],
    [3, 30, 60],
    [3, 30, -100],
    [3, 30, -150],
    [3, -50, 0],
    [4, -200, 50],
  ])(
    'of %i channels by %i, %i moves towards the median, or away from a blur',
    async (count, strength, sharpness) => {
      const picture = noise(13, 11, count, 5);
      // Most of it near its neighbours, so that it is not taken for detail.
      for (let i = 0; i < picture.data.length; i++) picture.data[i] = 100 + (picture.data[i]! >> 3);
      const step: Step<'denoise'> = {
        ...{ kind: 'denoise', strength, sharpness, width: 13, height: 11 },
      };
      const pipe = pipeline(picture);
      const smooth = await pixels(
        strength > 50 ? pipe.median(5) : strength > 0 ? pipe.median(3) : pipe.blur(1),
      );
      const near = 8 + 24 * (1 - Math.max(-1, Math.min(1, sharpness / 100)));
      const share = Math.max(-1, Math.min(1, strength / 100));
      const quiet = await denoise(picture, step);
      let moved = 0;
      picture.data.forEach((value, i) => {
        const away = smooth.data[i]! - value;
        const weight = Math.max(0, 1 - (away / near) ** 2);
        const wanted = count === 4 && i % 4 === 3 ? value : clamped(value + share * away * weight);
        if (Math.abs(wanted - value) > 2) moved++;
        expect(Math.abs(quiet.data[i]! - wanted)).toBeLessThanOrEqual(0.5 + 1e-9);
      });
      expect(moved).toBeGreaterThan(20);
    },
  );

  test.each([
    [1, 1],
    [2, 9],
    [9, 4],
    [4, 4],
  ])('of a picture of %i x %i, smaller than the window, keeps its size', async (width, height) => {
    for (const strength of [40, 90]) {
      const step: Step<'denoise'> = { kind: 'denoise', strength, sharpness: 0, width, height };
      const even = await denoise(solid(width, height, [9, 99, 199]), step);
      expect(even).toMatchObject({ width, height });
      expect(at(even, width - 1, height - 1)).toEqual([9, 99, 199]);
    }
    const same = solid(width, height, [9, 99, 199]);
    expect(await denoise(same, { kind: 'denoise', strength: 0, sharpness: 0, width, height })).toBe(
      same,
    );
  });

  test('near the edge counts it again', async () => {
    // One odd pixel of three in a row: the median of its surroundings is what the others are.
    const row = withBox(solid(3, 1, [100, 100, 100]), [2, 0, 1, 1], [110, 110, 110]);
    const step: Step<'denoise'> = {
      kind: 'denoise',
      strength: 50,
      sharpness: -100,
      width: 3,
      height: 1,
    };
    // At the end it is two of three.
    expect(rowsOf(await denoise(row, step))[0]!.map(([value]) => value)).toEqual([100, 100, 110]);
  });
});

describe('half a picture', () => {
  test.each([
    [8, 6, 4, 3],
    [9, 7, 5, 4],
    [1, 2, 1, 1],
  ])('of %i x %i is %i x %i', async (width, height, w, h) => {
    expect(await halve(solid(width, height, [1, 2, 3]))).toMatchObject({ width: w, height: h });
  });

  test('shows the same places', async () => {
    const half = await halve(card(64, 32));
    expect(Math.abs(at(half, 8, 4)[0]! - at(card(64, 32), 16, 8)[0]!)).toBeLessThanOrEqual(4);
    expect(Math.abs(at(half, 8, 4)[1]! - at(card(64, 32), 16, 8)[1]!)).toBeLessThanOrEqual(6);
  });
});
