/**
 * Smart crop: where the content of a picture is.
 *
 * Salience and entropy are libvips's, edges our own, all on a small copy:
 * where a window belongs does not depend on the last pixel.
 */
import type { Region, Size } from '../base/size.ts';
import { clamp } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { edgeWindow } from '../raster/filters.ts';
import { pipeline, pixels } from './pipeline.ts';

export type SmartCropBy = 'attention' | 'entropy' | 'edges';

/** Longer side of the copy that is looked at. */
const SMALL = 256;

/** The window of `size` on the raster that shows its content; inside the raster, of exactly that size. */
export async function smartCropWindow(
  raster: Raster,
  size: Size,
  by: SmartCropBy,
): Promise<Region> {
  const factor = Math.min(1, SMALL / Math.max(raster.width, raster.height));
  const shrink = (value: number) => Math.max(1, Math.round(value * factor));
  const width = shrink(raster.width);
  const height = shrink(raster.height);
  const small = await pixels(pipeline(raster).resize(width, height, { fit: 'fill' }));
  const window = {
    width: Math.min(width, shrink(size.width)),
    height: Math.min(height, shrink(size.height)),
  };
  const found = by === 'edges' ? edgeWindow(small, window) : await smartWindow(small, window, by);
  return {
    ...size,
    left: clamp(Math.round(found.left / factor), 0, raster.width - size.width),
    top: clamp(Math.round(found.top / factor), 0, raster.height - size.height),
  };
}

/** libvips's smart crop, which cuts one axis; the other is scaled to fit, then mapped back. */
async function smartWindow(
  small: Raster,
  window: Size,
  by: 'attention' | 'entropy',
): Promise<{ left: number; top: number }> {
  // Covering the window first would lose the second axis of freedom, so no resize happens here.
  const zoom = Math.max(window.width / small.width, window.height / small.height);
  const { info } = await pipeline(small)
    .resize(window.width, window.height, { fit: 'cover', position: by })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const scaled = { width: small.width * zoom, height: small.height * zoom };
  const middle = {
    x: (Math.abs(info.cropOffsetLeft ?? 0) + window.width / 2) / scaled.width,
    y: (Math.abs(info.cropOffsetTop ?? 0) + window.height / 2) / scaled.height,
  };
  const focus =
    by === 'attention' && info.attentionX !== undefined && info.attentionY !== undefined && zoom < 1
      ? { x: info.attentionX / scaled.width, y: info.attentionY / scaled.height }
      : middle;
  return {
    left: Math.round(focus.x * small.width - window.width / 2),
    top: Math.round(focus.y * small.height - window.height / 2),
  };
}
