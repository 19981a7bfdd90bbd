/**
 * Decoder shrink: how much smaller a JPEG is decoded, and where a window of it
 * then lies.
 *
 * The decoder averages encoded values, so it leaves a few times the target to the
 * reducer. It drops what is left of a last row and column: sizes are rounded down,
 * but stand for exact ones, and the reducer is told those (2961 columns by two are
 * 1480 that stand for 1480.5).
 *
 * `resize` of sharp shrinks less than it could and cannot be told the exact size;
 * the option of libvips's loader is given behind the path instead. sharp does not
 * promise that, so the first JPEG of a process shows whether it works; where it does
 * not, libvips shrinks in encoded values as for other formats.
 */
import sharp from 'sharp';
import type { Region, Size } from '../../base/size.ts';
import type { Window } from '../../raster/reduction/reduce.ts';

/** Sizes that a JPEG decoder makes, as divisors. */
export type Shrink = 1 | 2 | 4 | 8;

const SHRINKS: readonly Shrink[] = [8, 4, 2];

/**
 * What the decoder leaves to the reducer at least, as a multiple of the target
 * (bench/results/resample.md).
 */
export const HEADROOM = 2.5;

/** The largest shrink with headroom above the target. */
export function decoderShrink(from: Size, to: Size): Shrink {
  const factor = Math.min(from.width / to.width, from.height / to.height);
  return SHRINKS.find((shrink) => factor / shrink >= HEADROOM) ?? 1;
}

/**
 * Samplings of which the decoder leaves enough color: the target is at most as wide or high as their chroma. Of 4:1:1
 * chroma is a quarter as wide as the picture that the decoder makes, at every shrink.
 */
const FINE_CHROMA = new Set(['4:0:0', '4:4:4', '4:2:2', '4:2:0', '4:4:0']);

/** Whether a JPEG of this sampling may be decoded smaller. */
export function shrinksColors(chroma: string | undefined): boolean {
  return chroma !== undefined && FINE_CHROMA.has(chroma);
}

/** The size at which the decoder gives a picture. */
export function shrunkSize({ width, height }: Size, shrink: Shrink): Size {
  return { width: Math.floor(width / shrink), height: Math.floor(height / shrink) };
}

/** A path with the shrink for the loader of libvips. */
export function shrinkingPath(path: string, shrink: Shrink): string {
  return `${path}[shrink=${shrink}]`;
}

/** Where a window of the source lies once the decoder has shrunk it. */
export interface ShrunkWindow {
  /** The whole pixels that are read; absent for all of them. */
  readonly read?: Region;
  /** The window in what was read, to a fraction of a pixel. */
  readonly window: Window;
}

/** The window, or all, of a source on its shrunk picture. */
export function shrunkWindow(
  source: Size,
  window: Region | undefined,
  shrink: Shrink,
): ShrunkWindow {
  if (window === undefined) {
    return { window: exactly({ left: 0, top: 0, ...source }, shrink) };
  }
  const { width, height } = shrunkSize(source, shrink);
  const exact = exactly(window, shrink);
  const left = Math.min(width - 1, Math.floor(exact.left));
  const top = Math.min(height - 1, Math.floor(exact.top));
  const right = Math.max(left + 1, Math.min(width, Math.ceil(exact.left + exact.width)));
  const bottom = Math.max(top + 1, Math.min(height, Math.ceil(exact.top + exact.height)));
  return {
    read: { left, top, width: right - left, height: bottom - top },
    window: { ...exact, left: exact.left - left, top: exact.top - top },
  };
}

function exactly({ left, top, width, height }: Region, shrink: Shrink): Window {
  return {
    left: left / shrink,
    top: top / shrink,
    width: width / shrink,
    height: height / shrink,
  };
}

/** Whether loaders take the shrink behind a path; undefined until a JPEG has shown it. */
let supported: boolean | undefined;

/** Whether the decoder gives a JPEG smaller by 2, as its header then says. */
export async function supportsShrink(path: string, source: Size): Promise<boolean> {
  if (supported !== undefined) return supported;
  try {
    const wanted = shrunkSize(source, 2);
    const { width, height } = await sharp(shrinkingPath(path, 2)).metadata();
    supported = width === wanted.width && height === wanted.height;
    return supported;
  } catch {
    // Perhaps it is this file: the usual way says what is wrong with it.
    return false;
  }
}
