/**
 * Source light: what the bytes of a source stand for while it is made smaller.
 *
 * Light is averaged in the colors of the source, as its curve says it; only then do colors come to sRGB. The
 * other way round a color that sRGB does not have would be clipped before it is mixed with its neighbors.
 */
import sharp from 'sharp';
import type { Raster } from '../../image/raster.ts';
import { isHdr } from '../../image/source-color.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { matrixProfile } from '../../metadata/matrix-profile.ts';
import {
  type RgbSpace,
  rgbSpace,
  srgbSpace,
  toStandardRgb,
} from '../../raster/color/to-adobe-rgb.ts';
import { type LightTables, lightTables } from '../../raster/reduction/light.ts';
import { decoding, type SourceFile, sharpInput } from '../source-file.ts';
import { type ColorUse, keepsColor, keepsProfile } from '../source-pixels.ts';

export interface SourceLight {
  readonly tables: LightTables;
  /** From the bytes that the tables give to sRGB, of a source that is to come there; absent where its space is kept. */
  readonly toSrgb?: (raster: Raster) => Raster;
}

/**
 * The light of a source whose samples are read as they are stored; undefined where they are sRGB, and where
 * something else is made of them while they are read.
 */
export async function sourceLight(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
): Promise<SourceLight | undefined> {
  const kept = keepsProfile(info, use) || keepsColor(info, use);
  if (use.color === 'strip' || (!kept && info.depth !== 8)) return undefined;
  const space = await spaceOf(file, info);
  if (space === undefined) return undefined;
  const [red, green, blue] = space.curves;
  // One table serves all channels.
  if (![green, blue].every((curve) => isSame(curve, red))) return undefined;
  const tables = lightTables(red, kept ? 'same' : 'srgb');
  if (tables === undefined) return undefined;
  const { curves } = srgbSpace();
  return kept
    ? { tables }
    : { tables, toSrgb: (raster) => toStandardRgb(raster, { toXyz: space.toXyz, curves }) };
}

/** The tables of a source whose space is kept, for steps behind its reading. */
export async function keptTables(
  file: SourceFile,
  info: SourceInfo,
  use: ColorUse,
): Promise<LightTables | undefined> {
  const light = use.color === 'keep' ? await sourceLight(file, info, use) : undefined;
  return light?.toSrgb ? undefined : light?.tables;
}

async function spaceOf(file: SourceFile, info: SourceInfo): Promise<RgbSpace | undefined> {
  const { color, profile, space } = info;
  if (space !== 'rgb') return undefined;
  if (color?.transfer.kind === 'curve' && !isHdr(color)) {
    return rgbSpace(color.primaries, color.transfer);
  }
  if (profile !== 'other' || color !== undefined) return undefined;
  const { icc } = await decoding(sharp(sharpInput(file)).metadata());
  return icc && matrixProfile(new Uint8Array(icc));
}

function isSame(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  return Array.from(one).every((light, i) => Math.abs(light - other[i]!) < 1e-4);
}
