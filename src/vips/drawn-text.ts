/**
 * Drawn text: the outlines of a set text filled, with their outline and shadow, on a clear canvas.
 *
 * What is drawn is a path of numbers; no letter of a request reaches the renderer of SVG.
 */
import sharp from 'sharp';
import type { Color } from '../base/color.ts';
import type { Region, Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import type { TextDrawing } from '../image/text-drawing.ts';
import type { TextStyle } from '../plan/composition/text-style.ts';
import { overlay } from '../raster/blend.ts';
import { still } from '../raster/pixels.ts';
import { blurred } from './blur.ts';
import { pixels } from './pipeline.ts';

/** Blackness of a shadow. */
const SHADOW: Color = { red: 0, green: 0, blue: 0, alpha: 0.6 };

/** A drawn text, and where it stands on its canvas. */
export interface PlacedText {
  readonly raster: Raster;
  readonly x: number;
  readonly y: number;
}

/** The text alone, no larger than it is; undefined where nothing of it is on the canvas. */
export async function drawnText(
  { path }: Pick<TextDrawing, 'path'>,
  style: TextStyle,
  canvas: Size,
): Promise<PlacedText | undefined> {
  if (/[^MLQCZ0-9 .-]/.test(path)) throw new Error('Expected a path of numbers.');
  const { outline, shadow = 0 } = style;
  const region = regionOf(path, (outline?.width ?? 0) + 3 * shadow + 2, canvas);
  if (region === undefined) return undefined;
  const layers: Raster[] = [];
  if (shadow > 0) {
    const dark = await filled(path, SHADOW, region, { stroke: outline?.width ?? 0, by: shadow });
    layers.push(await blurred(dark, Math.max(0.3, shadow / 2)));
  }
  if (outline !== undefined && outline.width > 0) {
    layers.push(await filled(path, outline.color, region, { stroke: outline.width }));
  }
  layers.push(await filled(path, style.color, region));
  const raster = layers.reduce((below, layer) => overlay(below, layer, at(0, 0)));
  return { raster, x: region.left, y: region.top };
}

/** A text laid on a picture. */
export function withText(picture: Raster, text: PlacedText | undefined): Raster {
  return text === undefined ? picture : overlay(picture, text.raster, at(text.x, text.y));
}

/** A canvas that is clear all over. */
export function clearCanvas({ width, height }: Size): Raster {
  return still(width, height, 4, new Uint8Array(width * height * 4));
}

function at(x: number, y: number) {
  return { places: { x: [x], y: [y] }, mode: 'normal', opacity: 1 } as const;
}

/** The part of a canvas that outlines reach, with so much around them. */
function regionOf(path: string, around: number, canvas: Size): Region | undefined {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const most = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let axis = 0;
  // Every command is followed by pairs of x and y.
  for (const [number] of path.matchAll(/-?[0-9.]+/g)) {
    const value = Number(number);
    least[axis] = Math.min(least[axis]!, value);
    most[axis] = Math.max(most[axis]!, value);
    axis = 1 - axis;
  }
  const left = Math.max(0, Math.floor(least[0]! - around));
  const top = Math.max(0, Math.floor(least[1]! - around));
  const width = Math.min(canvas.width, Math.ceil(most[0]! + around)) - left;
  const height = Math.min(canvas.height, Math.ceil(most[1]! + around)) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : undefined;
}

function filled(
  path: string,
  { red, green, blue, alpha }: Color,
  { left, top, width, height }: Region,
  { stroke = 0, by = 0 }: { readonly stroke?: number; readonly by?: number } = {},
): Promise<Raster> {
  const [r, g, b] = [red, green, blue].map((value) => Math.round(value));
  const color = `rgb(${r},${g},${b})`;
  // The stroke lies half inside the letters, which are drawn over it.
  const line =
    stroke > 0 ? ` stroke="${color}" stroke-width="${2 * stroke}" stroke-linejoin="round"` : '';
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<g opacity="${alpha}" transform="translate(${by - left} ${by - top})">` +
    `<path d="${path}" fill="${color}"${line}/></g></svg>`;
  return pixels(
    sharp(Buffer.from(svg), { limitInputPixels: false, unlimited: true }).ensureAlpha(),
  );
}
