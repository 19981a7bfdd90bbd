/**
 * Drawn text: the outlines of a set text filled, with their outline and shadow, on a clear canvas.
 *
 * What is drawn is a path of numbers; no letter of a request reaches the renderer of SVG.
 */
import sharp from 'sharp';
import type { Color } from '../base/color.ts';
import type { Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import type { TextStyle } from '../plan/composition/text-style.ts';
import { overlay } from '../raster/blend.ts';
import { still } from '../raster/pixels.ts';
import { blurred } from './blur.ts';
import { pixels } from './pipeline.ts';

/** One picture on another of its size. */
export const ALL_OVER = { places: { x: [0], y: [0] }, mode: 'normal', opacity: 1 } as const;

/** Blackness of a shadow. */
const SHADOW: Color = { red: 0, green: 0, blue: 0, alpha: 0.6 };

/** The text alone. @param path commands and numbers */
export async function drawnText(path: string, style: TextStyle, size: Size): Promise<Raster> {
  if (/[^MLQCZ0-9 .-]/.test(path)) throw new Error('Expected a path of numbers.');
  const clear = still(size.width, size.height, 4, new Uint8Array(size.width * size.height * 4));
  const { outline, shadow = 0 } = style;
  const layers: Raster[] = [];
  if (shadow > 0) {
    const dark = await filled(path, SHADOW, size, { stroke: outline?.width ?? 0, by: shadow });
    layers.push(await blurred(dark, Math.max(0.3, shadow / 2)));
  }
  if (outline !== undefined && outline.width > 0) {
    layers.push(await filled(path, outline.color, size, { stroke: outline.width }));
  }
  layers.push(await filled(path, style.color, size));
  return layers.reduce((below, layer) => overlay(below, layer, ALL_OVER), clear);
}

function filled(
  path: string,
  { red, green, blue, alpha }: Color,
  { width, height }: Size,
  { stroke = 0, by = 0 }: { readonly stroke?: number; readonly by?: number } = {},
): Promise<Raster> {
  const [r, g, b] = [red, green, blue].map((value) => Math.round(value));
  const color = `rgb(${r},${g},${b})`;
  // The stroke lies half inside the letters, which are drawn over it.
  const line =
    stroke > 0 ? ` stroke="${color}" stroke-width="${2 * stroke}" stroke-linejoin="round"` : '';
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<g opacity="${alpha}" transform="translate(${by} ${by})">` +
    `<path d="${path}" fill="${color}"${line}/></g></svg>`;
  return pixels(
    sharp(Buffer.from(svg), { limitInputPixels: false, unlimited: true }).ensureAlpha(),
  );
}
