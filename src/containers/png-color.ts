/**
 * What a PNG says about its colors (W3C PNG, third edition, 11.3.2).
 *
 * Only chunks in front of the palette and the pixels count, and of each kind the first.
 * Pure; nothing is judged here but what a chunk cannot mean.
 */
import { uint32 } from './bytes.ts';
import type { CodePoints } from './code-points.ts';
import type { Chunk } from './png.ts';

export interface PngColor {
  /** `cICP` of full-range RGB. */
  readonly codePoints?: CodePoints;
  /** `sRGB` stands there. */
  readonly srgb: boolean;
  /** `gAMA`: the exponent from light to sample, 0.45455 for most; above 0. */
  readonly gamma?: number;
  /** `cHRM`: x and y of white, red, green and blue. */
  readonly chromaticities?: readonly number[];
  /** `cLLI`: the brightest pixel in cd/m². */
  readonly maxLight?: number;
  /** Names of chunks that cannot be used. */
  readonly unusable: readonly string[];
}

/** The color chunks of a PNG. */
export function pngColor(chunks: readonly Chunk[]): PngColor {
  const end = chunks.findIndex(({ name }) => name === 'PLTE' || name === 'IDAT');
  const before = end < 0 ? chunks : chunks.slice(0, end);
  const found = (name: string) => before.find((chunk) => chunk.name === name)?.data;
  const [cicp, gama, chrm, light] = ['cICP', 'gAMA', 'cHRM', 'cLLI'].map(found);
  const codePoints = cicp && readCicp(cicp);
  const gamma = gama && scaled(gama, 0, 1e5);
  const places = chrm && Array.from({ length: 8 }, (_, i) => scaled(chrm, 4 * i, 1e5));
  const chromaticities = places?.every((value) => value !== undefined) ? places : undefined;
  const maxLight = light && scaled(light, 0, 1e4);
  return {
    srgb: found('sRGB') !== undefined,
    ...(codePoints ? { codePoints } : {}),
    ...(gamma ? { gamma } : {}),
    ...(chromaticities ? { chromaticities } : {}),
    ...(maxLight ? { maxLight } : {}),
    unusable: [
      ...(cicp && !codePoints ? ['cICP'] : []),
      ...(gama && !gamma ? ['gAMA'] : []),
      ...(chrm && !chromaticities ? ['cHRM'] : []),
    ],
  };
}

/** Four bytes: primaries, transfer, matrix (0 for RGB), full range. */
function readCicp(data: Uint8Array): CodePoints | undefined {
  const [primaries, transfer, matrix, full] = data;
  if (data.length !== 4 || matrix !== 0 || full !== 1) return undefined;
  return primaries === undefined || transfer === undefined ? undefined : { primaries, transfer };
}

function scaled(data: Uint8Array, at: number, unit: number): number | undefined {
  const value = uint32(data, at);
  return value === undefined ? undefined : value / unit;
}
