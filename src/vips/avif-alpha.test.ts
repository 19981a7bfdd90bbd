import { describe, expect, test } from 'vitest';
import type { Encoding, Quality } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { still } from '../raster/pixels.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';

setUpVips({ concurrency: 1 });

const SIDE = 128;

/** Grey, with `noise` in the alpha of its upper quarter and `ground` in the rest. */
function faint(noise: (random: () => number) => number, ground: number): Raster {
  let seed = 12_345;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32;
  };
  const data = new Uint8Array(SIDE * SIDE * 4).fill(128);
  for (let i = 3; i < data.length; i += 4) {
    data[i] = i < data.length / 4 ? noise(random) : ground;
  }
  return still(SIDE, SIDE, 4, data);
}

const NOISE = 30;
const CASES: readonly [string, Raster][] = [
  ['clear pixels in faint ones', faint((random) => Math.max(0, random() * 43 - 13), 255)],
  ['solid pixels in nearly solid ones', faint((r) => Math.min(255, 268 - r() * 43), 0)],
  ['both', faint((r) => (r() < 0.5 ? Math.max(0, r() * NOISE - 9) : 255 - r() * 9), 128)],
];

const encodingOf = (effort: number, depth: 8 | 10 = 8): Encoding => ({
  ...{ format: 'avif', quality: 50 as Quality<'avif'>, effort, depth, chroma: '4:4:4' },
});

describe('alpha of an AVIF', () => {
  test('is not taken from an encoding with less time, or of another depth', async () => {
    const slope = () => {
      const data = new Uint8Array(SIDE * SIDE * 4).fill(128);
      for (let i = 0; i < SIDE * SIDE; i++)
        data[4 * i + 3] = 40 + (i % SIDE) + (((i * i) >> 9) % 9);
      return still(SIDE, SIDE, 4, data);
    };
    const alone = new Map<Encoding, Uint8Array>();
    const all = [encodingOf(1), encodingOf(2), encodingOf(2, 10), encodingOf(1, 10)];
    for (const encoding of all) {
      alone.set(encoding, await vipsEncoder.encode(slope(), encoding));
    }
    for (const order of [all, [...all].reverse()]) {
      const shared = slope();
      for (const encoding of order) {
        const file = await vipsEncoder.encode(shared, encoding);
        expect(Buffer.compare(file, alone.get(encoding)!)).toBe(0);
      }
    }
    // With time for a lower quality of alpha, the file is smaller.
    expect(alone.get(all[1]!)!.length).toBeLessThan(alone.get(all[0]!)!.length);
  });

  test.each(
    CASES.flatMap(([name, raster]) =>
      ([1, 2] as const).map((effort) => [name, effort, raster] as const),
    ),
  )('%s at effort %i stay as clear and as solid as they were', async (_, effort, raster) => {
    const file = await vipsEncoder.encode(raster, encodingOf(effort));
    const shown = await vipsEncoder.decode(file, 4);
    for (const end of [0, 255]) {
      const all = [];
      for (let i = 3; i < raster.data.length; i += 4) {
        if (raster.data[i] === end) all.push(Math.abs(shown.data[i]! - end));
      }
      // All but five in a thousand within two levels, and none off by more than sixteen.
      expect(all.filter((off) => off > 2).length).toBeLessThanOrEqual(0.005 * all.length);
      expect(Math.max(0, ...all)).toBeLessThanOrEqual(16);
    }
  });

  test.each([1, 2] as const)(
    'at effort %i is off by sixteen levels at most, between the ends as well',
    async (effort) => {
      // Neither clear nor solid anywhere: no other bound holds such a picture.
      const veil = faint((random) => 20 + Math.floor(random() * 216), 128);
      const shown = await vipsEncoder.decode(await vipsEncoder.encode(veil, encodingOf(effort)), 4);
      let most = 0;
      for (let i = 3; i < veil.data.length; i += 4) {
        most = Math.max(most, Math.abs(shown.data[i]! - veil.data[i]!));
      }
      expect(most).toBeLessThanOrEqual(16);
    },
  );
});
