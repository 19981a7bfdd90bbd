/**
 * Ask: what the output's wishes mean for one raster and one format.
 *
 * A target is a score to search for; an explicit quality is one point of the
 * JPEG scale that every format reads through the prior curves; lossless is
 * every pixel where the format can, else a very high target.
 */
import type { FormatName } from '../../image/format.ts';
import type { Output } from '../../plan/output.ts';
import type { ChosenFormat } from '../../plan/program.ts';
import { fromJpegScale, wholeQuality } from '../model/priors.ts';

export type Picture = Extract<Output, { kind: 'picture' }>;

export type QualityRequest =
  | { readonly kind: 'target'; readonly score: number }
  /** On the scale of the format's encoder. */
  | { readonly kind: 'quality'; readonly quality: number }
  | { readonly kind: 'lossless' };

/** Points that a target falls for dense screens, and where that stops. */
const DENSE_SCREEN = { from: 2, points: 8, floor: 45 } as const;

/** Formats without a lossless mode of use answer a lossless wish with this score. */
const LOSSLESS_STAND_IN = 90;

/** Formats that can keep every pixel at a size worth sending. */
const KEEPS_PIXELS: ReadonlySet<FormatName> = new Set(['png', 'gif', 'webp']);

/**
 * What is asked of a format, with density, scales and abilities taken into
 * account. `identity`: the raster shows the source pixel for pixel.
 */
export function qualityRequestFor(
  output: Picture,
  chosen: ChosenFormat,
  identity: boolean,
): QualityRequest {
  if (wantsEveryPixel(output, chosen, identity)) {
    const canKeep = KEEPS_PIXELS.has(chosen.format);
    return canKeep ? { kind: 'lossless' } : { kind: 'target', score: LOSSLESS_STAND_IN };
  }
  if (output.quality.kind === 'lossless') {
    const score = output.quality.resized ?? LOSSLESS_STAND_IN;
    return { kind: 'target', score: effectiveTarget(score, output.density) };
  }
  if (output.quality.kind === 'target') {
    return { kind: 'target', score: effectiveTarget(output.quality.score, output.density) };
  }
  const own = output.quality.own?.[chosen.format];
  const quality =
    own === undefined ? fromJpegScale(output.quality.jpeg, chosen.format) : wholeQuality(own);
  return quality === undefined ? { kind: 'lossless' } : { kind: 'quality', quality };
}

/** Whether the wish is for identical pixels, whether or not the format can. */
export function wantsEveryPixel(output: Picture, chosen: ChosenFormat, identity: boolean): boolean {
  if (chosen.lossless) return true;
  const { quality } = output;
  return quality.kind === 'lossless' && (identity || quality.resized === undefined);
}

/** The target for a screen of this density: 68 becomes 60 at 2 and above, and never falls under 45. */
export function effectiveTarget(score: number, density: number): number {
  if (density < DENSE_SCREEN.from) return score;
  return Math.min(score, Math.max(DENSE_SCREEN.floor, score - DENSE_SCREEN.points));
}
