/**
 * Pixels: stills, frames, and the moves between 3 and 4 channels.
 *
 * Pure loops over the bytes of a raster.
 */
import type { Raster } from '../image/raster.ts';

/** A still that holds these pixels. */
export function still(width: number, height: number, channels: 3 | 4, data: Uint8Array): Raster {
  if (data.length !== width * height * channels) {
    throw new Error(
      `Expected ${width * height * channels} bytes for ${width}x${height}x${channels}, got ${data.length}.`,
    );
  }
  return { width, height, channels, data, pages: 1, delays: [], loop: 1 };
}

/** One frame of a raster, sharing its memory. */
export function frameOf(raster: Raster, page: number): Raster {
  const size = raster.width * raster.height * raster.channels;
  return still(
    raster.width,
    raster.height,
    raster.channels,
    raster.data.subarray(page * size, (page + 1) * size),
  );
}

/** The same pixels in memory of their own. */
export function copied(raster: Raster): Raster {
  return { ...raster, data: new Uint8Array(raster.data) };
}

/** The raster with an alpha channel, opaque where it had none. */
export function withAlpha(raster: Raster): Raster {
  if (raster.channels === 4) return raster;
  const { data } = raster;
  const out = new Uint8Array((data.length / 3) * 4);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    out[to] = data[from]!;
    out[to + 1] = data[from + 1]!;
    out[to + 2] = data[from + 2]!;
    out[to + 3] = 255;
  }
  return { ...raster, channels: 4, data: out };
}

/** The raster without its alpha channel, the colors as they stand. */
export function withoutAlpha(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const { data } = raster;
  const out = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    out[to] = data[from]!;
    out[to + 1] = data[from + 1]!;
    out[to + 2] = data[from + 2]!;
  }
  return { ...raster, channels: 3, data: out };
}

/** Whether no pixel of the raster is clear, in part or whole. */
export function isOpaque({ channels, data }: Raster): boolean {
  if (channels === 3) return true;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** The raster without alpha where no pixel is clear; itself where one is. */
export function withNeededAlpha(raster: Raster): Raster {
  return isOpaque(raster) ? withoutAlpha(raster) : raster;
}

/** Whether every pixel of the raster is a grey. */
export function isGrey({ channels, data }: Raster): boolean {
  for (let i = 0; i < data.length; i += channels) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  }
  return true;
}

/** Whether two rasters show the same: every pixel equal, colors of fully transparent pixels aside. */
export function samePixels(a: Raster, b: Raster): boolean {
  if (a.width !== b.width || a.height !== b.height) return false;
  if (a.channels !== b.channels || a.data.length !== b.data.length) return false;
  const { data } = a;
  const other = b.data;
  const n = a.channels;
  for (let i = 0; i < data.length; i += n) {
    if (n === 4 && data[i + 3] === 0 && other[i + 3] === 0) continue;
    for (let c = 0; c < n; c++) if (data[i + c] !== other[i + c]) return false;
  }
  return true;
}

/** Colors divided by their alpha, in place. @param raster RGBA */
export function unpremultiplied(raster: Raster): Raster {
  const out = raster.data;
  for (let i = 0; i < out.length; i += 4) {
    const alpha = out[i + 3]!;
    if (alpha === 255 || alpha === 0) continue;
    for (let c = i; c < i + 3; c++) out[c] = Math.min(255, Math.round((out[c]! * 255) / alpha));
  }
  return raster;
}

/** Levels 0..255 of those that have black at 16 and white at 235 (ITU-T H.273, equation 23). */
const FULL = Uint8Array.from({ length: 256 }, (_, level) =>
  Math.round((Math.min(219, Math.max(0, level - 16)) * 255) / 219),
);

/** Colors of limited range as those of the full one; alpha has always been full. */
export function fullRange(raster: Raster): Raster {
  const { channels } = raster;
  const alphaAt = channels === 4 ? 3 : -1;
  const data = raster.data.map((level, i) => (i % channels === alphaAt ? level : FULL[level]!));
  return { ...raster, data };
}
