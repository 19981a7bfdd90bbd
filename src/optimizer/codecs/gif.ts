/**
 * GIF as the optimizer knows it: cgif by way of sharp.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { type Codec, paletteSize } from './codec.ts';

export type GifEncoding = Extract<Encoding, { format: 'gif' }>;

export const GIF = {
  text: encodingText,
  time: {
    encode: ({ effort }) => (effort < 4 ? 230 : effort < 10 ? 650 : 1000),
    decode: 5,
  },
  palette: {
    encoding: (colors, mode) => ({
      format: 'gif',
      palette: paletteSize(colors),
      effort: mode === 'background' ? 10 : 7,
    }),
    fastest: (colors) => ({ format: 'gif', palette: paletteSize(colors), effort: 1 }),
  },
} satisfies Codec<GifEncoding>;
