/** Frames of an animation: which are read, in which order, with which times, a few at a time. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import type { Program } from '../plan/program.ts';
import { at, solid } from '../raster/pictures.suite.ts';
import { still } from '../raster/pixels.ts';
import { rescale } from './load.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf } from './pictures.suite.ts';
import { probe } from './probe.ts';
import { render } from './render.ts';

setUpVips({ concurrency: 1 });

const LEVELS = [10, 60, 110, 160, 210];
const DELAYS = [40, 50, 60, 70, 80];

async function animated(frames: readonly Raster[], format: 'gif' | 'webp', delay = DELAYS) {
  const stills = await Promise.all(frames.map((frame) => pictureOf(frame).png().toBuffer()));
  const joined = sharp(stills, { join: { animated: true } });
  const bytes =
    format === 'gif'
      ? await joined.gif({ delay, loop: 3 }).toBuffer()
      : await joined.webp({ delay, loop: 3, lossless: true }).toBuffer();
  return new Uint8Array(bytes);
}

const [WIDTH, HEIGHT] = [12, 8];
const film = (format: 'gif' | 'webp') =>
  animated(
    LEVELS.map((level) => solid(WIDTH, HEIGHT, [level, level, level])),
    format,
  );

type Frames = Program['frames'] & Pick<Program, 'playing'>;

async function shown(bytes: Uint8Array, { playing, ...frames }: Frames, atATime: number) {
  const info = await probe({ bytes });
  const order = {
    ...({ frames, color: 'srgb', instructions: [] } as const),
    ...(playing ? { playing } : {}),
    output: { kind: 'blurhash', x: 4, y: 3 } as const,
  };
  const raster = await render({ bytes }, info, order, { frameBytes: atATime * WIDTH * HEIGHT * 4 });
  return {
    levels: Array.from({ length: raster.pages }, (_, page) => at(raster, 3, 5, page)[0]),
    delays: raster.delays,
    loop: raster.loop,
  };
}

describe.each(['gif', 'webp'] as const)('frames of a %s', (format) => {
  const playing = (pages: readonly number[]) => ({ delays: pages.map(() => 90), loop: 1 });
  test.each<[readonly number[]]>([
    [[4, 3, 2, 1, 0]],
    [[2, 3, 4]],
    [[0, 2, 4]],
    [[4, 2, 0]],
    [[1, 0, 3, 2]],
    [[3, 1]],
  ])('%j are shown in that order, however many are read at a time', async (pages) => {
    const bytes = await film(format);
    for (const atATime of [1, 2, 3, 5]) {
      const first = pages[0]!;
      const frames = { first, count: pages.length, pages, playing: playing(pages) };
      expect(await shown(bytes, frames, atATime), `${atATime} at a time`).toEqual({
        levels: pages.map((page) => LEVELS[page]),
        delays: pages.map(() => 90),
        loop: 1,
      });
    }
  });

  test('all of them have the times and the loops of their file', async () => {
    const bytes = await film(format);
    for (const atATime of [1, 2, 4, 5]) {
      expect(await shown(bytes, { first: 0, count: 5 }, atATime)).toEqual({
        levels: LEVELS,
        delays: DELAYS,
        loop: 3,
      });
    }
  });
});

describe('frames made smaller', () => {
  /** Two dark levels in blocks of four pixels. */
  function dusk(level: number, shift: number): Raster {
    const data = new Uint8Array(90 * 60 * 3);
    for (let y = 0, i = 0; y < 60; y++) {
      for (let x = 0; x < 90; x++, i += 3) {
        const dark = (((x + shift) >> 2) * 7 + (y >> 2) * 5) % 3 > 0;
        data.fill(dark ? 0 : level, i, i + 3);
      }
    }
    return still(90, 60, 3, data);
  }

  const scales = [
    [81, 54],
    [60, 40],
    [40, 27],
  ] as const;

  async function smaller(format: 'gif' | 'webp', level: number, width: number, height: number) {
    const frames = [dusk(level, 0), dusk(level, 5)];
    const bytes = await animated(frames, format, [40, 40]);
    const info = await probe({ bytes });
    const step = { kind: 'scale', filter: 'lanczos3', width, height } as const;
    const { data } = await render({ bytes }, info, {
      ...{ frames: { first: 0, count: 2 }, color: 'srgb', instructions: [step] },
      output: { kind: 'blurhash', x: 4, y: 3 },
    });
    const alone = await Promise.all(frames.map((frame) => rescale(frame, step)));
    return { data, kernel: new Uint8Array(alone.flatMap((raster) => [...raster.data])) };
  }

  test('those of a GIF have the values of light within four levels, in fewer shades than of the kernel', async () => {
    let [shades, more] = [0, 0];
    for (const level of [24, 40, 90]) {
      for (const [width, height] of scales) {
        const { data, kernel } = await smaller('gif', level, width, height);
        const off = data.reduce((most, v, i) => Math.max(most, Math.abs(v - kernel[i]!)), 0);
        expect(off).toBeLessThanOrEqual(4);
        shades += new Set(data).size;
        more += new Set(kernel).size;
      }
    }
    expect(shades).toBeLessThan(more);
  });

  test('those of a WebP are those of the kernel', async () => {
    const { data, kernel } = await smaller('webp', 40, 60, 40);
    expect(data).toEqual(kernel);
  });
});
