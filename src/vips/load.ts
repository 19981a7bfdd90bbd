/**
 * Loading: a source decoded, windowed, made smaller and turned upright.
 *
 * How a picture is made smaller was measured (bench/results/resample.md):
 * against a float Lanczos 3 in linear light, resizing encoded values is 10 to
 * 15 dB worse than resizing light, whatever the decoder did before. Up to
 * three megapixels that happens at once. A larger picture goes in two steps:
 * down to two or three times the target in encoded values, where JPEG and
 * WebP decoders help and the cost is small, and from there in light. Enlargements and `nearest` stay as they are.
 *
 * Sizes are exact: sharp is always told both sides.
 */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import type { Region, Size } from '../base/size.ts';
import { coverage } from '../gif/coverage.ts';
import type { Raster } from '../image/raster.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Filter } from '../plan/op.ts';
import { withAlpha } from '../raster/pixels.ts';
import { safeSvgText } from '../svg/text.ts';
import { pipeline, pixels } from './pipeline.ts';
import type { LoadTransform, Turn } from './shrink-on-load.ts';
import { decoding, readSource, type SourceFile, sharpInput } from './source-file.ts';
import { type ColorUse, conversionOf, type ReadPixels, readPixels } from './source-pixels.ts';
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

/** A size to reach, and how. */
export type Scale = Size & { readonly filter: Filter };

/** A picture of so many pixels is made smaller in light at once. */
const AT_ONCE = 3e6;

/** Room above the target for the linear step: generous where that stays cheap. */
const ROOM = { generous: 3, least: 2, cheapPixels: 3e6 };

/** From this reduction on, a window may be cut after shrinking: it is then off by a sixth of a pixel at most. */
const SHRINK_BEFORE_WINDOW = 6;

/** One still of a source: transformed, 8-bit sRGB or the source's own RGB. @throws Fault */
export async function loadStill(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
  page: number,
  transform: LoadTransform,
): Promise<Raster> {
  if (info.format === 'svg') return loadSvg(file, info, transform);
  const conversion = conversionOf(info, use);
  const read = conversion ?? readPixels;
  const covered = info.uncovered ? await loadCovered(file, info, use, page, 1) : undefined;
  const open = () => (covered ? pipeline(covered) : openSource(file, info, use, page));
  const { scale } = transform;
  if (scale === undefined) {
    return read(turned(windowed(open(), transform.window), transform.turn));
  }
  const from: Size = transform.window ?? info;
  if (!isReduction(from, scale)) {
    const whole = windowed(open(), transform.window);
    // Sizes are changed in sRGB.
    const start = conversion ? pipeline(await conversion(whole)) : whole;
    return readPixels(turned(resized(start, scale), transform.turn));
  }
  const { near, window } = await loadNear({ open, read }, info, transform.window, scale);
  return pixels(turned(linearly(windowed(pipeline(near), window), scale), transform.turn));
}

/** Frames of an animation as they are stored, one below another. @throws Fault */
export async function loadFrames(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
  first: number,
  count: number,
): Promise<Raster> {
  const strip = info.uncovered
    ? await loadCovered(file, info, use, first, count)
    : await decoding(pixels(openSource(file, info, use, first, count)));
  return { ...strip, height: info.height, pages: Math.round(strip.height / info.height) };
}

/**
 * A raster at another size: smaller in light, larger in encoded values.
 * `quick` stays with encoded values, for the many frames of an animation.
 */
export async function rescale(raster: Raster, scale: Scale, quick = false): Promise<Raster> {
  if (raster.width === scale.width && raster.height === scale.height) return raster;
  if (quick || !isReduction(raster, scale)) return pixels(resized(pipeline(raster), scale));
  const factor = firstFactor(raster, scale);
  const small = { ...divided(raster, factor), filter: scale.filter };
  const near = factor > 1 ? await pixels(resized(pipeline(raster), small)) : raster;
  return pixels(linearly(pipeline(near), scale));
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
  for (const covered of coverage(await readSource(file), first, count)) {
    if (covered.length !== frame || (at + frame) * 4 > strip.data.length) break;
    for (let i = 0; i < frame; i++, at++) {
      if (covered[i] === 0) strip.data.fill(0, at * 4, at * 4 + 4);
    }
  }
  return strip;
}

/** A picture not far above the target, and the window that is still to be cut from it. */
async function loadNear(
  { open, read }: { readonly open: () => Sharp; readonly read: ReadPixels },
  source: Size,
  window: Region | undefined,
  scale: Scale,
): Promise<{ near: Raster; window?: Region }> {
  const from = window ?? source;
  const factor = firstFactor(from, scale);
  if (factor <= 1) return { near: await read(windowed(open(), window)) };
  const small = (size: Size) => ({ ...divided(size, factor), filter: scale.filter });
  if (window && factor * ROOM.least >= SHRINK_BEFORE_WINDOW) {
    const near = await read(resized(open(), small(source)));
    return { near, window: shrunkWindow(window, source, near) };
  }
  return { near: await read(resized(windowed(open(), window), small(from))) };
}

