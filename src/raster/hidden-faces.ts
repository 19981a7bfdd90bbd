/**
 * Hidden faces: which pixels of a picture stand for a face, and what takes their place.
 *
 * Nothing outside them changes. Pure: regions and pixels in and out.
 */
import { clamp, type Region, type Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import type { HiddenFace } from '../plan/program.ts';

/**
 * The ellipse about a place, in radii of the one inside its box: blurred in full as far as `full`,
 * which leaves the outermost corners of the box, and less and less up to `end`.
 */
const ELLIPSE = { full: 1.15, end: 1.3 };

/** How far the ellipse of a place reaches beyond its box, in pixels. */
export function reachOf({ width, height }: HiddenFace): number {
  return ((ELLIPSE.end - 1) * Math.max(width, height)) / 2;
}

/** Whole pixels that a region and `around` pixels about it touch, inside a picture; undefined for none. */
export function pixelsOf(region: Region, around: number, size: Size): Region | undefined {
  const left = clamp(Math.floor(region.left - around), 0, size.width);
  const top = clamp(Math.floor(region.top - around), 0, size.height);
  const right = clamp(Math.ceil(region.left + region.width + around), 0, size.width);
  const bottom = clamp(Math.ceil(region.top + region.height + around), 0, size.height);
  if (!(right > left && bottom > top)) return undefined;
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Lays a part over the raster that it comes from.
 *
 * @param out is written to
 * @param region where the part stands, inside `out`
 * @param within the place whose ellipse it is laid into; absent: all of the region
 */
export function layOver(out: Raster, part: Raster, region: Region, within?: HiddenFace): void {
  const { channels } = out;
  for (let y = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      const share = within ? shareAt(region.left + x + 0.5, region.top + y + 0.5, within) : 1;
      if (share === 0) continue;
      const to = ((region.top + y) * out.width + region.left + x) * channels;
      const from = (y * region.width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const before = out.data[to + channel]!;
        const after = part.data[from + channel]!;
        out.data[to + channel] = Math.round(before + share * (after - before));
      }
    }
  }
}

/** How much of the ellipse of a place counts at a point, 0..1. */
function shareAt(x: number, y: number, { left, top, width, height }: HiddenFace): number {
  const dx = (x - left - width / 2) / (width / 2);
  const dy = (y - top - height / 2) / (height / 2);
  return clamp((ELLIPSE.end - Math.hypot(dx, dy)) / (ELLIPSE.end - ELLIPSE.full), 0, 1);
}
