/**
 * PNG as the optimizer knows it: libpng by way of sharp, packed again by
 * oxipng at effort 10. Palettes are dithered by libimagequant, or flat: of our
 * own choice of colors, without dithering (raster/palette/quantize.ts).
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { isPatient } from '../mode.ts';
import { type Codec, FLAT_SIZES, paletteSize } from './codec.ts';

export type PngEncoding = Extract<Encoding, { format: 'png' }>;

/** The sizes that sharp's palettes have: it gives any other the next of them, more colors than asked for. */
const DITHERED: readonly number[] = [2, 4, 16, 256];

/** The effort of a first answer: of photographs 4 saves 2 % in a sixth more time, 7 another 2 % in twice the time. */
const FIRST = 3;

export const PNG = {
  text: encodingText,
  time: {
    encode({ palette, flat, effort }) {
      if (flat) return effort < 10 ? 600 : 1500;
      if (palette !== undefined) return effort < 10 ? 500 : 1200;
      return effort < 2 ? 20 : effort < 7 ? 40 : effort < 10 ? 90 : 900;
    },
    decode: 5,
  },
  lossless: {
    encoding: (mode) => ({ format: 'png', effort: isPatient(mode) ? 10 : FIRST }),
    fastest: { format: 'png', effort: 1 },
  },
  palette: {
    encoding: (colors, mode) => ({
      format: 'png',
      palette: paletteSize(colors),
      ...(DITHERED.includes(paletteSize(colors)) ? {} : { flat: true }),
      effort: isPatient(mode) ? 10 : 7,
    }),
    flat: {
      trial: (colors) => ({ format: 'png', palette: paletteSize(colors), flat: true, effort: 7 }),
      final: (colors) => ({ format: 'png', palette: paletteSize(colors), flat: true, effort: 10 }),
      sizes: FLAT_SIZES,
    },
  },
} satisfies Codec<PngEncoding>;
