/**
 * Hard edges: a picture whose pixels are clear or not, as those of a GIF are. Pure.
 */
import type { Raster } from '../image/raster.ts';
import { OPAQUE_FROM } from './frames.ts';

/**
 * The raster with every pixel clear or full, whichever is nearer, and in colors of the covered part
 * alone: 127 is clear, 128 full.
 *
 * A source of hard edges made smaller has soft ones, which no GIF shows. Compared with them, every
 * palette misses its target by the alpha that it cannot have, and takes all colors there are for it.
 */
export function withHardEdges(raster: Raster): Raster {
  const { channels } = raster;
  if (channels === 3) return raster;
  const data = new Uint8Array(raster.data);
  for (let i = 3; i < data.length; i += 4) {
    if (data[i]! >= OPAQUE_FROM) data[i] = 255;
    else data.fill(0, i - 3, i + 1);
  }
  return { ...raster, data };
}
