/**
 * Source facts: what is known of a picture before decoding, from the header that
 * libvips has read and from small walkers for what it does not tell (lossless
 * WebP, profile names, JPEG tables).
 */
import type { Metadata } from 'sharp';
import { leavesClear, readApng, readLoneFrame } from '../containers/animation/apng.ts';
import { avifColor } from '../containers/avif-color.ts';
import { latin1 } from '../containers/bytes.ts';
import { hasGainMap } from '../containers/gain-map.ts';
import { jpegFrame, walkJpeg } from '../containers/jpeg.ts';
import { estimateJpegQuality } from '../containers/jpeg-quality.ts';
import { pngChunks, pngSample } from '../containers/png.ts';
import { pngColor } from '../containers/png-color.ts';
import { hasTiledPlanes } from '../containers/tiff/planes.ts';
import { webpIsLossless } from '../containers/webp.ts';
import { hasUncovered } from '../gif/coverage.ts';
import { type DecodableFormat, type FormatName, formatCard } from '../image/format.ts';
import { isImageSequence } from '../image/sniff.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { readExif } from '../metadata/exif.ts';
import { shownOrientation } from '../metadata/orientation.ts';
import { profileFacts } from '../metadata/profile-facts.ts';
import { type ColorReading, colorOfAvif, colorOfPng } from '../metadata/source-color.ts';
import { spareSamples } from '../metadata/tiff-samples.ts';

/** Milliseconds of a frame whose file says nothing: what browsers take. */
export const PLAIN_DELAY = 100;

/** The facts of a source from what libvips tells of its header, and from its bytes. */
export function describe(
  format: DecodableFormat,
  bytes: Uint8Array,
  header: Metadata,
  pages: number,
  height: number,
): SourceInfo {
  const said = colorFacts(format, bytes, header);
  const { color, unknown, overProfile, gainMap, premultiplied, limitedGrey } = said;
  const profile = profileFacts(overProfile || isMismatch(header) ? undefined : header.icc);
  const bits = format === 'avif' || format === 'heic' ? header.bitsPerSample : undefined;
  const palette = paletteSize(format, bytes, header);
  const density = densityOf(format, bytes, header);
  const moving = pages > 1 && formatCard(format).animation;
  const apng = format === 'png' ? readApng(bytes) : undefined;
  const lone = format === 'png' && apng === undefined ? readLoneFrame(bytes) : undefined;
  const samples = format === 'tiff' ? spareSamples(bytes) : undefined;
  const hasAlpha = samples ? samples.alpha !== undefined : header.hasAlpha;
  const uncovered = format === 'gif' && !header.hasAlpha && hasUncovered(bytes);
  return {
    format,
    bytes: bytes.length,
    width: header.width,
    height,
    orientation: shownOrientation(format, bytes, header.orientation),
    ...(apng
      ? {
          pages: apng.frames.length,
          delays: apng.frames.map(({ delay }) => delay),
          loop: apng.plays,
        }
      : {
          pages,
          delays: moving ? delaysOf(header, pages) : [],
          loop: moving ? (header.loop ?? 0) : 1,
        }),
    ...(isImageSequence(bytes) ? { animated: true } : {}),
    ...(lone ? { loneFrame: true } : {}),
    ...(samples || (format === 'tiff' && hasTiledPlanes(bytes)) ? { ownSamples: true } : {}),
    alpha: hasAlpha || uncovered || [apng, lone].some((one) => one && leavesClear(one)),
    ...(uncovered ? { uncovered } : {}),
    ...profile,
    ...(profile.profile === 'other' && isPassedOver(header) ? { levelsByProfile: true } : {}),
    ...(color === undefined ? {} : { color }),
    ...(unknown === undefined ? {} : { unknownColor: unknown }),
    ...(gainMap ? { gainMap } : {}),
    ...(premultiplied ? { premultiplied } : {}),
    ...(limitedGrey ? { limitedGrey } : {}),
    space: spaceOf(header),
    depth: header.depth === 'uchar' ? 8 : header.depth === 'ushort' ? 16 : 32,
    ...(bits === undefined || bits === 8 ? {} : { bits }),
    lossless: isLossless(format, bytes),
    ...(palette === undefined ? {} : { palette }),
    ...(density === undefined ? {} : { density }),
    ...(format === 'jpeg' ? { jpeg: jpegFacts(bytes, header) } : {}),
  };
}

