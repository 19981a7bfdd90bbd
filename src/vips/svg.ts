/**
 * SVG through librsvg: measured, and drawn at the size that is wanted.
 *
 * libvips draws at 72 pixels per inch by default and multiplies the picture by
 * what a higher density adds, while librsvg also reads absolute units by that
 * density: they would grow twice. So the density is always that of CSS, 96, and
 * the size is said by the root of the drawing (../svg/size.ts).
 */
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../base/size.ts';
import { naturalSize, withSize } from '../svg/size.ts';
import { decoding } from './source-file.ts';

/** Pixels of an inch in CSS. */
const DENSITY = 96;

/** What libvips multiplies the size of a drawing by at that density. */
const ENLARGED = DENSITY / 72;

/** Most pixels an SVG is drawn with, window or not. */
const MOST_PIXELS = 100e6;

/**
 * The natural size of an SVG in CSS pixels, not rounded. Where the text does not
 * tell, it is the box of what is drawn, as librsvg measures it, in whole pixels.
 *
 * @throws Fault source-broken
 */
export async function svgSize(text: string): Promise<Size> {
  const said = naturalSize(text);
  if (said !== undefined) return said;
  const drawn = await decoding(sharp(Buffer.from(text), { density: DENSITY }).metadata());
  const whole = (length: number) => Math.max(1, Math.round(length / ENLARGED));
  return { width: whole(drawn.width), height: whole(drawn.height) };
}

/** A pipeline that begins with the drawing, of natural size `natural`, at the size `to` in pixels. */
export function drawSvg(text: string, natural: Size, to: Size): Sharp {
  const sized = withSize(text, natural, {
    width: to.width / ENLARGED,
    height: to.height / ENLARGED,
  });
  return sharp(Buffer.from(sized), { density: DENSITY, limitInputPixels: MOST_PIXELS });
}
