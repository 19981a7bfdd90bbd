/**
 * PNG as the optimizer knows it: libpng by way of sharp, packed again by
 * oxipng at effort 10.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { type Codec, paletteSize } from './codec.ts';

export type PngEncoding = Extract<Encoding, { format: 'png' }>;

export const PNG = {
  text: encodingText,
  time: {
    encode({ palette, effort }) {
      if (palette !== undefined) return effort < 10 ? 500 : 1200;
      return effort < 4 ? 20 : effort < 10 ? 90 : 900;
    },
    decode: 5,
  },
  lossless: {
    encoding: (mode) => ({ format: 'png', effort: mode === 'background' ? 10 : 7 }),
    fastest: { format: 'png', effort: 1 },
  },
  palette: {
    encoding: (colors, mode) => ({
      format: 'png',
      palette: paletteSize(colors),
      effort: mode === 'background' ? 10 : 7,
    }),
  },
} satisfies Codec<PngEncoding>;
