/**
 * HEIC by libheif-js: libheif and libde265 in WebAssembly, as a file of its own (LGPL).
 *
 * libvips reads the header, so facts come from the probe; this decodes the primary picture, with its
 * grid, turns and alpha as libheif puts them together, to 8 bits.
 */
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { Fault } from '../../base/fault.ts';
import { MOST_HELD_PIXELS } from '../../image/picture-limits.ts';
import { still, unpremultiplied, withoutAlpha } from '../../raster/pixels.ts';
import { HEIC_PACKAGE } from '../optional/optional-package.ts';
import { TOO_MANY } from '../source-file.ts';
import type { ForeignPicture, ForeignReader } from './foreign-reader.ts';
import { reading } from './reading.ts';

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  has_alpha_channel(): boolean;
  is_premultiplied_alpha(): boolean;
  display(into: Pixels, done: (shown: Pixels | null) => void): void;
  free(): void;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

interface LibHeif {
  readonly HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
}

/** The header that the probe read may say less than the picture. */
const MOST_PIXELS = MOST_HELD_PIXELS.heic ?? 0;

let library: LibHeif | undefined;

export const heicReader: Pick<ForeignReader, 'decode'> = {
  async decode(bytes) {
    library ??= createRequire(import.meta.url)(`${HEIC_PACKAGE}/wasm-bundle`) as LibHeif;
    const { HeifDecoder } = library;
    const images = await reading(() => new HeifDecoder().decode(bytes));
    try {
      const image = images.find((one) => one.is_primary()) ?? images[0];
      if (image === undefined) throw new Error('Expected a picture in the file, got none.');
      const profile = await profileOf(bytes);
      return { ...(await reading(() => pixelsOf(image))), ...(profile ? { profile } : {}) };
    } finally {
      for (const image of images) image.free();
    }
  },
};

async function profileOf(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return (await sharp(bytes).metadata()).icc;
}

async function pixelsOf(image: HeifImage): Promise<ForeignPicture> {
  const [width, height] = [image.get_width(), image.get_height()];
  if (width * height > MOST_PIXELS) {
    throw new Fault('source-too-many-pixels', TOO_MANY, { width, height });
  }
  const into = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  const shown = await new Promise<Pixels | null>((resolve) => image.display(into, resolve));
  if (shown === null) {
    throw new Fault('source-broken', 'The source image is damaged or incomplete.');
  }
  const alpha = image.has_alpha_channel();
  const rgba = new Uint8Array(into.data.buffer);
  const raster = still(width, height, 4, rgba);
  if (!alpha) return withoutAlpha(raster);
  return image.is_premultiplied_alpha() ? unpremultiplied(raster) : raster;
}
