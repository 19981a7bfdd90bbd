import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import type { Region } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import { sceneFile } from '../../jpeg/jpeg.suite.ts';
import { card } from '../../raster/pictures.suite.ts';
import { still } from '../../raster/pixels.ts';
import { loadStill } from '../load.ts';
import { setUpVips } from '../loader-policy.ts';
import { pictureOf } from '../pictures.suite.ts';
import { probe } from '../probe.ts';
import {
  decoderShrink,
  type Shrink,
  shrinkingPath,
  shrunkSize,
  shrunkWindow,
  supportsShrink,
} from './decoder-shrink.ts';

setUpVips({ concurrency: 1 });

const folder = mkdtempSync(join(tmpdir(), 'fovea-shrink-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A raster as a JPEG on disk; the name has what a path may have. */
async function jpegOf(raster: Raster, name: string, progressive = false): Promise<string> {
  const path = join(folder, `${name} [1,2].${progressive}.jpg`);
  writeFileSync(path, await pictureOf(raster).jpeg({ quality: 95, progressive }).toBuffer());
  return path;
}

describe('the shrink of a decoder', () => {
  test.each<[number, number, number, number, Shrink]>([
    [4000, 3000, 100, 75, 8],
    [4000, 3000, 300, 225, 4],
    [4000, 3000, 512, 384, 2],
    // 2.5 times the target is room enough, less is not.
    [2560, 1600, 512, 320, 2],
    [2560, 1600, 513, 320, 1],
    [4000, 3000, 1600, 1200, 1],
    // The side that shrinks least decides.
    [4000, 3000, 100, 2000, 1],
    [4000, 3000, 4000, 3000, 1],
  ])('of %d x %d to %d x %d is %d', (width, height, w, h, shrink) => {
    expect(decoderShrink({ width, height }, { width: w, height: h })).toBe(shrink);
  });

  test('never leaves an empty side', () => {
    for (let width = 1; width < 60; width++) {
      for (let to = 1; to <= width; to++) {
        const from = { width, height: 1 };
        const shrunk = shrunkSize(from, decoderShrink(from, { width: to, height: 1 }));
        expect(Math.min(shrunk.width, shrunk.height)).toBeGreaterThanOrEqual(1);
      }
    }
  });

  test('keeps a window to a fraction of a pixel', () => {
    const window: Region = { left: 101, top: 50, width: 333, height: 222 };
    const found = shrunkWindow({ width: 1001, height: 601 }, window, 4);
    expect(found.read).toEqual({ left: 25, top: 12, width: 84, height: 56 });
    expect(found.window).toEqual({ left: 0.25, top: 0.5, width: 83.25, height: 55.5 });
    // A last column that the decoder drops still has its place.
    expect(shrunkWindow({ width: 1001, height: 601 }, undefined, 8)).toEqual({
      window: { left: 0, top: 0, width: 125.125, height: 75.125 },
    });
    const corner = { left: 1000, top: 600, width: 1, height: 1 };
    expect(shrunkWindow({ width: 1001, height: 601 }, corner, 8).read).toEqual({
      ...{ left: 124, top: 74, width: 1, height: 1 },
    });
  });
});

describe('the option of the loader', () => {
  test.each([false, true])('gives sizes rounded down (progressive: %s)', async (progressive) => {
    const size = { width: 619, height: 403 };
    const path = await jpegOf(card(size.width, size.height), 'odd', progressive);
    for (const shrink of [2, 4, 8] as const) {
      const { info } = await sharp(shrinkingPath(path, shrink))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual(Object.values(shrunkSize(size, shrink)));
    }
    expect(await supportsShrink(path, size)).toBe(true);
  });

  test('is told from what is done without it', async () => {
    const path = await jpegOf(card(64, 48), 'whole');
    const { width } = await sharp(path).metadata();
    expect(shrunkSize({ width: 64, height: 48 }, 2).width).not.toBe(width);
  });
});

/** Red tells x and green tells y, finely. */
function place(width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      data[i] = Math.round((255 * (x + 0.5)) / width);
      data[i + 1] = Math.round((255 * (y + 0.5)) / height);
      data[i + 2] = 128;
    }
  }
  return still(width, height, 3, data);
}