function isReduction(from: Size, to: Scale): boolean {
  const smaller = to.width < from.width || to.height < from.height;
  return to.filter !== 'nearest' && smaller && to.width <= from.width && to.height <= from.height;
}

/** By how much the first step shrinks, so that the second still has room; 1 for no first step. */
function firstFactor(from: Size, to: Size): number {
  if (from.width * from.height <= AT_ONCE) return 1;
  const whole = Math.min(from.width / to.width, from.height / to.height);
  const generous = to.width * to.height * ROOM.generous ** 2 <= ROOM.cheapPixels;
  return Math.max(1, whole / (generous ? ROOM.generous : ROOM.least));
}

function divided({ width, height }: Size, factor: number): Size {
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
}

/** A window on the source as whole pixels of its smaller picture. */
function shrunkWindow(window: Region, source: Size, near: Size): Region {
  const x = near.width / source.width;
  const y = near.height / source.height;
  const left = Math.min(near.width - 1, Math.round(window.left * x));
  const top = Math.min(near.height - 1, Math.round(window.top * y));
  return {
    left,
    top,
    width: Math.max(1, Math.round((window.left + window.width) * x) - left),
    height: Math.max(1, Math.round((window.top + window.height) * y) - top),
  };
}

function openSource(file: SourceFile, info: SourceInfo, use: ColorUse, page = 0, pages = 1): Sharp {
  const pipe = sharp(sharpInput(file), {
    ...readingOptions(info, use),
    limitInputPixels: info.width * info.height * pages,
    ...(info.pages > 1 ? { page, pages } : {}),
  });
  // sharp mistakes 16 bits for Display P3; told the way out, it converts twice and rightly.
  const deep = info.depth !== 8 && info.profile === 'other' && info.space === 'rgb';
  return deep && use.color === 'srgb' ? pipe.withIccProfile('srgb', { attach: false }) : pipe;
}

/** A profile is applied only where it says other than sRGB: that saves as much time as decoding takes. */
function readingOptions(info: SourceInfo, use: ColorUse): SharpOptions {
  // Inks have to be converted anyhow: the values that stripping leaves alone are those of RGB.
  const strips = use.color === 'strip' && info.space !== 'cmyk';
  const apply = info.profile === 'other' && !strips && !keepsProfile(info, use);
  // Data that ends early is only a warning once the end marker has been put back; libvips does
  // not look for one behind the last rows of blocks, so what is cut there passes.
  return { failOn: info.jpeg?.endMissing ? 'warning' : 'error', ignoreIcc: !apply };
}

/** Whether the pixels stay in the color space of the source's own profile. */
export function keepsProfile(info: SourceInfo, { color }: ColorUse): boolean {
  return color === 'keep' && info.profile === 'other' && info.space === 'rgb' && info.pages === 1;
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

/** The same in linear light; sharp multiplies by alpha around it. */
function linearly(pipe: Sharp, scale: Scale): Sharp {
  return resized(pipe, scale).pipelineColorspace('scrgb');
}

/** After the resize, as sharp does it when asked in this order. */
export function turned(pipe: Sharp, { mirror, turn }: Turn): Sharp {
  const mirrored = mirror ? pipe.flop() : pipe;
  return turn === 0 ? mirrored : mirrored.rotate(turn);
}

/** Drawn at the size that is wanted: nothing is resampled but the last fraction of a pixel. */
async function loadSvg(
  file: SourceFile,
  info: SourceInfo,
  transform: LoadTransform,
): Promise<Raster> {
  const text = safeSvgText(await readSource(file));
  const natural = await svgSize(text);
  const from: Size = transform.window ?? info;
  const to = transform.scale ?? { ...from, filter: 'lanczos3' as const };
  if (transform.window === undefined) {
    return decoding(pixels(turned(resized(drawSvg(text, natural, to), to), transform.turn)));
  }
  const zoom = Math.max(to.width / from.width, to.height / from.height);
  const drawn = { width: Math.ceil(info.width * zoom), height: Math.ceil(info.height * zoom) };
  const pipe = resized(drawSvg(text, natural, drawn), { ...drawn, filter: to.filter });
  const whole = await decoding(pixels(pipe));
  const window = shrunkWindow(transform.window, info, whole);
  return pixels(turned(resized(windowed(pipeline(whole), window), to), transform.turn));
}
