/**
 * Grey levels: what each level of a grey picture is in sRGB by a profile of RGB (docs/spec/color.md 1.8).
 *
 * libvips passes over such a profile. All levels go through it as one row of pixels of three equal channels.
 */
import sharp from 'sharp';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { Raster } from '../../image/raster.ts';
import { pixels } from '../pipeline.ts';
import { decoding, type SourceFile, sharpInput } from '../source-file.ts';

/** The levels as colors, 3 bytes for each. @throws Fault source-broken */
export async function greyLevels(file: SourceFile): Promise<Uint8Array> {
  const { icc } = await decoding(sharp(sharpInput(file)).metadata());
  const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const row = { width: 256, height: 1, channels: 3, data } as const;
  const tagged = writeTiff({ ...row, ...(icc ? { profile: new Uint8Array(icc) } : {}) });
  return (await decoding(pixels(sharp(tagged)))).data;
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
