/** Thinned by: a picture made smaller by one of the ways to leave lines out. Pure. */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import type { Thinning } from '../../plan/program.ts';
import { inCells } from './cells.ts';
import { ofTiles } from './periods.ts';
import { thinned } from './thinned.ts';

/** By lines that are missed least, where a way does not suit the picture. @param size as for `thinned` */
export function thinnedBy(raster: Raster, size: Size, by: Thinning): Raster {
  return (by === 'lines' ? undefined : WAYS[by](raster, size)) ?? thinned(raster, size);
}

const WAYS: Readonly<
  Record<Exclude<Thinning, 'lines'>, (raster: Raster, size: Size) => Raster | undefined>
> = {
  tiles: (raster, size) => ofTiles(raster, size, 'near'),
  'own-tiles': (raster, size) => ofTiles(raster, size, 'own'),
  'small-tiles': (raster, size) => ofTiles(raster, size, 'below'),
  'large-cells': (raster, size) => inCells(raster, size, 'above'),
  cells: (raster, size) => inCells(raster, size, 'below'),
};