describe('a JPEG made smaller by its path', () => {
  const source = { width: 1487, height: 1003 };

  test.each<[Region | undefined, number, number, 0 | 90, string]>([
    // window, size, turn                                                          why
    [undefined, 120, 81, 0, 'all of it, by 4'],
    [undefined, 61, 41, 0, 'all of it, by 8'],
    [undefined, 490, 331, 0, 'all of it, not shrunk by the decoder'],
    [{ left: 301, top: 203, width: 777, height: 555 }, 70, 50, 0, 'a window, by 2'],
    [{ left: 0, top: 0, width: 1487, height: 501 }, 50, 17, 0, 'its upper half, by 8'],
    [{ left: 743, top: 502, width: 744, height: 501 }, 60, 40, 0, 'its last corner, by 4'],
    [{ left: 301, top: 203, width: 777, height: 555 }, 70, 50, 90, 'a window, turned'],
  ])('shows %j at %d x %d turned by %d in its place (%s)', async (window, width, height, turn) => {
    const path = await jpegOf(place(source.width, source.height), 'place');
    const info = await probe({ path });
    const transform = {
      ...(window ? { window } : {}),
      scale: { width, height, filter: 'lanczos3' },
      turn: { mirror: false, turn },
    } as const;
    const shown = await loadStill({ path }, info, { color: 'srgb' }, 0, transform);
    const sideways = turn === 90;
    expect([shown.width, shown.height]).toEqual(sideways ? [height, width] : [width, height]);
    const part = window ?? { left: 0, top: 0, ...source };
    let most = 0;
    // In from the border, where the filter is cut and a slope cannot go on.
    for (let y = 4; y < shown.height - 4; y++) {
      for (let x = 4; x < shown.width - 4; x++) {
        const [px, py] = sideways ? [y, shown.width - 1 - x] : [x, y];
        const at = (y * shown.width + x) * 3;
        const wanted = [
          (255 * (part.left + ((px + 0.5) * part.width) / width)) / source.width,
          (255 * (part.top + ((py + 0.5) * part.height) / height)) / source.height,
        ];
        most = Math.max(
          most,
          Math.abs(shown.data[at]! - wanted[0]!),
          Math.abs(shown.data[at + 1]! - wanted[1]!),
        );
      }
    }
    // Half a source pixel is 0.1 of a level; the JPEG itself is off by one or two.
    expect(most).toBeLessThan(2.5);
  });

  test('is what its bytes give, which no decoder shrinks', async () => {
    const path = await jpegOf(card(1487, 1003), 'card');
    const info = await probe({ path });
    const scale = { width: 150, height: 101, filter: 'lanczos3' } as const;
    const transform = { scale, turn: { mirror: false, turn: 0 } } as const;
    const short = await loadStill({ path }, info, { color: 'srgb' }, 0, transform);
    const long = await loadStill(
      { bytes: await sharp(path).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer() },
      info,
      { color: 'srgb' },
      0,
      transform,
    );
    let sum = 0;
    for (let i = 0; i < short.data.length; i++) sum += Math.abs(short.data[i]! - long.data[i]!);
    expect(sum / short.data.length).toBeLessThan(1);
  });

  test('that is cut short is the same Fault as always', async () => {
    const whole = await pictureOf(card(900, 700)).jpeg({ progressive: true }).toBuffer();
    const path = join(folder, 'cut.jpg');
    writeFileSync(path, whole);
    const info = await probe({ path });
    writeFileSync(path, whole.subarray(0, whole.length * 0.6));
    const transform = {
      scale: { width: 40, height: 30, filter: 'lanczos3' },
      turn: { mirror: false, turn: 0 },
    } as const;
    await expect(loadStill({ path }, info, { color: 'srgb' }, 0, transform)).rejects.toMatchObject({
      code: 'source-broken',
    });
  });

  test('that is gone is a lost source', async () => {
    const path = await jpegOf(card(900, 700), 'gone');
    const info = await probe({ path });
    rmSync(path);
    const transform = {
      scale: { width: 40, height: 30, filter: 'lanczos3' },
      turn: { mirror: false, turn: 0 },
    } as const;
    await expect(loadStill({ path }, info, { color: 'srgb' }, 0, transform)).rejects.toMatchObject({
      code: 'source-lost',
    });
  });
});

describe('a JPEG of unequal sampling made smaller by its path', () => {
  test.each(['4:4:4', '4:2:2', '4:2:0', '4:4:0', '4:1:1', 'grey'] as const)(
    '%s keeps its colors',
    async (sampling) => {
      const bytes = await sceneFile(sampling, 640, 480, 95);
      const path = join(folder, `${sampling.replaceAll(':', '')}.jpg`);
      writeFileSync(path, bytes);
      const info = await probe({ path });
      for (const by of [6, 12, 24]) {
        const [width, height] = [Math.round(640 / by), 480 / by];
        const scale = { width, height, filter: 'lanczos3' } as const;
        const transform = { turn: { mirror: false, turn: 0 }, scale } as const;
        const small = (file: { path: string } | { bytes: Uint8Array }) =>
          loadStill(file, info, { color: 'srgb' }, 0, transform);
        const [shrunk, whole] = [await small({ path }), await small({ bytes })];
        const off = shrunk.data.reduce((sum, v, i) => sum + Math.abs(v - whole.data[i]!), 0);
        expect(off / whole.data.length, `by ${by}`).toBeLessThan(2);
      }
    },
  );
});
