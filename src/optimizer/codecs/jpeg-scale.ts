/**
 * The JPEG scale: qualities of JPEG as qualities of another encoder, at equal
 * mean score. JPEG 75 (mean 73.2) is WebP 78 or so, AVIF 57 or so.
 *
 * Pure.
 */
import { meanScore, type PriorCurve, qualityFor } from '../model/priors.ts';
import { JPEG_CURVES } from './jpeg-curves.ts';

/** The quality of a curve's encoder, not rounded, that scores like a JPEG quality; 100 stays 100. */
export function atEqualScore(curve: PriorCurve, jpeg: number): number {
  return jpeg >= 100 ? 100 : qualityFor(curve, meanScore(JPEG_CURVES.full, jpeg));
}

/** The quality above which a source of this JPEG quality has nothing more to give; whole. */
export function capAtEqualScore(curve: PriorCurve, jpeg: number): number {
  return Math.ceil(qualityFor(curve, meanScore(JPEG_CURVES.fast, jpeg)));
}
