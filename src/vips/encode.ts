/**
 * Encoding: rasters to files by sharp, exactly as an Encoding says.
 *
 * A file holds its pixels and nothing else, except the profile, rights and
 * resolution that a raster carries. White and black areas of a JPEG are shown
 * as such, whatever its quality rounds them to. Grey pictures are written with one
 * channel where the format has that (JPEG, PNG), which saves bytes and shows
 * the same. A PNG palette without dithering is our own (raster/palette/quantize.ts).
 *
 * Invariant: what `decode` gives back has the size and channels asked for.
 */
import sharp, { type Sharp } from 'sharp';
import { assertNever } from '../base/assert-never.ts';
import { concat, plain } from '../containers/bytes.ts';
import { writeTiff } from '../containers/tiff-writer.ts';
import { withClearCanvas, withFrameTimes } from '../containers/webp.ts';
import { writeGif } from '../gif/write-gif.ts';
import { type Encoder, type Encoding, jxlDistance } from '../image/encoding.ts';
import { type FormatName, formatCard } from '../image/format.ts';
import type { Raster } from '../image/raster.ts';
import { sniffFormat } from '../image/sniff.ts';
import { keepSaturation } from '../jpeg/saturation.ts';
import { withSmoothClear } from '../raster/clear-colors.ts';
import { inColors, indexedPicture } from '../raster/palette/indexed-picture.ts';
import { isGrey, isOpaque, still, withAlpha, withoutAlpha } from '../raster/pixels.ts';
import { withAlphaOf } from './avif-alpha.ts';
import { packedPng } from './lossless-packers.ts';
import { jxlBackEnd } from './optional/jxl.ts';
import { palettePng } from './palette-png.ts';
import { pipeline } from './pipeline.ts';
import { withoutResolution, withPngMetadata } from './png-metadata.ts';
import { inScans } from './repack.ts';

/** mozjpeg's own quantisation table, tuned to the eye. */
const MOZJPEG_TABLE = 3;

/** Encodes and decodes with sharp. */
export const vipsEncoder: Encoder = { encode, decode };

async function encode(raster: Raster, encoding: Encoding): Promise<Uint8Array> {
  if (raster.pages > 1 && !formatCard(encoding.format).animation) {
    // sharp would write the frames as one tall picture.
    throw new Error(`Expected a still for ${encoding.format}, got ${raster.pages} frames.`);
  }
  if (encoding.format === 'png' && encoding.palette !== undefined && encoding.flat) {
    return await flatPng(raster, encoding.palette, encoding.effort);
  }
  if (encoding.format === 'webp' && encoding.palette !== undefined) {
    const { palette, ...lossless } = encoding;
    return await encode(inColors(raster, palette), lossless);
  }
  if (encoding.format === 'jxl') return await encodeJxl(raster, encoding);
  const alphaApart = encoding.format === 'avif' && !isOpaque(raster);
  const shown = alphaApart ? withoutAlpha(smoothClear(raster)) : drawable(raster, encoding);
  const pipe = described(opened(shown, encoding), shown, encoding.format);
  const colors = plain(await write(pipe, shown, encoding));
  const written = alphaApart
    ? await withAlphaOf(raster, colors, encoding.depth, encoding.effort > 1)
    : colors;
  const bytes = await finished(written, raster, encoding);
  const { density, exif } = raster.metadata ?? {};
  const silent = encoding.format === 'jpeg' && exif === undefined;
  return silent && density !== undefined ? withJfif(bytes, density) : bytes;
}

/** A JPEG XL by the package that writes it; alpha is kept exactly, whatever the colors lose. */
async function encodeJxl(
  raster: Raster,
  encoding: Extract<Encoding, { format: 'jxl' }>,
): Promise<Uint8Array> {
  const { encode: write } = await jxlBackEnd();
  const distance = encoding.mode === 'lossless' ? 0 : jxlDistance(encoding.quality);
  const { effort } = encoding;
  return write(drawable(raster, encoding), { distance, effort });
}

/** Colors of clear pixels cost bytes in a lossy WebP or JPEG XL and run into what is seen. */
function drawable(raster: Raster, encoding: Encoding): Raster {
  const coded = encoding.format === 'webp' || encoding.format === 'jxl';
  const lossy = coded && encoding.mode === 'lossy';
  return lossy && raster.pages === 1 ? smoothClear(raster) : raster;
}

/** Rasters with smooth clear pixels by the data they were made of: a search asks for each many times. */
const smoothed = new WeakMap<Uint8Array, Raster>();

function smoothClear(raster: Raster): Raster {
  const made = smoothed.get(raster.data) ?? withSmoothClear(raster);
  smoothed.set(raster.data, made);
  return { ...raster, data: made.data };
}

