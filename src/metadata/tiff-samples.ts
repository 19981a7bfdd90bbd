/**
 * TIFF samples: which of the samples of a pixel are colors, and which one is alpha (TIFF 6.0, "Associated Alpha Handling",
 * `ExtraSamples`).
 *
 * Pure. Told of the first page, for all.
 */
import { type Directory, readExif } from './exif.ts';

export interface TiffSamples {
  /** Samples that the color model has. */
  readonly colors: number;
  readonly all: number;
  /** Which sample is alpha, counted from 0. */
  readonly alpha?: number;
  /** Colors are multiplied by it. */
  readonly multiplied?: boolean;
}

const PHOTOMETRIC = 262;
const SAMPLES = 277;
const EXTRA_SAMPLES = 338;

/** Colors of a pixel by how they are to be read: white or black is 0, RGB, palette, inks. */
const COLORS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4 };

/** What says that a further sample is alpha: multiplied by or not. 0 says that it is something else. */
const ALPHA = new Set([1, 2]);

/**
 * The samples of a TIFF where not all of them are to be seen: further ones that are no alpha, such as a
 * selection, or alpha behind such; undefined where libvips sees them as they are.
 */
export function spareSamples(tiff: Uint8Array): TiffSamples | undefined {
  const samples = tiffSamples(tiff);
  const { colors, all, alpha } = samples ?? { colors: 0, all: 0 };
  // One sample that is alpha is what libvips takes it for, and none is as well.
  return all === colors || (all === colors + 1 && alpha === colors) ? undefined : samples;
}

/** The samples of a TIFF; undefined where its file does not say it whole. */
export function tiffSamples(tiff: Uint8Array): TiffSamples | undefined {
  const { main } = readExif(tiff);
  const colors = COLORS[numbers(main, PHOTOMETRIC)[0] ?? -1];
  const all = numbers(main, SAMPLES)[0] ?? 1;
  const extra = numbers(main, EXTRA_SAMPLES);
  if (colors === undefined || all !== colors + extra.length) return undefined;
  const first = extra.findIndex((kind) => ALPHA.has(kind));
  return {
    ...{ colors, all },
    ...(first < 0 ? {} : { alpha: colors + first, multiplied: extra[first] === 1 }),
  };
}

function numbers(main: Directory, tag: number): readonly number[] {
  const value = main.get(tag);
  if (typeof value === 'number') return [value];
  return typeof value === 'object' ? value : [];
}
