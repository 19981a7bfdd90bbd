/**
 * Indexed picture: a still in a palette of at most so many colors (quantize.ts), each pixel the
 * nearest of them that is of its kind. Pure; memory in proportion to the pixels.
 */
import type { Raster } from '../../image/raster.ts';
import { type ColorHistogram, colorsOf, histogramOf } from './color-histogram.ts';
import { PaletteMap } from './nearest-color.ts';
import { quantize } from './quantize.ts';

/** A still as numbers of colors. */
export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and straight alpha of each color; 1 to 256 colors. */
  readonly palette: Uint8Array;
  /** The color of each pixel, row by row. */
  readonly indices: Uint8Array;
}

/** Histograms by the pixels they were counted in: a search asks for many palettes of one picture. */
const known = new WeakMap<Uint8Array, ColorHistogram>();

/** The still in at most `most` colors, 2..256; exactly as it is, colors of clear pixels aside, where it has no more. */
export function indexedPicture(raster: Raster, most: number): IndexedPicture {
  const { width, height } = raster;
  const histogram = known.get(raster.data) ?? histogramOf(raster);
  known.set(raster.data, histogram);
  const map = new PaletteMap(quantize(histogram, most));
  const colors = colorsOf(raster);
  const indices = new Uint8Array(width * height);
  let [last, index] = [-1, 0];
  for (let p = 0; p < indices.length; p++) {
    const color = colors[p]!;
    if (color !== last) index = map.indexOf(color);
    last = color;
    indices[p] = index;
  }
  const palette = new Uint8Array(4 * map.palette.length);
  map.palette.forEach((color, i) => {
    palette.set([color & 255, (color >> 8) & 255, (color >> 16) & 255, color >>> 24], 4 * i);
  });
  return { width, height, palette, indices };
}
