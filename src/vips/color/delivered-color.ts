/**
 * Delivered color: the space in which a picture goes out, and the profile that says so
 * (docs/spec/color.md 5).
 */
import sharp from 'sharp';
import { ADOBE_RGB } from '../../base/chromaticity.ts';
import type { Color } from '../../base/color.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { Raster } from '../../image/raster.ts';
import { ADOBE_RGB_CURVE } from '../../image/source-color.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { matrixProfile } from '../../metadata/matrix-profile.ts';
import { rgbProfile } from '../../metadata/rgb-profile.ts';
import { namesColor, withNamedColors } from '../../plan/color/named-colors.ts';
import type { Instruction, Program } from '../../plan/program.ts';
import { fromSrgb } from '../../raster/color/from-srgb.ts';
import { type RgbSpace, rgbSpace, srgbSpace, toAdobeRgb } from '../../raster/color/to-adobe-rgb.ts';
import { wayBetween } from '../../raster/gradient.ts';
import { pixels } from '../pipeline.ts';
import { readSource, type SourceFile } from '../source-file.ts';
import { keepsColor, keepsProfile } from '../source-pixels.ts';

/** What a program says of the colors that go out. */
export interface Delivery extends Pick<Program, 'color' | 'cmyk' | 'delivered'> {
  readonly output?: Program['output'];
}

/** The raster in the space that a program delivers, with its profile where it has one. */
export async function withDeliveredColor(
  raster: Raster,
  file: SourceFile,
  info: SourceInfo,
  input: Delivery,
): Promise<Raster> {
  const own = await ownProfile(file, info, input);
  if (input.delivered === 'adobe-rgb') {
    const converted = await inAdobeRgb(raster, own, info, input);
    return { ...converted, profile: adobeRgbProfile() };
  }
  const tagged = input.output?.kind === 'picture' && input.output.profile === 'tagged-srgb';
  const profile = own ?? (tagged ? await srgbProfile() : undefined);
  return profile === undefined ? raster : { ...raster, profile };
}

/** The profile of the space that a source's pixels were kept in. */
async function ownProfile(
  file: SourceFile,
  info: SourceInfo,
  input: Delivery,
): Promise<Uint8Array | undefined> {
  const { color } = info;
  if (keepsColor(info, input)) {
    return color?.transfer.kind === 'curve'
      ? rgbProfile(color.primaries, color.transfer)
      : undefined;
  }
  if (!keepsProfile(info, input)) return undefined;
  const { icc } = await sharp(await readSource(file)).metadata();
  return icc && new Uint8Array(icc);
}

/** The space of a profile that pixels were kept in; undefined for a profile of tables. */
function spaceOf(
  own: Uint8Array | undefined,
  info: SourceInfo,
  input: Delivery,
): RgbSpace | undefined {
  const { color } = info;
  if (own === undefined) return srgbSpace();
  return keepsColor(info, input) && color?.transfer.kind === 'curve'
    ? rgbSpace(color.primaries, color.transfer)
    : matrixProfile(own);
}

/** The instructions with the colors they name, which are of sRGB, in the space that a source's pixels are kept in. */
export async function withColorsKept<Input extends Delivery & Pick<Program, 'instructions'>>(
  file: SourceFile,
  info: SourceInfo,
  input: Input,
): Promise<Input> {
  if (!input.instructions.some(namesColor)) return input;
  const own = await ownProfile(file, info, input);
  const space = own && spaceOf(own, info, input);
  if (space === undefined) return input;
  const convert = fromSrgb(space);
  const instructions = input.instructions.map((one) =>
    withWay(withNamedColors(one, convert), convert),
  );
  return { ...input, instructions };
}

/** An instruction that draws a gradient with the way of its colors, mixed in sRGB. */
function withWay(step: Instruction, convert: (color: Color) => Color): Instruction {
  if (step.kind !== 'extend' && step.kind !== 'rotate') return step;
  const { fill } = step;
  if (fill.kind !== 'gradient' || fill.colors === undefined) return step;
  return { ...step, fill: { ...fill, way: wayBetween(fill.colors, fill.space, convert) } };
}

async function inAdobeRgb(
  raster: Raster,
  own: Uint8Array | undefined,
  info: SourceInfo,
  input: Delivery,
): Promise<Raster> {
  const space = spaceOf(own, info, input);
  if (space !== undefined) return toAdobeRgb(raster, space);
  // A profile of tables takes a color engine, whose way leads through sRGB here.
  const tagged = writeTiff({ ...raster, ...(own ? { profile: own } : {}) });
  const inSrgb = await pixels(sharp(tagged, { limitInputPixels: false }));
  return toAdobeRgb({ ...raster, ...inSrgb }, srgbSpace());
}

let adobe: Uint8Array | undefined;

/** A profile compatible with Adobe RGB (1998), made of its published numbers. */
export function adobeRgbProfile(): Uint8Array {
  adobe ??= rgbProfile(ADOBE_RGB, ADOBE_RGB_CURVE, 'Compatible with Adobe RGB (1998)');
  if (adobe === undefined) throw new Error('Expected primaries that span a color space.');
  return adobe;
}

let srgb: Promise<Uint8Array> | undefined;

/** The sRGB profile that sharp carries, as bytes. */
export function srgbProfile(): Promise<Uint8Array> {
  srgb ??= (async () => {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } });
    const { icc } = await sharp(await pixel.withIccProfile('srgb').png().toBuffer()).metadata();
    if (icc === undefined) throw new Error('Expected sharp to write its sRGB profile, got none.');
    return new Uint8Array(icc);
  })();
  return srgb;
}
