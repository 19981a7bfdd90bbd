/**
 * Source pixels: what a decoder gives, as 8-bit sRGB.
 *
 * A profile is applied by libvips while it decodes. What a file says of its colors
 * without a profile, and inks without one, are turned by loops of our own
 * (../raster/to-srgb.ts), from samples at the depth of the file. A source that is sRGB
 * passes straight through.
 */
import type { Sharp } from 'sharp';
import { plain } from '../containers/bytes.ts';
import type { Raster } from '../image/raster.ts';
import { isHdr, isKeepable } from '../image/source-color.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Program } from '../plan/program.ts';
import { multipliedInks, type Samples, toSrgb } from '../raster/to-srgb.ts';
import { greyLevels, withLevels } from './color/grey-levels.ts';
import { pixels } from './pipeline.ts';
import { decoding, type SourceFile } from './source-file.ts';

/** How a program reads the colors of its source. */
export type ColorUse = Pick<Program, 'color' | 'cmyk'>;

/** Reads a pipeline that begins with a source. @throws Fault */
export type ReadPixels = (pipe: Sharp) => Promise<Raster>;

/** What has to be done to a source's samples; undefined where libvips does all. */
export function conversionOf(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
): ReadPixels | undefined {
  const { color } = info;
  if (info.levelsByProfile && use.color !== 'strip') {
    return async (pipe) => withLevels(await readPixels(pipe), await greyLevels(file));
  }
  if (readsInks(info, use)) return async (pipe) => multipliedInks(await inksOf(pipe, info));
  if (color === undefined || keepsColor(info, use)) return undefined;
  // Taking a profile off leaves values alone; brighter than white is no value of a profile.
  if (use.color === 'strip' && !isHdr(color)) return undefined;
  return async (pipe) => toSrgb(await samplesOf(pipe, info), color);
}

/** The plain way. */
export const readPixels: ReadPixels = (pipe) => decoding(pixels(pipe));

/** Whether the pixels stay in the color space of the source's own profile. */
export function keepsProfile(
  { profile, space, depth, pages }: SourceInfo,
  { color }: ColorUse,
): boolean {
  const applied = profile === 'other' && space === 'rgb' && depth !== 32;
  return color === 'keep' && applied && pages === 1;
}

/** Whether the pixels stay in the color space that the file tells without a profile. */
export function keepsColor({ color, space, pages }: SourceInfo, use: ColorUse): boolean {
  const keepable = color !== undefined && isKeepable(color);
  return use.color === 'keep' && keepable && space === 'rgb' && pages === 1;
}

/** Inks of which nobody says how they look, to be shown as browsers show them. */
function readsInks({ space, profile, depth }: SourceInfo, { cmyk }: ColorUse): boolean {
  return space === 'cmyk' && profile === 'none' && depth !== 32 && cmyk !== 'press';
}

async function samplesOf(pipe: Sharp, info: SourceInfo): Promise<Samples<3 | 4>> {
  if (info.depth === 8) return { ...(await readPixels(pipe)), white: 255 };
  const { channels, ...samples } = await stored(pipe.toColorspace('rgb16'), info);
  if (channels !== 3 && channels !== 4) {
    throw new Error(`Expected 3 or 4 channels from sharp, got ${channels}.`);
  }
  return { ...samples, channels };
}

async function inksOf(pipe: Sharp, info: SourceInfo): Promise<Samples<4 | 5>> {
  const inks = pipe.pipelineColorspace('cmyk').toColorspace('cmyk');
  const { channels, ...samples } = await stored(inks, info);
  if (channels !== 4 && channels !== 5) {
    throw new Error(`Expected 4 or 5 channels from sharp, got ${channels}.`);
  }
  return { ...samples, channels };
}

/** The samples at the end of a pipeline, at the depth of the file: asked for fewer bits, sharp clips. */
async function stored(pipe: Sharp, info: SourceInfo): Promise<Samples<number>> {
  const depth = info.depth === 8 ? 'uchar' : 'ushort';
  const { data, info: found } = await decoding(
    pipe.raw({ depth }).toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = found;
  const size = { width, height, channels };
  return info.depth === 8
    ? { ...size, data: plain(data), white: 255 }
    : { ...size, data: words(data), white: whiteOf(info) };
}

/** libvips moves samples of 10 and 12 bits up and leaves the bits below them empty. */
function whiteOf({ bits = 16 }: SourceInfo): number {
  return (2 ** bits - 1) * 2 ** (16 - bits);
}

function words(data: Uint8Array): Uint16Array {
  const { buffer, byteOffset, byteLength } =
    data.byteOffset % 2 === 0 ? data : new Uint8Array(data);
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}
