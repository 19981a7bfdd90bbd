/**
 * Grey levels: what each level of a grey picture is in sRGB by a profile that libvips passes over, one of RGB or any
 * beside 16 bits (docs/spec/color.md 1.8).
 *
 * All levels go through it as one row of pixels of 8 bits, of three equal channels where it is one of RGB.
 */
import sharp from 'sharp';
import { latin1 } from '../../containers/bytes.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { Raster } from '../../image/raster.ts';
import { pixels } from '../pipeline.ts';
import { decoding, type SourceFile, sharpInput } from '../source-file.ts';

/** The levels as colors, 3 bytes for each. @throws Fault source-broken */
export async function greyLevels(file: SourceFile): Promise<Uint8Array> {
  const { icc } = await decoding(sharp(sharpInput(file)).metadata());
  const profile = icc && new Uint8Array(icc);
  const space = profile && latin1(profile, 16, 20) === 'GRAY' ? 'grey' : 'rgb';
  const channels = space === 'grey' ? 1 : 3;
  const data = Uint8Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels));
  const row = { width: 256, height: 1, channels, space, data } as const;
  return (await decoding(pixels(sharp(writeTiff({ ...row, ...(profile ? { profile } : {}) })))))
    .data;
}

/** A grey picture with other levels; alpha keeps its value. */
export function withLevels(raster: Raster, levels: Uint8Array): Raster {
  const { channels } = raster;
  const data = new Uint8Array(raster.data);
  for (let i = 0; i < data.length; i += channels) {
    const from = 3 * data[i]!;
    data[i] = levels[from]!;
    data[i + 1] = levels[from + 1]!;
    data[i + 2] = levels[from + 2]!;
  }
  return { ...raster, data };
}
