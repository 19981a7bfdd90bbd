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

/** The colors of a picture, counted, and of each pixel the place of its own. */
interface CountedPicture {
  readonly histogram: ColorHistogram;
  readonly places: Uint16Array;
  /** By their most colors: a size is tried, and then written once more. */
  readonly palettes: Map<number, ChosenPalette>;
}

/** A palette, and for each counted color the place of that which stands for it. */
interface ChosenPalette {
  /** As in `IndexedPicture`. */
  readonly palette: Uint8Array;
  readonly nearest: Uint8Array;
}

/** By the pixels that were counted: a search asks for many palettes of one picture. */
const known = new WeakMap<Uint8Array, CountedPicture>();

/** The still in at most `most` colors, 2..256; exactly as it is, colors of clear pixels aside, where it has no more. */
export function indexedPicture(raster: Raster, most: number): IndexedPicture {
  const { width, height } = raster;
  const counted = known.get(raster.data) ?? countedPicture(raster);
  known.set(raster.data, counted);
  const { palette, nearest } = paletteOf(counted, most);
  const indices = new Uint8Array(width * height);
  for (let p = 0; p < indices.length; p++) indices[p] = nearest[counted.places[p]!]!;
  return { width, height, palette, indices };
}

function paletteOf({ histogram, palettes }: CountedPicture, most: number): ChosenPalette {
  // All sizes that have room for every color are one.
  const size = histogram.isExact ? Math.min(most, Math.max(2, histogram.size)) : most;
  const found = palettes.get(size) ?? chosenPalette(histogram, size);
  palettes.set(size, found);
  return found;
}

function chosenPalette(histogram: ColorHistogram, most: number): ChosenPalette {
  const map = new PaletteMap(quantize(histogram, most));
  // Neighbours that count as one are shown as one.
  const nearest = Uint8Array.from(histogram.entries().colors, (color) => map.indexOf(color));
  const palette = new Uint8Array(4 * map.palette.length);
  map.palette.forEach((color, i) => {
    palette.set([color & 255, (color >> 8) & 255, (color >> 16) & 255, color >>> 24], 4 * i);
  });
  return { palette, nearest };
}

/** The same as a raster. */
export function inColors(raster: Raster, most: number): Raster {
  const { palette, indices } = indexedPicture(raster, most);
  const { channels } = raster;
  const data = new Uint8Array(raster.data.length);
  for (let p = 0; p < indices.length; p++) {
    const from = 4 * indices[p]!;
    for (let c = 0; c < channels; c++) data[p * channels + c] = palette[from + c]!;
  }
  return { ...raster, data };
}

function countedPicture(raster: Raster): CountedPicture {
  const histogram = histogramOf(raster);
  const colors = colorsOf(raster);
  const places = new Uint16Array(colors.length);
  let [last, place] = [-1, 0];
  for (let p = 0; p < places.length; p++) {
    const color = colors[p]!;
    if (color !== last) place = histogram.placeOf(color);
    last = color;
    places[p] = place;
  }
  return { histogram, places, palettes: new Map() };
}
