/**
 * Loading: a source decoded, windowed, made smaller and turned upright.
 *
 * Every reduction is done in linear light by the reducer (docs/decisions/0020).
 * What it is given is the picture as decoded: a JPEG at the smallest size that
 * leaves headroom above the target (reduction/decoder-shrink.ts), anything else at
 * full size. Where that takes more memory than `RASTER_BYTES`, libvips shrinks
 * while it decodes, in encoded values, to two or three times the target first.
 * Enlargements and `nearest` are libvips's.
 *
 * Sizes are exact: sharp is always told both sides.
 */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import type { Region, Size } from '../base/size.ts';
import { coverage } from '../gif/coverage.ts';
import type { Raster } from '../image/raster.ts';
import { isAnimation, type SourceInfo } from '../image/source-info.ts';
import type { Filter } from '../plan/op.ts';
import type { Program } from '../plan/program.ts';
import { withAlpha } from '../raster/pixels.ts';
import type { LightTables } from '../raster/reduction/light.ts';
import type { Window } from '../raster/reduction/reduce.ts';
import { viewBoxSize } from '../svg/size.ts';
import { hasStyles } from '../svg/styles/has-styles.ts';
import { safeSvgText } from '../svg/text.ts';
import { sourceLight } from './color/source-light.ts';
import { ApngFrames } from './foreign/apng-frames.ts';
import { documentReader } from './foreign/foreign.ts';
import { orient, pipeline, pixels, turned } from './pipeline.ts';
import {
  decoderShrink,
  shrinkingPath,
  shrinksColors,
  shrunkSize,
  shrunkWindow,
  supportsShrink,
} from './reduction/decoder-shrink.ts';
import { divided, scaledWindow, wholeWindow } from './reduction/near-window.ts';
import { isReduction, reduced, type Scale, type SmoothScale } from './reduction/reducer.ts';
import type { LoadTransform } from './shrink-on-load.ts';
import { decoding, framesInFront, readSource, type SourceFile, sharpInput } from './source-file.ts';
import {
  type ColorUse,
  conversionOf,
  keepsProfile,
  type ReadPixels,
  readPixels,
} from './source-pixels.ts';
import { drawSvg, svgSize } from './svg.ts';

/** Filters of the plan by their names in sharp. */
export const KERNELS = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  mitchell: 'mitchell',
  lanczos2: 'lanczos2',
  lanczos3: 'lanczos3',
} as const satisfies Record<Filter, string>;

/** Bytes of a picture that is decoded as a whole before it is made smaller. */
const RASTER_BYTES = 40e6;

/** What a first step in encoded values leaves above the target, as a factor: as much as the bytes allow. */
const ROOM = { most: 3, least: 2 };

/** From this reduction on, a window may be cut after a first step: it is then off by a sixth of a pixel at most. */
const SHRINK_BEFORE_WINDOW = 6;

/**
 * One still of a source: transformed, 8-bit sRGB or the source's own RGB.
 *
 * @param read told when the pixels are there, where more is done with them
 * @throws Fault
 */
export async function loadStill(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse & Pick<Program, 'annotations'>,
  page: number,
  transform: LoadTransform,
  read?: () => void,
): Promise<Raster> {
  if (info.format === 'svg' || info.format === 'pdf') {
    const { annotations } = use;
    return loadDrawn(await drawingOf(file, info.format, page, annotations), info, transform);
  }
  const covered = isComposed(info)
    ? await (await frameLoader(file, info, use))(page, 1)
    : undefined;
  // Frames that were put together here are in sRGB already.
  const conversion = covered ? undefined : conversionOf(file, info, use);
  const readAll = conversion ?? readPixels;
  const open = (from = file) => (covered ? pipeline(covered) : openSource(from, info, use, page));
  const { scale, window, turn } = transform;
  if (scale === undefined) return readAll(turned(windowed(open(), window), turn));
  if (!isReduction(window ?? info, scale)) {
    const whole = windowed(open(), window);
    // Sizes are changed in sRGB.
    const start = conversion ? pipeline(await conversion(whole)) : whole;
    return readPixels(turned(resized(start, scale), turn));
  }
  if (covered) return orient(reduced(covered, scale, window), turn);
  const light = await sourceLight(file, info, use);
  const stored: ColorUse = light?.toSrgb ? { ...use, color: 'strip' } : use;
  const reading = {
    ...{ file, read: light?.toSrgb ? readPixels : readAll },
    open: (from = file) => openSource(from, info, stored, page),
  };
  const near = await loadNear(reading, info, window, scale);
  read?.();
  const small = reduced(near.raster, scale, near.window, light?.tables);
  return orient(light?.toSrgb?.(small) ?? small, turn);
}