/** What an encoder leaves to do: PNG packed once more, the clear canvas of a WebP, white and black of a JPEG as they were. */
async function finished(
  written: Uint8Array,
  raster: Raster,
  encoding: Encoding,
): Promise<Uint8Array> {
  if (thorough(raster, encoding)) return await packed(written);
  if (encoding.format === 'png' && raster.metadata?.density === undefined) {
    return withoutResolution(written);
  }
  if (encoding.format === 'webp' && raster.pages > 1) {
    const timed = withLongTimes(written, raster);
    return isOpaque(raster) ? timed : withClearCanvas(timed);
  }
  const saturated = encoding.format === 'jpeg' ? keepSaturation(written, raster) : undefined;
  if (saturated === undefined) return written;
  return encoding.format === 'jpeg' && encoding.progressive ? await inScans(saturated) : saturated;
}

/** Whether a PNG is packed once more: at full effort, and where nothing travels with the pixels. */
function thorough({ profile, metadata }: Raster, { format, ...knobs }: Encoding): boolean {
  const full = format === 'png' && 'effort' in knobs && knobs.effort === 10;
  return full && profile === undefined && metadata === undefined;
}

/** A PNG of few colors, packed once more at full effort, with what travels with the pixels. */
async function flatPng(raster: Raster, colors: number, effort: number): Promise<Uint8Array> {
  const thorough = effort === 10;
  const bytes = palettePng(indexedPicture(raster, colors), thorough);
  const small = thorough ? await packed(bytes) : bytes;
  return withPngMetadata(small, raster);
}

async function packed(png: Uint8Array): Promise<Uint8Array> {
  const smaller = await packedPng(png);
  return smaller.length < png.length ? smaller : png;
}

async function write(pipe: Sharp, raster: Raster, encoding: Encoding): Promise<Uint8Array> {
  switch (encoding.format) {
    case 'jpeg': {
      const { effort, quality } = encoding;
      return pipe
        .jpeg({
          quality: effort === 'plain' ? withoutTrellis(quality) : quality,
          chromaSubsampling: encoding.chroma,
          optimiseCoding: true,
          trellisQuantisation: effort === 'trellis' || effort === 'full',
          quantisationTable: encoding.table ?? (effort === 'fast' ? 0 : MOZJPEG_TABLE),
          overshootDeringing: effort === 'plain' || effort === 'full',
          optimiseScans: encoding.effort === 'full' && encoding.progressive,
          progressive: encoding.progressive,
        })
        .toBuffer();
    }
    case 'webp':
      return pipe
        .webp({
          effort: encoding.effort,
          smartSubsample: encoding.smartSubsample,
          smartDeblock: encoding.deblock ?? false,
          ...(encoding.mode === 'lossless'
            ? { lossless: true, quality: 80, exact: encoding.exact ?? false }
            : { quality: encoding.quality, nearLossless: encoding.mode === 'near-lossless' }),
          ...motion(raster),
        })
        .toBuffer();
    case 'avif':
      return pipe
        .avif({
          quality: encoding.quality,
          effort: encoding.effort,
          bitdepth: encoding.depth,
          chromaSubsampling: encoding.chroma,
        })
        .toBuffer();
    case 'png':
      return encoding.palette === undefined
        ? pipe
            .png({
              compressionLevel: Math.min(9, Math.max(1, encoding.effort)),
              adaptiveFiltering: encoding.effort > 1,
            })
            .toBuffer()
        : pipe
            .png({
              palette: true,
              colors: encoding.palette,
              effort: encoding.effort,
              compressionLevel: 9,
            })
            .toBuffer();
    case 'gif':
      return writeGif(raster, encoding.palette, encoding.slack);
    case 'jxl':
    case 'mp4':
    case 'webm':
      throw new Error(`Expected a format that sharp writes, got ${encoding.format}.`);
    default:
      return assertNever(encoding);
  }
}

/**
 * The quality at which a JPEG without trellis looks as one with it does: trellis takes small
 * coefficients away. By SSIMULACRA 2 it is 3.4 less at 80, 2.6 at 85, 1.6 at 90 and 0.9 at 95
 * (bench/results/jpeg-effort.md).
 */
function withoutTrellis(quality: number): number {
  return quality - (quality < 88 ? 3 : 1);
}

/** A JPEG with a JFIF segment that says its resolution: libvips leaves that segment out. */
function withJfif(jpeg: Uint8Array, density: number): Uint8Array {
  const dots = Math.min(65_535, Math.max(1, Math.round(density)));
  const [high, low] = [dots >> 8, dots & 255];
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2];
  return concat([Uint8Array.from([...head, 1, high, low, high, low, 0, 0]), jpeg.subarray(2)]);
}

