import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { gifFrames } from '../containers/animation/gif-frames.ts';
import type { Raster } from '../image/raster.ts';
import { writeGif } from './write-gif.ts';

type Rgba = readonly [number, number, number, number];
const CLEAR: Rgba = [0, 0, 0, 0];

/** Frames by a function of place and page. */
function film(
  [width, height, pages]: readonly [number, number, number],
  at: (x: number, y: number, page: number) => Rgba,
  motion: Partial<Raster> = {},
): Raster {
  const data = new Uint8Array(width * height * pages * 4);
  for (let i = 0; i < width * height * pages; i++) {
    const inPage = i % (width * height);
    const place = [
      inPage % width,
      Math.floor(inPage / width),
      Math.floor(i / (width * height)),
    ] as const;
    data.set(at(...place), i * 4);
  }
  const delays = pages > 1 ? Array.from({ length: pages }, () => 100) : [];
  return { width, height, channels: 4, data, pages, delays, loop: pages > 1 ? 0 : 1, ...motion };
}

/** All frames as a reader composes them, clear pixels as zeros. */
async function shown(gif: Uint8Array): Promise<Uint8Array> {
  const pipe = sharp(gif, { animated: true }).ensureAlpha();
  const data = new Uint8Array(await pipe.raw().toBuffer());
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 0) data.fill(0, i, i + 4);
  return data;
}

/** A square on a ground, further right with every page. */
const moving =
  (ground: Rgba) =>
  (x: number, y: number, page: number): Rgba =>
    x >= page * 3 && x < page * 3 + 6 && y >= 4 && y < 10 ? [220, 30, 30, 255] : ground;

const background = (x: number): Rgba => (x % 5 < 2 ? [10, 20, 30, 255] : [200, 210, 220, 255]);

