/**
 * SSIMULACRA 2.1: Structural SIMilarity Unveiling Local And Compression
 * Related Artifacts, by Jon Sneyers.
 *
 * Score: 100 identical, 90 not told apart even when flickered, 80 not told
 * apart side by side, 70 high, 50 medium, 30 low; it may be negative.
 *
 * - Color: XYB of libjxl moved into 0..1, with B - Y in place of B.
 * - Levels: 1:1 to 1:32 by 2 x 2 means in linear light; sides round up.
 * - Maps, for each plane and level, from local means and variances under a
 *   blur of sigma 1.5: the loss of structure (SSIM without the denominator of
 *   the mean term), edges that came (ringing, blocks, banding), edges that went
 *   (blur, smear).
 * - Norms: mean and 4-norm of every map; 108 in all, 25 carry weight.
 * - Score: the weighted sum through a cubic and a power.
 *
 * Three decisions are ours: small pictures are mirrored and large ones halved
 * (`ssimulacra2-picture.ts`), and `worst` (`ssimulacra2-score.ts`).
 *
 * Transparent pixels are laid over a dark and a bright grey in encoded sRGB,
 * as the reference program does, and the lower result counts.
 *
 * The pixels are compared by the kernel in `kernels/ssimulacra2.kernel.ts`; it
 * is proven against `ssimulacra2-twin.ts`. Equal input gives equal scores on
 * every machine up to the last digits of one power.
 */
import { Fault } from '../base/fault.ts';
import { sizeText } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import { loadSsimulacra2, type Ssimulacra2Kernel } from '../wasm/ssimulacra2-kernel.ts';
import { type ErrorMap, errorMap, lowerMap } from './error-map.ts';
import type { Comparison, Metric, Score } from './metric.ts';
import { BACKGROUNDS, LEVELS, PLANES } from './ssimulacra2-constants.ts';
import {
  copyExtendedRow,
  counterpartOf,
  frameOf,
  framesOf,
  type Geometry,
  geometryOf,
  isTransparent,
} from './ssimulacra2-picture.ts';
import { type ErrorSums, levelsOf, mapsOf, SUMS, scoresOf } from './ssimulacra2-score.ts';

export interface Ssimulacra2Options {
  /**
   * Most pixels measured as they are; a larger picture is halved. Memory is
   * about 30 bytes per pixel, so 16 megapixels hold 0.5 GB. A transparent
   * picture is kept over two backgrounds and counts twice.
   */
  readonly ceiling?: number;
  /** Most frames of an animation that are measured. */
  readonly frames?: number;
  /** False takes small pictures as the definition does, with its slipped weights: for golden data. */
  readonly extend?: boolean;
}

/** 64 megapixels take 2 GB, half of what a kernel can address. */
const LARGEST_CEILING = 2 ** 26;

/** The metric, from the bytes of `ssimulacra2.wasm`. One holder at a time: it keeps a reference. */
export async function createSsimulacra2(
  bytes: Uint8Array | ArrayBuffer,
  options: Ssimulacra2Options = {},
): Promise<Ssimulacra2> {
  return new Ssimulacra2(await loadSsimulacra2(bytes), options);
}

/** The reference as one kernel knows it, over one background. */
interface Prepared {
  readonly raster: Raster;
  readonly geometry: Geometry;
  /** Whether the frame that is prepared has transparent pixels. */
  readonly transparent: boolean;
}

export class Ssimulacra2 implements Metric<'ssimulacra2'> {
  readonly name = 'ssimulacra2';
  readonly #instantiate: () => Ssimulacra2Kernel;
  readonly #ceiling: number;
  readonly #frames: number;
  readonly #extend: boolean;
  /** One per background that is in use. */
  #kernels: Ssimulacra2Kernel[] = [];
  #prepared: Prepared | undefined;

  constructor(instantiate: () => Ssimulacra2Kernel, options: Ssimulacra2Options = {}) {
    this.#instantiate = instantiate;
    this.#ceiling = Math.min(options.ceiling ?? 2 ** 24, LARGEST_CEILING);
    this.#frames = options.frames ?? 4;
    this.#extend = options.extend ?? true;
  }

  /** Bytes of memory held for pictures; grows to the largest seen, until `release`. */
  get bytes(): number {
    return this.#kernels.reduce((sum, kernel) => sum + kernel.memory.buffer.byteLength, 0);
  }

  /** Forgets the reference and lets its memory go; the next `setReference` starts afresh. */
  release(): void {
    this.#kernels = [];
    this.#prepared = undefined;
  }

  /**
   * Prepares the picture that candidates are compared with.
   *
   * Of an animation the raster itself is kept until the next reference, and
   * each frame is prepared when it is compared.
   *
   * @throws Fault `render-failed` when memory does not suffice
   */
  setReference(reference: Raster): void {
    checkRaster(reference);
    this.#prepared = undefined;
    this.#prepare(reference, 0);
  }

  /**
   * The candidate against the reference: of a still its scores, of an
   * animation the mean of the scores of its frames and the worst of the worst.
   *
   * Channels may differ, for RGB is opaque RGBA; pages may too, since encoders
   * join equal frames: frames are compared that show at the same moment.
   */
  compare(candidate: Raster): Comparison<'ssimulacra2'> {
    if (!this.#prepared) throw new Error('setReference comes before compare.');
    const reference = this.#prepared.raster;
    checkRaster(candidate);
    const [asked, got] = [sizeText(reference), sizeText(candidate)];
    if (asked !== got) throw new Error(`expected a candidate of ${asked}, got ${got}`);
    const frames = framesOf(reference.pages, this.#frames).map((page) => {
      if (reference.pages > 1) this.#prepare(reference, page);
      return this.#comparePage(candidate, counterpartOf(page, reference, candidate));
    });
    const mean = frames.reduce((sum, { score }) => sum + score, 0) / frames.length;
    return {
      score: mean as Score<'ssimulacra2'>,
      worst: Math.min(...frames.map(({ worst }) => worst)),
    };
  }

