/** An AVIF without chroma whose levels leave room below black and above white. */
import { describe, expect, test } from 'vitest';
import { BT709 } from '../../base/chromaticity.ts';
import {
  AUXILIARY_ALPHA,
  colrProfile,
  greyItem,
  gridItem,
  heif,
  type Item,
  nclx,
} from '../../containers/avif.suite.ts';
import { avifColor } from '../../containers/avif-color.ts';
import { power } from '../../image/source-color.ts';
import { sdr } from '../../image/standards.suite.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { at } from '../../raster/pictures.suite.ts';
import { setUpVips } from '../loader-policy.ts';
import { rendered } from '../pictures.suite.ts';
import { probe } from '../probe.ts';

setUpVips({ concurrency: 1 });

/** Black and white of the limited range, what lies beyond, and what lies between. */
const LEVELS = [0, 16, 17, 60, 126, 200, 235, 255];

/** ITU-T H.273, equation 23 backwards. */
const shown = (level: number) => Math.min(255, Math.max(0, ((level - 16) * 255) / 219));

const withProperty = (item: Item, ...more: Item['properties']): Item => ({
  ...item,
  properties: [...item.properties, ...more],
});

async function levelsOf(file: Uint8Array, steps: Parameters<typeof rendered>[1] = []) {
  const { raster } = await rendered(file, steps);
  const wide = raster.width / LEVELS.length;
  return LEVELS.map((_, i) => at(raster, Math.floor((i + 0.5) * wide), raster.height >> 1));
}

function expectShown(seen: readonly number[][], wanted: (level: number) => number, off = 1) {
  for (const [i, pixel] of seen.entries()) {
    for (const value of pixel.slice(0, 3)) {
      expect(Math.abs(value - wanted(LEVELS[i]!)), `${LEVELS[i]} is ${pixel}`).toBeLessThanOrEqual(
        off,
      );
    }
  }
}

describe('a grey AVIF of limited range', () => {
  test('goes from black to white, by the code points of the file or of its picture', async () => {
    const [wide, narrow] = [await greyItem(LEVELS), await greyItem(LEVELS, { range: 'limited' })];
    expectShown(await levelsOf(heif([narrow])), shown);
    expectShown(await levelsOf(heif([withProperty(narrow, nclx('limited'))])), shown);
    // What stands around the picture goes before what stands in it.
    expectShown(await levelsOf(heif([withProperty(wide, nclx('limited'))])), shown);
    expectShown(await levelsOf(heif([withProperty(narrow, nclx('full'))])), (level) => level);
    expectShown(await levelsOf(heif([wide])), (level) => level);
    expectShown(await levelsOf(heif([withProperty(wide, nclx('full'))])), (level) => level);
  });

  test('is told by the probe', async () => {
    const narrow = await greyItem(LEVELS, { range: 'limited' });
    expect(await probe({ bytes: heif([narrow]) })).toMatchObject({ limitedGrey: true });
    expect(await probe({ bytes: heif([await greyItem(LEVELS)]) })).not.toHaveProperty(
      'limitedGrey',
    );
    expect(avifColor(heif([narrow])).limitedGrey).toBe(true);
  });

  test('does so smaller, larger and cut', async () => {
    const file = heif([await greyItem(LEVELS, { range: 'limited' })]);
    const scale = (width: number, height: number) =>
      ({ kind: 'scale', width, height, filter: 'lanczos3' }) as const;
    expectShown(await levelsOf(file, [scale(128, 24)]), shown, 2);
    expectShown(await levelsOf(file, [scale(512, 96)]), shown, 2);
    const cut = { kind: 'extract', left: 32 * 6, top: 8, width: 32, height: 20 } as const;
    const { raster } = await rendered(file, [cut]);
    expect(at(raster, 16, 10)).toEqual([255, 255, 255]);
  });

  test('keeps its alpha', async () => {
    const narrow = await greyItem(LEVELS, { range: 'limited' });
    const alpha = withProperty(await greyItem([...LEVELS].reverse()), AUXILIARY_ALPHA);
    const seen = await levelsOf(heif([narrow, alpha], [['auxl', 2, 1]]));
    expect(seen.map(([, , , a]) => a)).toEqual([...LEVELS].reverse());
    expectShown(seen.slice(0, -1), shown);
  });

  test('does so of 10 bits', async () => {
    const levels = LEVELS.map((level) => level * 4);
    const narrow = await greyItem(levels, { range: 'limited', bits: 10 });
    expectShown(await levelsOf(heif([narrow])), shown);
  });

  test('does so in a grid, whose tiles say it where the grid does not', async () => {
    const tiles = async (range: 'full' | 'limited') => [
      await greyItem(LEVELS.slice(0, 4), { range }),
      await greyItem(LEVELS.slice(4), { range }),
    ];
    const wide = 32 * LEVELS.length;
    const files = [
      heif([gridItem(2, wide, 48), ...(await tiles('limited'))], [['dimg', 1, 2, 3]]),
      heif(
        [gridItem(2, wide, 48, [nclx('limited')]), ...(await tiles('full'))],
        [['dimg', 1, 2, 3]],
      ),
    ];
    for (const file of files) expectShown(await levelsOf(file), shown);
    const full = heif([gridItem(2, wide, 48), ...(await tiles('full'))], [['dimg', 1, 2, 3]]);
    expectShown(await levelsOf(full), (level) => level);
  });

  test('is shown by its profile behind that', async () => {
    const icc = rgbProfile(BT709, power(1.8))!;
    const narrow = await greyItem(LEVELS, { range: 'limited' });
    const file = heif([withProperty(narrow, colrProfile(icc))]);
    const share = (level: number) => shown(level) / 255;
    const wanted = (level: number) =>
      sdr('srgb', 'gamma18', [share(level), share(level), share(level)])[0];
    expectShown(await levelsOf(file), wanted, 2);
  });
});
