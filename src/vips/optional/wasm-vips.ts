/**
 * wasm-vips as the back end for JPEG XL: libjxl in WebAssembly with SIMD, by way of libvips.
 *
 * It runs in the thread of the worker, one picture at a time. Every loader but that of
 * JPEG XL is blocked. Its memory grows to what the largest picture took and never
 * shrinks, so after a large one the whole instance is left to the garbage collector.
 */
import Vips from 'wasm-vips';
import type { Raster } from '../../image/raster.ts';
import type { FrameRange, JxlBackEnd, JxlFacts, JxlPixels, JxlSettings } from './jxl-back-end.ts';

type Module = Awaited<ReturnType<typeof Vips>>;
type Image = InstanceType<Module['Image']>;

const PROFILE = 'icc-profile-data';

/** The back end, ready to work. */
export async function loadWasmVips(): Promise<JxlBackEnd> {
  const vips = await Vips({ dynamicLibraries: ['vips-jxl.wasm'], print: silent, printErr: silent });
  vips.concurrency(1);
  vips.Cache.max(0);
  vips.operationBlock('VipsForeignLoad', true);
  vips.operationBlock('VipsForeignLoadJxl', false);
  return {
    encode: (raster, settings) => encode(vips, raster, settings),
    facts: (bytes) => facts(vips, bytes),
    decode: (bytes, frames) => decode(vips, bytes, frames),
  };
}

/** What libvips prints says nothing that its errors do not say. */
function silent(): void {}

function encode(vips: Module, raster: Raster, { distance, effort }: JxlSettings): Uint8Array {
  const { width, height, channels, data, profile, pages, delays, loop } = raster;
  return withImage(
    () => vips.Image.newFromMemory(data, width, height * pages, channels, vips.BandFormat.uchar),
    (raw) =>
      withImage(
        () => raw.copy({ interpretation: vips.Interpretation.srgb }),
        (image) => {
          if (profile) image.setBlob(PROFILE, profile);
          if (pages > 1) {
            image.setArrayInt('delay', [...delays]);
            image.setInt('loop', loop);
          }
          return image.jxlsaveBuffer({
            ...(distance === 0 ? { lossless: true } : { distance }),
            effort,
            ...(pages > 1 ? { page_height: height } : {}),
            keep: profile ? vips.ForeignKeep.icc : vips.ForeignKeep.none,
          });
        },
      ),
  );
}

function facts(vips: Module, bytes: Uint8Array): JxlFacts {
  return withImage(
    () => vips.Image.jxlloadBuffer(bytes, { fail_on: vips.FailOn.error }),
    (image) => {
      const has = (name: string) => image.getTypeof(name) !== 0;
      return {
        width: image.width,
        height: image.height,
        pages: has('n-pages') ? image.getInt('n-pages') : 1,
        channels: channelsOf(image.bands),
        delays: has('delay') ? image.getArrayInt('delay') : [],
        loop: has('loop') ? image.getInt('loop') : 0,
        ...(has(PROFILE) ? { profile: new Uint8Array(image.getBlob(PROFILE)) } : {}),
      };
    },
  );
}

function decode(vips: Module, bytes: Uint8Array, frames?: FrameRange): JxlPixels {
  const range = frames ? { page: frames.first, n: frames.count } : {};
  return withImage(
    () => vips.Image.jxlloadBuffer(bytes, { ...range, fail_on: vips.FailOn.error }),
    (image) => {
      const { width, height: whole, bands } = image;
      const pages = frames?.count ?? 1;
      const profile = image.getTypeof(PROFILE) === 0 ? undefined : image.getBlob(PROFILE);
      return {
        width,
        height: whole / pages,
        pages,
        channels: channelsOf(bands),
        data: samplesOf(image.writeToMemory()),
        ...(profile === undefined ? {} : { profile: new Uint8Array(profile) }),
      };
    },
  );
}

function channelsOf(bands: number): JxlPixels['channels'] {
  if (bands === 1 || bands === 2 || bands === 3 || bands === 4) return bands;
  throw new Error(`Expected 1 to 4 channels from libjxl, got ${bands}.`);
}

/** 8 or 16 bits as they are; what is wider, as 16 bits of the range 0..1. */
function samplesOf(memory: ReturnType<Image['writeToMemory']>): Uint8Array | Uint16Array {
  if (memory instanceof Uint8Array || memory instanceof Uint16Array) return memory;
  return Uint16Array.from(memory, (value) => Math.round(65_535 * Math.min(1, Math.max(0, value))));
}

/** Runs `use` on an image and frees it: the heap of WebAssembly knows no garbage collector. */
function withImage<T>(make: () => Image, use: (image: Image) => T): T {
  const image = make();
  try {
    return use(image);
  } finally {
    image.delete();
  }
}
