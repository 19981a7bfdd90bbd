/**
 * GIF as the optimizer knows it: our own writer (`gif/write-gif.ts`), whose settings are the
 * colors of a table and how far pixels may be from them.
 */
import type { Encoding } from '../../image/encoding.ts';
import { encodingText } from '../../image/encoding.ts';
import { type Codec, paletteSize } from './codec.ts';

export type GifEncoding = Extract<Encoding, { format: 'gif' }>;

export const GIF = {
  text: encodingText,
  time: { encode: () => 150, decode: 5 },
  palette: {
    encoding: (colors) => ({ format: 'gif', palette: paletteSize(colors) }),
    // One less than a power of two: a frame needs one for what stays as it was.
    sizes: [
      ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 23, 27, 31],
      ...[39, 47, 63, 79, 95, 127, 159, 191, 223, 255],
    ],
    slack: {
      encoding: (colors, slack) => ({ format: 'gif', palette: paletteSize(colors), slack }),
      levels: [18, 14, 10, 7],
    },
  },
} satisfies Codec<GifEncoding>;
