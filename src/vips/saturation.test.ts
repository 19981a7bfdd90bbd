import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { card, solid, withBox } from '../raster/pictures.suite.ts';
import { vipsEncoder } from './encode.ts';
import { setUpVips } from './loader-policy.ts';

setUpVips({ concurrency: 1 });

type Jpeg = Extract<Encoding, { format: 'jpeg' }>;

const SIDE = 64;
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];

/** Strokes a pixel wide, as letters have, in the upper left quarter. */
function written(ground: readonly number[], ink: readonly number[]): Raster {
  let raster = solid(SIDE, SIDE, ground);
  for (let i = 0; i < 24; i += 3) raster = withBox(raster, [4 + i, 5 + (i % 7), 1, 14], ink);
  return raster;
}

/** What is shown in blocks of 16 × 16 that are white or black throughout, a pixel from their edge. */
async function shown(raster: Raster, level: number, encoding: Jpeg): Promise<number[]> {
  const { data } = await vipsEncoder.decode(await vipsEncoder.encode(raster, encoding), 3);
  const levels = new Set<number>();
  for (let top = 0; top < SIDE; top += 16) {
    for (let left = 0; left < SIDE; left += 16) {
      const inside: number[] = [];
      let whole = true;
      for (let i = 0; i < 256; i++) {
        const [x, y] = [i % 16, i >> 4];
        const at = ((top + y) * SIDE + left + x) * 3;
        whole &&= [0, 1, 2].every((c) => raster.data[at + c] === level);
        const rim = x === 0 || x === 15 || y === 0 || y === 15;
        if (!rim) inside.push(data[at]!, data[at + 1]!, data[at + 2]!);
      }
      if (whole) for (const value of inside) levels.add(value);
    }
  }
  return [...levels];
}

const at = (quality: number, fields: Partial<Jpeg> = {}): Jpeg => ({
  ...{ format: 'jpeg', chroma: '4:2:0', effort: 'full', progressive: true },
  quality: quality as Jpeg['quality'],
  ...fields,
});

describe('white stays white and black stays black in a JPEG', () => {
  test.each<[string, Raster, number]>([
    ['a white picture', solid(SIDE, SIDE, WHITE), 255],
    ['a black picture', solid(SIDE, SIDE, BLACK), 0],
    ['text on white', written(WHITE, [20, 20, 20]), 255],
    ['red text on white', written(WHITE, [220, 20, 20]), 255],
    ['white text on black', written(BLACK, WHITE), 0],
    ['an edge on white', withBox(solid(SIDE, SIDE, WHITE), [37, 0, 27, SIDE], [40, 90, 200]), 255],
    [
      'a grey edge on white',
      withBox(solid(SIDE, SIDE, WHITE), [0, 21, SIDE, 20], [70, 70, 70]),
      255,
    ],
    ['an edge on black', withBox(solid(SIDE, SIDE, BLACK), [0, 37, SIDE, 27], [200, 90, 40]), 0],
  ])('%s, at every quality', async (_, raster, level) => {
    const wrong: string[] = [];
    for (const effort of ['fast', 'full'] as const) {
      for (const chroma of ['4:2:0', '4:4:4'] as const) {
        for (let quality = 1; quality <= 100; quality++) {
          const encoding = at(quality, { chroma, effort, progressive: effort === 'full' });
          const levels = await shown(raster, level, encoding);
          if (levels.length !== 1 || levels[0] !== level) {
            wrong.push(`${effort} ${chroma} q${quality}: ${levels}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('in the scans, with the profile and the metadata that were asked for', async () => {
    const { icc } = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .withIccProfile('p3')
      .png()
      .toBuffer()
      .then((bytes) => sharp(bytes).metadata());
    const exif = { IFD0: { Copyright: 'mine' } };
    const raster = { ...written(WHITE, BLACK), profile: new Uint8Array(icc!), metadata: { exif } };
    for (const progressive of [false, true]) {
      const bytes = await vipsEncoder.encode(raster, at(44, { progressive }));
      const header = await sharp(bytes).metadata();
      expect(header.isProgressive).toBe(progressive);
      expect(header.icc).toEqual(icc);
      expect(Buffer.from(header.exif!).includes('mine')).toBe(true);
      expect(await shown(raster, 255, at(44, { progressive }))).toEqual([255]);
    }
  });

  test('and a picture without them is not touched', async () => {
    const raster = withBox(card(SIDE, SIDE), [0, 0, SIDE, SIDE], [253, 251, 252]);
    const plain = sharp(raster.data, { raw: { width: SIDE, height: SIDE, channels: 3 } });
    const direct = await plain
      .jpeg({ quality: 44, quantisationTable: 0, chromaSubsampling: '4:2:0' })
      .toBuffer();
    const bytes = await vipsEncoder.encode(raster, at(44, { effort: 'fast', progressive: false }));
    expect(Buffer.from(bytes).equals(direct)).toBe(true);
  });

  test('within three hundredths of the bytes', async () => {
    const raster = written(WHITE, [20, 20, 20]);
    for (const quality of [42, 44, 50]) {
      const { width, height, data } = raster;
      const plain = sharp(data, { raw: { width, height, channels: 3 } }).toColorspace('b-w');
      const direct = await plain
        .jpeg({
          quality,
          quantisationTable: 3,
          trellisQuantisation: true,
          overshootDeringing: true,
        })
        .toBuffer();
      const bytes = await vipsEncoder.encode(raster, at(quality, { progressive: false }));
      expect(bytes.length).toBeLessThan(1.03 * direct.length);
    }
  });
});