/** Milliseconds of a frame that sharp takes. */
const LONGEST_TOLD = 65_535;

/** Delays up to this many milliseconds become 100 ms in the writer of WebP. */
const TOO_SHORT = 10;

/**
 * Delays and plays of a WebP as they are, but that its writer makes 100 ms of delays up to 10 ms, as
 * browsers do with those of a GIF (docs/spec/http.md 14.19), and that longer ones are put in behind it.
 */
function motion(raster: Raster): { delay?: number[]; loop?: number } {
  if (raster.pages === 1) return {};
  const delay = delaysOf(raster).map((time) => Math.min(LONGEST_TOLD, time));
  return { delay, loop: Math.min(65_535, Math.max(0, raster.loop)) };
}

function delaysOf({ pages, delays }: Raster): number[] {
  return Array.from({ length: pages }, (_, page) => Math.max(0, Math.round(delays[page] ?? 100)));
}

/** A WebP whose frames are shown for longer than its writer can be told. */
function withLongTimes(webp: Uint8Array, raster: Raster): Uint8Array {
  const meant = delaysOf(raster).map((time) => (time <= TOO_SHORT ? 100 : time));
  if (meant.every((time) => time <= LONGEST_TOLD)) return webp;
  return withFrameTimes(
    webp,
    meant.map((time) => Math.min(LONGEST_TOLD, time)),
    meant,
  );
}

/** A pipeline on the raster, in as few channels as the file will need. */
function opened(raster: Raster, encoding: Encoding): Sharp {
  const { format } = encoding;
  const base = formatCard(format).alpha ? raster : withoutAlpha(raster);
  if (carries(raster, format)) {
    return sharp(writeTiff(base), { limitInputPixels: false, ignoreIcc: true });
  }
  const greyable = format === 'jpeg' || (format === 'png' && encoding.palette === undefined);
  return greyable && isGrey(base) ? greyPipeline(base) : pipeline(base);
}

/** Whether something has to travel with the pixels that raw pixels cannot tell. */
function carries({ profile, metadata, pages }: Raster, format: FormatName): boolean {
  // libvips writes the resolution into PNG, and into EXIF where there is some.
  const written = format === 'png' || (format === 'jpeg' && metadata?.exif !== undefined);
  const density = metadata?.density !== undefined && written;
  return pages === 1 && format !== 'gif' && (profile !== undefined || density);
}

function greyPipeline({ width, height, channels, data }: Raster): Sharp {
  const kept = channels === 4 ? 2 : 1;
  const out = new Uint8Array(width * height * kept);
  for (let i = 0, o = 0; i < data.length; i += channels, o += kept) {
    out[o] = data[i]!;
    if (kept === 2) out[o + 1] = data[i + 3]!;
  }
  return sharp(out, {
    limitInputPixels: false,
    raw: { width, height, channels: kept },
  }).toColorspace('b-w');
}

/** The pipeline told which metadata to write; none unless the raster has some. */
function described(pipe: Sharp, { profile, metadata, pages }: Raster, format: FormatName): Sharp {
  let out = pipe;
  if (profile && pages === 1 && format !== 'gif') out = out.keepIccProfile();
  if (metadata?.xmp) out = out.withXmp(metadata.xmp);
  if (metadata?.exif) out = out.withExif(metadata.exif as Record<string, Record<string, string>>);
  return out;
}

async function decode(bytes: Uint8Array, channels: 3 | 4): Promise<Raster> {
  if (sniffFormat(bytes) === 'jxl') return await decodeJxl(bytes, channels);
  const pipe = sharp(bytes, { animated: true, ignoreIcc: true, limitInputPixels: false });
  const { data, info } = await pipe
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pages = info.pages ?? 1;
  const { delay, loop } =
    pages > 1 ? await sharp(bytes, { limitInputPixels: false }).metadata() : {};
  const raster: Raster = {
    width: info.width,
    height: info.pageHeight ?? info.height,
    channels: info.channels === 4 ? 4 : 3,
    data: plain(data),
    pages,
    delays: delay ?? [],
    loop: pages > 1 ? (loop ?? 0) : 1,
  };
  return channels === 4 ? withAlpha(raster) : withoutAlpha(raster);
}

/** The pixels of a JPEG XL that `encode` wrote. */
async function decodeJxl(bytes: Uint8Array, channels: 3 | 4): Promise<Raster> {
  const { width, height, channels: found, data } = (await jxlBackEnd()).decode(bytes);
  if (!(data instanceof Uint8Array) || (found !== 3 && found !== 4)) {
    throw new Error(`Expected 8 bits of RGB from a JPEG XL of ours, got ${found} channels.`);
  }
  const raster = still(width, height, found, data);
  return channels === 4 ? withAlpha(raster) : withoutAlpha(raster);
}
