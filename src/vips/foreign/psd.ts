/**
 * PSD by ag-psd: the composite that Photoshop keeps beside the layers.
 *
 * Files of 8 bits in grey, RGB or a palette, with alpha; others are said to be unsupported.
 */
import { createRequire } from 'node:module';
import { Fault } from '../../base/fault.ts';
import { psdHeader, psdProfile } from '../../containers/psd.ts';
import { profileKind, profileName } from '../../metadata/icc.ts';
import { still, withoutAlpha } from '../../raster/pixels.ts';
import { PSD_PACKAGE } from '../optional/optional-package.ts';
import type { ForeignReader } from './foreign-reader.ts';
import { reading } from './reading.ts';

interface AgPsd {
  initializeCanvas(
    canvas: (width: number, height: number) => never,
    imageData: (width: number, height: number) => ImageData,
  ): void;
  readPsd(bytes: Uint8Array, options: Readonly<Record<string, boolean>>): { imageData?: ImageData };
}

interface ImageData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Grey, indexed, RGB. */
const MODES = new Set([1, 2, 3]);
const RGB = 3;

let library: AgPsd | undefined;

function agPsd(): AgPsd {
  if (library === undefined) {
    library = createRequire(import.meta.url)(PSD_PACKAGE) as AgPsd;
    library.initializeCanvas(
      () => {
        throw new Error('expected no canvas to be needed');
      },
      (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) }),
    );
  }
  return library;
}

/** The header of a file that is read. @throws Fault source-broken, source-unsupported */
function headerOf(bytes: Uint8Array) {
  const header = psdHeader(bytes);
  if (header === undefined) {
    throw new Fault('source-broken', 'The source image is damaged or incomplete.');
  }
  if (header.depth !== 8 || !MODES.has(header.mode)) {
    throw new Fault(
      'source-unsupported',
      'Expected a PSD of 8 bits in grey, RGB or a palette, got another.',
    );
  }
  const usual = header.mode === RGB ? 3 : 1;
  return { ...header, alpha: header.channels > usual };
}

export const psdReader: ForeignReader = {
  async describe(bytes) {
    const { width, height, alpha, mode } = headerOf(bytes);
    const profile = mode === RGB ? psdProfile(bytes) : undefined;
    const name = profile && profileName(profile);
    return {
      format: 'psd',
      bytes: bytes.length,
      width,
      height,
      orientation: 1,
      pages: 1,
      delays: [],
      loop: 1,
      alpha,
      profile: profileKind(profile),
      ...(name === undefined ? {} : { profileName: name }),
      space: 'rgb',
      depth: 8,
      lossless: true,
    };
  },
  async decode(bytes) {
    const { alpha, mode, width, height } = headerOf(bytes);
    const read = { skipLayerImageData: true, skipThumbnail: true, useImageData: true };
    const { imageData } = await reading(() => agPsd().readPsd(bytes, read));
    if (imageData?.width !== width || imageData.height !== height) {
      throw new Fault('source-unsupported', 'Expected a PSD with a composite, got one without.');
    }
    const { buffer, byteOffset, byteLength } = imageData.data;
    const rgba = new Uint8Array(buffer, byteOffset, byteLength);
    const profile = mode === RGB ? psdProfile(bytes) : undefined;
    const raster = still(width, height, 4, rgba);
    return { ...(alpha ? raster : withoutAlpha(raster)), ...(profile ? { profile } : {}) };
  },
};
