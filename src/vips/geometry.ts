/**
 * Geometry on rasters: turns, windows, scales, frames, any angle.
 *
 * What moves whole pixels is done by copying rows; what interpolates is done
 * by sharp. Each function gives exactly the size its instruction names.
 */
import { BLACK, type Color, WHITE } from '../base/color.ts';
import type { Region, Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import type { Instruction, ResolvedFill } from '../plan/program.ts';
import { over } from '../raster/compositing.ts';
import { gradient } from '../raster/gradient.ts';
import { still, unpremultiplied, withAlpha, withoutAlpha } from '../raster/pixels.ts';
import { blurred } from './blur.ts';
import { pipeline, pixels } from './pipeline.ts';

/** The part of a raster inside a region that lies within it. */
export function extract(raster: Raster, { left, top, width, height }: Region): Raster {
  const { channels } = raster;
  const out = new Uint8Array(width * height * channels);
  const line = width * channels;
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * raster.width + left) * channels;
    out.set(raster.data.subarray(from, from + line), y * line);
  }
  return still(width, height, channels, out);
}

/** The raster in the middle of more: `sides` pixels around it, filled. */
export async function extend(
  raster: Raster,
  step: Extract<Instruction, { kind: 'extend' }>,
  ownColors?: OwnColors,
): Promise<Raster> {
  const { fill, sides } = step;
  switch (fill.kind) {
    case 'edge':
      return pixels(pipeline(raster).extend({ ...sides, extendWith: 'copy' }));
    case 'color':
      return onto(filled(step, fill.color, raster.channels), raster, sides);
    case 'blur':
      return onto(await blurredCanvas(raster, step, fill.sigma), raster, sides);
    case 'gradient':
      return onto(gradientCanvas(raster, step, fill, ownColors), raster, sides);
  }
}

/** Two colors that a picture is made of, a dark and a light one. */
export type OwnColors = (raster: Raster) => readonly [Color, Color];

function gradientCanvas(
  raster: Raster,
  size: Size,
  fill: Extract<ResolvedFill, { kind: 'gradient' }>,
  ownColors: OwnColors = () => [BLACK, WHITE],
): Raster {
  return gradient(size, { ...fill, colors: fill.colors ?? ownColors(raster) });
}

/** A canvas of one color; with alpha where the color or the picture has some. */
function filled({ width, height }: Size, color: Color, channels: 3 | 4): Raster {
  const wanted = color.alpha < 1 ? 4 : channels;
  const line = new Uint8Array(width * wanted);
  for (let i = 0; i < line.length; i += wanted) {
    line[i] = color.red;
    line[i + 1] = color.green;
    line[i + 2] = color.blue;
    if (wanted === 4) line[i + 3] = Math.round(color.alpha * 255);
  }
  const data = new Uint8Array(line.length * height);
  for (let y = 0; y < height; y++) data.set(line, y * line.length);
  return still(width, height, wanted, data);
}

/** The picture's pixels in place of the canvas's, not mixed with them. */
function onto(canvas: Raster, raster: Raster, at: { left: number; top: number }): Raster {
  const base = raster.channels === 4 ? withAlpha(canvas) : canvas;
  const top = base.channels === 4 ? withAlpha(raster) : raster;
  const line = top.width * top.channels;
  for (let y = 0; y < top.height; y++) {
    const to = ((at.top + y) * base.width + at.left) * base.channels;
    base.data.set(top.data.subarray(y * line, (y + 1) * line), to);
  }
  return base;
}

/** A blurred copy that covers the canvas, centred. */
async function blurredCanvas(
  raster: Raster,
  { width, height }: Size,
  sigma: number,
): Promise<Raster> {
  const cover = await pixels(
    pipeline(raster).resize(width, height, { fit: 'cover', position: 'centre' }),
  );
  return blurred(cover, sigma);
}

/**
 * Turned by any angle, degrees counter-clockwise, about its middle; `zoom`
 * enlarges first. The result is cut or widened evenly to the instruction's size.
 */