/** Reads `count` frames of an animation from `first` on, one below another. @throws Fault */
export type LoadFrames = (first: number, count: number) => Promise<Raster>;

/** Whether frames are put together here, in sRGB, and not by libvips. */
function isComposed(info: SourceInfo): boolean {
  return info.uncovered === true || (info.format === 'png' && isAnimation(info));
}

/** What reads the frames of an animation; in their order nothing is decoded twice. @throws Fault */
export async function frameLoader(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
): Promise<LoadFrames> {
  if (info.format === 'png') {
    // Of an animation no color space is kept.
    const inSrgb: ColorUse = use.color === 'keep' ? { ...use, color: 'srgb' } : use;
    const read = conversionOf(file, info, inSrgb) ?? readPixels;
    const frames = new ApngFrames(await readSource(file), (bytes, { width, height }) =>
      read(openSource({ bytes }, { ...info, width, height, pages: 1 }, inSrgb)),
    );
    return (first, count) => frames.read(first, count);
  }
  return async (first, count) => {
    const strip = info.uncovered
      ? await loadCovered(file, info, use, first, count)
      : await decoding(pixels(openSource(file, info, use, first, count)));
    return { ...strip, height: info.height, pages: Math.round(strip.height / info.height) };
  };
}

/**
 * A still raster at another size: smaller in light, larger in encoded values. `inFloat`: by libvips, for
 * frames of few colors: its light has finer steps where it is dark, which leaves a palette fewer shades.
 */
export async function rescale(
  raster: Raster,
  scale: Scale,
  inFloat = false,
  tables?: LightTables,
): Promise<Raster> {
  if (raster.width === scale.width && raster.height === scale.height) return raster;
  if (!isReduction(raster, scale)) return pixels(resized(pipeline(raster), scale));
  return inFloat
    ? pixels(resized(pipeline(raster), scale).pipelineColorspace('scrgb'))
    : reduced(raster, scale, undefined, tables);
}

/** Frames of a GIF, one below another, as a still that is clear where no frame covers its screen. */
async function loadCovered(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
  first: number,
  count: number,
): Promise<Raster> {
  const strip = withAlpha(await decoding(pixels(openSource(file, info, use, first, count))));
  const frame = info.width * info.height;
  let at = 0;
  for (const covered of coverage(await readSource(file), first, count, framesInFront(file))) {
    if (covered.length !== frame || (at + frame) * 4 > strip.data.length) break;
    for (let i = 0; i < frame; i++, at++) {
      if (covered[i] === 0) strip.data.fill(0, at * 4, at * 4 + 4);
    }
  }
  return strip;
}

/** What the reducer begins with. */
interface Near {
  readonly raster: Raster;
  /** The part that is wanted; absent for all of it. */
  readonly window?: Window;
}

/** How a source is opened and read. */
interface Reading {
  readonly file: SourceFile;
  readonly open: (from?: SourceFile) => Sharp;
  readonly read: ReadPixels;
}

/** The picture at a size at or above the target that can be held in memory. */
async function loadNear(
  reading: Reading,
  info: SourceInfo,
  window: Region | undefined,
  scale: SmoothScale,
): Promise<Near> {
  const { file, open, read } = reading;
  const from: Size = window ?? info;
  const shrinks = info.format === 'jpeg' && shrinksColors(info.jpeg?.chroma);
  const path = shrinks && 'path' in file ? file.path : undefined;
  const wanted = path === undefined ? 1 : decoderShrink(from, scale);
  const shrink =
    path !== undefined && wanted > 1 && (await supportsShrink(path, info)) ? wanted : 1;
  if (rasterBytes(shrunkSize(from, shrink), info) > RASTER_BYTES) {
    return loadStepped(reading, info, window, scale);
  }
  if (path === undefined || shrink === 1) return { raster: await read(windowed(open(), window)) };
  const part = shrunkWindow(info, window, shrink);
  const smaller = open({ path: shrinkingPath(path, shrink) });
  const raster = await read(windowed(smaller, part.read));
  return { raster, window: part.window };
}

/** The same through a first step by libvips, in encoded values, which holds a few rows at a time. */
async function loadStepped(
  { open, read }: Reading,
  info: SourceInfo,
  window: Region | undefined,
  scale: SmoothScale,
): Promise<Near> {
  const from: Size = window ?? info;
  const factor = stepFactor(from, scale, info);
  if (factor <= 1) return { raster: await read(windowed(open(), window)) };
  const small = (size: Size) => ({ ...divided(size, factor), filter: scale.filter });
  if (window && factor * ROOM.least >= SHRINK_BEFORE_WINDOW) {
    const raster = await read(resized(open(), small(info)));
    return { raster, window: scaledWindow(window, info, raster) };
  }
  return { raster: await read(resized(windowed(open(), window), small(from))) };
}

