/** GIFs for tests, block by block: frames anywhere on the screen, with and without a clear color. */
import { concat, latin1Bytes } from '../containers/bytes.ts';
import { compressLzw } from './lzw.ts';

export interface GifPart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** By its number; 1 when not given. */
  readonly disposal?: number;
  /** Declares the last color of the table as clear. */
  readonly clear?: boolean;
  /** Indices row by row; 1 when not given. */
  readonly symbols?: readonly number[];
}

/** Red in the lowest byte: white, blue, yellow, black. */
export const COLORS = [0xffffff, 0xdc1e1e, 0x14c8f0, 0x000000] as const;

/** A GIF of these frames, 100 ms each, with a table of four colors or the one given. */
export function gifOf(
  width: number,
  height: number,
  parts: readonly GifPart[],
  colors: readonly number[] = COLORS,
): Uint8Array {
  const bits = Math.ceil(Math.log2(colors.length));
  const table = new Uint8Array(3 << bits);
  colors.forEach((color, i) => {
    table.set([color & 255, (color >> 8) & 255, color >> 16], i * 3);
  });
  const frames = parts.flatMap((part) => {
    const size = part.width * part.height;
    const symbols = Uint8Array.from({ length: size }, (_, i) => part.symbols?.[i] ?? 1);
    const flags = ((part.disposal ?? 1) << 2) | (part.clear ? 1 : 0);
    return [
      Uint8Array.of(0x21, 0xf9, 4, flags, 10, 0, part.clear ? colors.length - 1 : 0, 0),
      Uint8Array.of(0x2c, ...words(part.left, part.top, part.width, part.height), 0),
      compressLzw({ symbols, free: new Uint8Array(size), clear: -1 }),
    ];
  });
  return concat([
    latin1Bytes('GIF89a'),
    Uint8Array.of(...words(width, height), 0x80 | (bits - 1), 1, 0),
    table,
    ...frames,
    Uint8Array.of(0x3b),
  ]);
}

function words(...numbers: number[]): number[] {
  return numbers.flatMap((number) => [number & 255, number >> 8]);
}
