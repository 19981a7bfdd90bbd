/**
 * SourceColor: how the samples of a source are to be understood, where its file says
 * so by code points or by numbers and not by an ICC profile.
 *
 * A source without one is sRGB, or has a profile. Plain data.
 */
import type { Chromaticities } from '../base/chromaticity.ts';

/**
 * From a sample 0..1 to light 0..1: `(a * v + b) ^ exponent` from `from` on, `slope * v`
 * below; the form of an ICC parametric curve of type 3.
 */
export interface SampleCurve {
  readonly kind: 'curve';
  readonly exponent: number;
  readonly a: number;
  readonly b: number;
  readonly slope: number;
  readonly from: number;
}

export type Transfer =
  | SampleCurve
  /** Perceptual quantizer of SMPTE ST 2084: 0 to 10,000 cd/m². */
  | { readonly kind: 'pq' }
  /** Hybrid log-gamma of ITU-R BT.2100. */
  | { readonly kind: 'hlg' };

export interface SourceColor {
  readonly primaries: Chromaticities;
  readonly transfer: Transfer;
  /** The brightest light of an HDR picture in cd/m², where the file says it. */
  readonly peak?: number;
}

export const SRGB_CURVE: SampleCurve = {
  kind: 'curve',
  exponent: 2.4,
  a: 1 / 1.055,
  b: 0.055 / 1.055,
  slope: 1 / 12.92,
  from: 0.04045,
};

/** A plain power; 1 is linear light. */
export function power(exponent: number): SampleCurve {
  return { kind: 'curve', exponent, a: 1, b: 0, slope: 0, from: 0 };
}

/** The curve of Adobe RGB (1998): 2 51/256. */
export const ADOBE_RGB_CURVE = power(563 / 256);

/** Brighter than paper white: it has to be mapped to what an sRGB picture can show. */
export function isHdr({ transfer }: SourceColor): boolean {
  return transfer.kind !== 'curve';
}

/** Exponents of curves with which 8 bits per sample show no bands. */
const FIT_FOR_8_BITS = { least: 1.7, most: 3 };

/**
 * Whether a picture that keeps its color space can stay in this one: it can be written
 * as a profile, and 8 bits per sample are enough for it.
 */
export function isKeepable({ transfer }: SourceColor): boolean {
  const { least, most } = FIT_FOR_8_BITS;
  return transfer.kind === 'curve' && transfer.exponent >= least && transfer.exponent <= most;
}
