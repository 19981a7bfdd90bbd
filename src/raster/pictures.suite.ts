/**
 * Pictures for tests: cards whose red tells x and whose green tells y, so that
 * a pixel says where it came from.
 */
import type { Raster } from '../image/raster.ts';
import { still } from './pixels.ts';

/** A card: red runs from 0 to 255 with x, green with y, blue is 128. */
export function card(width: number, height: number, channels: 3 | 4 = 3): Raster {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      data[i] = Math.round((255 * (x + 0.5)) / width);
      data[i + 1] = Math.round((255 * (y + 0.5)) / height);
      data[i + 2] = 128;
      if (channels === 4) data[i + 3] = 255;
    }
  }
  return still(width, height, channels, data);
}

/** One color everywhere. */
export function solid(width: number, height: number, color: readonly number[]): Raster {
  const channels = color.length as 3 | 4;
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => color[i % channels]!,
  );
  return still(width, height, channels, data);
}

/** A copy with a rectangle of one color in it. */
export function withBox(
  raster: Raster,
  [left, top, width, height]: readonly [number, number, number, number],
  color: readonly number[],
): Raster {
  const data = new Uint8Array(raster.data);
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) {
      data.set(color, (y * raster.width + x) * raster.channels);
    }
  }
  return { ...raster, data };
}

/** The channels of one pixel. */
export function at(raster: Raster, x: number, y: number, page = 0): number[] {
  const i = ((page * raster.height + y) * raster.width + x) * raster.channels;
  return [...raster.data.subarray(i, i + raster.channels)];
}

/** Where a pixel of a card came from, as shares of the card. */
export function origin(raster: Raster, x: number, y: number): [number, number] {
  const [red, green] = at(raster, x, y);
  return [red! / 255, green! / 255];
}