describe('writeGif', () => {
  test.each([
    ['a still of two colors', film([9, 5, 1], (x) => background(x))],
    ['a still with clear pixels', film([9, 5, 1], (x, y) => (x === y ? CLEAR : background(x)))],
    ['a still of one pixel', film([1, 1, 1], () => [1, 2, 3, 255])],
    ['a still of 256 colors', film([16, 16, 1], (x, y) => [x * 16, y * 16, 9, 255])],
    [
      'a tall still whose end is clear',
      film([3, 2049, 1], (_, y) => (y < 9 ? [9, 9, 9, 255] : CLEAR)),
    ],
    [
      'a wide one whose begin is clear',
      film([2500, 3, 1], (x) => (x > 40 ? [9, 9, 9, 255] : CLEAR)),
    ],
    ['a tall animation', film([8, 2100, 3], (x, y, n) => (y === n ? background(x) : CLEAR))],
    ['nothing but clear', film([4, 4, 1], () => CLEAR)],
    ['frames of nothing but clear', film([4, 4, 2], () => CLEAR, { delays: [10, 10] })],
    ['a square on an even ground', film([30, 14, 6], moving([255, 255, 255, 255]))],
    ['a square on a clear ground', film([30, 14, 6], moving(CLEAR))],
    [
      'a square that is there in every second frame',
      film([30, 14, 6], (x, y, page) =>
        page % 2 === 0 ? background(x) : moving(background(x))(x, y, 2),
      ),
    ],
    [
      'a hole that moves',
      film([30, 14, 6], (x, y, page) => (moving(CLEAR)(x, y, page)[3] ? CLEAR : background(x))),
    ],
  ])('%s is shown as it is', async (_name, raster) => {
    expect(await shown(writeGif(raster, 256))).toEqual(raster.data);
  });

  test('any frames of few colors are shown as they are', async () => {
    const size = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
    );
    const colors: readonly Rgba[] = [CLEAR, [255, 0, 0, 255], [0, 0, 255, 255], [9, 9, 9, 255]];
    const picks = fc.array(fc.nat(3), { minLength: 150, maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(size, picks, async (of, pick) => {
        // Delays that no one joins, so that frames that are alike stay apart.
        const raster = film(of, (x, y, page) => colors[pick[(page * of[1] + y) * of[0] + x]!]!, {
          delays: of[2] > 1 ? Array.from({ length: of[2] }, () => 10) : [],
        });
        expect(await shown(writeGif(raster, 256))).toEqual(raster.data);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [[0, 10, 20, 30, 50, 100, 110, 60], 0],
    [[40, 655_350, 70], 1],
    [[40, 50, 70], 2],
    [[40, 50, 70], 65_536],
  ])('delays %j and %i plays are kept', async (delays, loop) => {
    const raster = film([30, 14, delays.length], moving(CLEAR), { delays, loop });
    const header = await sharp(writeGif(raster, 16)).metadata();
    expect([header.delay, header.loop]).toEqual([delays, loop]);
  });

  test('frames that show the same are one, but for those that browsers hold for longer than they say', async () => {
    const still = (delays: number[]) =>
      film([8, 8, delays.length], (x) => background(x), { delays });
    const delays = async (given: number[]) => {
      const raster = film(
        [30, 14, given.length + 1],
        (x, y, page) => moving(CLEAR)(x, y, Math.min(page, 1)),
        {
          delays: [40, ...given],
        },
      );
      return (await sharp(writeGif(raster, 16)).metadata()).delay;
    };
    expect(await delays([30, 50, 40])).toEqual([40, 120]);
    expect(await delays([0, 10, 40])).toEqual([40, 0, 10, 40]);
    expect(gifFrames(writeGif(still([50, 50]), 4))?.frames.length).toBe(1);
  });

  test('one table for all frames, no larger than their colors ask for', () => {
    const gif = writeGif(film([30, 14, 6], moving([255, 255, 255, 255])), 256);
    // Two colors and one for what stays: 4 entries.
    expect(gif[10]! & 0x87).toBe(0x81);
    const flat = film([60, 40, 1], (x) => background(x));
    expect(writeGif(flat, 256)[10]! & 0x87).toBe(0x80);
  });

  test('sixteen colors and what stays as it was fit a table of sixteen', async () => {
    const colors = Array.from({ length: 16 }, (_, i): Rgba => [i * 16, 255 - i * 16, 90, 255]);
    const raster = film([32, 20, 4], (x, y, page) => {
      if (page === 0 || y > 6 || (x + y) % 3 === 0) return colors[(x + y) % 16]!;
      return colors[(x + page) % 15]!;
    });
    const gif = writeGif(raster, 16);
    expect(2 << (gif[10]! & 7)).toBe(16);
    expect(await shown(gif)).toEqual(raster.data);
  });

  test('frames are cut to what changes', () => {
    const gif = gifFrames(writeGif(film([30, 14, 6], moving([255, 255, 255, 255])), 256));
    for (const { width, height } of gif!.frames.slice(1)) expect([width, height]).toEqual([9, 6]);
  });

  test('with fewer colors than there are flat ones, the largest areas keep theirs', async () => {
    const stripes: readonly Rgba[] = [
      [250, 0, 0, 255],
      [0, 250, 0, 255],
      [0, 0, 250, 255],
      [9, 9, 9, 255],
    ];
    const raster = film([80, 40, 1], (x, y) =>
      y > 35 ? [x * 3, y * 5, 90, 255] : stripes[x >> 5]!,
    );
    const data = await shown(writeGif(raster, 8));
    for (let at = 0; at < 80 * 36 * 4; at += 4) {
      expect(data.subarray(at, at + 4)).toEqual(raster.data.subarray(at, at + 4));
    }
  });

  test('colors of the source that are only lines are kept before blends', async () => {
    const raster = film([60, 30, 1], (x, y) =>
      x % 10 === 3 ? [0, 120, 255, 255] : [y * 8, y * 8, 255 - y, 255],
    );
    const line = (data: Uint8Array) => [
      ...data.subarray((15 * 60 + 13) * 4, (15 * 60 + 13) * 4 + 3),
    ];
    const data = await shown(writeGif({ ...raster, sourceColors: [0xff7800, 0x123456] }, 6));
    expect(line(data)).toEqual([0, 120, 255]);
  });

  test.each([
    [256, 300],
    [256, 256],
    [16, 24],
    [3, 5],
  ])(
    'a table of %i colors holds no more, though %i flat areas would keep theirs',
    async (most, areas) => {
      // Squares of one color each, and a clear or colored edge between them.
      for (const edge of [CLEAR, [1, 2, 3, 255]] as const) {
        const raster = film([20 * 8, Math.ceil(areas / 20) * 8, 1], (x, y) => {
          const n = (y >> 3) * 20 + (x >> 3);
          if (x % 8 === 7 || y % 8 === 7) return edge;
          return n < areas ? [(n * 7) & 255, (n * 31) & 255, n >> 1, 255] : edge;
        });
        const gif = writeGif(raster, most);
        const colors = new Set<number>();
        const data = await shown(gif);
        for (let at = 0; at < data.length; at += 4) {
          expect(data[at + 3]).toBe(raster.data[at + 3]);
          if (data[at + 3] === 255)
            colors.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
        }
        expect(colors.size).toBeLessThanOrEqual(Math.min(most, edge === CLEAR ? 255 : 256));
      }
    },
  );

  test('what does not change in the picture does not change in the file, however few the colors', async () => {
    const busy = (x: number, y: number): Rgba => [
      (x * 37 + y * 11) % 256,
      (x * y) % 256,
      (y * 53) % 256,
      255,
    ];
    const raster = film([40, 30, 4], (x, y, page) =>
      y < 8 ? [(x * 9 + page * 40) % 256, 0, 0, 255] : busy(x, y),
    );
    const data = await shown(writeGif(raster, 12));
    const page = 40 * 30 * 4;
    for (let at = 40 * 8 * 4; at < page; at++) {
      for (let n = 1; n < 4; n++)
        if (data[n * page + at] !== data[at]) throw new Error(`flicker at ${at}`);
    }
  });

  test('a cut to a scene of other colors gets a table of its own', async () => {
    const red = (x: number, y: number): Rgba => [x * 2, y * 2, 0, 255];
    const blue = (x: number, y: number): Rgba => [0, x * 2, y * 2, 255];
    const raster = film([120, 120, 2], (x, y, page) => (page === 0 ? red(x, y) : blue(x, y)));
    const data = await shown(writeGif(raster, 128));
    let error = 0;
    for (let i = 0; i < data.length; i++) error += Math.abs(data[i]! - raster.data[i]!);
    expect(error / data.length).toBeLessThan(4.5);
  });

  describe('with slack', () => {
    const ink: Rgba = [230, 230, 230, 255];
    const paper: Rgba = [30, 30, 40, 255];
    /** A slope between ink and paper whose blends are all a little different, and moves on. */
    const slope = film([60, 40, 3], (x, y, page) => {
      const at = (x * 7 + y * 3 - page * 40) / 12 - 14;
      const part = Math.min(1, Math.max(0, at)) * (0.9 + ((x * 31 + y * 17) % 10) / 100);
      return [0, 1, 2, 3].map((c) => Math.round(paper[c]! + part * (ink[c]! - paper[c]!))) as [
        ...[number, number, number, number],
      ];
    });

    test.each([
      [8, 1.25],
      [16, 1],
      [24, 0.95],
    ])('%i levels: no pixel is further off than that', async (slack, share) => {
      const [exact, loose] = [writeGif(slope, 12), writeGif(slope, 12, slack)];
      expect(loose.length).toBeLessThan(share * exact.length);
      const [near, far] = [await shown(exact), await shown(loose)];
      for (let i = 0; i < far.length; i += 4) {
        const off = (shown: Uint8Array) =>
          [0.3, 0.5, 0.2].reduce(
            (sum, w, c) => sum + w * (shown[i + c]! - slope.data[i + c]!) ** 2,
            0,
          );
        expect(off(far)).toBeLessThanOrEqual(off(near) + slack ** 2 + 0.01);
      }
    });

    test('flat areas that are nearly alike keep their colors', async () => {
      const greys: readonly Rgba[] = [30, 40, 50, 60].map((level) => [level, level, level, 255]);
      const raster = film([40, 40, 2], (x, y, page) => greys[((x >> 3) + (y >> 3) + page) % 4]!);
      const seen = await shown(writeGif(raster, 8, 18));
      const wrong = seen.filter((level, i) => i % 4 === 0 && level !== raster.data[i]).length;
      // Of eight pixels in a row the first alone may be that of its neighbour.
      expect(wrong).toBeLessThanOrEqual(seen.length / 4 / 8);
    });

    test('what does not change in the picture does not change in the file', async () => {
      const still = film([60, 40, 2], (x, y, page) => {
        if (page === 1 && x < 4 && y < 4) return [255, 0, 0, 255];
        const level = 30 + ((x * 31 + y * 17) % 12);
        return [level, level, level, 255];
      });
      const seen = await shown(writeGif(still, 6, 14));
      const half = seen.length / 2;
      for (let i = 0; i < half; i += 4) {
        const box = (i / 4) % 60 < 4 && i / 4 < 240;
        if (!box) expect(seen[half + i]).toBe(seen[i]);
      }
    });
  });
});
