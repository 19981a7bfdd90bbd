/** Thinned by: a picture made smaller by one of the ways to leave lines out. Pure. */
import type { Size } from '../../base/size.ts';
import type { Raster } from '../../image/raster.ts';
import type { Thinning } from '../../plan/program.ts';
import { byteAligned } from './byte-aligned.ts';
import { inCells, inPackedCells } from './cells.ts';
import { codeOf } from './codes.ts';
import { ofTiles } from './periods.ts';
import { thinned } from './thinned.ts';

/** By lines that are missed least, where a way does not suit the picture. @param size as for `thinned` */
export function thinnedBy(raster: Raster, size: Size, by: Thinning): Raster {
  return (by === 'lines' ? undefined : WAYS[by](raster, size)) ?? thinned(raster, size);
}

/** What an edge inside a byte counts. */
const ALIGNED = { little: 0.16, more: 0.5, usual: 1, much: 2, most: 4 } as const;

const WAYS: Readonly<
  Record<Exclude<Thinning, 'lines'>, (raster: Raster, size: Size) => Raster | undefined>
> = {
  tiles: (raster, size) => ofTiles(raster, size, 'near'),
  'own-tiles': (raster, size) => ofTiles(raster, size, 'own'),
  'small-tiles': (raster, size) => ofTiles(raster, size, 'below'),
  'packed-tiles': (raster, size) => ofTiles(raster, size, 'packed'),
  'large-cells': (raster, size) => inCells(raster, size, 'above'),
  cells: (raster, size) => inCells(raster, size, 'below'),
  'packed-cells': (raster, size) => inPackedCells(raster, size),
  'own-cells': (raster, size) => inCells(raster, size, 'own'),
  'small-cells': (raster, size) => (codeOf(raster) ? inPackedCells(raster, size, true) : undefined),
  'aligned-a-little': (raster, size) => byteAligned(raster, size, ALIGNED.little),
  'aligned-more': (raster, size) => byteAligned(raster, size, ALIGNED.more),
  aligned: (raster, size) => byteAligned(raster, size, ALIGNED.usual),
  'aligned-much': (raster, size) => byteAligned(raster, size, ALIGNED.much),
  'aligned-most': (raster, size) => byteAligned(raster, size, ALIGNED.most),
  'most-rows': (raster, size) => byteAligned(raster, size, ALIGNED.most, 0.9),
  'many-rows': (raster, size) => byteAligned(raster, size, ALIGNED.most, 0.75),
  'half-rows': (raster, size) => byteAligned(raster, size, ALIGNED.most, 0.5),
  'few-rows': (raster, size) => byteAligned(raster, size, ALIGNED.most, 0.25),
};