export async function rotate(
  raster: Raster,
  step: Extract<Instruction, { kind: 'rotate' }>,
): Promise<Raster> {
  const angle = (step.degrees * Math.PI) / 180;
  const cos = Math.cos(angle) * step.zoom;
  const sin = Math.sin(angle) * step.zoom;
  const framed = raster.channels === 3 ? await opaqueFrame(raster) : await clearFrame(raster);
  const skewed = await pixels(
    pipeline(framed).affine([cos, sin, -sin, cos], {
      background: '#00000000',
      interpolator: 'bicubic',
    }),
  );
  const turnedPicture = raster.channels === 3 ? skewed : unpremultiplied(skewed);
  const placed = centred(turnedPicture, step);
  // Zoomed until no corner is empty: what clearness is left at the rim is rounding.
  if (step.zoom > 1 && raster.channels === 3) return withoutAlpha(placed);
  return filledUnder(placed, raster, step);
}

/** Pixels around a picture that is turned: as far as the interpolation looks. */
const RIM = 4;
const AROUND = { top: RIM, right: RIM, bottom: RIM, left: RIM };

/** The edge repeated outwards and clear there: colors stay, only alpha fades. */
async function opaqueFrame(raster: Raster): Promise<Raster> {
  const framed = withAlpha(
    await pixels(pipeline(raster).extend({ ...AROUND, extendWith: 'copy' })),
  );
  const { width, height, data } = framed;
  for (let y = 0, i = 3; y < height; y++) {
    const outside = y < RIM || y >= height - RIM;
    for (let x = 0; x < width; x++, i += 4) {
      if (outside || x < RIM || x >= width - RIM) data[i] = 0;
    }
  }
  return framed;
}

/** Multiplied by alpha, so that clear pixels lend no color. */
function clearFrame(raster: Raster): Promise<Raster> {
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  return pixels(pipeline(premultiplied(raster)).extend({ ...AROUND, background }));
}

async function filledUnder(
  placed: Raster,
  original: Raster,
  { fill, width, height }: { fill: ResolvedFill } & Size,
): Promise<Raster> {
  switch (fill.kind) {
    case 'color':
      return over(placed, fill.color);
    case 'gradient':
      return overRaster(placed, gradientCanvas(original, { width, height }, fill));
    case 'blur':
    case 'edge': {
      const sigma = fill.kind === 'blur' ? fill.sigma : 20;
      const canvas = await blurredCanvas(original, { width, height }, sigma);
      return overRaster(placed, canvas);
    }
  }
}

/** One raster over another of its size. */
function overRaster(top: Raster, base: Raster): Raster {
  const below = withAlpha(base);
  const out = new Uint8Array(below.data);
  const front = top.data;
  for (let i = 0; i < out.length; i += 4) {
    const a = front[i + 3]! / 255;
    const b = (out[i + 3]! / 255) * (1 - a);
    const sum = a + b;
    if (sum === 0) continue;
    for (let c = 0; c < 3; c++) out[i + c] = (front[i + c]! * a + out[i + c]! * b) / sum + 0.5;
    out[i + 3] = sum * 255 + 0.5;
  }
  return still(top.width, top.height, 4, out);
}

/** Exactly this size about the same middle: cut where larger, clear where smaller. */
function centred(raster: Raster, { width, height }: Size): Raster {
  const out = new Uint8Array(width * height * 4);
  const left = Math.round((width - raster.width) / 2);
  const top = Math.round((height - raster.height) / 2);
  const from = Math.max(0, -left);
  const count = Math.min(raster.width - from, width - Math.max(0, left));
  for (let y = Math.max(0, top); y < Math.min(height, top + raster.height); y++) {
    const source = ((y - top) * raster.width + from) * 4;
    out.set(raster.data.subarray(source, source + count * 4), (y * width + Math.max(0, left)) * 4);
  }
  return still(width, height, 4, out);
}

function premultiplied(raster: Raster): Raster {
  const out = new Uint8Array(raster.data);
  for (let i = 0; i < out.length; i += 4) {
    const alpha = out[i + 3]!;
    if (alpha === 255) continue;
    for (let c = i; c < i + 3; c++) out[c] = Math.round((out[c]! * alpha) / 255);
  }
  return { ...raster, data: out };
}
