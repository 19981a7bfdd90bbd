/**
 * Source quality cap: the quality above which a poor source has nothing more to give.
 *
 * Writing a JPEG of quality 40 again at 80 spends bytes on its artefacts. Where
 * the raster shows the source pixel for pixel, no encoder goes above the
 * quality whose mean score is that of the source's own quality. When the
 * picture was resized its artefacts shrank, and there is no cap.
 */
import { estimateJpegQuality } from '../../containers/jpeg-quality.ts';
import type { LossyCoding } from '../codecs/codec.ts';
import type { OptimizeInput } from '../task.ts';

const NONE = 100;

/** The highest quality on the encoder's own scale; 100 where there is no reason for a cap. */
export function sourceQualityCap(task: OptimizeInput, { sourceCap }: LossyCoding): number {
  const { info, identity, source, output } = task;
  if (!sourceCap.searches && output.quality.kind !== 'quality') return NONE;
  if (!identity || info.format !== 'jpeg') return NONE;
  const own = info.jpeg?.quality ?? (source && estimateJpegQuality(source));
  return own === undefined ? NONE : sourceCap.quality(own);
}
