/**
 * Quality request: what an output asks of one raster in one format.
 *
 * A target is a score to search for; an explicit quality is one point of the
 * JPEG scale that every codec maps to its own; lossless is every pixel where
 * the format can keep it, else a very high target.
 */
import type { Output } from '../../plan/output.ts';
import type { ChosenFormat } from '../../plan/program.ts';
import { type Codec, keepsPixels, wholeQuality } from '../codecs/codec.ts';

export type Picture = Extract<Output, { kind: 'picture' }>;

export type QualityRequest =
  | { readonly kind: 'target'; readonly score: number }
  /** On the scale of the format's encoder. */
  | { readonly kind: 'quality'; readonly quality: number }
  | { readonly kind: 'lossless' };

/** From density `from` on a target falls by `points`, but not below `floor`. */
const DENSE_SCREEN = { from: 2, points: 8, floor: 45 } as const;

/** Formats that cannot keep every pixel at a size worth sending aim at this score instead. */
const LOSSLESS_STAND_IN = 90;

/**
 * What is asked of a format, with density, scales and abilities taken into
 * account. `identity`: the raster shows the source pixel for pixel.
 */
export function qualityRequestFor(
  output: Picture,
  chosen: ChosenFormat,
  identity: boolean,
  codec: Codec,
): QualityRequest {
  if (wantsEveryPixel(output, chosen, identity)) {
    return keepsPixels(codec) ? { kind: 'lossless' } : { kind: 'target', score: LOSSLESS_STAND_IN };
  }
  if (chosen.untargeted) return { kind: 'lossless' };
  if (output.quality.kind === 'lossless') {
    const score = output.quality.resized ?? LOSSLESS_STAND_IN;
    return { kind: 'target', score: effectiveTarget(score, output.density) };
  }
  if (output.quality.kind === 'target') {
    return { kind: 'target', score: effectiveTarget(output.quality.score, output.density) };
  }
  const quality =
    output.quality.own?.[chosen.format] ?? codec.lossy?.fromJpegScale(output.quality.jpeg);
  return quality === undefined
    ? { kind: 'lossless' }
    : { kind: 'quality', quality: wholeQuality(quality) };
}

/** Whether identical pixels are asked for, whether or not the format can keep them. */
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
