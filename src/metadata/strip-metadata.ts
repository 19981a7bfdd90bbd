/**
 * Metadata off: the same file without what says nothing about its pixels.
 *
 * It happens on the container, no pixel is touched. What the look depends on
 * (profile, orientation, Adobe's color marker) stays. Not portable: a new PNG
 * chunk needs Node's checksum.
 */
import { concat } from '../containers/bytes.ts';
import { stripGif } from '../containers/gif.ts';
import {
  isAdobe,
  isIcc,
  isJfif,
  jpegExif,
  jpegExifSegment,
  jpegScans,
  walkJpeg,
} from '../containers/jpeg.ts';
import { joinPng, pngChunks, pngExif } from '../containers/png.ts';
import { pngChunk } from '../containers/png-chunk.ts';
import { joinWebp, webpChunk, webpChunks } from '../containers/webp.ts';
import type { DecodableFormat, FormatName } from '../image/format.ts';
import { orientationExif } from './exif.ts';
import { exifOrientation } from './orientation.ts';

/** How metadata comes off the files of each format that is read; undefined where nothing here does it. */
const STRIPPERS = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: stripGif,
  avif: undefined,
  tiff: undefined,
  bmp: undefined,
  ico: undefined,
  svg: undefined,
  jxl: undefined,
  heic: undefined,
  pdf: undefined,
  psd: undefined,
} as const satisfies Readonly<
  Record<DecodableFormat, ((bytes: Uint8Array) => Uint8Array) | undefined>
>;

/** Formats whose metadata can be taken off without touching a pixel. */
export type StrippableFormat = {
  [F in DecodableFormat]: (typeof STRIPPERS)[F] extends undefined ? never : F;
}[DecodableFormat];

export function isStrippable(format: FormatName): format is StrippableFormat {
  return STRIPPERS[format as DecodableFormat] !== undefined;
}

/**
 * The file without metadata, its pictures untouched: what follows the end of
 * a JPEG goes as well. Files whose structure does not read come back as they are.
 */
export function stripMetadata(bytes: Uint8Array, format: StrippableFormat): Uint8Array {
  return STRIPPERS[format](bytes);
}

function stripJpeg(bytes: Uint8Array): Uint8Array {
  const walk = walkJpeg(bytes);
  if (walk.scan === undefined) return bytes;
  const kept = walk.segments.filter((segment) => {
    const { marker } = segment;
    const isApplication = marker >= 0xe0 && marker <= 0xef;
    const isComment = marker === 0xfe;
    return isJfif(segment) || isIcc(segment) || isAdobe(segment) || !(isApplication || isComment);
  });
  const orientation = exifOrientation(jpegExif(walk));
  const exif = orientation === 1 ? [] : [jpegExifSegment(orientationExif(orientation))];
  const jfif = kept.filter(isJfif).slice(0, 1);
  const rest = kept.filter((segment) => !isJfif(segment));
  const whole = ({ start, end }: { start: number; end: number }) => bytes.subarray(start, end);
  const scans = jpegScans(bytes, walk);
  return concat([
    Uint8Array.of(0xff, 0xd8),
    ...jfif.map(whole),
    ...exif,
    ...rest.map(whole),
    bytes.subarray(walk.scan, scans.end),
    // A file without its end marker gets one.
    ...(scans.terminated ? [] : [Uint8Array.of(0xff, 0xd9)]),
  ]);
}

/** PNG chunks that say how the picture looks, by the standard and its APNG extension. */
const PNG_LOOKS = new Set(
  'IHDR PLTE tRNS IDAT IEND gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD acTL fcTL fdAT'.split(' '),
);

function stripPng(bytes: Uint8Array): Uint8Array {
  const { chunks, complete } = pngChunks(bytes);
  if (!complete) return bytes;
  const orientation = exifOrientation(pngExif(bytes));
  return joinPng(
    chunks.flatMap(({ name, whole }) => {
      if (name === 'IHDR' && orientation !== 1) {
        return [whole, pngChunk('eXIf', orientationExif(orientation))];
      }
      // Unknown chunks that decoders must understand have a capital first.
      return PNG_LOOKS.has(name) || /^[A-Z]/.test(name) ? [whole] : [];
    }),
  );
}

/** Flags of VP8X. */
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

function stripWebp(bytes: Uint8Array): Uint8Array {
  const { chunks, complete } = webpChunks(bytes);
  const first = chunks[0];
  if (!complete || first === undefined) return bytes;
  if (first.name !== 'VP8X') return joinWebp([first.whole]);
  const header = new Uint8Array(first.data);
  header[0] = (first.data[0] ?? 0) & ~(HAS_EXIF | HAS_XMP);
  const looks = new Set(['ICCP', 'ANIM', 'ANMF', 'ALPH', 'VP8 ', 'VP8L']);
  return joinWebp([
    webpChunk('VP8X', header),
    ...chunks.slice(1).flatMap(({ name, whole }) => (looks.has(name) ? [whole] : [])),
  ]);
}
