/** Frames of a GIF against its specification: boxes drawn, kept, cleared or put back (docs/spec/http.md 14.17). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLORS, type GifPart, gifOf } from '../gif/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { rendered } from './pictures.suite.ts';

setUpVips({ concurrency: 1 });

const [WIDTH, HEIGHT] = [6, 5];
const CLEAR = -1;

/** What each frame shows, as indices of colors. */
function composed(parts: readonly GifPart[]): number[][] {
  let canvas = Array<number>(WIDTH * HEIGHT).fill(CLEAR);
  return parts.map(({ left, top, width, height, disposal = 1, clear = false, symbols = [] }) => {
    const before = [...canvas];
    const box = Array.from({ length: width * height }, (_, i) => ({
      at: (top + Math.floor(i / width)) * WIDTH + left + (i % width),
      symbol: symbols[i] ?? 1,
    }));
    for (const { at, symbol } of box) {
      if (!(clear && symbol === COLORS.length - 1)) canvas[at] = symbol;
    }
    const shown = [...canvas];
    if (disposal === 2) for (const { at } of box) canvas[at] = CLEAR;
    if (disposal === 3) canvas = before;
    return shown;
  });
}

const part: fc.Arbitrary<GifPart> = fc
  .record({
    left: fc.integer({ min: 0, max: WIDTH - 1 }),
    top: fc.integer({ min: 0, max: HEIGHT - 1 }),
    right: fc.integer({ min: 1, max: WIDTH }),
    bottom: fc.integer({ min: 1, max: HEIGHT }),
    disposal: fc.constantFrom(1, 2, 3),
    clear: fc.boolean(),
    symbols: fc.array(fc.integer({ min: 0, max: COLORS.length - 1 }), {
      minLength: WIDTH * HEIGHT,
      maxLength: WIDTH * HEIGHT,
    }),
  })
  .map(({ left, top, right, bottom, ...rest }) => ({
    ...{ left, top, ...rest },
    width: Math.max(1, right - left),
    height: Math.max(1, bottom - top),
  }));
const whole = part.map((one) => ({ ...one, left: 0, top: 0, width: WIDTH, height: HEIGHT }));

test('frames show what is drawn, kept, cleared and put back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(
        fc.oneof(part, whole),
        fc.array(fc.oneof(part, whole), { minLength: 1, maxLength: 4 }),
      ),
      async ([first, rest]) => {
        const parts = [first, ...rest];
        const { raster } = await rendered(gifOf(WIDTH, HEIGHT, parts), []);
        const { channels, data } = raster;
        expect(raster).toMatchObject({ width: WIDTH, height: HEIGHT, pages: parts.length });
        const seen = composed(parts).map((frame, page) =>
          frame.map((_, i) => {
            const [red, green, blue, alpha = 255] = data.subarray(
              (page * WIDTH * HEIGHT + i) * channels,
              (page * WIDTH * HEIGHT + i + 1) * channels,
            );
            return alpha === 0 ? CLEAR : red! | (green! << 8) | (blue! << 16);
          }),
        );
        const wanted = composed(parts).map((frame) =>
          frame.map((index) => (index === CLEAR ? CLEAR : COLORS[index]!)),
        );
        expect(seen).toEqual(wanted);
      },
    ),
    { numRuns: 200 },
  );
});
