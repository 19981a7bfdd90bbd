/**
 * Pipelines: rasters to and from sharp.
 *
 * A step that sharp does well runs as one pipeline from raw pixels to raw
 * pixels, so that sharp never reorders two steps of a program.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp, { type Sharp } from 'sharp';
import { plain } from '../containers/bytes.ts';
import type { Raster } from '../image/raster.ts';
import { matrixProfile } from '../metadata/matrix-profile.ts';
import type { Filter } from '../plan/op.ts';
import { still } from '../raster/pixels.ts';
import { type LightTables, lightTables } from '../raster/reduction/light.ts';
import { reduced } from './reduction/reducer.ts';
import type { Turn } from './shrink-on-load.ts';

/** A pipeline that begins with the pixels of a raster. */
export function pipeline(raster: Raster): Sharp {
  const { width, height, channels, data, pages } = raster;
  return sharp(data, {
    limitInputPixels: false,
    raw: {
      width,
      height: height * pages,
      channels,
      ...(pages > 1 ? { pageHeight: height } : {}),
    },
  });
}

/** The pixels at the end of a pipeline, as one still of 8-bit sRGB. */
export async function pixels(pipe: Sharp): Promise<Raster> {
  const { data, info } = await pipe
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 4) {
    throw new Error(`Expected 3 or 4 channels from sharp, got ${info.channels}.`);
  }
  return still(info.width, info.height, info.channels, plain(data));
}

/** A pipeline that mirrors and turns at its end, after a resize. */
export function turned(pipe: Sharp, { mirror, turn }: Turn): Sharp {
  const mirrored = mirror ? pipe.flop() : pipe;
  return turn === 0 ? mirrored : mirrored.rotate(turn);
}

/** A still, mirrored left-right if asked, then turned clockwise. */
export async function orient(raster: Raster, turn: Turn): Promise<Raster> {
  if (turn.turn === 0 && !turn.mirror) return raster;
  return pixels(turned(pipeline(raster), turn));
}

/**
 * A still at half its width and height, as rendering it so with that filter makes it; sides round,
 * to 1 at least.
 */
export async function halve(raster: Raster, filter: Filter = 'lanczos3'): Promise<Raster> {
  const smooth = filter === 'nearest' ? 'lanczos3' : filter;
  const side = (length: number) => Math.max(1, Math.round(length / 2));
  const to = { width: side(raster.width), height: side(raster.height) };
  const same = to.width === raster.width && to.height === raster.height;
  return same ? raster : reduced(raster, { ...to, filter: smooth }, undefined, tablesOf(raster));
}

/** What the bytes of a raster with a profile stand for. */
function tablesOf({ profile }: Raster): LightTables | undefined {
  const space = profile && matrixProfile(profile);
  return space && lightTables(space.curves[0], 'same');
}

let collect: (() => void) | undefined;

/**
 * Frees what nothing refers to, in some milliseconds. Buffers of sharp stand outside of the heap, so that
 * the collector sees little reason to run while tens of megabytes of them lie dead.
 */
export function freeGarbage(): void {
  if (collect === undefined) {
    // Contexts that are made under this flag have the function.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
