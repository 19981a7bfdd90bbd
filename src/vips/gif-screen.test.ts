/**
 * Screens of GIFs that libnsgif takes for a mistake: a picture is as large as its screen, whatever its
 * first frame covers (docs/spec/http.md 14.17).
 */
import { describe, expect, test } from 'vitest';
import { type GifPart, gifOf } from '../gif/pictures.suite.ts';
import { writeGif } from '../gif/write-gif.ts';
import type { Raster } from '../image/raster.ts';
import type { Instruction } from '../plan/program.ts';
import { at } from '../raster/pictures.suite.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';
import { DEFAULT_PROBE_LIMITS, probe } from './probe.ts';
import { render } from './render.ts';

setUpVips({ concurrency: 1 });

const SCREENS: readonly (readonly [number, number])[] = [
  [2100, 90],
  [90, 2100],
  [640, 480],
  [640, 512],
  [800, 600],
  [1024, 768],
  [1280, 1024],
  [1600, 1200],
  // Believed as they are.
  [641, 480],
  [2048, 60],
];

/** The first frame stands apart from the edges; a later one crosses it. */
const FIRST = { left: 20, top: 10, width: 40, height: 30 };
const SECOND = { left: 50, top: 25, width: 20, height: 30 };

const BLUE = [0x1e, 0x1e, 0xdc, 255];
const YELLOW = [0xf0, 0xc8, 0x14, 255];
const NOTHING = [0, 0, 0, 0];

const filled = (part: GifPart, symbol: number): GifPart => ({
  ...part,
  symbols: Array.from({ length: part.width * part.height }, () => symbol),
});

async function shown(bytes: Uint8Array, pages: number, instructions: Instruction[] = []) {
  const info = await probe({ bytes });
  const frames = { first: 0, count: pages };
  const raster = await render({ bytes }, info, { frames, color: 'srgb', instructions });
  return { info, raster };
}

describe.each(SCREENS)('a screen of %i by %i', (width, height) => {
  const [right, below] = [width - 2, height - 2];

  test.each([
    ['no clear color', false],
    ['a clear color', true],
  ])('around a still with %s is clear', async (_, clear) => {
    const bytes = gifOf(width, height, [{ ...FIRST, clear }]);
    const { info, raster } = await shown(bytes, 1);
    expect(info).toMatchObject({ width, height, pages: 1, delays: [], alpha: true });
    expect([raster.width, raster.height, raster.pages]).toEqual([width, height, 1]);
    expect([at(raster, 30, 20), at(raster, right, below)]).toEqual([BLUE, NOTHING]);
  });

  test.each([
    ['kept', 1, BLUE],
    ['cleared', 2, NOTHING],
    ['restored', 3, NOTHING],
  ])('moves: the first frame is %s', async (_, disposal, behind) => {
    for (const clear of [false, true]) {
      const parts = [filled({ ...FIRST, disposal, clear }, 1), filled({ ...SECOND, clear }, 2)];
      const bytes = gifOf(width, height, parts);
      const { info, raster } = await shown(bytes, 2);
      expect(info).toMatchObject({ width, height, pages: 2, delays: [100, 100], alpha: true });
      const seen = (x: number, y: number) => [0, 1].map((page) => at(raster, x, y, page));
      expect([clear, seen(30, 20)]).toEqual([clear, [BLUE, behind]]);
      expect([clear, seen(65, 50)]).toEqual([clear, [NOTHING, YELLOW]]);
      expect([clear, seen(right, below)]).toEqual([clear, [NOTHING, NOTHING]]);
    }
  });

  test('one frame of several, made smaller', async () => {
    const bytes = gifOf(width, height, [filled(FIRST, 1), filled(SECOND, 2)]);
    const info = await probe({ bytes });
    const [w, h] = [width >> 1, height >> 1];
    const raster = await render({ bytes }, info, {
      ...({ frames: { first: 1, count: 1 }, color: 'srgb' } as const),
      instructions: [{ kind: 'scale', width: w, height: h, filter: 'lanczos3' }],
    });
    expect([raster.width, raster.height, raster.pages]).toEqual([w, h, 1]);
    expect([at(raster, 30, 20), at(raster, 15, 10)]).toEqual([YELLOW, BLUE]);
    expect(at(raster, w - 2, h - 2)).toEqual(NOTHING);
  });

  test('that is written is read, however little of it is covered', async () => {
    const raster: Raster = {
      ...{ width, height, channels: 4, pages: 1, delays: [], loop: 1 },
      data: new Uint8Array(width * height * 4),
    };
    raster.data.set(BLUE, 4 * (20 * width + 30));
    const read = await vipsEncoder.decode(writeGif(raster, 4), 4);
    expect([read.width, read.height]).toEqual([width, height]);
    expect([at(read, 30, 20), at(read, right, below)]).toEqual([BLUE, NOTHING]);
  });
});

test('a screen of more pixels than are decoded is refused, however small its frames', async () => {
  const bytes = gifOf(60_000, 60_000, [FIRST]);
  await expect(probe({ bytes }, DEFAULT_PROBE_LIMITS)).rejects.toMatchObject({
    code: 'source-too-many-pixels',
  });
});
