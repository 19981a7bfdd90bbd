/**
 * Near window: where a window of a source lies on a smaller picture of it.
 *
 * Pure.
 */
import type { Region, Size } from '../../base/size.ts';
import type { Window } from '../../raster/reduction/reduce.ts';

/** A size by a factor smaller, rounded up. */
export function divided({ width, height }: Size, factor: number): Size {
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
}

/** A window on the source as a part of its smaller picture, to a fraction of a pixel. */
export function scaledWindow(window: Region, source: Size, near: Size): Window {
  const x = near.width / source.width;
  const y = near.height / source.height;
  return {
    left: window.left * x,
    top: window.top * y,
    width: window.width * x,
    height: window.height * y,
  };
}

/** The same in whole pixels. */
export function wholeWindow(window: Region, source: Size, near: Size): Region {
  const exact = scaledWindow(window, source, near);
  const left = Math.min(near.width - 1, Math.round(exact.left));
  const top = Math.min(near.height - 1, Math.round(exact.top));
  return {
    left,
    top,
    width: Math.max(1, Math.round(exact.left + exact.width) - left),
    height: Math.max(1, Math.round(exact.top + exact.height) - top),
  };
}
