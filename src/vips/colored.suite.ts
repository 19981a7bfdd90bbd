/**
 * Pictures of one color whose files say in a certain way what their samples mean, for
 * tests: PNG with color chunks, AVIF with code points, CMYK.
 */
import sharp from 'sharp';
import { bytes32, concat, latin1, latin1Bytes } from '../containers/bytes.ts';
import { joinPng, pngChunks } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import type { Triple } from '../image/standards.suite.ts';

export interface Patch {
  readonly width?: number;
  readonly height?: number;
  /** Bits per sample: 8 or 16 of a PNG, 8, 10 or 12 of an AVIF. */
  readonly bits?: number;
  readonly alpha?: boolean;
}

/** sharp on a picture of one color of samples 0..1. */
function patch(color: Triple, { width = 64, height = 48, bits = 8, alpha = false }: Patch) {
  const most = bits === 8 ? 255 : 65_535;
  const channels = alpha ? 4 : 3;
  const samples = [...color, 1].map((v) => Math.round(v * most));
  const data = Array.from({ length: width * height * channels }, (_, i) => samples[i % channels]!);
  const raw = { width, height, channels } as const;
  return bits === 8
    ? sharp(Uint8Array.from(data), { raw })
    : sharp(Uint16Array.from(data), { raw }).toColorspace('rgb16');
}

/** A chunk of a PNG: its name and its data. */
export type ColorChunk = readonly [name: string, data: Uint8Array];

export const cicp = (primaries: number, transfer: number): ColorChunk => [
  'cICP',
  Uint8Array.of(primaries, transfer, 0, 1),
];

export const gama = (gamma: number): ColorChunk => ['gAMA', bytes32(Math.round(gamma * 1e5))];

/** White, red, green and blue as x and y. */
export const chrm = (...places: readonly number[]): ColorChunk => [
  'cHRM',
  concat(places.map((place) => bytes32(Math.round(place * 1e5)))),
];

/** The PNG with these chunks behind its header. */
export function withChunks(png: Uint8Array, chunks: readonly ColorChunk[]): Uint8Array {
  const [header, ...rest] = pngChunks(png).chunks.map(({ whole }) => whole);
  return joinPng([header!, ...chunks.map(([name, data]) => pngChunk(name, data)), ...rest]);
}

export async function coloredPng(
  color: Triple,
  chunks: readonly ColorChunk[],
  size: Patch = {},
): Promise<Uint8Array> {
  // Not so small that nothing is left to gain.
  const png = await patch(color, size).png({ compressionLevel: 1 }).toBuffer();
  return withChunks(new Uint8Array(png), chunks);
}

/** A lossless AVIF whose `colr` box names these code points. */
export async function coloredAvif(
  color: Triple,
  [primaries, transfer]: readonly [number, number],
  size: Patch = {},
): Promise<Uint8Array> {
  const bitdepth = (size.bits ?? 8) as 8 | 10 | 12;
  const made = await patch(color, size).avif({ lossless: true, bitdepth, effort: 0 }).toBuffer();
  const file = new Uint8Array(made);
  const text = latin1(file, 0, 1000);
  for (let at = text.indexOf('colrnclx'); at >= 0; at = text.indexOf('colrnclx', at + 8)) {
    file.set([primaries >> 8, primaries & 255, transfer >> 8, transfer & 255], at + 8);
  }
  return file;
}

/** An uncompressed TIFF of one ink mix, 0..255 each, with or without alpha, of 8 or 16 bits. */
export function inkTiff(inks: readonly number[], depth: 8 | 16 = 8): Uint8Array {
  const [width, height] = [64, 48];
  const bytes = depth / 8;
  const channels = inks.length;
  // 257 times a level is the same share of 16 bits, and its two bytes are alike.
  const pixels = Uint8Array.from(
    { length: width * height * channels * bytes },
    (_, i) => inks[Math.floor(i / bytes) % channels]!,
  );
  const entries = [
    [256, 1, width],
    [257, 1, height],
    [258, channels, 0],
    [259, 1, 1],
    [262, 1, 5], // separated: inks
    [273, 1, 0],
    [277, 1, channels],
    [278, 1, height],
    [279, 1, pixels.length],
    ...(channels > 4 ? [[338, 1, 2]] : []),
  ] as const;
  const bits = 8 + 2 + 12 * entries.length + 4;
  const start = bits + 2 * channels;
  const short = (value: number) => Uint8Array.of(value & 255, value >> 8);
  const directory = entries.map(([tag, count, value]) => {
    const far = tag === 258 ? bits : tag === 273 ? start : value;
    const long = tag === 273 || tag === 279 || tag === 258;
    return concat([
      short(tag!),
      short(tag === 258 || !long ? 3 : 4),
      bytes32(count!, true),
      bytes32(far!, true),
    ]);
  });
  return concat([
    latin1Bytes('II*\0'),
    bytes32(8, true),
    short(entries.length),
    ...directory,
    bytes32(0),
    ...Array.from({ length: channels }, () => short(depth)),
    pixels,
  ]);
}

/** A JPEG of these inks; `adobe` as Photoshop marks it. */
export async function inkJpeg(inks: readonly number[], adobe = true): Promise<Uint8Array> {
  const made = await sharp(inkTiff(inks), { ignoreIcc: true })
    .pipelineColorspace('cmyk')
    .toColorspace('cmyk')
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const file = new Uint8Array(made);
  if (adobe) return file;
  const at = latin1(file, 0, 200).indexOf('Adobe') - 4;
  return concat([
    file.subarray(0, at),
    file.subarray(at + 2 + ((file[at + 2]! << 8) | file[at + 3]!)),
  ]);
}
