import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Orientation } from '../image/source-info.ts';
import { type JpegCoefficients, mcuSize } from './coefficients.ts';
import { facts, pictures, type Sampling, sceneFile } from './jpeg.suite.ts';
import { readJpeg } from './read.ts';
import { turnCoefficients, turnsWhole } from './turn.ts';
import { turnJpeg } from './turn-jpeg.ts';

const TURNED: readonly Orientation[] = [2, 3, 4, 5, 6, 7, 8];

/** Pictures that end with their MCUs, so that every turn keeps their blocks whole. */
const whole = pictures.map((picture): JpegCoefficients => {
  const mcu = mcuSize(picture.components);
  const { blocksWide, blocksHigh, horizontal, vertical } = picture.components.at(-1)!;
  const alone = picture.components.length === 1;
  const [wide, high] = alone ? [1, 1] : [horizontal, vertical];
  const components = picture.components.map((component) => {
    const across = (alone ? 1 : component.horizontal) * Math.ceil(blocksWide / wide);
    const down = (alone ? 1 : component.vertical) * Math.ceil(blocksHigh / high);
    const coefficients = new Int16Array(across * down * 64);
    coefficients.set(component.coefficients.subarray(0, coefficients.length));
    return { ...component, blocksWide: across, blocksHigh: down, coefficients };
  });
  const width = mcu.width * Math.ceil(blocksWide / wide);
  const height = mcu.height * Math.ceil(blocksHigh / high);
  return { width, height, components };
});

/** The turn that shows the result of one as the picture was. */
const BACK: Readonly<Record<number, Orientation>> = { 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6 };

/** What `orientation` shows of a file, in pixels of the decoder. */
async function pixelsTurned(file: Uint8Array, orientation: Orientation) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const tagged = await sharp(data, { raw: { width, height, channels } })
    .withMetadata({ orientation })
    .tiff({ compression: 'none' })
    .toBuffer();
  return sharp(tagged).autoOrient().raw().toBuffer({ resolveWithObject: true });
}

describe('turning', () => {
  test.each(TURNED)('by %i and back gives every coefficient back', (orientation) => {
    fc.assert(
      fc.property(whole, (picture) => {
        const turned = turnCoefficients(picture, orientation)!;
        const back = turnCoefficients(turned, BACK[orientation]!)!;
        expect(facts(back)).toEqual(facts(picture));
      }),
      { numRuns: 40 },
    );
  });

  test('four quarters are none, two are a half', () => {
    fc.assert(
      fc.property(whole, (picture) => {
        const quarter = (it: JpegCoefficients) => turnCoefficients(it, 6)!;
        const half = quarter(quarter(picture));
        expect(facts(half)).toEqual(facts(turnCoefficients(picture, 3)!));
        expect(facts(quarter(quarter(half)))).toEqual(facts(picture));
      }),
      { numRuns: 40 },
    );
  });

  test.each<[Sampling, readonly number[]]>([
    // By orientation 2..8, largest difference in levels between turned blocks and turned pixels
    ['grey', [1, 1, 0, 1, 1, 1, 1]],
    ['4:4:4', [1, 1, 0, 4, 4, 4, 4]],
    ['4:2:2', [4, 4, 0, 5, 5, 5, 5]],
    ['4:2:0', [4, 4, 0, 5, 5, 5, 5]],
  ])('%s shows the pixels turned, as far as the decoder rounds', async (sampling, levels) => {
    const file = await sceneFile(sampling, 96, 64);
    for (const [i, orientation] of TURNED.entries()) {
      const shown = await sharp(turnJpeg(file, orientation)!)
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { data, info } = await pixelsTurned(file, orientation);
      expect([shown.info.width, shown.info.height]).toEqual([info.width, info.height]);
      let largest = 0;
      data.forEach((value, at) => {
        largest = Math.max(largest, Math.abs(value - shown.data[at]!));
      });
      expect(largest, `orientation ${orientation}`).toBeLessThanOrEqual(levels[i]!);
    }
  });

  test.each([
    // sampling width height orientations that keep blocks whole
    ['4:2:0', 320, 240, [2, 3, 4, 5, 6, 7, 8]],
    ['4:2:0', 320, 235, [2, 5, 8]],
    ['4:2:0', 317, 240, [4, 5, 6]],
    ['4:2:0', 317, 235, [5]],
    ['4:2:2', 48, 24, [2, 3, 4, 5, 6, 7, 8]],
    ['4:2:2', 40, 24, [4, 5, 6]],
    ['4:4:4', 24, 40, [2, 3, 4, 5, 6, 7, 8]],
    ['grey', 24, 41, [2, 5, 8]],
  ] as const)(
    'of %s in %i × %i keeps blocks whole for %j',
    async (sampling, width, height, want) => {
      const file = await sceneFile(sampling, width, height);
      const picture = readJpeg(file)!;
      expect(TURNED.filter((orientation) => turnsWhole(picture, orientation))).toEqual(want);
      expect(TURNED.filter((orientation) => turnJpeg(file, orientation) !== undefined)).toEqual(
        want,
      );
    },
  );

  test('swaps the steps of the quantisation and the densities with the axes', async () => {
    const file = Buffer.from(await sceneFile('4:4:4', 32, 16));
    const jfif = Uint8Array.of(
      ...[0xff, 0xe0, 0, 19, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 1, 0, 72, 0, 144],
      ...[1, 1, 9, 9, 9],
    );
    const turned = turnJpeg(Buffer.concat([file.subarray(0, 2), jfif, file.subarray(2)]), 6)!;
    expect([...turned.subarray(2, 20)]).toEqual([
      ...[0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 1, 0, 144, 0, 72, 0, 0],
    ]);
    const [before, after] = [readJpeg(file)!, readJpeg(turned)!].map(
      ({ components }) => components[0]!.quantisation,
    );
    // The first step across and the first step down stand beside each other in zigzag order.
    expect([after![1], after![2]]).toEqual([before![2], before![1]]);
  });
});
