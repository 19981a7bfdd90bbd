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
import { withFirstChild } from '../svg/root.ts';
import { naturalSize, withSize } from '../svg/size.ts';
import { decoding } from './source-file.ts';

/** Pixels of an inch in CSS. */
const DENSITY = 96;

/** What libvips multiplies the size of a drawing by at that density. */
const ENLARGED = DENSITY / 72;

/** Most pixels an SVG is drawn with, window or not. */
const MOST_PIXELS = 100e6;

/** What librsvg takes for drawn at the origin, too small to be seen. */
const ORIGIN = 'd="M0 0h.01v.01z" style="fill:#000;stroke:none"';

/**
 * The natural size of an SVG in CSS pixels, not rounded. Where the text does not
 * tell, it is the box of what is drawn and of the origin, as librsvg measures it, in
 * whole pixels: pictures begin at the origin, and a drawing beside it would be cut off.
 *
 * @throws Fault source-broken
 */
export async function svgSize(text: string): Promise<Size> {
  const said = naturalSize(text);
  if (said !== undefined) return said;
  await measured(text);
  const drawn = await measured(withFirstChild(text, 'path', ORIGIN));
  const whole = (length: number) => Math.max(1, Math.round(length / ENLARGED));
  return { width: whole(drawn.width), height: whole(drawn.height) };
}

/** The size that librsvg gives a drawing, enlarged. @throws Fault source-broken where nothing is drawn */
function measured(text: string): Promise<Size> {
  return decoding(sharp(Buffer.from(text), { density: DENSITY }).metadata());
}

/** A pipeline that begins with the drawing, of natural size `natural`, at the size `to` in pixels. */
export function drawSvg(text: string, natural: Size, to: Size): Sharp {
  const sized = withSize(text, natural, {
    width: to.width / ENLARGED,
    height: to.height / ENLARGED,
  });
  return sharp(Buffer.from(sized), { density: DENSITY, limitInputPixels: MOST_PIXELS });
}