  #prepare(raster: Raster, page: number): void {
    const bytes = frameOf(raster, page);
    const transparent = isTransparent(bytes, raster.channels);
    const runs = transparent ? BACKGROUNDS.length : 1;
    const geometry = this.#extend
      ? geometryOf(raster, this.#ceiling / runs)
      : { width: raster.width, height: raster.height, shift: 0 };
    const levels = levelsOf(measuredSize(geometry)).length;
    while (this.#kernels.length < runs) this.#kernels.push(this.#instantiate());
    for (let run = 0; run < runs; run++) {
      const kernel = this.#kernels[run]!;
      for (let plane = 0; plane < PLANES; plane++) {
        for (let level = 0; level < LEVELS; level++) {
          kernel.setMaps(plane, level, mapsOf(plane, level, levels));
        }
      }
      if (kernel.prepare(geometry.width, geometry.height, geometry.shift) === 0) {
        this.release();
        throw new Fault('render-failed', 'There is not enough memory to measure this picture.', {
          size: sizeText(geometry),
        });
      }
      give(kernel, raster, bytes, geometry, BACKGROUNDS[run]!);
      kernel.reference(raster.channels, greyOf(BACKGROUNDS[run]!));
    }
    this.#prepared = { raster, geometry, transparent };
  }

  /** Where the candidate differs from the reference; of an animation in its first frame. */
  errorMap(candidate: Raster): ErrorMap {
    if (!this.#prepared) throw new Error('setReference comes before errorMap.');
    const reference = this.#prepared.raster;
    checkRaster(candidate);
    const [asked, got] = [sizeText(reference), sizeText(candidate)];
    if (asked !== got) throw new Error(`expected a candidate of ${asked}, got ${got}`);
    if (reference.pages > 1) this.#prepare(reference, 0);
    const { shift } = this.#prepared.geometry;
    return this.#errorsOfPage(candidate, 0, (errors) => errorMap(errors, reference, shift)).reduce(
      lowerMap,
    );
  }

  #comparePage(candidate: Raster, page: number): { score: number; worst: number } {
    const results = this.#errorsOfPage(candidate, page, scoresOf);
    return {
      score: Math.min(...results.map(({ score }) => score)),
      worst: Math.min(...results.map(({ worst }) => worst)),
    };
  }

  /** What is made of the errors of a frame, over each background that counts. */
  #errorsOfPage<T>(candidate: Raster, page: number, of: (errors: ErrorSums) => T): T[] {
    const { geometry, transparent } = this.#prepared!;
    const bytes = frameOf(candidate, page);
    const runs = transparent || isTransparent(bytes, candidate.channels) ? BACKGROUNDS : [0.1];
    return runs.map((background, run) => {
      // an opaque reference is the same over any background
      const kernel = this.#kernels[transparent ? run : 0]!;
      give(kernel, candidate, bytes, geometry, background);
      kernel.compare(candidate.channels, greyOf(background));
      return of(errorsOf(kernel, geometry));
    });
  }
}

function checkRaster({ width, height, channels, pages, data }: Raster): void {
  const expected = width * height * channels * pages;
  if (!(expected > 0) || data.length !== expected) {
    throw new Error(`expected ${expected} bytes for a raster, got ${data.length}`);
  }
}

function measuredSize({ width, height, shift }: Geometry): Geometry {
  const halved = (side: number) => Math.ceil(side / 2 ** shift);
  return { width: halved(width), height: halved(height), shift };
}

/** A background as the kernel wants it: twice the grey, 0 to 510, so that 25.5 is whole. */
function greyOf(background: number): number {
  return Math.round(background * 510);
}

/** Hands a frame to the kernel, extended and, where the picture is above the ceiling, reduced. */
function give(
  kernel: Ssimulacra2Kernel,
  raster: Raster,
  bytes: Uint8Array,
  geometry: Geometry,
  background: number,
): void {
  const { width, height, shift } = geometry;
  const channels = raster.channels;
  const memory = new Uint8Array(kernel.memory.buffer);
  const at = kernel.input();
  const whole = width === raster.width && height === raster.height;
  if (whole && shift === 0) {
    memory.set(bytes, at);
    return;
  }
  const band = shift === 0 ? height : 1 << shift;
  if (shift > 0) kernel.beginReduce();
  for (let top = 0; top < height; top += band) {
    const rows = Math.min(band, height - top);
    if (whole) {
      const start = top * width * channels;
      memory.set(bytes.subarray(start, start + rows * width * channels), at);
    } else {
      for (let row = 0; row < rows; row++) {
        const to = at + row * width * channels;
        copyExtendedRow(bytes, raster, channels, top + row, memory, to, width);
      }
    }
    if (shift > 0) kernel.reduce(width, rows, shift, channels, greyOf(background));
  }
}

function errorsOf(kernel: Ssimulacra2Kernel, geometry: Geometry): ErrorSums {
  const levels = levelsOf(measuredSize(geometry));
  return {
    levels,
    cell(plane, at) {
      if (mapsOf(plane, at, levels.length) === 0) return undefined;
      const { columns, rows } = levels[at]!;
      return new Float64Array(kernel.memory.buffer, kernel.sums(plane, at), columns * rows * SUMS);
    },
  };
}
