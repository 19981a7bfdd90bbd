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

describe('alpha of an AVIF', () => {
  test.each(
    CASES.flatMap(([name, raster]) =>
      ([1, 2] as const).map((effort) => [name, effort, raster] as const),
    ),
  )('%s at effort %i stay as clear and as solid as they were', async (_, effort, raster) => {
    const encoding: Encoding = {
      format: 'avif',
      quality: 50 as Quality<'avif'>,
      effort,
      depth: 8,
      chroma: '4:4:4',
    };
    const file = await vipsEncoder.encode(raster, encoding);
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
});
