/** Frames of a GIF against its specification: boxes drawn, kept, cleared or put back (docs/spec/http.md 14.17). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLORS, type GifPart, gifOf } from '../gif/pictures.suite.ts';
import type { Filter } from '../plan/op.ts';
import type { Instruction } from '../plan/program.ts';
import { setUpVips } from './loader-policy.ts';
import { rendered } from './pictures.suite.ts';
import { probe } from './probe.ts';
import { render } from './render.ts';

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

describe('a frame that is shown alone', () => {
  // Nothing covers the right half; the second frame stands in a corner of it.
  const parts: GifPart[] = [
    { left: 0, top: 0, width: 3, height: 5, symbols: Array(15).fill(2) },
    { left: 4, top: 3, width: 2, height: 2 },
  ];
  const gif = gifOf(WIDTH, HEIGHT, parts);

  async function still(page: number, instructions: readonly Instruction[] = []) {
    const info = await probe({ bytes: gif });
    expect(info).toMatchObject({ uncovered: true, alpha: true, pages: 2 });
    const frames = { first: page, count: 1 };
    return render({ bytes: gif }, info, { frames, color: 'srgb', instructions });
  }

  test.each([0, 1])('is clear where none before it covers the screen: %i', async (page) => {
    const raster = await still(page);
    expect(raster).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 4, pages: 1 });
    const clear = composed(parts)[page]!.map((index) => index === CLEAR);
    const seen = clear.map((_, i) => raster.data[4 * i + 3] === 0);
    expect(seen).toEqual(clear);
  });

  test('so is a window of it, and one that is made smaller or larger', async () => {
    const window = { left: 2, top: 1, width: 4, height: 4 } as const;
    const cut = { kind: 'extract', ...window } as const;
    const scale = (width: number, height: number, filter: Filter = 'lanczos3') =>
      ({ kind: 'scale', width, height, filter }) as const;
    const alphas = ({ data }: { readonly data: Uint8Array }) =>
      Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]!);
    const whole = alphas(await still(1, [cut]));
    const shown = composed(parts)[1]!;
    expect(whole).toEqual(
      whole.map((_, i) => {
        const at = (window.top + (i >> 2)) * WIDTH + window.left + (i & 3);
        return shown[at] === CLEAR ? 0 : 255;
      }),
    );
    const large = alphas(await still(1, [cut, scale(8, 8, 'nearest')]));
    expect(large).toEqual(large.map((_, i) => whole[4 * (i >> 4) + ((i & 7) >> 1)]!));
    // Two by two pixels of the corner are covered, those beside them are not.
    const small = await still(1, [cut, scale(2, 2, 'bilinear')]);
    const [beside, , , corner] = alphas(small);
    expect(corner).toBeGreaterThan(120);
    expect(beside).toBeLessThan(corner!);
  });
});