/** By how much the first step shrinks, so that the reducer still has room; 1 for no first step. */
function stepFactor(from: Size, to: Size, info: SourceInfo): number {
  const whole = Math.min(from.width / to.width, from.height / to.height);
  const room = Math.sqrt(RASTER_BYTES / rasterBytes(to, info));
  return Math.max(1, whole / Math.min(ROOM.most, Math.max(ROOM.least, room)));
}

/** Bytes of a picture in memory; samples of more than 8 bits are converted from 16. */
function rasterBytes({ width, height }: Size, { alpha, depth, space }: SourceInfo): number {
  const channels = (space === 'cmyk' ? 4 : 3) + (alpha ? 1 : 0);
  return width * height * channels * (depth === 8 ? 1 : 2);
}

function openSource(file: SourceFile, info: SourceInfo, use: ColorUse, page = 0, pages = 1): Sharp {
  const front = framesInFront(file);
  const pipe = sharp(sharpInput(file), {
    ...readingOptions(info, use),
    limitInputPixels: info.width * info.height * pages,
    ...(info.pages > 1 || front > 0 ? { page: page + front, pages } : {}),
  });
  // sharp mistakes 16 bits for Display P3; told the way out, it converts twice and rightly.
  const deep = info.depth === 16 && info.profile === 'other' && info.space === 'rgb';
  return deep && use.color === 'srgb' ? pipe.withIccProfile('srgb', { attach: false }) : pipe;
}

/** A profile is applied only where it says other than sRGB: that saves as much time as decoding takes. */
function readingOptions(info: SourceInfo, use: ColorUse): SharpOptions {
  // Inks have to be converted anyhow: the values that stripping leaves alone are those of RGB.
  const strips = use.color === 'strip' && info.space !== 'cmyk';
  // libvips takes samples in floating point for linear light, and makes black of them by a profile.
  const applied = info.profile === 'other' && !info.levelsByProfile && info.depth !== 32;
  const apply = applied && !strips && !keepsProfile(info, use);
  // Data that ends early is only a warning once the end marker has been put back; libvips does
  // not look for one behind the last rows of blocks, so what is cut there passes.
  return { failOn: info.jpeg?.endMissing ? 'warning' : 'error', ignoreIcc: !apply };
}

function windowed(pipe: Sharp, window: Region | undefined): Sharp {
  if (window === undefined) return pipe;
  const { left, top, width, height } = window;
  return pipe.extract({ left, top, width, height });
}

function resized(pipe: Sharp, { width, height, filter }: Scale): Sharp {
  return pipe.resize(width, height, {
    fit: 'fill',
    kernel: KERNELS[filter],
    fastShrinkOnLoad: false,
  });
}

/** Begins with a drawing of the size that is asked for. */
type Drawing = (to: Size) => Sharp | Promise<Sharp>;

/** What draws a file that holds lines and text in place of pixels. @throws Fault */
async function drawingOf(
  file: SourceFile,
  format: 'svg' | 'pdf',
  page: number,
  annotations = true,
): Promise<Drawing> {
  const bytes = await readSource(file);
  if (format === 'pdf') {
    const reader = await documentReader();
    return async (to) => pipeline(await reader.draw(bytes, page, to, annotations));
  }
  const text = safeSvgText(bytes);
  const natural = await svgSize(text);
  if (!hasStyles(text)) return (to) => drawSvg(text, natural, to);
  const { plainStyles } = await import('../svg/styles/plain-styles.ts');
  return (to) => {
    const view = { drawn: to, box: viewBoxSize(text) ?? natural };
    return drawSvg(plainStyles(text, view), natural, to);
  };
}

/** Drawn at the size that is wanted: nothing is resampled but the last fraction of a pixel. */
async function loadDrawn(
  draw: Drawing,
  info: SourceInfo,
  transform: LoadTransform,
): Promise<Raster> {
  const from: Size = transform.window ?? info;
  const to = transform.scale ?? { ...from, filter: 'lanczos3' as const };
  if (transform.window === undefined) {
    return decoding(pixels(turned(resized(await draw(to), to), transform.turn)));
  }
  const zoom = Math.max(to.width / from.width, to.height / from.height);
  const drawn = { width: Math.ceil(info.width * zoom), height: Math.ceil(info.height * zoom) };
  const pipe = resized(await draw(drawn), { ...drawn, filter: to.filter });
  const whole = await decoding(pixels(pipe));
  const window = wholeWindow(transform.window, info, whole);
  return pixels(turned(resized(windowed(pipeline(whole), window), to), transform.turn));
}
