/**
 * Redrawn: a still in given colors, each pixel the nearest that is of its kind. Pure.
 */
import type { Raster } from '../../image/raster.ts';
import { colorsOf, histogramOf } from './color-histogram.ts';
import { PaletteMap } from './nearest-color.ts';

/** The colors of a raster, numbers as in color.ts, the most frequent first; undefined where they are more than `most`. */
export function colorsUpTo(raster: Raster, most: number): Uint32Array | undefined {
  const histogram = histogramOf(raster);
  if (!histogram.isExact || histogram.size > most) return undefined;
  const { colors, counts } = histogram.entries();
  const order = [...colors.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b);
  return Uint32Array.from(order, (i) => colors[i]!);
}

/** The still in no colors but these, 1..256 numbers as in color.ts. */
export function redrawn(raster: Raster, palette: Uint32Array): Raster {
  const map = new PaletteMap(palette);
  const data = new Uint8Array(raster.data.length);
  const { channels } = raster;
  colorsOf(raster).forEach((color, p) => {
    const shown = palette[map.indexOf(color)]!;
    data[p * channels] = shown & 255;
    data[p * channels + 1] = (shown >> 8) & 255;
    data[p * channels + 2] = (shown >> 16) & 255;
    if (channels === 4) data[p * channels + 3] = shown >>> 24;
  });
  return { ...raster, data };
}