/** Color models of the profiles that count for each of pixels, as browsers take them (docs/spec/color.md 1.8). */
const MODELS: Readonly<Partial<Record<SourceInfo['space'], readonly string[]>>> = {
  rgb: ['RGB '],
  grey: ['GRAY', 'RGB '],
  cmyk: ['CMYK'],
};

/** A profile of another color model says nothing of these pixels. */
function isMismatch(header: Metadata): boolean {
  const models = MODELS[spaceOf(header)];
  return header.icc !== undefined && models?.includes(latin1(header.icc, 16, 20)) === false;
}

/** Whether libvips passes over the profile of a grey picture. */
function isPassedOver(header: Metadata): boolean {
  const { icc, depth } = header;
  if (spaceOf(header) !== 'grey' || icc === undefined) return false;
  return depth === 'ushort' || latin1(icc, 16, 20) === 'RGB ';
}

/** What the file says of its colors beside a profile, of its alpha and of a gain map. */
function colorFacts(
  format: FormatName,
  bytes: Uint8Array,
  { icc }: Metadata,
): ColorReading & Pick<SourceInfo, 'gainMap' | 'premultiplied' | 'limitedGrey'> {
  switch (format) {
    case 'png':
      return colorOfPng(pngColor(pngChunks(bytes).chunks), icc !== undefined);
    case 'avif':
    case 'heic': {
      const said = avifColor(bytes);
      const { gainMap, premultiplied, limitedGrey } = said;
      // What decodes HEIC divides by alpha itself
      return {
        ...colorOfAvif(said),
        gainMap,
        ...(premultiplied && format === 'avif' ? { premultiplied } : {}),
        ...(limitedGrey && format === 'avif' ? { limitedGrey } : {}),
      };
    }
    case 'jpeg':
      return { gainMap: hasGainMap(bytes, walkJpeg(bytes)) };
    default:
      return {};
  }
}

function delaysOf({ delay = [] }: Metadata, pages: number): number[] {
  return Array.from({ length: pages }, (_, i) => delay[i] ?? delay[0] ?? PLAIN_DELAY);
}

function spaceOf({ space }: Metadata): SourceInfo['space'] {
  switch (space) {
    case 'srgb':
    case 'rgb':
    case 'rgb16':
    case 'scrgb':
      return 'rgb';
    case 'b-w':
    case 'grey16':
      return 'grey';
    case 'cmyk':
      return 'cmyk';
    default:
      return 'other';
  }
}

/** TIFF compressions that lose: old and new JPEG, JPEG 2000, WebP, lossy JPEG XL. */
const LOSSY_TIFF = new Set([6, 7, 33003, 33004, 33005, 34712, 50001, 52546]);

function isLossless(format: FormatName, bytes: Uint8Array): boolean {
  switch (format) {
    case 'png':
    case 'gif':
    case 'svg':
      return true;
    case 'webp':
      return webpIsLossless(bytes) ?? false;
    case 'tiff': {
      const compression = readExif(bytes).main.get(259);
      return typeof compression === 'number' && !LOSSY_TIFF.has(compression);
    }
    default:
      return false;
  }
}

/** Colors of a palette; greys of a PNG that has fewer than 8 bits of them are one as well. */
function paletteSize(format: FormatName, bytes: Uint8Array, header: Metadata): number | undefined {
  const { bits, type } = pngSample(bytes);
  if (format === 'png' && type === 0 && bits < 8) return 2 ** bits;
  if (!header.isPalette) return undefined;
  if (format === 'png') {
    const table = pngChunks(bytes).chunks.find(({ name }) => name === 'PLTE');
    if (table) return Math.floor(table.data.length / 3);
  }
  return 2 ** Math.min(8, header.bitsPerSample ?? 8);
}

/** libvips tells 72 where a PNG says nothing. */
function densityOf(format: FormatName, bytes: Uint8Array, header: Metadata): number | undefined {
  if (format === 'svg' || format === 'gif') return undefined;
  if (format === 'png' && !pngChunks(bytes).chunks.some(({ name }) => name === 'pHYs')) {
    return undefined;
  }
  return header.density;
}

function jpegFacts(bytes: Uint8Array, header: Metadata): NonNullable<SourceInfo['jpeg']> {
  const frame = jpegFrame(walkJpeg(bytes));
  const quality = estimateJpegQuality(bytes);
  return {
    progressive: frame?.progressive ?? header.isProgressive,
    chroma: frame?.chroma ?? header.chromaSubsampling ?? 'unknown',
    ...(quality === undefined ? {} : { quality }),
  };
}
