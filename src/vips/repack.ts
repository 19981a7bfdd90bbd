/**
 * Re-packing without loss: the same pixels in fewer bytes.
 *
 * JPEG and PNG are packed anew by mozjpeg and oxipng; a JPEG that is not
 * upright can be turned block by block. Their word is not enough: both files
 * are decoded and compared before the smaller one is given.
 */
import sharp, { type Metadata } from 'sharp';
import { applicationSegments, withApplicationSegments, withJpegExif } from '../containers/jpeg.ts';
import { type Chunk, joinPng, pngChunks } from '../containers/png.ts';
import { pngColor } from '../containers/png-color.ts';
import type { Orientation } from '../image/source-info.ts';
import { turnJpeg } from '../jpeg/turn-jpeg.ts';
import { orientationExif } from '../metadata/exif.ts';
import { profileKind } from '../metadata/icc.ts';
import { colorOfPng } from '../metadata/source-color.ts';
import { packedJpeg, packedPng } from './lossless-packers.ts';

/** What a JPEG may be written as: one scan, scans that make it sharper step by step, or the smaller. */
export type JpegKind = 'baseline' | 'progressive' | 'free';

/**
 * Levels by which the pixels of a turned JPEG may differ from those of the
 * picture turned: the passes of the decoder do not round alike in both
 * directions, nor does its enlarging of chroma. 4 were met at most; blocks or
 * signs gone wrong differ by a hundred.
 */
const TURN_ROUNDING = 8;

/**
 * The JPEG in fewer bytes with every pixel kept and no metadata but its
 * orientation; undefined where that cannot be done safely (a profile that the
 * look depends on, CMYK, damage) or would gain nothing. The result is
 * progressive, or upright where the turned blocks decode to the very pixels.
 */
export async function optimizeJpegLossless(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return smaller(bytes, async ({ orientation = 1 }) => {
    // With the axes swapped no picture of more than one color decodes alike.
    const mirrored = orientation > 1 && orientation <= 4;
    const upright = mirrored ? await turnedJpeg(bytes, orientation, 'progressive') : undefined;
    if (upright !== undefined && upright.length < bytes.length) {
      if ((await largestDifference(bytes, upright)) === 0) return upright;
    }
    const packed = await packedJpeg(bytes);
    return orientation === 1 ? packed : withJpegExif(packed, orientationExif(orientation));
  });
}

/**
 * The JPEG shown upright by turning its blocks: the same coefficients, no
 * metadata but its profile. Undefined for an upright source, where blocks would
 * break, and for what cannot be turned safely (CMYK, damage).
 */
export async function turnJpegUpright(
  bytes: Uint8Array,
  kind: JpegKind,
): Promise<Uint8Array | undefined> {
  try {
    const { orientation = 1, space, icc } = await sharp(bytes).metadata();
    if (orientation === 1 || space === 'cmyk') return undefined;
    // mozjpeg would drop the profile.
    const tied = profileKind(icc) === 'other';
    if (tied && kind === 'progressive') return undefined;
    const turned = await turnedJpeg(bytes, orientation, tied ? 'baseline' : kind);
    if (turned === undefined) return undefined;
    return (await largestDifference(bytes, turned)) <= TURN_ROUNDING ? turned : undefined;
  } catch {
    return undefined; // what the decoder refuses is delivered as it is
  }
}

async function turnedJpeg(
  bytes: Uint8Array,
  orientation: number,
  kind: JpegKind,
): Promise<Uint8Array | undefined> {
  const baseline = turnJpeg(bytes, orientation as Orientation);
  if (baseline === undefined || kind === 'baseline') return baseline;
  const progressive = await packedJpeg(baseline);
  return kind === 'free' && baseline.length < progressive.length ? baseline : progressive;
}

/** The JPEG in scans that make it sharper step by step, with its coefficients and its application data. */
export async function inScans(jpeg: Uint8Array): Promise<Uint8Array> {
  const packed = await packedJpeg(jpeg);
  return withApplicationSegments(packed, applicationSegments(jpeg));
}

/** The same for PNG; animated PNG is left alone, its frames would be lost. */
export async function optimizePngLossless(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const { chunks } = pngChunks(bytes);
  if (chunks.some(({ name }) => name === 'acTL')) return undefined;
  return smaller(bytes, async ({ orientation = 1, icc }) => {
    if (orientation !== 1) return undefined;
    const packed = await packedPng(bytes);
    const { color } = colorOfPng(pngColor(chunks), icc !== undefined);
    return color === undefined ? packed : withPngColor(packed, chunks);
  });
}

/** Chunks that tell a color space without a profile, and how bright it gets. */
const PNG_COLOR = new Set(['cICP', 'gAMA', 'cHRM', 'mDCV', 'cLLI']);

/** The PNG with the color chunks of another. */
function withPngColor(packed: Uint8Array, original: readonly Chunk[]): Uint8Array {
  const end = original.findIndex(({ name }) => name === 'PLTE' || name === 'IDAT');
  const said = original.slice(0, end).filter(({ name }) => PNG_COLOR.has(name));
  const [header, ...rest] = pngChunks(packed).chunks;
  if (header === undefined) return packed;
  return joinPng([header, ...said, ...rest].map(({ whole }) => whole));
}

async function smaller(
  bytes: Uint8Array,
  pack: (header: Metadata) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array | undefined> {
  try {
    const header = await sharp(bytes).metadata();
    if (profileKind(header.icc) === 'other' || header.space === 'cmyk') return undefined;
    const packed = await pack(header);
    if (packed === undefined || packed.length >= bytes.length) return undefined;
    return (await largestDifference(bytes, packed)) === 0 ? packed : undefined;
  } catch {
    return undefined; // a file the packers refuse is delivered as it is
  }
}

/**
 * The largest difference of two files' channels, shown upright, in levels 0..255, with the
 * colors of transparent pixels; infinite for pictures of different sizes.
 */
async function largestDifference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const open = (bytes: Uint8Array) =>
    sharp(bytes, { ignoreIcc: true })
      .autoOrient()
      .toColorspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
  const [first, second] = await Promise.all([open(a), open(b)]);
  const sameSize =
    first.info.width === second.info.width && first.info.height === second.info.height;
  if (!sameSize) return Number.POSITIVE_INFINITY;
  if (first.data.equals(second.data)) return 0;
  let largest = 0;
  for (let i = 0; i < first.data.length; i++) {
    largest = Math.max(largest, Math.abs(first.data[i]! - second.data[i]!));
  }
  return largest;
}
