/** What a JPEG of the fixed quality takes, against one that was really written. */
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import { estimatedAtFixedQuality, measuredAtFixedQuality } from './fixed-quality.ts';
import { CODECS } from './index.ts';

/** Soft waves with noise of some levels. */
function waves(levels: number, channels: 3 | 4 = 3): Raster {
  const [width, height] = [160, 120];
  let state = 7;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const at = Math.floor(i / channels);
    const wave = 128 + 60 * Math.sin((at % width) / 17) + 40 * Math.cos(at / width / 11);
    data[i] = i % channels === 3 ? 255 : wave + ((state >> 12) % (levels + 1));
  }
  return { width, height, channels, data, pages: 1, delays: [], loop: 0 };
}

async function encoded(raster: Raster, encoding: Encoding) {
  return { encoding, bytes: (await vipsEncoder.encode(raster, encoding)).length };
}

const jpeg = (quality: number) =>
  CODECS.jpeg.lossy.encoding(
    { stage: 'final', mode: 'online', sharpChroma: false, target: 68, progressive: true },
    quality,
  );

describe('the size at the fixed quality', () => {
  test('is that of the file, where it is measured', async () => {
    const raster = waves(20);
    const { bytes } = await encoded(raster, jpeg(80));
    expect(await measuredAtFixedQuality(raster, vipsEncoder)).toEqual({ bytes, measured: true });
  });

  test('is estimated exactly from the very encode', async () => {
    const raster = waves(20);
    const encode = await encoded(raster, jpeg(80));
    const others = [await encoded(raster, jpeg(50)), encode, await encoded(raster, jpeg(90))];
    expect(estimatedAtFixedQuality(raster, others, CODECS)).toEqual({
      bytes: encode.bytes,
      measured: false,
    });
  });

  test.each([4, 20, 60])(
    'is estimated within a third from a JPEG of 70 (noise of %i levels)',
    async (levels) => {
      const raster = waves(levels);
      const { bytes: real = 0 } = (await measuredAtFixedQuality(raster, vipsEncoder)) ?? {};
      const encodes = [await encoded(raster, jpeg(70))];
      const { bytes = 0 } = estimatedAtFixedQuality(raster, encodes, CODECS) ?? {};
      expect(Math.abs(Math.log(bytes / real))).toBeLessThan(Math.log(4 / 3));
    },
  );

  test('is not there for what a JPEG cannot show, nor where nothing lossy was tried', async () => {
    const film = { ...waves(4), height: 60, pages: 2, delays: [40, 40] };
    const clear = waves(4, 4);
    clear.data[3] = 0;
    const encodes = [{ encoding: jpeg(70), bytes: 1000 }];
    for (const raster of [film, clear]) {
      expect(await measuredAtFixedQuality(raster, vipsEncoder)).toBeUndefined();
      expect(estimatedAtFixedQuality(raster, encodes, CODECS)).toBeUndefined();
    }
    expect(estimatedAtFixedQuality(waves(4, 4), encodes, CODECS)).toBeDefined();
    expect(estimatedAtFixedQuality(waves(4), [], CODECS)).toBeUndefined();
  });
});
