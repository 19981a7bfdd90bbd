/**
 * JPEG XL written and read: what has to be exact is, what is lossy is near, and what travels with
 * the pixels is there again.
 */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { committed } from '../../../test/support/pictures.ts';
import type { Encoding, Quality } from '../../image/encoding.ts';
import { jxlDistance } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { vipsEncoder } from '../encode.ts';
import { jxlBackEnd } from './jxl.ts';
import { installedVersion } from './optional-package.ts';

const lossy = (quality: number): Encoding => ({
  format: 'jxl',
  mode: 'lossy',
  quality: quality as Quality<'jxl'>,
  effort: 3,
});
const LOSSLESS: Encoding = { ...lossy(100), mode: 'lossless', effort: 3 } as Encoding;

function picture(channels: 3 | 4, pages = 1): Raster {
  const [width, height] = [96, 64];
  const data = new Uint8Array(width * height * channels * pages);
  for (let p = 0, at = 0; p < pages; p++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += channels) {
        data[at] = x * 2 + 16 * p;
        data[at + 1] = y * 3;
        data[at + 2] = 128 + (((x >> 3) + (y >> 3)) % 2) * 60;
        if (channels === 4) data[at + 3] = Math.min(255, Math.max(0, (x - 32) * 8));
      }
    }
  }
  const delays = pages > 1 ? Array.from({ length: pages }, (_, i) => 40 + 10 * i) : [];
  return { width, height, channels, data, pages, delays, loop: pages > 1 ? 3 : 1 };
}

const channel = ({ data, channels }: Raster, of: number) =>
  data.filter((_, i) => i % channels === of);

function meanOff(one: Raster, other: Raster): number {
  expect(other.data).toHaveLength(one.data.length);
  return one.data.reduce((sum, v, i) => sum + Math.abs(v - other.data[i]!), 0) / one.data.length;
}

describe('a JPEG XL', () => {
  test.each([3, 4] as const)('without loss holds every sample of %i channels', async (channels) => {
    const shown = picture(channels);
    const bytes = await vipsEncoder.encode(shown, LOSSLESS);
    expect((await vipsEncoder.decode(bytes, channels)).data).toEqual(shown.data);
  });

  test('with loss is near, and nearer at a higher quality', async () => {
    const shown = picture(3);
    const at = async (quality: number) => {
      const bytes = await vipsEncoder.encode(shown, lossy(quality));
      return { bytes: bytes.length, off: meanOff(shown, await vipsEncoder.decode(bytes, 3)) };
    };
    const [low, high] = [await at(30), await at(90)];
    expect(high.off).toBeLessThan(1.5);
    expect(high.off).toBeLessThan(low.off);
    expect(high.bytes).toBeGreaterThan(low.bytes);
  });

  test.each([20, 60, 95])('at quality %i keeps alpha exactly', async (quality) => {
    const shown = picture(4);
    const again = await vipsEncoder.decode(await vipsEncoder.encode(shown, lossy(quality)), 4);
    expect(channel(again, 3)).toEqual(channel(shown, 3));
  });

  test('is a bare codestream, with nothing beside the pixels', async () => {
    const bytes = await vipsEncoder.encode(picture(3), lossy(80));
    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0x0a]);
  });

  test('carries a profile, and its values are those of the profile', async () => {
    const wide = await sharp(committed('leaves.jpg'))
      .resize(120)
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const { icc } = await sharp(wide).metadata();
    const { data, info } = await sharp(wide, { ignoreIcc: true })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const shown: Raster = {
      ...{ width: info.width, height: info.height, channels: 3, pages: 1, delays: [], loop: 1 },
      data: new Uint8Array(data),
      profile: new Uint8Array(icc!),
    };
    for (const encoding of [lossy(92), LOSSLESS]) {
      const bytes = await vipsEncoder.encode(shown, encoding);
      const decoded = (await jxlBackEnd()).decode(bytes);
      expect(decoded.profile!.length).toBeGreaterThan(300);
      expect(meanOff(shown, await vipsEncoder.decode(bytes, 3))).toBeLessThan(3);
    }
  });

  test('of several frames moves', async () => {
    const film = picture(4, 3);
    const bytes = await vipsEncoder.encode(film, LOSSLESS);
    const { width, height, pages, data } = (await jxlBackEnd()).decode(bytes, {
      first: 0,
      count: 3,
    });
    expect({ width, height, pages }).toEqual({ width: 96, height: 64, pages: 3 });
    expect(data).toEqual(film.data);
  });

  test('that is cut off is an error', async () => {
    const bytes = await vipsEncoder.encode(picture(3), lossy(80));
    const { decode } = await jxlBackEnd();
    expect(() => decode(bytes.subarray(0, bytes.length / 2))).toThrow();
  });
});

test.each([
  // quality, butteraugli distance: as `cjxl -q` has it
  [100, 0],
  [90, 1],
  [68, 2.98],
  [30, 6.4],
  [1, 23.87],
])('quality %f is a distance of %f', (quality, distance) => {
  expect(jxlDistance(quality)).toBeCloseTo(distance, 2);
});

test('a package that is not there has no version', () => {
  expect(installedVersion('sharp')).toMatch(/^\d/);
  expect(installedVersion('no-such-package-stands-here')).toBeUndefined();
});
