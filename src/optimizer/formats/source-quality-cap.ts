/**
 * Ceiling: the quality above which a poor source has nothing more to give.
 *
 * Writing a JPEG of quality 40 again at 80 spends bytes on its artefacts. Where
 * the raster shows the source pixel for pixel, no encoder goes above the
 * quality whose mean score is that of the source's own quality. When the
 * picture was resized its artefacts shrank, and there is no ceiling.
 *
 * AVIF on its way to a target is left free: it reproduces a poor JPEG in fewer
 * bytes than the JPEG has, where WebP needs up to twice as many.
 */
import { estimateJpegQuality } from '../../containers/jpeg-quality.ts';
import { meanScore, qualityFor } from '../model/priors.ts';
import type { OptimizeInput } from '../task.ts';
import type { LossyFormat } from './encodings.ts';

const NONE = 100;

/** The highest quality on the format's own scale; 100 where there is no reason for one. */
export function sourceQualityCap(task: OptimizeInput, format: LossyFormat): number {
  const { info, identity, source, output } = task;
  if (format === 'avif' && output.quality.kind !== 'quality') return NONE;
  if (!identity || info.format !== 'jpeg') return NONE;
  const own = info.jpeg?.quality ?? (source && estimateJpegQuality(source));
  if (own === undefined) return NONE;
  if (format === 'jpeg') return own;
  const config = format === 'webp' ? 'webp e4' : 'avif e1';
  return Math.ceil(qualityFor(config, meanScore('jpeg fast', own)));
}
