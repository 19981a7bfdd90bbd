/**
 * Color range: no pixel of a drawing is lighter or darker than every color of its source.
 *
 * Sharp filters overshoot: along light text on the darkest color of a picture they leave a rim
 * that is darker still, a color more for the palette and pixels more for every frame. Pure.
 */
import type { Raster } from '../image/raster.ts';

/** The raster with each channel of its pixels between the least and the most of some colors, red in the lowest byte of each. */
export function withinColors(raster: Raster, colors: readonly number[]): Raster {
  const levels = (shift: number) => colors.map((color) => (color >> shift) & 255);
  const ranges = [0, 8, 16].map((shift) => ({
    least: levels(shift).reduce((a, b) => Math.min(a, b), 255),
    most: levels(shift).reduce((a, b) => Math.max(a, b), 0),
  }));
  const { channels } = raster;
  const data = new Uint8Array(raster.data);
  for (const [c, { least, most }] of ranges.entries()) {
    for (let i = c; i < data.length; i += channels) {
      if (data[i]! < least) data[i] = least;
      else if (data[i]! > most) data[i] = most;
    }
  }
  return { ...raster, data };
}
