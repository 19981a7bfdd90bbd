/** Pictures of coefficients for the tests of this room: drawn ones, and files of a given sampling. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { plain } from '../containers/bytes.ts';
import { BLOCK, blocksOf, type JpegCoefficients } from './coefficients.ts';
import { readJpeg } from './read.ts';
import { writeJpeg } from './write.ts';

/** Sampling of brightness beside chroma of one sample per MCU, by the name of the field. */
export const SAMPLINGS = {
  '4:4:4': [1, 1],
  '4:2:2': [2, 1],
  '4:2:0': [2, 2],
  '4:4:0': [1, 2],
  '4:1:1': [4, 1],
  grey: [],
} as const;
export type Sampling = keyof typeof SAMPLINGS;

/** Pictures of up to 70 × 70 with a few coefficients per block, of all sizes that a file can hold. */
export const pictures: fc.Arbitrary<JpegCoefficients> = fc
  .record({
    width: fc.integer({ min: 1, max: 70 }),
    height: fc.integer({ min: 1, max: 70 }),
    sampling: fc.constantFrom(...(Object.keys(SAMPLINGS) as Sampling[])),
    steps: fc.constantFrom(255, 65_535),
    seed: fc.nat(),
  })
  .map(({ width, height, sampling, steps, seed }) => {
    const next = generator(seed);
    const [across, down] = SAMPLINGS[sampling];
    const factors =
      across === undefined
        ? [{ horizontal: 1, vertical: 1 }]
        : [
            { horizontal: across, vertical: down },
            ...[0, 1].map(() => ({ horizontal: 1, vertical: 1 })),
          ];
    const components = factors.map((factor, i) => {
      const { wide, high } = blocksOf({ width, height }, factor, factors);
      const coefficients = new Int16Array(wide * high * BLOCK);
      for (let block = 0; block < wide * high; block++) {
        coefficients[block * BLOCK] = next(2048) - 1024;
        // From none to the longest runs of zeros, from one bit to ten.
        for (let count = next(8); count > 0; count--) {
          const size = 1 << (1 + next(10));
          coefficients[block * BLOCK + 1 + next(63)] = next(2 * size - 1) - size + 1;
        }
      }
      const quantisation = Uint16Array.from({ length: BLOCK }, () => 1 + next(steps));
      return {
        ...{ id: i + 1, ...factor, blocksWide: wide, blocksHigh: high },
        ...{ quantisation, coefficients },
      };
    });
    return { width, height, components };
  });

/** Whole numbers from 0 below a bound, the same for the same seed. */
export function generator(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** Noise, colors and edges: a picture whose every part differs from every other. */
export function scene(width: number, height: number): Sharp {
  const next = generator(7);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const stripe = (x >> 3) % 5 === (y >> 4) % 3 ? 60 : 0;
      data[i] = (180 * x) / width + stripe + next(12);
      data[i + 1] = (150 * y) / height + next(20) + stripe;
      data[i + 2] = (120 * (x + y)) / (width + height) + 90 - stripe + next(9);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/**
 * A file of `scene` in this sampling, sequential; sharp writes 4:4:4, 4:2:0 and grey, the others are
 * put together from the components of two of its files.
 */
export async function sceneFile(
  sampling: Sampling,
  width: number,
  height: number,
  quality = 85,
): Promise<Uint8Array> {
  const whole = { quality, chromaSubsampling: sampling === '4:2:0' ? '4:2:0' : '4:4:4' };
  if (sampling === 'grey') {
    return plain(await scene(width, height).toColorspace('b-w').jpeg({ quality }).toBuffer());
  }
  const file = plain(await scene(width, height).jpeg(whole).toBuffer());
  if (sampling === '4:4:4' || sampling === '4:2:0') return file;
  const [horizontal, vertical] = SAMPLINGS[sampling];
  const less = { width: Math.ceil(width / horizontal), height: Math.ceil(height / vertical) };
  const shrunk = await scene(width, height)
    .resize({ ...less, fit: 'fill' })
    .jpeg(whole)
    .toBuffer();
  const [brightness, color] = [readJpeg(file)!, readJpeg(shrunk)!];
  const [first] = brightness.components;
  const components = [{ ...first!, horizontal, vertical }, ...color.components.slice(1)];
  return writeJpeg({ width, height, components })!;
}

/** What two pictures of coefficients have to agree in: sizes, steps and every coefficient, by their hash. */
export function facts({ width, height, components }: JpegCoefficients) {
  const parts = components.map(
    ({ id, horizontal, vertical, blocksWide, blocksHigh, quantisation, coefficients }) => ({
      ...{ id, horizontal, vertical, blocksWide, blocksHigh },
      quantisation: quantisation.join(' '),
      coefficients: createHash('sha256').update(coefficients).digest('hex'),
    }),
  );
  return { width, height, parts };
}
