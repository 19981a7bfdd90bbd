/**
 * Saturation: white stays white, black stays black.
 *
 * The mean of a block is stored in steps. White is the value 1016, and where a
 * step of 18 rounds it to 56 × 18 = 1008, a decoder shows 254: a picture on
 * white then stands in a grey box. One step more is 1026, which is shown as 255,
 * because decoders clamp. So in blocks that are white or black throughout the
 * mean goes one step outwards where it fell short; nothing else changes, and
 * nearly no byte does (ITU-T T.81 specification, A.3.3 and A.3.4).
 */

import { applicationSegments, walkJpeg } from '../containers/jpeg.ts';
import type { Raster } from '../image/raster.ts';
import { BLOCK, type JpegComponent } from './coefficients.ts';
import { readJpeg } from './read.ts';
import { writeJpeg } from './write.ts';

/** Least mean, in eighths of a level from the middle, that is shown as 255 and as 0. */
const SHOWN_WHITE = 1012;
const SHOWN_BLACK = 1021;

/** The means of white and of black. */
const WHITE = 1016;
const BLACK = 1024;

/** Share of a step up to which an encoder may round down: half, and a little for the sake of bytes. */
const ROUNDED_DOWN = 0.6;

/** Levels that count as white or black in a block that is so on the whole. */
const NEARLY = 3;

/**
 * The JPEG of a raster of one page, with white and black blocks shown as they
 * are, in one scan; undefined where the file shows them so already.
 */
export function keepSaturation(jpeg: Uint8Array, raster: Raster): Uint8Array | undefined {
  const step = brightnessStep(jpeg);
  if (step === undefined) return undefined;
  const white = fallsShort(WHITE, SHOWN_WHITE, step);
  const black = fallsShort(BLACK, SHOWN_BLACK, step);
  if (!white && !black) return undefined;
  const blocks = saturatedBlocks(raster, white, black);
  if (blocks.length === 0) return undefined;
  const picture = readJpeg(jpeg);
  const brightness = picture?.components[0];
  if (picture === undefined || brightness === undefined) return undefined;
  if (!pushOutwards(brightness, blocks)) return undefined;
  return writeJpeg(picture, applicationSegments(jpeg));
}

/** The step of the means of the first component, from the table with its number. */
function brightnessStep(jpeg: Uint8Array): number | undefined {
  for (const { marker, data } of walkJpeg(jpeg).segments) {
    // Encoders that are asked here write table 0 first, in 8 bits.
    if (marker === 0xdb && data[0] === 0) return data[1] || undefined;
  }
  return undefined;
}

/** Whether rounding a mean down to a whole number of steps would show: 1016 in steps of 18 is shown as 254. */
function fallsShort(mean: number, shown: number, step: number): boolean {
  const below = Math.floor(mean / step);
  return below * step < shown && mean / step - below <= ROUNDED_DOWN;
}

interface SaturatedBlock {
  readonly x: number;
  readonly y: number;
  readonly white: boolean;
}

/** Blocks of 8 × 8 that are white or black throughout, but for a level here and there. */
function saturatedBlocks(raster: Raster, white: boolean, black: boolean): SaturatedBlock[] {
  const found: SaturatedBlock[] = [];
  const { width, height, channels, data } = raster;
  for (let y = 0; 8 * y < height; y++) {
    for (let x = 0; 8 * x < width; x++) {
      const first = data[8 * (y * width + x) * channels]!;
      const level = first >= 255 - NEARLY ? 255 : first <= NEARLY ? 0 : undefined;
      if (level === undefined || !(level === 255 ? white : black)) continue;
      if (isSaturated(raster, x, y, level)) found.push({ x, y, white: level === 255 });
    }
  }
  return found;
}

function isSaturated(
  { width, height, channels, data }: Raster,
  x: number,
  y: number,
  level: number,
) {
  const [right, bottom] = [Math.min(width, 8 * x + 8), Math.min(height, 8 * y + 8)];
  let distance = 0;
  for (let row = 8 * y; row < bottom; row++) {
    for (let column = 8 * x; column < right; column++) {
      const at = (row * width + column) * channels;
      for (let c = 0; c < 3; c++) {
        const off = Math.abs(data[at + c]! - level);
        if (off > NEARLY) return false;
        distance += off;
      }
    }
  }
  // Nearer to the end of the scale than to the level before it.
  return distance < 1.5 * (right - 8 * x) * (bottom - 8 * y);
}

/** Moves the means of blocks without detail to the first step that is shown as the end of the scale. */
function pushOutwards(
  { coefficients, blocksWide, quantisation }: JpegComponent,
  blocks: readonly SaturatedBlock[],
): boolean {
  const step = quantisation[0]!;
  const [whitest, blackest] = [Math.ceil(SHOWN_WHITE / step), -Math.ceil(SHOWN_BLACK / step)];
  let moved = false;
  for (const { x, y, white } of blocks) {
    const at = (y * blocksWide + x) * BLOCK;
    const mean = coefficients[at]!;
    if (white ? mean >= whitest : mean <= blackest) continue;
    if (coefficients.subarray(at + 1, at + BLOCK).some((value) => value !== 0)) continue;
    coefficients[at] = white ? whitest : blackest;
    moved = true;
  }
  return moved;
}
