/**
 * Probe: the facts of a source, read from its header.
 *
 * Magic bytes decide what may be opened at all; then sharp reads the header,
 * and small walkers read what sharp does not tell (lossless WebP, profile
 * names, JPEG tables). No pixel is decoded, and a picture that would be too
 * large to decode is refused here (docs/spec/http.md 14.1 to 14.4).
 */
import sharp, { type Metadata } from 'sharp';
import { Fault } from '../base/fault.ts';
import { avifColor } from '../containers/avif-color.ts';
import { latin1 } from '../containers/bytes.ts';
import { hasGainMap } from '../containers/gain-map.ts';
import { type JpegScans, jpegFrame, jpegScans, walkJpeg, withJpegEnd } from '../containers/jpeg.ts';
import { estimateJpegQuality } from '../containers/jpeg-quality.ts';
import { pngChunks, pngFrames } from '../containers/png.ts';
import { pngColor } from '../containers/png-color.ts';
import { webpIsLossless } from '../containers/webp.ts';
import { hasUncovered } from '../gif/coverage.ts';
import { type DecodableFormat, type FormatName, formatCard, isDecodable } from '../image/format.ts';
import {
  DEFAULT_PICTURE_LIMITS,
  MOST_HELD_PIXELS,
  MOST_INTERLACED_BYTES,
  type PictureLimits,
} from '../image/picture-limits.ts';
import { isImageSequence, notAnImage, sniffFormat } from '../image/sniff.ts';
import type { SourceInfo } from '../image/source-info.ts';
import { readExif } from '../metadata/exif.ts';
import { profileKind, profileName } from '../metadata/icc.ts';
import { shownOrientation } from '../metadata/orientation.ts';
import { type ColorReading, colorOfAvif, colorOfPng } from '../metadata/source-color.ts';
import { DEFAULT_SVG_LIMITS, type SvgLimits, safeSvgText } from '../svg/text.ts';
import { type BitmapFormat, bitmapInfo, bitmapPicture, isBitmapFormat } from './bitmap.ts';
import { decoding, readSource, type SourceFile, TOO_MANY } from './source-file.ts';
import { drawSvg, svgSize } from './svg.ts';

export interface ProbeLimits extends PictureLimits {
  /** Most pixels times scans of a progressive JPEG: each scan is a pass over the picture. */
  readonly scanPixels: number;
  readonly svg: SvgLimits;
}

export const DEFAULT_PROBE_LIMITS: ProbeLimits = {
  ...DEFAULT_PICTURE_LIMITS,
  scanPixels: 1.5e9,
  svg: DEFAULT_SVG_LIMITS,
};

/** Milliseconds of a frame whose file says nothing: what browsers take. */
const PLAIN_DELAY = 100;

/**
 * The facts of a source before decoding.
 *
 * @throws Fault source-not-an-image, source-unsupported, source-broken,
 *   source-too-large, source-too-many-pixels
 */
export async function probe(
  file: SourceFile,
  limits: PictureLimits & Partial<ProbeLimits> = DEFAULT_PROBE_LIMITS,
): Promise<SourceInfo> {
  const bounds = { ...DEFAULT_PROBE_LIMITS, ...limits };
  const bytes = await readSource(file);
  const format = readableFormat(bytes);
  if (isBitmapFormat(format)) return probeBitmap(bytes, format, bounds);
  const scans = format === 'jpeg' ? checkJpeg(bytes, bounds) : undefined;
  const endMissing = scans?.terminated === false;
  const input = endMissing ? withJpegEnd(bytes) : bytes;
  const header =
    format === 'svg'
      ? await svgHeader(safeSvgText(bytes, bounds.svg), bounds)
      : await decoding(
          sharp(input, { limitInputPixels: bounds.pixels, failOn: 'error' }).metadata(),
        ).catch((fault: unknown) => {
          throw isImageSequence(bytes) ? sequenceFault(fault) : fault;
        });
  if ((header.compression as string | undefined) === 'hevc') {
    throw new Fault('source-unsupported', 'Expected an AVIF with AV1 pictures, got HEVC.');
  }
  const pages = formatCard(format).animation ? (header.pages ?? 1) : 1;
  const height = header.pageHeight ?? header.height;
  const pixels = header.width * height;
  const most = Math.min(
    bounds.pixels,
    MOST_HELD_PIXELS[format] ?? bounds.pixels,
    interlacedPixels(format, header),
  );
  if (pixels > most || pixels * pages > bounds.totalPixels || pages > bounds.frames) {
    throw new Fault('source-too-many-pixels', TOO_MANY, { width: header.width, height, pages });
  }
  const info = describe(format, bytes, header, pages, height);
  return endMissing && info.jpeg ? { ...info, jpeg: { ...info.jpeg, endMissing } } : info;
}

/** Pixels at most of a PNG that is decoded as a whole, for its bytes per pixel. */
function interlacedPixels(
  format: FormatName,
  { isProgressive, channels, depth }: Metadata,
): number {
  if (format !== 'png' || !isProgressive) return Number.POSITIVE_INFINITY;
  return MOST_INTERLACED_BYTES / ((channels ?? 4) * (depth === 'ushort' ? 2 : 1));
}

async function probeBitmap(
  bytes: Uint8Array,
  format: BitmapFormat,
  bounds: ProbeLimits,
): Promise<SourceInfo> {
  const picture = bitmapPicture(bytes, format);
  if (picture.kind === 'png') {
    return { ...(await probe({ bytes: picture.bytes }, bounds)), format, bytes: bytes.length };
  }
  const { width, height } = picture.header;
  if (width * height > Math.min(bounds.pixels, MOST_HELD_PIXELS[format] ?? bounds.pixels)) {
    throw new Fault('source-too-many-pixels', TOO_MANY, { width, height });
  }
  return bitmapInfo(bytes, format, picture);
}

