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
import { asStillAvif } from '../containers/avif.ts';
import { type JpegScans, jpegFrame, jpegScans, walkJpeg, withJpegEnd } from '../containers/jpeg.ts';
import { hasTiledPlanes } from '../containers/tiff/planes.ts';
import { withWholeScreen } from '../gif/whole-screen.ts';
import { type DecodableFormat, type FormatName, formatCard, isDecodable } from '../image/format.ts';
import {
  DEFAULT_PICTURE_LIMITS,
  MOST_CANVAS_PIXELS,
  MOST_HELD_PIXELS,
  MOST_INTERLACED_BYTES,
  MOST_WIDTH,
  type PictureLimits,
} from '../image/picture-limits.ts';
import { isImageSequence, notAnImage, sniffFormat } from '../image/sniff.ts';
import { isAnimation, type SourceInfo } from '../image/source-info.ts';
import { spareSamples } from '../metadata/tiff-samples.ts';
import { DEFAULT_SVG_LIMITS, type SvgLimits, safeSvgText } from '../svg/text.ts';
import { type BitmapFormat, bitmapInfo, bitmapPicture, isBitmapFormat } from './foreign/bitmap.ts';
import { headerReader, isForeign, requireReader } from './foreign/foreign.ts';
import { describe } from './source-facts.ts';
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

/**
 * The facts of a source before decoding.
 *
 * @param page which page of a document has its size told, from 0; the last where there are fewer
 * @throws Fault source-not-an-image, source-unsupported, source-broken,
 *   source-too-large, source-too-many-pixels
 */
export async function probe(
  file: SourceFile,
  limits: PictureLimits & Partial<ProbeLimits> = DEFAULT_PROBE_LIMITS,
  page = 0,
): Promise<SourceInfo> {
  const bounds = { ...DEFAULT_PROBE_LIMITS, ...limits };
  const bytes = await readSource(file);
  const format = readableFormat(bytes);
  if (isBitmapFormat(format)) return probeBitmap(bytes, format, bounds);
  if (format === 'heic')
    requireReader(format); // libvips reads its header
  else if (isForeign(format)) {
    const reader = await headerReader(format);
    return within(await reader.describe(bytes, page), bounds);
  }
  const scans = format === 'jpeg' ? checkJpeg(bytes, bounds) : undefined;
  const endMissing = scans?.terminated === false;
  const sequence = isImageSequence(bytes);
  const screened = format === 'gif' ? withWholeScreen(bytes) : undefined;
  const input = endMissing
    ? withJpegEnd(bytes)
    : sequence
      ? asStillAvif(bytes)
      : (screened ?? bytes);
  const read =
    format === 'svg'
      ? await svgHeader(safeSvgText(bytes, bounds.svg), bounds)
      : await decoding(
          sharp(input, { limitInputPixels: bounds.pixels, failOn: 'error' }).metadata(),
        ).catch((fault: unknown) => {
          throw sequence ? sequenceFault(fault) : fault;
        });
  const header = screened === undefined ? read : withoutFront(read);
  if (format !== 'heic' && (header.compression as string | undefined) === 'hevc') {
    throw new Fault('source-unsupported', 'Expected an AVIF with AV1 pictures, got HEVC.');
  }
  const pages = formatCard(format).animation || format === 'tiff' ? (header.pages ?? 1) : 1;
  const shown = format === 'tiff' && page > 0 ? await pageHeader(input, pages, page) : header;
  const height = shown.pageHeight ?? shown.height;
  const info = within(
    describe(format, bytes, shown, pages, height),
    bounds,
    heldPixels(format, shown, bytes),
  );
  return endMissing && info.jpeg ? { ...info, jpeg: { ...info.jpeg, endMissing } } : info;
}

/** The header of a GIF without the frame that was put in front of it. */
function withoutFront({ pages = 2, delay = [], ...header }: Metadata): Metadata {
  return { ...header, pages: pages - 1, delay: delay.slice(1) };
}

/** The header of another page than the first. @throws Fault */
function pageHeader(input: Uint8Array, pages: number, page: number): Promise<Metadata> {
  const known = Math.min(page, pages - 1);
  return decoding(sharp(input, { page: known, failOn: 'error' }).metadata());
}

/** The facts of a source that may be decoded. @throws Fault source-too-many-pixels */
function within(
  info: SourceInfo,
  bounds: ProbeLimits,
  held = Number.POSITIVE_INFINITY,
): SourceInfo {
  const { width, height, pages, format } = info;
  const pixels = width * height;
  const frames = isAnimation(info) ? pages : 1;
  const drawn = format === 'png' && (frames > 1 || info.loneFrame === true);
  const canvas = drawn ? MOST_CANVAS_PIXELS : bounds.pixels;
  const most = Math.min(bounds.pixels, MOST_HELD_PIXELS[format] ?? canvas, held);
  const tooMany = pixels > most || pixels * frames > bounds.totalPixels || frames > bounds.frames;
  if (tooMany || width > MOST_WIDTH) {
    throw new Fault('source-too-many-pixels', TOO_MANY, { width, height, pages });
  }
  return info;
}

/** Pixels at most of a PNG or TIFF that is decoded as a whole, for its bytes per pixel. */
function heldPixels(
  format: FormatName,
  { isProgressive, channels, depth }: Metadata,
  bytes: Uint8Array,
): number {
  const whole = format === 'tiff' && (hasTiledPlanes(bytes) || spareSamples(bytes));
  if (!whole && !(format === 'png' && isProgressive)) return Number.POSITIVE_INFINITY;
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
  const most = Math.min(bounds.pixels, MOST_HELD_PIXELS[format] ?? bounds.pixels);
  if (width * height > most || width > MOST_WIDTH) {
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