function sequenceFault(cause: unknown): Fault {
  const message = 'Expected an AVIF with a still picture, got an image sequence.';
  return new Fault('source-unsupported', message, {}, cause);
}

const SMALL = { width: 16, height: 16 };

/** What librsvg tells of a drawing, with its size in CSS pixels. @throws Fault */
async function svgHeader(text: string, { pixels }: ProbeLimits): Promise<Metadata> {
  const natural = await svgSize(text);
  if (!(natural.width > 0 && natural.height > 0)) {
    throw new Fault('source-broken', 'Expected an SVG with an area, got one without.');
  }
  const size = {
    width: Math.max(1, Math.round(natural.width)),
    height: Math.max(1, Math.round(natural.height)),
  };
  if (size.width * size.height > pixels) {
    throw new Fault('source-too-many-pixels', TOO_MANY, size);
  }
  // Drawn small: whether it can be read does not depend on its size.
  return { ...(await decoding(drawSvg(text, natural, SMALL).metadata())), ...size };
}

/** @throws Fault for bytes that no decoder shall see */
function readableFormat(bytes: Uint8Array): DecodableFormat {
  const format = sniffFormat(bytes);
  if (format === undefined) {
    throw notAnImage(bytes);
  }
  if (!isDecodable(format)) {
    throw new Fault(
      'source-unsupported',
      `Expected a source this server reads, got ${format.toUpperCase()}.`,
    );
  }
  return format;
}

/**
 * Bounds that libjpeg does not keep, and the scans where something is said about
 * them: a file without its end marker is read if every scan is there.
 *
 * @throws Fault source-unsupported, source-too-many-pixels, source-broken
 */
function checkJpeg(bytes: Uint8Array, bounds: ProbeLimits): JpegScans | undefined {
  const walk = walkJpeg(bytes);
  const frame = jpegFrame(walk);
  if (frame === undefined || walk.scan === undefined) return undefined; // libjpeg says what is wrong
  if (frame.precision !== 8) {
    throw new Fault(
      'source-unsupported',
      `Expected a JPEG of 8 bits per sample, got ${frame.precision}.`,
    );
  }
  const ends = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  if (ends && !frame.progressive) return undefined;
  const found = jpegScans(bytes, walk);
  if (frame.progressive && found.scans * frame.width * frame.height > bounds.scanPixels) {
    throw new Fault('source-too-many-pixels', 'The source image has too many scans to decode.', {
      scans: found.scans,
    });
  }
  if (!found.terminated && !found.complete) {
    throw new Fault('source-broken', 'The source image is damaged or incomplete.');
  }
  return found;
}

function describe(
  format: DecodableFormat,
  bytes: Uint8Array,
  header: Metadata,
  pages: number,
  height: number,
): SourceInfo {
  const { color, unknown, overProfile, gainMap } = colorFacts(format, bytes, header);
  const icc = overProfile || isMismatch(header) ? undefined : header.icc;
  const profile = profileKind(icc);
  const name = icc && profileName(icc);
  const bits = format === 'avif' ? header.bitsPerSample : undefined;
  const palette = paletteSize(format, bytes, header);
  const density = densityOf(format, bytes, header);
  const uncovered = format === 'gif' && !header.hasAlpha && hasUncovered(bytes);
  return {
    format,
    bytes: bytes.length,
    width: header.width,
    height,
    orientation: shownOrientation(format, bytes, header.orientation),
    pages,
    ...(format === 'png' && pngFrames(bytes) > 1 ? { animated: true } : {}),
    delays: pages > 1 ? delaysOf(header, pages) : [],
    loop: pages > 1 ? (header.loop ?? 0) : 1,
    alpha: header.hasAlpha || uncovered,
    ...(uncovered ? { uncovered } : {}),
    profile,
    ...(name === undefined ? {} : { profileName: name }),
    ...(color === undefined ? {} : { color }),
    ...(unknown === undefined ? {} : { unknownColor: unknown }),
    ...(gainMap ? { gainMap } : {}),
    space: spaceOf(header),
    depth: header.depth === 'uchar' ? 8 : header.depth === 'ushort' ? 16 : 32,
    ...(bits === undefined || bits === 8 ? {} : { bits }),
    lossless: isLossless(format, bytes),
    ...(palette === undefined ? {} : { palette }),
    ...(density === undefined ? {} : { density }),
    ...(format === 'jpeg' ? { jpeg: jpegFacts(bytes, header) } : {}),
  };
}

/** A profile of another color model says nothing of inks. */
function isMismatch({ icc, space }: Metadata): boolean {
  return icc !== undefined && space === 'cmyk' && latin1(icc, 16, 20) !== 'CMYK';
}

/** What the file says of its colors beside a profile, and of a gain map. */
function colorFacts(
  format: FormatName,
  bytes: Uint8Array,
  { icc }: Metadata,
): ColorReading & { readonly gainMap?: boolean } {
  switch (format) {
    case 'png':
      return colorOfPng(pngColor(pngChunks(bytes).chunks), icc !== undefined);
    case 'avif': {
      const said = avifColor(bytes);
      return { ...colorOfAvif(said), gainMap: said.gainMap };
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

function paletteSize(format: FormatName, bytes: Uint8Array, header: Metadata): number | undefined {
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
